"""A model to test against: an OpenAI-compatible server on loopback that misbehaves on demand.

In a test:

    with OpenAIStub(rules=[Rule("throttle", match="slow down", retry_after="1", times=2)]) as stub:
        ...ask at stub.base_url...
        assert stub.stats()["calls"] == 3

As a process, which prints its port and then serves until it is terminated:

    python tests/stubs/openai_stub.py --latency 0.05 --rule '{"action": "hang", "match": "Atlantis"}'

It answers with what follows "answer:" in the prompt, or with the answer that `answers` has for the question
in it. GET /_stats says how often each prompt came and how many calls were open at once.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import re
import threading
from collections import Counter, deque
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do with calls whose prompt contains `match`. The first rule that applies decides."""

    action: str
    """A key of `_ACTIONS`, or "latency", which only adds `delay` and lets later rules decide."""
    match: str = ""
    times: int | None = None
    """For the first so many matching calls; None for all."""
    seconds: float | None = None
    """For so long after the first matching call; None for ever."""
    delay: float = 0.0
    """Seconds before the response, and for "drip" between its bytes."""
    status: int = 500
    retry_after: str | None = None
    text: str = "no, said the stub"
    """Answer, error message or redirect; {prompt} and {authorization} stand for what the caller sent."""
    size: int = 5_000_000
    """Bytes of a "big" or a bomb's inflated response."""


class Script:
    """Rules, answers and counters; what all connections share."""

    def __init__(
        self, rules: Sequence[Rule] = (), answers: Mapping[str, str] | None = None, latency: float = 0.0
    ) -> None:
        self.rules = list(rules)
        self.answers = dict(answers or {})
        self.latency = latency
        self.by_prompt: Counter[str] = Counter()
        self.authorizations: Counter[str] = Counter()
        self.bodies: deque[dict[str, Any]] = deque(maxlen=100)
        self.in_flight = 0
        self.max_in_flight = 0
        self._matched: Counter[int] = Counter()
        self._first_match: dict[int, float] = {}

    def stats(self) -> dict[str, Any]:
        return {
            "calls": self.by_prompt.total(),
            "by_prompt": dict(self.by_prompt),
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
            "authorizations": dict(self.authorizations),
        }

    def decide(self, prompt: str, now: float) -> tuple[float, Rule]:
        """How long to wait for, and what to do then."""
        delay = self.latency
        for number, rule in enumerate(self.rules):
            if rule.match not in prompt:
                continue
            first = self._first_match.setdefault(number, now)
            self._matched[number] += 1
            if rule.times is not None and self._matched[number] > rule.times:
                continue
            if rule.seconds is not None and now - first >= rule.seconds:
                continue
            delay += 0.0 if rule.action == "drip" else rule.delay
            if rule.action != "latency":
                return delay, rule
        return delay, Rule("reply", text=self.answer_to(prompt))

    def answer_to(self, prompt: str) -> str:
        if prompt in self.answers:
            return self.answers[prompt]
        for question, answer in self.answers.items():
            if question in prompt:
                return answer
        found = re.search(r"answer:\s*(\S+)", prompt, re.IGNORECASE)
        return found[1] if found else "I do not know."


class Connection(asyncio.Protocol):
    """HTTP/1.1 as far as a client of one route needs it: keep-alive, bodies with a length, no pipelining."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.transport: asyncio.Transport
        self._buffer = bytearray()
        self._busy = False
        self._counted = False
        self._close = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self._uncount()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._busy:
            self._take_request()

    def _take_request(self) -> None:
        if self._buffer.startswith(b"\x16"):
            # A TLS greeting: answered in plain HTTP, as servers without TLS do.
            self.respond(400, b"no TLS here")
            return
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        first, *rest = self._buffer[:head_end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        end = head_end + 4 + int(headers.get("content-length", 0))
        if len(self._buffer) < end:
            return
        body = bytes(self._buffer[head_end + 4 : end])
        del self._buffer[:end]
        self._busy = True
        self._close = headers.get("connection", "").lower() == "close"
        method, path, _ = first.split(" ", 2)
        if path == "/_stats":
            self.respond(200, json.dumps(self.script.stats()).encode())
        elif method == "POST" and path.endswith("/chat/completions"):
            self._chat(headers, json.loads(body))
        else:
            self.respond(404, error_body("no such path", "not_found"))

    def _chat(self, headers: Mapping[str, str], body: dict[str, Any]) -> None:
        script = self.script
        prompt = str(body["messages"][-1]["content"])
        authorization = headers.get("authorization", "")
        script.by_prompt[prompt] += 1
        script.authorizations[authorization] += 1
        script.bodies.append(body)
        script.in_flight += 1
        script.max_in_flight = max(script.max_in_flight, script.in_flight)
        self._counted = True
        loop = asyncio.get_running_loop()
        delay, rule = script.decide(prompt, loop.time())
        text = rule.text.replace("{prompt}", prompt).replace("{authorization}", authorization)
        act = _ACTIONS[rule.action]
        if delay:
            loop.call_later(delay, act, self, rule, text)
        else:
            act(self, rule, text)

    def respond(self, status: int, body: bytes, headers: str = "") -> None:
        """A whole response; then the connection is ready for the next request."""
        if self.transport.is_closing():
            return
        self.transport.write(head(status, len(body), headers) + body)
        self._finish()

    def drip(self, content: bytes, seconds: float) -> None:
        """A whole response, byte by byte."""
        if self.transport.is_closing():
            return
        self.transport.write(content[:1])
        if len(content) > 1:
            asyncio.get_running_loop().call_later(seconds, self.drip, content[1:], seconds)
        else:
            self._finish()

    def _finish(self) -> None:
        self._uncount()
        self._busy = False
        if self._close:
            self.transport.close()
        elif self._buffer:
            self._take_request()

    def _uncount(self) -> None:
        if self._counted:
            self.script.in_flight -= 1
            self._counted = False


def head(status: int, length: int, headers: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status} Stub\r\nContent-Type: application/json\r\n"
        f"Content-Length: {length}\r\n{headers}\r\n"
    ).encode()


def completion(content: object, finish_reason: str | None = "stop", **message: object) -> bytes:
    """The body of a chat completion."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": content, **message},
        "finish_reason": finish_reason,
    }
    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    return json.dumps(
        {"id": "stub", "object": "chat.completion", "choices": [choice], "usage": usage}
    ).encode()


def error_body(message: str, code: str) -> bytes:
    return json.dumps({"error": {"message": message, "type": code, "code": code}}).encode()


@cache
def _bomb(size: int) -> bytes:
    return gzip.compress(b" " * size)


def _reply(connection: Connection, rule: Rule, text: str) -> None:
    connection.respond(200, completion(text))


def _status(connection: Connection, rule: Rule, text: str) -> None:
    headers = f"Retry-After: {rule.retry_after}\r\n" if rule.retry_after is not None else ""
    connection.respond(rule.status, error_body(text, "stub_error"), headers)


def _throttle(connection: Connection, rule: Rule, text: str) -> None:
    headers = f"Retry-After: {rule.retry_after}\r\n" if rule.retry_after is not None else ""
    connection.respond(429, error_body(text, "rate_limit_exceeded"), headers)


def _quota(connection: Connection, rule: Rule, text: str) -> None:
    connection.respond(429, error_body(text, "insufficient_quota"))


def _redirect(connection: Connection, rule: Rule, text: str) -> None:
    connection.respond(307, b"", f"Location: {text}\r\n")


def _hang(connection: Connection, rule: Rule, text: str) -> None:
    """Nothing, until the caller leaves."""


def _cut(connection: Connection, rule: Rule, text: str) -> None:
    body = completion(text)
    connection.transport.write(head(200, len(body)) + body[: len(body) // 2])
    connection.transport.close()


def _drop(connection: Connection, rule: Rule, text: str) -> None:
    connection.transport.abort()


def _drip(connection: Connection, rule: Rule, text: str) -> None:
    body = completion(text)
    connection.drip(head(200, len(body)) + body, rule.delay)


def _broken(connection: Connection, rule: Rule, text: str) -> None:
    connection.respond(200, b'{"choices": [{"message": {"content": "4')


def _wrong_types(connection: Connection, rule: Rule, text: str) -> None:
    connection.respond(200, b'{"choices": {"message": 4}, "usage": "much"}')


def _big(connection: Connection, rule: Rule, text: str) -> None:
    connection.respond(200, completion("x" * rule.size))


def _gzip(connection: Connection, rule: Rule, text: str) -> None:
    connection.respond(200, gzip.compress(completion(text)), "Content-Encoding: gzip\r\n")


def _gzip_bomb(connection: Connection, rule: Rule, text: str) -> None:
    connection.respond(200, _bomb(rule.size), "Content-Encoding: gzip\r\n")


def _refusal(connection: Connection, rule: Rule, text: str) -> None:
    connection.respond(200, completion(None, refusal=text))


def _content_filter(connection: Connection, rule: Rule, text: str) -> None:
    connection.respond(200, completion(None, "content_filter"))


def _empty(connection: Connection, rule: Rule, text: str) -> None:
    connection.respond(200, completion(None))


def _parts(connection: Connection, rule: Rule, text: str) -> None:
    connection.respond(200, completion([{"type": "text", "text": letter} for letter in text]))


def _raw(connection: Connection, rule: Rule, text: str) -> None:
    connection.respond(200, text.encode())


_ACTIONS: Mapping[str, Callable[[Connection, Rule, str], None]] = {
    "reply": _reply,
    "status": _status,
    "throttle": _throttle,
    "quota": _quota,
    "redirect": _redirect,
    "hang": _hang,
    "cut": _cut,
    "drop": _drop,
    "drip": _drip,
    "broken": _broken,
    "wrong_types": _wrong_types,
    "big": _big,
    "gzip": _gzip,
    "gzip_bomb": _gzip_bomb,
    "refusal": _refusal,
    "content_filter": _content_filter,
    "empty": _empty,
    "parts": _parts,
    "raw": _raw,
}


class OpenAIStub:
    """The server in a thread of its own, for as long as the context is open."""

    def __init__(
        self,
        rules: Sequence[Rule] = (),
        answers: Mapping[str, str] | None = None,
        latency: float = 0.0,
        host: str = "127.0.0.1",
    ) -> None:
        self.script = Script(rules, answers, latency)
        self.host = host
        self.port = 0
        self._connections: list[Connection] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="openai-stub", daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{self.port}/v1"

    @property
    def connections(self) -> int:
        """How many have been made."""
        return len(self._connections)

    def stats(self) -> dict[str, Any]:
        """The counters, as GET /_stats gives them."""
        return self.script.stats()

    def __enter__(self) -> OpenAIStub:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _connect(self) -> Connection:
        connection = Connection(self.script)
        self._connections.append(connection)
        return connection

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(self._connect, self.host, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        self._server.close()
        for connection in self._connections:
            connection.transport.abort()
        await asyncio.sleep(0)


async def _serve(script: Script, host: str, port: int) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Connection(script), host, port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def _read_answers(path: Path) -> dict[str, str]:
    """A JSON object question -> answer, or a benchmark as JSON Lines."""
    if path.suffix == ".json":
        return dict(json.loads(path.read_text()))
    rows = map(json.loads, path.read_text().splitlines())
    return {row["question"]: str(row["expected_answer"]) for row in rows}


def main() -> None:
    parser = argparse.ArgumentParser(description="An OpenAI-compatible stub server.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every response")
    parser.add_argument("--rule", action="append", default=[], metavar="JSON", help="fields of a Rule")
    parser.add_argument("--answers", type=Path, help=".json {question: answer}, or questions as .jsonl")
    given = parser.parse_args()
    rules = [Rule(**json.loads(rule)) for rule in given.rule]
    script = Script(rules, _read_answers(given.answers) if given.answers else None, given.latency)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(script, given.host, given.port))


if __name__ == "__main__":
    main()
