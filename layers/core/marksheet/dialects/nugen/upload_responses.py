"""Answers about files that are sent straight to storage: benchmarks of any size, recorded answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.dialects.nugen.evaluation_responses import encode_status_word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import Status


def encode_upload(
    *, upload_id: str, url: str, fields: Mapping[str, str], expires_seconds: int, maximum_bytes: int
) -> dict[str, Any]:
    """How to send a file: POST a form of `fields`, then the file as a last field `file`, to `url`."""
    return {
        "upload_id": upload_id,
        "upload": {"url": url, "fields": dict(fields)},
        "expires_in": expires_seconds,
        "maximum_bytes": maximum_bytes,
    }


def encode_upload_status(
    *,
    upload_id: str,
    status: Status,
    benchmark_id: str | None,
    version: int | None,
    model_id: str | None,
    count: int | None,
    error: str | None,
    line: int | None,
    field: str | None,
    unit: str | None,
) -> dict[str, Any]:
    """What became of a file: the benchmark version it made, or the model it gave answers to; else what is
    wrong, and where.

    `count` is the number of questions or answers in it.
    """
    return {
        "upload_id": upload_id,
        "status": encode_status_word(status),
        "benchmark_id": benchmark_id,
        "version": version,
        "model_id": model_id,
        "count": count,
        "error": error,
        "line": line,
        "field": field,
        "unit": unit,
    }
