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

_ANSWERS: dict[type[MarksheetError], tuple[int, str]] = {
    InvalidRequest: (400, "invalid_request"),
    Unauthenticated: (401, "unauthenticated"),
    Forbidden: (403, "forbidden"),
    NotFound: (404, "not_found"),
    NotFinished: (400, "not_finished"),
    Conflict: (409, "conflict"),
    TooLarge: (413, "too_large"),
    LimitExceeded: (429, "limit_exceeded"),
}


class ErrorResponse(NamedTuple):
    """An answer that is no success."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]


def encode_error(error: Exception) -> ErrorResponse:
    """The answer to a request that ended in `error`: `{"error": {"code", "message", "problems"?}}`.

    `problems` has everything that is wrong with a request. An exception that is not one of the core's errors
    is a fault of ours: 500, and not a word about it.
    """
    known = next((_ANSWERS[kind] for kind in type(error).__mro__ if kind in _ANSWERS), None)
    if known is None or not isinstance(error, MarksheetError):
        return ErrorResponse(500, encode_problem("internal_error", "Internal server error"), {})
    status, code = known
    if not isinstance(error, InvalidRequest):
        return ErrorResponse(status, encode_problem(code, error.message), _headers(error))
    problems = [
        {"field": _path(problem.location), "message": problem.message, "kind": problem.kind}
        for problem in error.problems
    ]
    body = encode_problem(code, _in_short(problems))
    body["error"]["problems"] = problems
    return ErrorResponse(status, body, {})


def encode_problem(code: str, message: str) -> dict[str, Any]:
    """The body of an answer that is no success, also of one that is no error of the core: no such route."""
    return {"error": {"code": code, "message": message}}


def _path(location: tuple[str | int, ...]) -> str:
    """Such as `dataset[3].output`: fields of the body by themselves, others after `query` or `header`.

    `body` is the body as a whole, also where it is no JSON: the message has line and column.
    """
    inner = location[1:] if location[:1] == ("body",) else location
    if not inner or isinstance(inner[0], int):
        return "body"
    path = ""
    for step in inner:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.removeprefix(".")


def _in_short(problems: list[dict[str, str]]) -> str:
    """The first problem, and how many more there are."""
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{problems[0]['field']}: {problems[0]['message']}{more}" if problems else "Invalid request"


def _headers(error: MarksheetError) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Api-Key"}
    if isinstance(error, LimitExceeded):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}
