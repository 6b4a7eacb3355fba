"""Answers about runs, predictions and scores one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def encode_run(
    *,
    run_id: str,
    evaluation_ref: str,
    model_ref: str,
    status: str,
    started_at: str | None,
    finished_at: str | None,
    summary: Mapping[str, Any] | None,
    source_run_id: str | None,
) -> dict[str, Any]:
    """A run without its trials."""
    return {
        "evaluation_run_id": run_id,
        "evaluation": evaluation_ref,
        "model": model_ref,
        "status": status,
        "started_at": started_at,
        "finished_at": finished_at,
        "summary": None if summary is None else dict(summary),
        "source_evaluation_run_id": source_run_id,
    }


def encode_prediction(
    *, prediction_id: str, model: str, inputs: Mapping[str, Any], output: Any, run_id: str | None
) -> dict[str, Any]:
    """An output of a model."""
    return {
        "prediction_id": prediction_id,
        "model": model,
        "inputs": dict(inputs),
        "output": output,
        "evaluation_run_id": run_id,
        "wb_user_id": None,
    }


def encode_score(*, score_id: str, scorer: str, value: Any, run_id: str | None) -> dict[str, Any]:
    """What a scorer said of a prediction."""
    return {
        "score_id": score_id,
        "scorer": scorer,
        "value": value,
        "evaluation_run_id": run_id,
        "wb_user_id": None,
    }


def encode_run_begun(run_id: str) -> dict[str, Any]:
    return {"evaluation_run_id": run_id}


def encode_predicted(prediction_id: str) -> dict[str, Any]:
    return {"prediction_id": prediction_id}


def encode_scored(score_id: str) -> dict[str, Any]:
    return {"score_id": score_id}


def encode_success() -> dict[str, Any]:
    return {"success": True}


def encode_num_deleted(number: int) -> dict[str, Any]:
    return {"num_deleted": number}
