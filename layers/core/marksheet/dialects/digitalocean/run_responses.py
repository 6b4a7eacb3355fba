"""Answers about runs and their prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from marksheet.dialects.digitalocean.metrics import encode_result, encode_results
from marksheet.domain import Outcome, Status
from marksheet.scoring.chunk_use import chunk_uses
from marksheet.scoring.excerpts import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marksheet.domain import Evaluation, MetricValue, Question, SeenPrompt, SeenRun, StarMetric, Trial

LONGEST_CHUNK = 20_000
"""Characters of a chunk of context that a prompt shows."""

_PREFIX = "EVALUATION_RUN_"
_ENDED = {
    Status.STOPPED: "PARTIALLY_SUCCESSFUL",
    Status.FAILED: "FAILED",
    Status.CANCELLED: "CANCELLED",
}
_ALMOST = 1e-9
"""What a mean of floats may lack of a threshold that it reaches."""


def encode_started_runs(evaluations: Iterable[Evaluation]) -> dict[str, Any]:
    """The runs that were started, a model each."""
    return {"evaluation_run_uuids": [evaluation.runs[0].run_id for evaluation in evaluations]}


def encode_run(seen: SeenRun) -> dict[str, Any]:
    """The answer about one run."""
    return {"evaluation_run": _encode_run(seen)}


def encode_run_list(runs: Iterable[SeenRun]) -> dict[str, Any]:
    """The runs of a test case."""
    return {"evaluation_runs": [_encode_run(seen) for seen in runs]}


def encode_results_page(
    seen: SeenRun, prompts: Sequence[SeenPrompt], *, page: int, per_page: int, total: int
) -> dict[str, Any]:
    """A page of a run's prompts, of so many in all."""
    path = f"/v2/gen-ai/evaluation_runs/{seen.run.run_id}/results"
    pages = -(-total // per_page)
    return {
        "evaluation_run": _encode_run(seen),
        "prompts": [_encode_prompt(seen.evaluation, prompt) for prompt in prompts],
        "links": {"pages": _links(path, page, pages, per_page)},
        "meta": {"page": page, "pages": pages, "total": total},
    }


def encode_prompt(evaluation: Evaluation, prompt: SeenPrompt) -> dict[str, Any]:
    """The answer about one prompt."""
    return {"prompt": _encode_prompt(evaluation, prompt)}


def _encode_run(seen: SeenRun) -> dict[str, Any]:
    evaluation, model_id, case = seen.evaluation, seen.run.model.model_id, seen.case
    told: dict[str, Any] = {
        "evaluation_run_uuid": seen.run.run_id,
        "run_name": evaluation.name,
        "status": _PREFIX + _status(seen),
        "error_description": evaluation.error,
        "agent_uuid": model_id,
        "agent_name": model_id,
        "agent_deployment_name": model_id,
        "queued_at": evaluation.created_at,
        "started_at": evaluation.started_at,
        "finished_at": evaluation.completed_at if evaluation.status.terminal else None,
        "run_level_metric_results": encode_results(seen.metrics) or None,
    }
    if case is not None:
        told |= {
            "test_case_uuid": case.case_id,
            "test_case_name": case.name,
            "test_case_description": case.description,
            "test_case_version": case.version,
            "evaluation_test_case_workspace_uuid": case.workspace_id,
        }
        star = next((m for m in seen.metrics if case.star and m.metric == case.star.metric), None)
        if case.star is not None and star is not None:
            told["star_metric_result"] = encode_result(star)
            told["pass_status"] = _passes(star, case.star, evaluation.status)
    return {name: value for name, value in told.items() if value is not None}


def _status(seen: SeenRun) -> str:
    """Of the run, not of what it may be compared with."""
    evaluation, counts = seen.evaluation, seen.run.counts
    if evaluation.status is Status.PROCESSING:
        if evaluation.started_at is None:
            return "QUEUED"
        asked = counts.total < evaluation.total_questions * evaluation.trials
        return "RUNNING_DATASET" if asked else "EVALUATING_RESULTS"
    if evaluation.status is Status.READY:
        return "PARTIALLY_SUCCESSFUL" if counts.errored or counts.unscored else "SUCCESSFUL"
    return _ENDED[evaluation.status]


def _passes(value: MetricValue, star: StarMetric, status: Status) -> bool | None:
    """Whether a run reaches its star metric; not known of one without a value, or that did not end well."""
    if value.value is None or status not in (Status.READY, Status.STOPPED):
        return None
    return value.value >= star.threshold - _ALMOST


def _encode_prompt(evaluation: Evaluation, prompt: SeenPrompt) -> dict[str, Any]:
    question, shown = prompt.row.question, prompt.shown
    told = {
        "prompt_id": question.ordinal,
        "input": question.question,
        "ground_truth": question.expected_answer,
        "output": None if shown.outcome is Outcome.ERRORED else shown.output,
        "input_tokens": _uint64(shown.prompt_tokens),
        "output_tokens": _uint64(shown.completion_tokens),
        "prompt_chunks": _chunks(evaluation, question, shown) or None,
        "prompt_level_metric_results": encode_results(prompt.metrics),
        "trace_id": prompt.trace_id,
    }
    return {name: value for name, value in told.items() if value is not None}


def _chunks(evaluation: Evaluation, question: Question, shown: Trial) -> list[dict[str, Any]]:
    """The question's context, and what the answer used of it, if there is an answer."""
    texts = question.context
    sources = question.sources or ("",) * len(texts)
    uses = chunk_uses(shown.output, question.question, texts) if shown.output is not None else ()
    chunks = []
    for position, (text, source) in enumerate(zip(texts, sources, strict=True)):
        chunk: dict[str, Any] = {"text": shortened(text, LONGEST_CHUNK)}
        if source:
            chunk["source_name"] = source
            chunk["index_uuid"] = evaluation.benchmark.dataset_id
        if uses:
            chunk["chunk_used"] = uses[position].used
            chunk["chunk_usage_pct"] = uses[position].percent
        chunks.append({name: value for name, value in chunk.items() if value is not None})
    return chunks


def _uint64(number: int | None) -> str | None:
    """As protocol buffers write 64 bits without a sign."""
    return None if number is None else str(max(0, number))


def _links(path: str, page: int, pages: int, per_page: int) -> dict[str, str]:
    """Paths of the other pages; of the next and the previous one where there are any."""
    numbers = {"first": 1, "last": max(pages, 1)}
    if page < pages:
        numbers["next"] = page + 1
    if page > 1:
        numbers["previous"] = min(page - 1, max(pages, 1))
    return {
        name: f"{path}?{urlencode({'page': number, 'per_page': per_page})}"
        for name, number in numbers.items()
    }
