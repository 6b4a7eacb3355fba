"""Results: as an answer, and as the file to download, which is written piece by piece.

The file is what `json.dumps(document, indent=2, ensure_ascii=False)` would give, without its rows ever being
in memory at once: head, rows of the first run, in comparison mode a middle and the rows of the second, and
the tail.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from marksheet.dialects.nugen.evaluation_responses import encode_method, encode_status_word
from marksheet.dialects.nugen.metrics import encode_comparison, encode_metrics, rounded
from marksheet.domain import Role, Status
from marksheet.scoring.chunk_use import chunk_uses
from marksheet.scoring.excerpts import shortened
from marksheet.scoring.pairwise import decode_pair

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import Evaluation, Question, Trial

_ROWS = '"detailed_results": ['
_NO_ROWS = _ROWS + "]"
"""Where rows go. No text of a caller can contain this: inside a JSON string the quotes would be escaped."""

LONGEST_CHUNK = 20_000
"""Characters of a chunk of context that a row shows: every trial's row repeats it."""

_FACTS = (
    "provider",
    "tokens",
    "latency_seconds",
    "errors",
    "not_asked",
    "cost_usd",
    "judging",
    "pass_at_k",
    "pass_hat_k",
)


def encode_results(evaluation: Evaluation, summary: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to `GET .../results`: the downloadable document without its rows."""
    return _document(evaluation, summary, rows={})


def download_file_name(evaluation: Evaluation) -> str:
    """`evaluation_results_<id>.json`, or `evaluation_comparison_<id>.json`; neither needs quoting."""
    kind = "comparison" if evaluation.comparison else "results"
    return f"evaluation_{kind}_{evaluation.evaluation_id}.json"


def download_headers(file_name: str) -> dict[str, str]:
    """The headers of the file, as documented: the name is not quoted."""
    return {"Content-Type": "application/json", "Content-Disposition": f"attachment; filename={file_name}"}


def download_head(summary: Mapping[str, Any], evaluation: Evaluation) -> bytes:
    """The file up to the first row."""
    return (_around_rows(summary, evaluation)[0] + _ROWS).encode()


def download_row(
    trial: Trial, question: Question, evaluation: Evaluation, *, first: bool, pair: Trial | None = None
) -> bytes:
    """One row; `first` for the first of its run. Every run has one, as every benchmark has a question. `pair`
    is what a judge said of this answer beside the base model's.
    """
    indent = b"\n" + b" " * _row_indent(evaluation)
    # orjson writes the bytes json.dumps would, in a tenth of the time: numbers have 4 places at most, so none
    # needs an exponent. Newlines inside texts are escaped, so every newline here stands between fields.
    told = encode_row(trial, question, evaluation)
    if pair is not None:
        told["preference"] = _encode_preference(pair)
    row = orjson.dumps(told, option=orjson.OPT_INDENT_2)
    return (b"" if first else b",") + indent + row.replace(b"\n", indent)


def download_middle(summary: Mapping[str, Any], evaluation: Evaluation) -> bytes:
    """Comparison mode: from the base model's last row to the first row of the model compared with it."""
    return (_end_of_rows(evaluation) + _around_rows(summary, evaluation)[1] + _ROWS).encode()


def download_tail(summary: Mapping[str, Any], evaluation: Evaluation) -> bytes:
    """The file after the last row."""
    return (_end_of_rows(evaluation) + _around_rows(summary, evaluation)[-1]).encode()


def _row_indent(evaluation: Evaluation) -> int:
    return 6 if evaluation.comparison else 4


def _end_of_rows(evaluation: Evaluation) -> str:
    return "\n" + " " * (_row_indent(evaluation) - 2) + "]"


def _around_rows(summary: Mapping[str, Any], evaluation: Evaluation) -> list[str]:
    """The document's text, cut where rows go."""
    document = _document(evaluation, summary, rows={"detailed_results": []})
    return json.dumps(document, indent=2, ensure_ascii=False).split(_NO_ROWS)


def _document(
    evaluation: Evaluation, summary: Mapping[str, Any], rows: Mapping[str, list[Any]]
) -> dict[str, Any]:
    """The whole document; `rows` is what stands in the place of a run's rows."""
    runs = summary["runs"]
    answers = {"raw_answers_count": sum(_answered(run) for run in runs)}
    status = Status(summary["status"])
    head = {"evaluation_id": evaluation.evaluation_id, "status": encode_status_word(status)}
    benchmark = summary["benchmark"]
    documented = {"benchmark_id": benchmark["benchmark_id"], "method": encode_method(evaluation)}
    times = {"created_at": summary["created_at"], "completed_at": summary["completed_at"]}
    ours = {
        "name": summary["name"],
        "benchmark_name": benchmark["name"],
        "benchmark_version": benchmark["version"],
        "benchmark_sha256": benchmark["sha256"],
        "trials": summary["trials"],
        "errored_as": summary["errored_as"],
        "stopped": status is Status.STOPPED,
        "scorers": summary["scorers"],
        "started_at": summary["started_at"],
    }
    if not evaluation.comparison:
        run = {"metrics": encode_metrics(runs[0], evaluation), **answers, **rows}
        models = {"model_id": runs[0]["model_id"]}
        return {**head, **models, **documented, **run, **times, **_encode_facts(runs[0]), **ours}
    models = {"model_id": runs[0]["model_id"], "model_id_2": runs[1]["model_id"]}
    both = {
        label: {
            "model_id": run["model_id"],
            "metrics": encode_metrics(run, evaluation),
            **rows,
            **_encode_facts(run),
        }
        for label, run in zip(("base_model", "eval_model"), runs, strict=True)
    }
    comparison = {"comparison": encode_comparison(summary, evaluation)}
    return {**head, **models, **documented, **both, **comparison, **times, **answers, **ours}


def _answered(run: Mapping[str, Any]) -> int:
    """Answers there are: an errored trial has none."""
    counts = run["counts"]
    return int(counts["total"] - counts["errored"])


def _encode_facts(run: Mapping[str, Any]) -> dict[str, Any]:
    """What else is known of a run: how it was reached, what it used, what errored, and how several trials of
    a question went together.
    """
    return {name: run[name] for name in _FACTS}


def encode_row(trial: Trial, question: Question, evaluation: Evaluation) -> dict[str, Any]:
    """A trial: the documented fields, then ours, of which those that say nothing are left out."""
    scores = {metric: rounded(score.value) for metric, score in trial.scores.items()}
    by_role = {spec.role: scores.get(spec.metric) for spec in evaluation.scorers}
    row: dict[str, Any] = {
        "question_id": question.question_id,
        "question": question.question,
        "expected_answer": question.expected_answer,
        "model_answer": trial.output,
        "score": by_role[Role.CORRECTNESS],
    }
    if Role.RELEVANCE in by_role:
        row["relevance"] = by_role[Role.RELEVANCE]
    row["outcome"] = trial.outcome.value
    if trial.error is not None:
        row["error"] = {"code": trial.error.code, "message": trial.error.message}
    if evaluation.trials > 1:
        row["trial"] = trial.trial
    row["scores"] = scores
    if reasons := {metric: score.reason for metric, score in trial.scores.items() if score.reason}:
        row["reasons"] = reasons
    if raw := {metric: score.raw for metric, score in trial.scores.items() if score.raw}:
        row["raw"] = raw
    if trial.violations:
        row["violations"] = list(trial.violations)
    if question.context:
        row["context"] = _encode_context(trial, question)
    return row | _encode_use(trial)


def _encode_context(trial: Trial, question: Question) -> list[dict[str, Any]]:
    """The chunks that the question came with, and what the answer used of each, if there is an answer."""
    sources = question.sources or ("",) * len(question.context)
    shown: list[dict[str, Any]] = [
        {"text": shortened(text, LONGEST_CHUNK), "source": source or None}
        for text, source in zip(question.context, sources, strict=True)
    ]
    if trial.output is None:
        return [{**chunk, "chunk_used": None, "chunk_usage_pct": None} for chunk in shown]
    uses = chunk_uses(trial.output, question.question, question.context)
    return [
        {**chunk, "chunk_used": use.used, "chunk_usage_pct": round(use.percent, 2)}
        for chunk, use in zip(shown, uses, strict=True)
    ]


def _encode_use(trial: Trial) -> dict[str, Any]:
    """What the answer took, by the provider's own figures; what is not known is left out."""
    known: dict[str, Any] = {
        "latency_seconds": rounded(trial.latency_seconds),
        "prompt_tokens": trial.prompt_tokens,
        "completion_tokens": trial.completion_tokens,
        "finish_reason": trial.finish_reason,
        "cost_usd": None if trial.cost_usd is None else f"{trial.cost_usd:f}",
    }
    if trial.judging is not None:
        cost = trial.judging.cost_usd
        known["judging"] = {
            "calls": trial.judging.calls,
            "prompt_tokens": trial.judging.prompt_tokens,
            "completion_tokens": trial.judging.completion_tokens,
            "cost_usd": None if cost is None else f"{cost:f}",
        }
    return {name: value for name, value in known.items() if value is not None}


def _encode_preference(pair: Trial) -> dict[str, Any]:
    """Whose answer a judge preferred in each order, or why it said nothing."""
    preference = decode_pair(pair)
    if preference is None:
        error = {"code": pair.error.code, "message": pair.error.message} if pair.error else None
        return {"score": None, "base_first": None, "eval_first": None, "error": error}
    told = {
        "score": preference.score.value,
        "base_first": preference.base_first,
        "eval_first": preference.eval_first,
        "reason": preference.score.reason,
    }
    return told if preference.score.raw is None else {**told, "raw": preference.score.raw}
