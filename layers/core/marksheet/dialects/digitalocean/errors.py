"""What went wrong, as this dialect says it: the one place where an error becomes a status code."""

from __future__ import annotations

from typing import Any, NamedTuple

from marksheet.errors import (
    Conflict,
    Forbidden,
    InvalidRequest,
    LimitExceeded,
    MarksheetError,
    NotFinished,
    NotFound,
    TooLarge,
    Unauthenticated,
)


class ErrorResponse(NamedTuple):
    """An answer that is no success."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]


_ANSWERS: dict[type[MarksheetError], tuple[int, str]] = {
    InvalidRequest: (400, "invalid_request"),
    Unauthenticated: (401, "unauthorized"),
    Forbidden: (403, "forbidden"),
    NotFound: (404, "not_found"),
    NotFinished: (409, "not_finished"),
    Conflict: (409, "conflict"),
    TooLarge: (413, "too_large"),
    LimitExceeded: (429, "too_many_requests"),
}


def encode_error(error: Exception) -> ErrorResponse:
    """The answer to a request that ended in `error`: `{"id", "message"}`.

    An exception that is not one of the core's errors is a fault of ours: 500, and not a word about it.
    """
    known = next((_ANSWERS[kind] for kind in type(error).__mro__ if kind in _ANSWERS), None)
    if known is None or not isinstance(error, MarksheetError):
        return ErrorResponse(500, encode_problem("server_error", "Internal server error"), {})
    status, slug = known
    headers = {"Retry-After": str(error.retry_after_seconds)} if isinstance(error, LimitExceeded) else {}
    return ErrorResponse(status, encode_problem(slug, error.message), headers)


def encode_problem(slug: str, message: str) -> dict[str, Any]:
    """The body of an answer that is no success, also of one that is no error of the core: no such route."""
    return {"id": slug, "message": message}
