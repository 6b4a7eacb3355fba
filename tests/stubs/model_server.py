"""What the stubs of model providers share: an HTTP server on loopback that misbehaves on demand.

A stub gives it its `Wire`: which requests it knows, and what their responses look like. Rules say which calls
go wrong and how; without any it answers with what follows "answer:" in the prompt, or with the answer that
`answers` has for the question in it. GET /_stats says how often each prompt came, what was done, and how many
calls were open at once.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tests.stubs.script import Call, Rule, Script, mix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    Action = Callable[["Connection", Call, Rule, str], None]


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that a wire answers itself."""

    status: int
    body: bytes
    headers: str = ""


class Wire(Protocol):
    """One provider's protocol."""

    actions: Mapping[str, Action]
    """Further actions, by the names rules have for them."""

    def read(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Call | Refused: ...

    def reply(self, call: Call, text: str) -> bytes:
        """The body of a good answer."""

    def error(self, status: int, message: str, kind: str) -> tuple[bytes, str]:
        """The body of an error, and its headers."""


class Connection(asyncio.Protocol):
    """HTTP/1.1 as far as a client of a few routes needs it: keep-alive, bodies of known length."""

    def __init__(self, script: Script, wire: Wire) -> None:
        self.script = script
        self.wire = wire
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
            return
        taken = self.wire.read(method, path, headers, body)
        if isinstance(taken, Refused):
            self.respond(taken.status, taken.body, taken.headers)
        else:
            self._act(taken)

    def _act(self, call: Call) -> None:
        self._counted = True
        loop = asyncio.get_running_loop()
        delay, rule = self.script.take(call, loop.time())
        authorization = call.headers.get("authorization", "")
        text = rule.text.replace("{prompt}", call.prompt).replace("{authorization}", authorization)
        act = self.wire.actions.get(rule.action) or ACTIONS[rule.action]
        if delay:
            loop.call_later(delay, act, self, call, rule, text)
        else:
            act(self, call, rule, text)

    def respond(self, status: int, body: bytes, headers: str = "") -> None:
        """A whole response; then the connection is ready for the next request."""
        if self.transport.is_closing():
            return
        self.transport.write(head(status, len(body), headers) + body)
        self._finish()

    def fail(self, status: int, rule: Rule, text: str, kind: str = "") -> None:
        """An error in the wire's form, with Retry-After if the rule has one."""
        body, headers = self.wire.error(status, text, rule.kind or kind)
        if rule.retry_after is not None:
            headers += f"Retry-After: {rule.retry_after}\r\n"
        self.respond(status, body, headers)

    def drip(self, content: bytes, seconds: float) -> None:
        """A whole response, byte by byte."""
        if self.transport.is_closing():
            return
        self.transport.write(content[:1])
        if len(content) > 1:
            asyncio.get_running_loop().call_later(seconds, self.drip, content[1:], seconds)
        else:
            self._finish()

    def pour(self, content: bytes) -> None:
        """The same bytes again and again, as fast as they are taken, until the caller leaves."""
        if self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() < 1 << 20:
            self.transport.write(content)
        asyncio.get_running_loop().call_later(0.001, self.pour, content)

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


@cache
def _bomb(size: int) -> bytes:
    return gzip.compress(b" " * size)


def _reply(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, connection.wire.reply(call, text))


def _status(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.fail(rule.status, rule, text)


def _redirect(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(307, b"", f"Location: {text}\r\n")


def _hang(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    """Nothing, until the caller leaves."""


def _cut(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    body = connection.wire.reply(call, text)
    connection.transport.write(head(200, len(body)) + body[: len(body) // 2])
    connection.transport.close()


def _drop(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.transport.abort()


def _drip(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    body = connection.wire.reply(call, text)
    connection.drip(head(200, len(body)) + body, rule.delay)


def _endless(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    """A body without an end, under the rule's status."""
    connection.transport.write(f"HTTP/1.1 {rule.status} Stub\r\nContent-Length: {2**40}\r\n\r\n".encode())
    connection.pour(b"x" * 65536)


def _endless_headers(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.transport.write(b"HTTP/1.1 200 Stub\r\n")
    connection.pour(b"X-More: and more\r\n" * 1000)


def _broken(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    body = connection.wire.reply(call, text)
    connection.respond(200, body[: len(body) // 2])


def _big(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, connection.wire.reply(call, "x" * rule.size))


def _gzip(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, gzip.compress(connection.wire.reply(call, text)), "Content-Encoding: gzip\r\n")


def _gzip_bomb(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, _bomb(rule.size), "Content-Encoding: gzip\r\n")


def _cookie(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, connection.wire.reply(call, text), "Set-Cookie: seen=before; Path=/\r\n")


def _raw(connection: Connection, call: Call, rule: Rule, text: str) -> None:
    connection.respond(200, text.encode())


ACTIONS: Mapping[str, Action] = {
    "reply": _reply,
    "status": _status,
    "redirect": _redirect,
    "hang": _hang,
    "cut": _cut,
    "drop": _drop,
    "drip": _drip,
    "endless": _endless,
    "endless_headers": _endless_headers,
    "broken": _broken,
    "big": _big,
    "gzip": _gzip,
    "gzip_bomb": _gzip_bomb,
    "cookie": _cookie,
    "raw": _raw,
}


class ModelStub:
    """The server in a thread of its own, for as long as the context is open."""

    def __init__(self, wire: Wire, script: Script, host: str = "127.0.0.1") -> None:
        self.wire = wire
        self.script = script
        self.host = host
        self.port = 0
        self._connections: list[Connection] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="model-stub", daemon=True)

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def connections(self) -> int:
        """How many have been made."""
        return len(self._connections)

    def stats(self) -> dict[str, Any]:
        """The counters, as GET /_stats gives them."""
        return self.script.stats()

    def __enter__(self) -> Any:
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
        connection = Connection(self.script, self.wire)
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


def _read_answers(path: Path) -> dict[str, str]:
    """A JSON object question -> answer, or a benchmark as JSON Lines, of which some may expect no answer."""
    if path.suffix == ".json":
        return dict(json.loads(path.read_text()))
    rows = map(json.loads, path.read_text().splitlines())
    return {row["question"]: str(row["expected_answer"]) for row in rows if "expected_answer" in row}


async def _serve(script: Script, wire: Wire, host: str, port: int) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Connection(script, wire), host, port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def parser(description: str) -> argparse.ArgumentParser:
    """The options all stubs have as a process."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--latency", type=float, default=0.0, help="seconds before every response")
    options.add_argument("--rule", action="append", default=[], metavar="JSON", help="fields of a Rule")
    options.add_argument("--mix", metavar="JSON", help='arguments of mix(), such as {"throttled": 0.05}')
    options.add_argument("--answers", type=Path, help=".json {question: answer}, or questions as .jsonl")
    return options


def serve(given: argparse.Namespace, wire: Wire) -> None:
    """Print the port, and serve until the process is ended."""
    rules = [Rule(**json.loads(rule)) for rule in given.rule]
    if given.mix is not None:
        rules += mix(**json.loads(given.mix))
    script = Script(rules, _read_answers(given.answers) if given.answers else None, given.latency)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(script, wire, given.host, given.port))
