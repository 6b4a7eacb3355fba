"""A model to test against: an OpenAI-compatible server on loopback that misbehaves on demand.

In a test:

    with OpenAIStub(rules=[Rule("throttle", match="slow down", retry_after="1", times=2)]) as stub:
        ...ask at stub.base_url...
        assert stub.stats()["calls"] == 3

As a process, which prints its port and then serves until it is terminated:

    python -m tests.stubs.openai_stub --latency 0.05 --rule '{"action": "hang", "match": "Atlantis"}'
    python -m tests.stubs.openai_stub --mix '{"throttled": 0.05, "failing": 0.01}'

See `model_server` for what it answers. It embeds texts as counts of their words, so that texts with more
words in common are more alike.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from tests.stubs.model_server import ModelStub, Refused, parser, serve
from tests.stubs.script import Call, Rule, Script, mix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.stubs.model_server import Action, Connection

__all__ = ["OpenAIStub", "OpenAIWire", "Rule", "completion", "embeddings", "error_body", "mix", "vector"]

DIMENSIONS = 64


def completion(
    content: object,
    finish_reason: str | None = "stop",
    *,
    prompt_tokens: int = 11,
    completion_tokens: int = 7,
    **message: object,
) -> bytes:
    """The body of a chat completion."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": content, **message},
        "logprobs": None,
        "finish_reason": finish_reason,
    }
    usage = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": prompt_tokens + completion_tokens,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
    head = {"id": "chatcmpl-stub", "object": "chat.completion", "created": 1767225600, "model": "stub"}
    return json.dumps({**head, "choices": [choice], "usage": usage}).encode()


def vector(text: str) -> list[float]:
    """How often words of each of 64 kinds are in the text; never all zero."""
    counts = [0.0] * DIMENSIONS
    for word in text.lower().split() or [""]:
        counts[zlib.crc32(word.encode()) % DIMENSIONS] += 1.0
    return counts


def embeddings(vectors: Sequence[object], prompt_tokens: int = 5) -> bytes:
    """The body of an answer to POST /embeddings."""
    data = [{"object": "embedding", "index": i, "embedding": each} for i, each in enumerate(vectors)]
    usage = {"prompt_tokens": prompt_tokens, "total_tokens": prompt_tokens}
    return json.dumps({"object": "list", "data": data, "model": "stub", "usage": usage}).encode()


def error_body(message: str, code: str) -> bytes:
    return json.dumps({"error": {"message": message, "type": code, "code": code}}).encode()


def _throttle(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.fail(429, rule, text, "rate_limit_exceeded")


def _quota(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.fail(429, rule, text, "insufficient_quota")


def _blocked(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    """What Azure says of a prompt that its filter stops."""
    connection.fail(400, rule, text, "content_filter")


def _wrong_types(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, b'{"choices": {"message": 4}, "data": {"embedding": "4"}, "usage": "much"}')


def _refusal(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, completion(None, refusal=text))


def _content_filter(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, completion(None, "content_filter"))


def _empty(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, completion(None))


def _parts(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, completion([{"type": "text", "text": letter} for letter in text]))


@dataclass(frozen=True, slots=True)
class OpenAIWire:
    """POST .../chat/completions and POST .../embeddings."""

    prompt_tokens: int = 11
    completion_tokens: int = 7
    actions: ClassVar[Mapping[str, Action]] = {
        "throttle": _throttle,
        "quota": _quota,
        "blocked": _blocked,
        "wrong_types": _wrong_types,
        "refusal": _refusal,
        "content_filter": _content_filter,
        "empty": _empty,
        "parts": _parts,
    }

    def read(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Call | Refused:
        if method == "POST" and path.endswith("/chat/completions"):
            asked = json.loads(body)
            return Call(str(asked["messages"][-1]["content"]), asked, path, headers)
        if method == "POST" and path.endswith("/embeddings"):
            asked = json.loads(body)
            return Call("\n".join(asked["input"]), asked, path, headers)
        return Refused(404, error_body("no such path", "not_found"))

    def reply(self, call: Call, text: str) -> bytes:
        if "input" in call.body:
            return embeddings([vector(each) for each in call.body["input"]], self.prompt_tokens)
        return completion(text, prompt_tokens=self.prompt_tokens, completion_tokens=self.completion_tokens)

    def error(self, status: int, message: str, kind: str) -> tuple[bytes, str]:
        return error_body(message, kind or "stub_error"), ""


class OpenAIStub(ModelStub):
    """The server in a thread of its own, for as long as the context is open."""

    def __init__(
        self,
        rules: Sequence[Rule] = (),
        answers: Mapping[str, str] | None = None,
        latency: float = 0.0,
        host: str = "127.0.0.1",
        **tokens: int,
    ) -> None:
        super().__init__(OpenAIWire(**tokens), Script(rules, answers, latency), host)

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"


def main() -> None:
    options = parser("An OpenAI-compatible stub server.")
    options.add_argument("--prompt-tokens", type=int, default=11)
    options.add_argument("--completion-tokens", type=int, default=7)
    given = options.parse_args()
    serve(given, OpenAIWire(given.prompt_tokens, given.completion_tokens))


if __name__ == "__main__":
    main()
