"""OpenAI's chat completions as bytes: the request's body, and what a response's status and body mean."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import orjson

from marksheet.domain import Answer
from marksheet.errors import ModelError, PermanentModelError, TransientModelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_DETAIL_CHARACTERS = 200
"""Of the endpoint's own error message, this much is passed on."""

_OVERLAP_CHARACTERS = 24
"""A message that shares this much with what was asked is not passed on."""
_PASSED_ON = ("temperature", "top_p", "max_tokens", "stop")
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
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?\Z")
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_SECRET_LIKE = re.compile(r"(?i)\b(bearer\s+\S+|(sk|key|pk|api)[-_][\w*.-]{6,}|[A-Za-z0-9+/_-]{40,})")


def encode_request(settings: Mapping[str, Any], messages: Sequence[Mapping[str, str]], trial: int) -> bytes:
    """The body of POST /chat/completions. The seed moves with the trial, or all trials would be one."""
    body: dict[str, Any] = {"model": settings["model"], "messages": messages}
    body |= {name: settings[name] for name in _PASSED_ON if settings.get(name) is not None}
    if settings.get("seed") is not None:
        body["seed"] = settings["seed"] + trial - 1
    return orjson.dumps(body | settings.get("extra_body", {}))


def decode_answer(body: bytes, latency_seconds: float) -> Answer:
    """The answer in the body of a 200. Raises `TransientModelError` of code "bad_json" or "bad_response".

    A refusal is an answer with finish_reason "refusal"; one that was filtered or cut off may be empty.
    """
    payload = _json(body)
    try:
        choice = payload["choices"][0]
        message = choice["message"]
        content, refusal = message.get("content"), message.get("refusal")
        usage = payload.get("usage")
    except (AttributeError, IndexError, KeyError, TypeError):
        raise _bad_response("has no choices[0].message") from None
    reason = choice.get("finish_reason")
    reason = _printable(reason) if isinstance(reason, str) else None
    text = _text(content)
    if not text and isinstance(refusal, str) and refusal:
        text, reason = refusal, "refusal"
    if text is None:
        if reason not in {"content_filter", "length"}:
            raise _bad_response("has no text in choices[0].message.content")
        text = ""
    usage = usage if isinstance(usage, dict) else {}
    return Answer(
        text=_printable(text),
        latency_seconds=latency_seconds,
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        finish_reason=reason,
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
    message = _MEANINGS.get(status, f"the endpoint answered {status}")
    if status not in {401, 403} and (detail := _detail(said.get("message"), asked, secret)):
        message = f"{message}: {detail}"
    seconds = retry_after_seconds(retry_after, now)
    if status in _THROTTLED or (status == 503 and seconds is not None):
        return TransientModelError(message, code=code, retry_after_seconds=seconds, throttled=True)
    if status in _TRANSIENT or status >= 500:
        return TransientModelError(message, code=code)
    # Redirects are not followed: the key would go where the endpoint points to.
    return PermanentModelError(message, code=code, fatal=status in _FATAL or status < 400)


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """The Retry-After header (RFC 9110, 10.2.3) as seconds from `now`, 0 or more; None if it says nothing."""
    if value is None:
        return None
    value = value.strip()
    if _SECONDS.match(value):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        # Some servers write NaN among log probabilities, or half an emoji at the end of a cut answer.
        return json.loads(body)
    except (ValueError, RecursionError):
        raise TransientModelError("the endpoint's response is not JSON", code="bad_json") from None


def _text(content: object) -> str | None:
    """Text as it is, or the texts of a list of parts; None for anything else."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [part.get("text") if isinstance(part, dict) else part for part in content]
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if texts else None


def _printable(text: str) -> str:
    """The text with lone surrogates, which cannot be stored, replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _count(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53:
        return value
    return None


def _bad_response(problem: str) -> TransientModelError:
    return TransientModelError(f"the endpoint's response {problem}", code="bad_response")


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


def _detail(message: object, asked: Sequence[str], secret: str | None) -> str:
    """A short, harmless piece of the endpoint's message; empty when it repeats what it was asked."""
    if not isinstance(message, str):
        return ""
    said = message.replace(secret, "***") if secret else message
    said = _SECRET_LIKE.sub("***", _UNPRINTABLE.sub(" ", said)).strip()
    said = _printable(said)[:MAX_DETAIL_CHARACTERS]
    return "" if any(_overlap(said, _UNPRINTABLE.sub(" ", text).strip()) for text in asked) else said


def _overlap(said: str, text: str) -> bool:
    size = min(_OVERLAP_CHARACTERS, len(text))
    return any(said[start : start + size] in text for start in range(len(said) - size + 1))
