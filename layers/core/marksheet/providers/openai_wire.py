"""OpenAI's chat completions and embeddings as bytes: the requests' bodies, and what a response's status and
body mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from marksheet.domain import Answer
from marksheet.errors import ModelError, PermanentModelError, TransientModelError
from marksheet.providers import NO_SAMPLING, Embedding
from marksheet.providers.bodies import (
    bad_response,
    check_vectors,
    printable,
    read_count,
    read_json,
    read_text,
    retry_after_seconds,
)
from marksheet.providers.quoting import harmless

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_PASSED_ON = ("temperature", "top_p", "max_tokens", "stop")
_COMPLETION_LIMIT = "max_completion_tokens"
_THROTTLED = frozenset({429, 529})
_TRANSIENT = frozenset({408, 409, 425})
_FATAL = frozenset({401, 402, 403, 404, 405})
_MEANINGS: Mapping[int, str] = {
    401: "the endpoint refuses the key",
    402: "the endpoint wants to be paid",
    403: "the endpoint refuses the key",
    404: "the endpoint does not know the model or the path",
    429: "the endpoint throttles",
    529: "the endpoint is overloaded",
}


def encode_chat(
    settings: Mapping[str, Any],
    messages: Sequence[Mapping[str, str]],
    trial: int,
    sampling: Mapping[str, Any] = NO_SAMPLING,
) -> bytes:
    """The body of POST /chat/completions. The seed moves with the trial, or all trials would be one.

    `sampling` stands before all settings, `extra_body` included. Where that limits the reply by
    `max_completion_tokens`, as models that reason want it, `max_tokens` of `sampling` goes by this name.
    """
    body: dict[str, Any] = {"model": settings["model"], "messages": messages}
    body |= _passed_on(settings, trial)
    extra = settings.get("extra_body", {})
    wanted = _passed_on(sampling, trial)
    if "reasoning_effort" in sampling:
        wanted["reasoning_effort"] = sampling["reasoning_effort"]
    if _COMPLETION_LIMIT in extra and "max_tokens" in wanted:
        wanted[_COMPLETION_LIMIT] = wanted.pop("max_tokens")
    return orjson.dumps(body | extra | wanted)


def _passed_on(settings: Mapping[str, Any], trial: int) -> dict[str, Any]:
    body = {name: settings[name] for name in _PASSED_ON if settings.get(name) is not None}
    if settings.get("seed") is not None:
        body["seed"] = settings["seed"] + trial - 1
    return body


def encode_embeddings(settings: Mapping[str, Any], texts: Sequence[str]) -> bytes:
    """The body of POST /embeddings."""
    return orjson.dumps({"model": settings["model"], "input": texts} | settings.get("extra_body", {}))


def decode_answer(body: bytes, latency_seconds: float) -> Answer:
    """The answer in the body of a 200. Raises `TransientModelError` of code "bad_json" or "bad_response".

    A refusal is an answer with finish_reason "refusal"; one that was filtered or cut off may be empty.
    """
    payload = read_json(body)
    try:
        choice = payload["choices"][0]
        message = choice["message"]
        content, refusal = message.get("content"), message.get("refusal")
        usage = payload.get("usage")
    except (AttributeError, IndexError, KeyError, TypeError):
        raise bad_response("has no choices[0].message") from None
    reason = choice.get("finish_reason")
    reason = printable(reason) if isinstance(reason, str) else None
    text = read_text(content)
    if not text and isinstance(refusal, str) and refusal:
        text, reason = refusal, "refusal"
    if text is None:
        if reason not in {"content_filter", "length"}:
            raise bad_response("has no text in choices[0].message.content")
        text = ""
    usage = usage if isinstance(usage, dict) else {}
    prompt_tokens = read_count(usage.get("prompt_tokens"))
    completion_tokens = read_count(usage.get("completion_tokens"))
    return Answer(
        text=printable(text),
        latency_seconds=latency_seconds,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        finish_reason=reason,
    )


def decode_embeddings(body: bytes, count: int, latency_seconds: float) -> Embedding:
    """The vectors of `count` texts in the body of a 200, in the order of the texts. Raises like
    `decode_answer`.
    """
    payload = read_json(body)
    try:
        rows = {row["index"]: row["embedding"] for row in payload["data"]}
        usage = payload.get("usage")
    except (AttributeError, KeyError, TypeError):
        raise bad_response("has no embedding and index in each of data") from None
    if any(type(index) is not int for index in rows) or sorted(rows) != list(range(len(payload["data"]))):
        raise bad_response("does not number its embeddings from 0")
    prompt_tokens = read_count(usage.get("prompt_tokens")) if isinstance(usage, dict) else None
    return Embedding(
        vectors=check_vectors([rows[index] for index in sorted(rows)], count),
        latency_seconds=latency_seconds,
        prompt_tokens=prompt_tokens,
    )


def decode_error(
    status: int,
    retry_after: str | None,
    body: bytes,
    *,
    asked: Sequence[str],
    secret: str | None,
    now: datetime,
) -> ModelError:
    """What any other status means, as an error to raise.

    `asked` (the texts that were sent) and `secret` must not be in its message: endpoints like to repeat them.
    """
    code = f"http_{status}"
    said = _error_object(body)
    if status == 429 and "insufficient_quota" in (said.get("code"), said.get("type")):
        return PermanentModelError("the endpoint's quota is used up", code="insufficient_quota", fatal=True)
    if status == 400 and said.get("code") == "content_filter":
        return PermanentModelError(
            "the endpoint's content filter stopped the question", code="content_filter"
        )
    message = _MEANINGS.get(status, f"the endpoint answered {status}")
    if status not in {401, 403} and (detail := harmless(said.get("message"), asked=asked, secret=secret)):
        message = f"{message}: {detail}"
    seconds = retry_after_seconds(retry_after, now)
    if status in _THROTTLED or (status == 503 and seconds is not None):
        return TransientModelError(message, code=code, retry_after_seconds=seconds, throttled=True)
    if status in _TRANSIENT or status >= 500:
        return TransientModelError(message, code=code)
    # Redirects are not followed: the key would go where the endpoint points to.
    return PermanentModelError(message, code=code, fatal=status in _FATAL or status < 400)


def _error_object(body: bytes) -> dict[str, Any]:
    """OpenAI's {"error": {"message", "type", "code"}}, or the plain text that other servers put there."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    error = said.get("error", said.get("detail", said)) if isinstance(said, dict) else None
    if isinstance(error, str):
        return {"message": error}
    return error if isinstance(error, dict) else {}
