"""Answers about evaluations. Documented fields come first and in the documented order, ours after them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.dialects.nugen.metrics import encode_headline
from marksheet.domain import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.dialects.nugen.evaluation_requests import CreateEvaluationRequest
    from marksheet.domain import Counts, Evaluation

CREATED = "Evaluation created successfully and queued for execution"


def encode_status_word(status: Status) -> str:
    """PROCESSING, READY or FAILED: the wire has no fourth word, so a cancelled evaluation is shown as
    FAILED."""
    return Status.FAILED.value if status is Status.CANCELLED else status.value


def encode_created(evaluation: Evaluation, request: CreateEvaluationRequest) -> dict[str, Any]:
    """The answer to a create.

    `status` is the initial one, whatever has happened since: a create repeated with its Idempotency-Key is
    answered as the first one was.
    """
    body = {
        "evaluation_id": evaluation.evaluation_id,
        "model_id": request.model_id,
        "status": Status.PROCESSING.value,
        "benchmark_id": evaluation.benchmark.benchmark_id,
        "created_at": evaluation.created_at,
        "message": CREATED,
    }
    if request.model_id_2 is not None:
        body["model_id_2"] = request.model_id_2
    if request.judge_provider is not None:
        body["judge_provider"] = request.judge_provider
    return body


def encode_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    """One evaluation, as in a list and alone.

    `judge_provider` is always null: scorers mark, no judge is asked.
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
        "name": evaluation.name,
        "benchmark_name": evaluation.benchmark.name,
        "benchmark_version": evaluation.benchmark.version,
        "trials": evaluation.trials,
        "counts": _per_model(evaluation, [_encode_counts(run.counts) for run in runs]),
        "started_at": evaluation.started_at,
        "completed_at": evaluation.completed_at,
        "failure_reason": _failure_reason(evaluation),
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
    reason = _failure_reason(evaluation)
    return body if reason is None else {**body, "failure_reason": reason}


def encode_deleted(kind: str, identifier: str) -> dict[str, Any]:
    """The answer to a delete. `kind` is the thing's name in lower case."""
    return {"id": identifier, "message": f"Successfully deleted {kind}"}


def _metrics(evaluation: Evaluation) -> dict[str, Any] | None:
    """The headline of each run; an evaluation that is not READY has none."""
    headline = evaluation.headline
    if headline is None:
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


def _failure_reason(evaluation: Evaluation) -> str | None:
    """`cancelled` tells a cancelled evaluation from a failed one, whose reason is in words."""
    return "cancelled" if evaluation.status is Status.CANCELLED else evaluation.error
