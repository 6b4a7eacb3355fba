"""A proxy in front of the stack that remembers what a client sent, so that it can be sent again."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import httpx


@dataclass(frozen=True, slots=True)
class Sent:
    """A request of a client."""

    path: str
    body: bytes


class Recorder:
    """Passes requests on. `sent` has those that hand in calls, in the order in which they came."""

    def __init__(self, upstream: str) -> None:
        self.sent: list[Sent] = []
        self._http = http = httpx.Client(timeout=60, trust_env=False)
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                return

            def do(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                if "/call" in self.path:
                    recorder.sent.append(Sent(self.path, body))
                kept = {n: v for n, v in self.headers.items() if n.lower() not in ("host", "accept-encoding")}
                answer = http.request(self.command, upstream + self.path, content=body, headers=kept)
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers["content-type"])
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_POST = do_DELETE = do

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Recorder:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._http.close()
