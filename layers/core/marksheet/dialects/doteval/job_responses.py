"""Answers about grading jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from marksheet.domain import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from marksheet.domain import Evaluation


def encode_job(
    *,
    job_id: str,
    status: Status,
    spec_id: str,
    version: int,
    created_at: str,
    name: str | None,
    judge: str | None,
    evaluation: Evaluation | None,
    rows_graded: int,
    error: str | None,
    line: int | None,
    field: str | None,
) -> dict[str, Any]:
    """How far a job is. Without an `evaluation` its file has not arrived, or was wrong."""
    total = evaluation.total_questions if evaluation else None
    budget = None
    if evaluation is not None and evaluation.max_cost_usd is not None:
        budget = {"max_cost_usd": f"{evaluation.max_cost_usd:f}", "spent_usd": f"{evaluation.spent_usd:f}"}
    return {
        "job_id": job_id,
        "status": encode_status(status, evaluation),
        "name": name,
        "eval_spec_id": spec_id,
        "eval_spec_version": version,
        "model": judge,
        "rows_graded": rows_graded,
        "rows_total": total,
        "created_at": created_at,
        "started_at": evaluation.started_at if evaluation else None,
        "completed_at": evaluation.completed_at if evaluation else None,
        "error": error,
        "line": line,
        "field": field,
        "stopped": status is Status.STOPPED,
        "budget": budget,
    }


def encode_status(status: Status, evaluation: Evaluation | None) -> str:
    """PROCESSING, READY or FAILED. A file that was read makes its job READY only once its rows are graded."""
    if evaluation is None and status is Status.READY:
        return Status.PROCESSING.value
    return status.value if status in (Status.PROCESSING, Status.READY) else Status.FAILED.value


def encode_job_result(
    job: Mapping[str, Any],
    *,
    summary: Mapping[str, Any] | None = None,
    results: bytes | None = None,
    url: str | None = None,
) -> dict[str, Any]:
    """A job with what it came to so far; `results` is the content of its results file."""
    rows = orjson.loads(results)["results"] if results is not None else None
    return {**job, "summary": summary, "results": rows, "results_url": url}


def encode_job_list(
    jobs: Iterable[Mapping[str, Any]], *, total: int, limit: int, offset: int
) -> dict[str, Any]:
    """One page of jobs, without what they came to."""
    return {"jobs": list(jobs), "total": total, "limit": limit, "offset": offset}


def encode_job_upload(
    job: Mapping[str, Any], *, url: str, fields: Mapping[str, str], expires_seconds: int, maximum_bytes: int
) -> dict[str, Any]:
    """A job that waits for its file: POST a form of `fields`, then the file as a last field `file`."""
    return {
        **job,
        "upload": {"url": url, "fields": dict(fields)},
        "expires_in": expires_seconds,
        "maximum_bytes": maximum_bytes,
    }
