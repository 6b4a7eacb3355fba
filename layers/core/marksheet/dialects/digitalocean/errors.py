"""What went wrong, as this dialect says it: the one place where an error becomes a status code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from marksheet.errors import (
    Conflict,
    Forbidden,
    InvalidRequest,
    InvalidUpload,
    LimitExceeded,
    MarksheetError,
    NotFound,
    TooLarge,
    Unauthenticated,
)

if TYPE_CHECKING:
    from marksheet.errors import Problem

MOST_PROBLEMS = 5
"""That a message lists."""


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
    return ErrorResponse(status, encode_problem(slug, _message(error)), _headers(error))


def encode_problem(slug: str, message: str) -> dict[str, Any]:
    """The body of an answer that is no success, also of one that is no error of the core: no such route."""
    return {"id": slug, "message": message}


def _message(error: MarksheetError) -> str:
    """All that is wrong in one text: there is no other place for it."""
    if isinstance(error, InvalidUpload):
        line = None if error.line is None else f"{error.unit} {error.line}"
        place = ", ".join(filter(None, (line, error.field)))
        return f"the file: {place}: {error.detail}" if place else f"the file: {error.detail}"
    if not isinstance(error, InvalidRequest):
        return error.message
    told = [_told(problem) for problem in error.problems[:MOST_PROBLEMS]]
    more = len(error.problems) - len(told)
    return "; ".join(told) + (f" (and {more} more)" if more else "")


def _told(problem: Problem) -> str:
    """Such as `files[0].file_size: Input should be less than ...`."""
    place, *steps = problem.location or ("body",)
    inner = steps if place == "body" else [place, *steps]
    if not inner or isinstance(inner[0], int):
        # The body as a whole; of one that is no JSON the message says where.
        return f"body: {problem.message}"
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in inner)
    return f"{path.removeprefix('.')}: {problem.message}"


def _headers(error: MarksheetError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, LimitExceeded):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}
