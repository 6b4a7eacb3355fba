"""Amazon Bedrock's Converse, and InvokeModel of Titan's text embeddings, as bytes: paths, requests' bodies,
and what a response's status, headers and body mean (API reference of Amazon Bedrock Runtime, 2023-09-30).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from marksheet.domain import Answer
from marksheet.errors import ModelError, PermanentModelError, TransientModelError
from marksheet.providers import Embedding
from marksheet.providers.bodies import (
    bad_response,
    check_vectors,
    printable,
    read_count,
    read_json,
    retry_after_seconds,
)
from marksheet.providers.quoting import harmless

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

_INFERENCE = {
    "max_tokens": "maxTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "stop": "stopSequences",
}
_FINISH_REASONS: Mapping[str, str] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
    "tool_use": "tool_calls",
}
"""Bedrock's stop reasons in the words of the other providers; those not named here stay as they are."""
_MAY_BE_EMPTY = frozenset({"content_filter", "length", "refusal"})

_THROTTLED = frozenset({"ThrottlingException", "ModelNotReadyException", "ServiceQuotaExceededException"})
_TRANSIENT_STATUSES = frozenset({408, 424})
_FATAL_STATUSES = frozenset({401, 403, 404})
_MEANINGS: Mapping[int, str] = {
    401: "Bedrock refuses the credentials",
    403: "Bedrock refuses access to the model",
    404: "Bedrock does not know the model",
    408: "the model took too long for Bedrock",
    424: "the model failed behind Bedrock",
    429: "Bedrock throttles",
    503: "Bedrock is overloaded",
}


def converse_path(model: str) -> str:
    """Where the model, a model id or the id or ARN of an inference profile, is conversed with."""
    return f"/model/{quote(model, safe='')}/converse"


def invoke_path(model: str) -> str:
    """Where the model is given a body of its own kind."""
    return f"/model/{quote(model, safe='')}/invoke"


def encode_converse(settings: Mapping[str, Any], messages: Sequence[Mapping[str, str]]) -> bytes:
    """The body of Converse. It takes no blank texts, and messages of one role in a row are one."""
    turns: list[dict[str, Any]] = []
    system = []
    for message in messages:
        if not message["content"].strip():
            continue
        block = {"text": message["content"]}
        if message["role"] == "system":
            system.append(block)
        elif turns and turns[-1]["role"] == message["role"]:
            turns[-1]["content"].append(block)
        else:
            turns.append({"role": message["role"], "content": [block]})
    body: dict[str, Any] = {"messages": turns}
    if system:
        body["system"] = system
    if inference := {theirs: settings[ours] for ours, theirs in _INFERENCE.items() if ours in settings}:
        body["inferenceConfig"] = inference
    if extra := settings.get("extra_body"):
        body["additionalModelRequestFields"] = extra
    return orjson.dumps(body)


def decode_converse(body: bytes, latency_seconds: float) -> Answer:
    """The answer in the body of a 200. Raises `TransientModelError` of code "bad_json" or "bad_response".

    An answer that was filtered, refused or cut off may be empty. What a model reasoned is no part of it.
    """
    payload = read_json(body)
    try:
        blocks = payload["output"]["message"]["content"]
        reason, usage = payload.get("stopReason"), payload.get("usage")
        texts = [block["text"] for block in blocks if isinstance(block.get("text"), str)]
    except (AttributeError, KeyError, TypeError):
        raise bad_response("has no output.message.content") from None
    reason = _FINISH_REASONS.get(reason, printable(reason)) if isinstance(reason, str) else None
    if not texts and reason not in _MAY_BE_EMPTY:
        raise bad_response("has no text in output.message.content")
    usage = usage if isinstance(usage, dict) else {}
    prompt_tokens, completion_tokens = (
        read_count(usage.get("inputTokens")),
        read_count(usage.get("outputTokens")),
    )
    return Answer(
        text=printable("".join(texts)),
        latency_seconds=latency_seconds,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        finish_reason=reason,
    )


def embeds(model: str) -> bool:
    """Whether the model is one of those whose embeddings are known here."""
    return "amazon.titan-embed-text" in model


def encode_embedding(settings: Mapping[str, Any], text: str) -> bytes:
    """The body of InvokeModel for Titan's embedding of one text."""
    return orjson.dumps({"inputText": text} | settings.get("extra_body", {}))


def decode_embeddings(bodies: Sequence[bytes], latency_seconds: float) -> Embedding:
    """The vectors in the bodies of 200s, one body for each text. Raises like `decode_converse`."""
    payloads = [read_json(body) for body in bodies]
    if not all(isinstance(payload, dict) for payload in payloads):
        raise bad_response("has no embedding")
    counts = [read_count(payload.get("inputTextTokenCount")) for payload in payloads]
    known = [count for count in counts if count is not None]
    prompt_tokens = sum(known) if len(known) == len(counts) else None
    return Embedding(
        vectors=check_vectors([payload.get("embedding") for payload in payloads], len(bodies)),
        latency_seconds=latency_seconds,
        prompt_tokens=prompt_tokens,
    )


def decode_error(
    status: int, headers: Mapping[str, str], body: bytes, *, asked: Sequence[str], now: datetime
) -> ModelError:
    """What any other status means, as an error to raise.

    `asked` (the texts that were sent) must not be in its message, nor any ARN; of refused access, which AWS
    explains with both our role's and the model's, nothing is passed on.
    """
    said = _said(body)
    # "ThrottlingException:http://internal.amazon.com/coral/..." from some hosts.
    kind = (headers.get("x-amzn-ErrorType") or str(said.get("__type", ""))).partition(":")[0]
    code = f"http_{status}"
    message = _MEANINGS.get(status, f"Bedrock answered {status}")
    if status == 403 and kind != "AccessDeniedException":
        message = _MEANINGS[401]
    detail = said.get("message") or said.get("Message")
    if status not in _FATAL_STATUSES and (detail := harmless(detail, asked=asked, secret=None)):
        message = f"{message}: {detail}"
    seconds = retry_after_seconds(headers.get("Retry-After"), now)
    if status == 429 or kind in _THROTTLED or (status == 503 and seconds is not None):
        return TransientModelError(message, code=code, retry_after_seconds=seconds, throttled=True)
    if status in _TRANSIENT_STATUSES or status >= 500:
        return TransientModelError(message, code=code)
    return PermanentModelError(message, code=code, fatal=status in _FATAL_STATUSES or status < 400)


def _said(body: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
