"""Between the gateway's events and the use cases, for every API function: who calls, what the body is, how an
answer leaves.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

import orjson
from aws_lambda_powertools.event_handler import Response

from marksheet.domain import Caller
from marksheet.errors import Forbidden, InvalidRequest, Problem, TooLarge, Unauthenticated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

READ = "evaluations:read"
WRITE = "evaluations:write"

LARGEST_ANSWER_BYTES = 6_000_000
"""A Lambda may answer 6 MiB, headers included."""


class FileResponse(Response[bytes]):
    """A file, sent as it is. Powertools would encode it once more, because its content type is JSON."""

    def is_json(self) -> bool:
        return False


def caller_of(event: BaseProxyEvent, scope: str) -> Caller:
    """Who calls. Raises `Unauthenticated`, or `Forbidden` for a key without `scope`."""
    authorizer = event.raw_event["requestContext"].get("authorizer") or {}
    context: Mapping[str, str] = authorizer.get("lambda") or {}
    if not context.get("organization"):
        raise Unauthenticated("Invalid or missing API key")
    caller = Caller(context["organization"], context["key_id"], frozenset(context["scopes"].split()))
    if scope not in caller.scopes:
        raise Forbidden(f"This API key lacks the scope {scope}")
    return caller


def body_of(event: BaseProxyEvent) -> bytes:
    """The request's body as it was sent. Raises `InvalidRequest` for base64 that is none."""
    body: str = event.raw_event.get("body") or ""
    if not event.raw_event.get("isBase64Encoded"):
        return body.encode(errors="surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest(Problem(("body",), "not valid base64")) from None


def header_of(event: BaseProxyEvent, name: str) -> str | None:
    """A header's value, whatever its case."""
    headers: Mapping[str, str] = event.raw_event.get("headers") or {}
    return next((value for given, value in headers.items() if given.lower() == name.lower()), None)


def query_of(event: BaseProxyEvent) -> dict[str, str]:
    """The query's parameters; one that is repeated arrives joined by commas."""
    return dict(event.raw_event.get("queryStringParameters") or {})


def answer(
    body: dict[str, Any], *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response[str]:
    """A JSON answer."""
    return Response(
        status_code=status,
        content_type="application/json",
        body=orjson.dumps(body).decode(),
        headers=dict(headers or {}),
    )


def size_of(body: dict[str, Any]) -> int:
    """Bytes of a JSON answer in the function's result: a text within the JSON text that the result is, which
    the runtime may write in ASCII.
    """
    return len(json.dumps(orjson.dumps(body).decode()))


def large_answer(body: dict[str, Any], *, instead: str) -> Response[str]:
    """A JSON answer that may be large. Raises `TooLarge`, which says to do `instead`, where a function may
    not answer as much.
    """
    return large_text(orjson.dumps(body).decode(), "application/json", instead=instead)


def large_text(text: str, content_type: str, *, instead: str) -> Response[str]:
    """As `large_answer`, for a text that is written already."""
    # What is sent is a text within a JSON text, a character of which takes twelve bytes at most.
    if len(text) > LARGEST_ANSWER_BYTES // 12 and (size := len(json.dumps(text))) > LARGEST_ANSWER_BYTES:
        raise TooLarge(f"the answer would have {size:,} bytes, of {LARGEST_ANSWER_BYTES:,}; {instead}")
    return Response(status_code=200, content_type=content_type, body=text, headers={})
