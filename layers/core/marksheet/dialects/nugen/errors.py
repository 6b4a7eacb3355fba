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

_STATUS: dict[type[MarksheetError], int] = {
    InvalidRequest: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    NotFinished: 400,
    Conflict: 409,
    TooLarge: 413,
    LimitExceeded: 429,
}


class ErrorResponse(NamedTuple):
    """An answer that is no success."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]


def encode_error(error: Exception) -> ErrorResponse:
    """The answer to a request that ended in `error`.

    422 carries FastAPI's `{"detail": [{"loc", "msg", "type"}]}`, everything else `{"detail": text}`. An
    exception that is not one of the core's errors is a fault of ours: 500, and not a word about it.
    """
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    if isinstance(error, InvalidRequest):
        return ErrorResponse(status, {"detail": _problems(error)}, {})
    if status == 500 or not isinstance(error, MarksheetError):
        return ErrorResponse(500, {"detail": "Internal Server Error"}, {})
    return ErrorResponse(status, {"detail": error.message}, _headers(error))


def _problems(error: InvalidRequest) -> list[dict[str, Any]]:
    return [
        {"loc": list(problem.location), "msg": problem.message, "type": problem.kind}
        for problem in error.problems
    ]


def _headers(error: MarksheetError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, LimitExceeded):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}
