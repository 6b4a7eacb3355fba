"""What an answer means: its JSON body, or the CommandError that fits the service's refusal.

The two surfaces word their errors differently: /api/v3 says {"detail": text or problems}, /v1 says {"error":
{"code", "message", "problems"}}, and the gateway in front of both {"message": text}.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from marksheet_cli.exits import CommandError, ExitCode, TooLarge, in_short

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = dict[str, Any]

_WITHOUT_MARKS = "how far it is: marksheet status ID\nthe marks it has, if any: --partial"
_HINTS = {
    "not_finished": "how far it is: marksheet jobs show JOB",
    "forbidden": "the key lacks the needed scope, or this is another key's, which can share it:\n"
    "marksheet specs share SPEC --with KEY_ID",
}
"""What to do about a refusal of /v1, by its code."""


def decode(response: httpx.Response) -> Json:
    """The JSON object of an answer. Raises CommandError for every status but 2xx, and for a broken body."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if response.is_success and isinstance(body, dict):
        return body
    if response.is_success or response.is_redirect:
        raise CommandError(
            f"the service answered {response.status_code} with a body that is no JSON object",
            hint="check that the address is that of a Marksheet deployment",
            code=ExitCode.UNAVAILABLE,
        )
    raise refusal(response, body if isinstance(body, dict) else {})


def refusal(response: httpx.Response, body: Json) -> CommandError:
    """What to say about an error status."""
    said = _read(body)
    status = response.status_code
    if status == httpx.codes.REQUEST_ENTITY_TOO_LARGE:
        return TooLarge(said.message or "that is more than one request may carry")
    if said.problems:
        return CommandError(in_short(said.problems), code=ExitCode.FAILED, problems=said.problems)
    if status == httpx.codes.NOT_FOUND and not said.by_marksheet:
        return CommandError(
            f"{_origin(response)} does not look like a Marksheet API: it answers 404 in another form",
            hint="check the address; it is the ApiUrl output of the stack, without /api/v3",
            code=ExitCode.UNAVAILABLE,
        )
    text = said.message or f"the service answered {status}"
    return CommandError(text, hint=_hint(response, said), code=_exit_code(status))


def unreachable(url: str, error: httpx.RequestError) -> CommandError:
    """What to say when no answer came."""
    if isinstance(error, httpx.TimeoutException):
        message, hint = (
            f"{url} did not answer in time",
            "try again; the request may have arrived all the same",
        )
    elif isinstance(error, httpx.ConnectError):
        message = f"cannot reach {url}"
        hint = "is it running? 'marksheet local status' tells for the local stack; else check MARKSHEET_URL"
    else:
        message, hint = f"the connection to {url} broke off", "try again"
    return CommandError(message, hint=hint, code=ExitCode.UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class _Said:
    """The body of an error, whichever form it has."""

    message: str | None
    problems: list[dict[str, str]]
    """Each {"field", "message"}."""
    code: str | None = None
    """The word of /v1 for it."""
    by_marksheet: bool = True
    """The service itself has said it, not the gateway or something else altogether."""


def _read(body: Json) -> _Said:
    detail, error = body.get("detail"), body.get("error")
    if isinstance(error, dict):
        problems = [
            {"field": str(entry.get("field", "")), "message": str(entry.get("message", ""))}
            for entry in error.get("problems") or []
            if isinstance(entry, dict)
        ]
        return _Said(_text(error.get("message")), problems, code=_text(error.get("code")))
    if isinstance(detail, list):
        problems = [
            {"field": _field(entry.get("loc") or ()), "message": str(entry.get("msg", ""))}
            for entry in detail
            if isinstance(entry, dict)
        ]
        return _Said("the request is not valid", problems)
    if detail is not None:
        return _Said(_text(detail), [])
    return _Said(_text(body.get("message")), [], by_marksheet=False)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _exit_code(status: int) -> ExitCode:
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return ExitCode.UNAUTHENTICATED
    if status == httpx.codes.NOT_FOUND:
        return ExitCode.NOT_FOUND
    return ExitCode.UNAVAILABLE if status >= httpx.codes.INTERNAL_SERVER_ERROR else ExitCode.FAILED


def _hint(response: httpx.Response, said: _Said) -> str | None:
    """What to do about it."""
    match response.status_code:
        case httpx.codes.UNAUTHORIZED:
            return "the API key is unknown, revoked or missing; check MARKSHEET_API_KEY"
        case httpx.codes.FORBIDDEN if said.by_marksheet and said.code is None:
            return "the API key is valid but lacks the needed scope"
        case httpx.codes.NOT_FOUND:
            return "the 'list' commands show what this API key can see"
        case httpx.codes.TOO_MANY_REQUESTS:
            wait = response.headers.get("Retry-After")
            return f"try again in {wait} s" if wait else "try again later"
        case status if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return _server_hint(response)
        case httpx.codes.BAD_REQUEST if said.code is None:
            # On /api/v3 only marks that are not there yet are a 400.
            return _WITHOUT_MARKS
    return _HINTS.get(said.code or "")


def _field(location: Sequence[str | int]) -> str:
    """Where a problem is: "body.custom_metrics.0", or in a file "line 7, field question"."""
    match [str(part) for part in location]:
        case ["body", "file", "line" | "element" as unit, number, *field]:
            return ", ".join([f"{unit} {number}", *(f"field {name}" for name in field)])
        case parts:
            return ".".join(parts)


def _origin(response: httpx.Response) -> str:
    return str(response.url.copy_with(raw_path=b"/")).rstrip("/")


def _server_hint(response: httpx.Response) -> str:
    request_id = response.headers.get("x-request-id") or response.headers.get("apigw-requestid")
    return (
        f"the service failed; its logs know request {request_id}"
        if request_id
        else "the service failed; try again"
    )
