"""Answers about evaluations. Documented fields come first and in the documented order, ours after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.dialects.nugen.metrics import encode_headline
from marksheet.domain import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from marksheet.dialects.nugen.evaluation_requests import CreateEvaluationRequest, MarkAgainRequest
    from marksheet.domain import Counts, Evaluation
    from marksheet.estimates import Estimate

CREATED = "Evaluation created successfully and queued for execution"


def encode_status_word(status: Status) -> str:
    """PROCESSING, READY or FAILED: the wire has no fourth word, so an evaluation that was cancelled, or
    stopped by its budget, is shown as FAILED."""
    return Status.FAILED.value if status in {Status.CANCELLED, Status.STOPPED} else status.value


def encode_created(
    evaluation: Evaluation, request: CreateEvaluationRequest | MarkAgainRequest
) -> dict[str, Any]:
    """The answer to a create.

    `status` is the initial one, whatever has happened since: a create repeated with its Idempotency-Key is
    answered as the first one was.
    """
    body = {
        "evaluation_id": evaluation.evaluation_id,
        "model_id": request.model_id or evaluation.runs[0].model.model_id,
        "status": Status.PROCESSING.value,
        "benchmark_id": evaluation.benchmark.benchmark_id,
        "created_at": evaluation.created_at,
        "message": CREATED,
    }
    if request.model_id_2 is not None:
        body["model_id_2"] = request.model_id_2
    elif evaluation.comparison:
        body["model_id_2"] = evaluation.runs[1].model.model_id
    if request.judge_provider is not None:
        body["judge_provider"] = request.judge_provider
    if "project" in request.model_fields_set:
        body["project"] = evaluation.project
    return body


def encode_estimate(evaluation: Evaluation, estimate: Estimate) -> dict[str, Any]:
    """The answer to a create with `dry_run`: what it would take. Amounts are decimal texts; one that is not
    known is null, and `unpriced` names the models to blame.
    """
    return {
        "dry_run": True,
        "benchmark_id": evaluation.benchmark.benchmark_id,
        "benchmark_version": evaluation.benchmark.version,
        "questions": evaluation.total_questions,
        "trials": evaluation.trials,
        "calls": sum(model.calls for model in estimate.models),
        "prompt_tokens": sum(model.prompt_tokens for model in estimate.models),
        "completion_tokens": sum(model.completion_tokens for model in estimate.models),
        "cost_usd": _amount(estimate.cost_usd),
        "unpriced": estimate.unpriced,
        "seconds": round(estimate.seconds, 1),
        "models": [
            {
                "model_id": model.model_id,
                "role": model.role,
                "calls": model.calls,
                "prompt_tokens": model.prompt_tokens,
                "completion_tokens": model.completion_tokens,
                "cost_usd": _amount(model.cost_usd),
                "seconds": round(model.seconds, 1),
                "based_on": model.based_on,
            }
            for model in estimate.models
        ],
        "message": "An estimate: nothing was created and no model was called",
    }


def _amount(dollars: Decimal | None) -> str | None:
    return None if dollars is None else f"{dollars:f}"


def encode_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    """One evaluation, as in a list and alone.

    `judge_provider` is always null: the scorers that ask a judge name a registered model.
    """
    runs = evaluation.runs
    return {
        "evaluation_id": evaluation.evaluation_id,
        "model_id": runs[0].model.model_id,
        "benchmark_id": evaluation.benchmark.benchmark_id,
        "status": encode_status_word(evaluation.status),
        "judge_provider": None,
        "created_at": evaluation.created_at,
        "metrics": _metrics(evaluation),
        "model_id_2": runs[1].model.model_id if evaluation.comparison else None,
        "method": encode_method(evaluation),
        "run_ids": [run.run_id for run in runs],
        "name": evaluation.name,
        "project": evaluation.project,
        "benchmark_name": evaluation.benchmark.name,
        "benchmark_version": evaluation.benchmark.version,
        "trials": evaluation.trials,
        "counts": _per_model(evaluation, [_encode_counts(run.counts) for run in runs]),
        "started_at": evaluation.started_at,
        "completed_at": evaluation.completed_at,
        "failure_reason": _failure_reason(evaluation),
        **_encode_end(evaluation),
        "answers_from": evaluation.answers_from,
        "budget": _encode_budget(evaluation),
    }


def encode_method(evaluation: Evaluation) -> str:
    """`eval` for one model, `eval-compare` for two."""
    return "eval-compare" if evaluation.comparison else "eval"


def encode_evaluation_list(
    evaluations: Sequence[Evaluation], *, organization: str, total: int, limit: int, offset: int
) -> dict[str, Any]:
    """A page of evaluations. `user_id` is the organization: keys belong to it, not to people."""
    return {
        "user_id": organization,
        "evaluations": [encode_evaluation(evaluation) for evaluation in evaluations],
        "total": total,
        "limit": limit,
        "offset": offset,
    }


def encode_status(
    evaluation: Evaluation,
    *,
    completed: int,
    total: int,
    average_seconds: float | None,
    eta_seconds: float | None,
) -> dict[str, Any]:
    """How far an evaluation is.

    `eta_seconds` is cut to whole seconds (12.5 s for each of 5 is 62), seconds to 2 places.
    """
    body = {
        "evaluation_id": evaluation.evaluation_id,
        "status": encode_status_word(evaluation.status),
        "benchmark_id": evaluation.benchmark.benchmark_id,
        "progress": f"{completed}/{total} questions",
        "questions_completed": completed,
        "total_questions": total,
        "avg_time_per_question": None if average_seconds is None else round(average_seconds, 2),
        "eta_seconds": None if eta_seconds is None else int(eta_seconds),
        "start_time": evaluation.started_at,
        "end_time": evaluation.completed_at,
    }
    if (reason := _failure_reason(evaluation)) is not None:
        body |= {"failure_reason": reason, **_encode_end(evaluation)}
    if evaluation.max_cost_usd is not None:
        body["budget"] = _encode_budget(evaluation)
    return body


def encode_deleted(kind: str, identifier: str) -> dict[str, Any]:
    """The answer to a delete. `kind` is the thing's name in lower case."""
    return {"id": identifier, "message": f"Successfully deleted {kind}"}


def _metrics(evaluation: Evaluation) -> dict[str, Any] | None:
    """The headline of each run; an evaluation that is not READY has none."""
    headline = evaluation.headline
    if headline is None or evaluation.status is not Status.READY:
        return None
    return _per_model(
        evaluation, [encode_headline(headline[run.position], evaluation) for run in evaluation.runs]
    )


def _per_model(evaluation: Evaluation, values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The value of the only run, or both under the names that comparisons use."""
    if evaluation.comparison:
        return dict(zip(("base_model", "eval_model"), values, strict=True))
    return values[0]


def _encode_counts(counts: Counts) -> dict[str, int]:
    return {
        "right": counts.right,
        "wrong": counts.wrong,
        "unscored": counts.unscored,
        "errored": counts.errored,
        "total": counts.total,
    }


def _encode_end(evaluation: Evaluation) -> dict[str, bool]:
    """Whether the budget ended it, and whether there are marks, be they partial."""
    return {
        "stopped": evaluation.status is Status.STOPPED,
        "has_results": evaluation.results_bytes is not None,
    }


def _encode_budget(evaluation: Evaluation) -> dict[str, str] | None:
    """Amounts as decimal texts, because a JSON number would be read as a float."""
    if evaluation.max_cost_usd is None:
        return None
    return {"max_cost_usd": f"{evaluation.max_cost_usd:f}", "spent_usd": f"{evaluation.spent_usd:f}"}


def _failure_reason(evaluation: Evaluation) -> str | None:
    """`cancelled` tells a cancelled evaluation from a failed one, whose reason is in words."""
    return "cancelled" if evaluation.status is Status.CANCELLED else evaluation.error
