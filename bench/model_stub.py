"""The model: an OpenAI-compatible endpoint that does next to nothing, in a process of its own.

    python -m bench.model_stub

prints its port and serves until it is terminated. The path says how long an answer takes: a base URL ending
in `/50/v1` waits for 50 milliseconds. GET /stats tells how many calls came and how many were open at once.
The stub of the tests (tests/stubs/openai_stub.py) can misbehave in many ways, which takes time at every call.
"""

from __future__ import annotations

import asyncio
import contextlib
import json

from bench.questions import MARKER

_MARKER = MARKER.encode()
_HEAD = b'{"id":"chatcmpl-stub","object":"chat.completion","created":1760000000,"model":"stub",'
_HEAD += b'"choices":[{"index":0,"message":{"role":"assistant","content":"'
_TAIL = b'","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":83,'
_TAIL += b'"completion_tokens":17,"total_tokens":100},"system_fingerprint":"fp_stub"}'


class Stub(asyncio.Protocol):
    """One connection; keep-alive, bodies with a length, no pipelining."""

    calls = 0
    in_flight = 0
    most_in_flight = 0

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self._buffer = b""
        path = head.split(b" ", 2)[1]
        if path == b"/stats":
            told = {"calls": Stub.calls, "most_in_flight": Stub.most_in_flight}
            self._send(json.dumps(told).encode())
            return
        Stub.calls += 1
        Stub.in_flight += 1
        Stub.most_in_flight = max(Stub.most_in_flight, Stub.in_flight)
        milliseconds = int(path.split(b"/", 2)[1])
        # The answer is a JSON string's content already, as it came.
        answer = body.partition(_MARKER)[2].partition(b'"')[0]
        if milliseconds:
            asyncio.get_running_loop().call_later(milliseconds / 1000, self._answer, answer)
        else:
            self._answer(answer)

    def _answer(self, answer: bytes) -> None:
        Stub.in_flight -= 1
        self._send(_HEAD + answer + _TAIL)

    def _send(self, body: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
                % (len(body), body)
            )


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Stub, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve())
