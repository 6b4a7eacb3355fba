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


_STATUS: dict[type[MarksheetError], int] = {
    InvalidRequest: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    NotFinished: 409,
    Conflict: 409,
    TooLarge: 413,
    LimitExceeded: 429,
}


def encode_error(error: Exception) -> ErrorResponse:
    """The answer to a request that ended in `error`: `{"detail": [{"loc", "msg", "type"}]}` for what is wrong
    with a request, `{"reason"}` for the rest.

    An exception that is not one of the core's errors is a fault of ours: 500, and not a word about it.
    """
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), None)
    if status is None or not isinstance(error, MarksheetError):
        return ErrorResponse(500, encode_reason("Internal server error"), {})
    if isinstance(error, InvalidRequest):
        detail = [
            {"loc": list(problem.location), "msg": problem.message, "type": problem.kind}
            for problem in error.problems
        ]
        return ErrorResponse(status, {"detail": detail}, {})
    return ErrorResponse(status, encode_reason(error.message), _headers(error))


def encode_reason(reason: str) -> dict[str, Any]:
    """The body of an answer that is no success, also of one that is no error of the core: no such route."""
    return {"reason": reason}


def _headers(error: MarksheetError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": 'Basic realm="marksheet"'}
    if isinstance(error, LimitExceeded):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}
