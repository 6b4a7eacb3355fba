"""Answers to `POST /v2/{entity}/{project}/eval_results/query`: every key is there, nulls are written out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from marksheet.domain import LoggedTrial

UNRESOLVED = "A dataset row ref leads nowhere, so no ref was resolved: raw_data_row may contain refs"


def encode_eval_results(
    rows: Iterable[Mapping[str, Any]],
    *,
    total_rows: int,
    summary: Mapping[str, Any] | None,
    unresolved: bool,
) -> dict[str, Any]:
    """The whole answer; `unresolved` says that references stand which lead nowhere."""
    return {
        "rows": list(rows),
        "total_rows": total_rows,
        "summary": summary,
        "warnings": [UNRESOLVED] if unresolved else [],
    }


def encode_row(digest: str, value: Any, runs: Mapping[str, Iterable[LoggedTrial]]) -> dict[str, Any]:
    """One row with its trials by run id."""
    return {
        "row_digest": digest,
        "raw_data_row": value,
        "evaluations": [
            {"evaluation_call_id": run_id, "trials": [_encode_trial(trial) for trial in trials]}
            for run_id, trials in runs.items()
        ],
    }


def encode_summary(row_count: int, evaluations: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What the rows come to, by run."""
    return {"row_count": row_count, "evaluations": list(evaluations)}


def encode_run_summary(
    run_id: str,
    trial_count: int,
    scorer_stats: Iterable[Mapping[str, Any]],
    *,
    evaluation_ref: str | None,
    model_ref: str | None,
    display_name: str | None,
    trace_id: str | None,
    started_at: str | None,
) -> dict[str, Any]:
    """What a run's trials come to, and what is known of the run."""
    return {
        "evaluation_call_id": run_id,
        "trial_count": trial_count,
        "scorer_stats": list(scorer_stats),
        "evaluation_ref": evaluation_ref,
        "model_ref": model_ref,
        "display_name": display_name,
        "trace_id": trace_id,
        "started_at": started_at,
    }


def encode_scorer_stats(
    *,
    scorer_key: str,
    path: str | None,
    value_type: str,
    trial_count: int,
    numeric_count: int,
    numeric_sum: float | None,
    pass_true_count: int,
    pass_known_count: int,
) -> dict[str, Any]:
    """What the values at one place within a scorer's scores come to."""
    return {
        "scorer_key": scorer_key,
        "path": path,
        "value_type": value_type,
        "trial_count": trial_count,
        "numeric_count": numeric_count,
        "numeric_mean": _share(numeric_sum, numeric_count),
        "pass_true_count": pass_true_count,
        "pass_known_count": pass_known_count,
        "pass_rate": _share(pass_true_count, pass_known_count),
        "pass_signal_coverage": _share(pass_known_count, trial_count),
    }


def _encode_trial(trial: LoggedTrial) -> dict[str, Any]:
    return {
        "predict_and_score_call_id": trial.call_id,
        "predict_call_id": trial.predict_call_id,
        "model_output": trial.output,
        "scores": dict(trial.scores),
        "model_latency_seconds": trial.latency_seconds,
        "total_tokens": trial.total_tokens,
        "scorer_call_ids": dict(trial.scorer_call_ids),
    }


def _share(part: float | None, whole: int) -> float | None:
    """None as well for a sum that is beyond floats."""
    return part / whole if whole and part is not None and math.isfinite(part) else None
