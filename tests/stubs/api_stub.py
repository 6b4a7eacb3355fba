"""A real HTTP server on loopback that speaks the /api/v3 wire, and plays the storage of files. The other half
of the wire is `grading_stub`'s.

It keeps what it is sent in memory and lets evaluations finish after a number of status questions, so no test
waits for a clock. `fault` scripts answers that a good service would not give.
"""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.stubs.grading_stub import GradingStub
from tests.stubs.replies import Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

API_KEY = "msk_aaaaaaaaaaaaaaaa_secret"


class ApiStub:
    """The stub service; use as a context manager. `url` is its address once it runs."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.models: dict[str, dict[str, Any]] = {}
        self.benchmarks: list[dict[str, Any]] = []
        self.evaluations: dict[str, dict[str, Any]] = {}
        self.schedules: dict[str, dict[str, Any]] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.results: dict[str, Any] = {}
        self.results_file = b'{\n  "evaluation_id": "eval-1"\n}'
        self.redirect_downloads = False
        self.polls_until_done = 2
        self.final_status: dict[str, Any] = {"status": "READY"}
        self.storage_reply = Reply(204)
        self._faults: deque[tuple[re.Pattern[str], Reply | bytes]] = deque()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.grading = GradingStub(lambda: self.url, lambda: self.polls_until_done)
        self.files: dict[str, bytes] = {}
        """What the storage gives out, by name; anything else is the results file."""

    def __enter__(self) -> ApiStub:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def fault(self, route: str, reply: Reply | bytes) -> None:
        """Answer the next request whose "METHOD path" matches with `reply`; bytes are a raw body."""
        self._faults.append((re.compile(route), reply))

    def sent(self, route: str) -> list[Request]:
        """The requests so far whose "METHOD path" matches the pattern."""
        return [request for request in self.requests if re.search(route, f"{request.method} {request.path}")]

    def add_benchmark(self, name: str, *, questions: int = 3, version: int = 1) -> str:
        identifier = f"bench-{len(self.benchmarks) + 1}"
        self.benchmarks.append(
            {
                "id": identifier,
                "benchmark_name": name,
                "status": "READY",
                "documents": [],
                "num_questions": questions,
                "created_at": "2026-01-01T00:00:00.000Z",
                "updated_at": "2026-01-01T00:00:00.000Z",
                "version": version,
                "sha256": "00",
            }
        )
        return identifier

    def add_dataset(self, name: str) -> str:
        return self.grading.add_dataset(name)

    def answer(self, request: Request) -> Reply | bytes:
        """The reply to one request: a scripted fault, else what the route says."""
        line = f"{request.method} {request.path}"
        for position, (pattern, reply) in enumerate(self._faults):
            if pattern.search(line):
                del self._faults[position]
                return reply
        if (
            not request.path.startswith("/storage")
            and request.headers.get("authorization") != f"Bearer {API_KEY}"
        ):
            return Reply(401, {"detail": "Not authenticated"}, {"WWW-Authenticate": "Bearer"})
        for pattern, route in _ROUTES:
            found = re.fullmatch(pattern, line.partition("?")[0])
            if found:
                return route(self, request, *found.groups())
        return self.grading.answer(request) or Reply(404, {"detail": "Not Found"})

    # Evaluations

    def _create(self, request: Request) -> Reply:
        identifier = f"eval-{len(self.evaluations) + 1}"
        self.evaluations[identifier] = {**request.json, "polls": 0}
        created = {
            "evaluation_id": identifier,
            "model_id": request.json["model_id"],
            "status": "PROCESSING",
            "benchmark_id": request.json["benchmark_id"],
            "created_at": "2026-01-01T00:00:00.000Z",
            "message": "Evaluation created successfully and queued for execution",
        }
        return Reply(body=created)

    def _list(self, request: Request) -> Reply:
        rows = [
            {"evaluation_id": name, "status": "READY", **value} for name, value in self.evaluations.items()
        ]
        return Reply(
            body={"user_id": "local", "evaluations": rows, "total": len(rows), "limit": 20, "offset": 0}
        )

    def _status(self, request: Request, identifier: str) -> Reply:
        if identifier not in self.evaluations:
            return Reply(404, {"detail": "Evaluation not found"})
        evaluation = self.evaluations[identifier]
        evaluation["polls"] += 1
        done = evaluation["polls"] >= self.polls_until_done
        body = {
            "evaluation_id": identifier,
            "status": "PROCESSING",
            "benchmark_id": evaluation["benchmark_id"],
            "progress": f"{10 if done else 5}/10 questions",
            "questions_completed": 10 if done else 5,
            "total_questions": 10,
            "avg_time_per_question": 12.5,
            "eta_seconds": None if done else 62,
        }
        return Reply(body={**body, **(self.final_status if done else {})})

    def _results(self, request: Request, identifier: str) -> Reply:
        if identifier not in self.evaluations:
            return Reply(404, {"detail": "Evaluation not found"})
        return Reply(body={"evaluation_id": identifier, **self.results})

    def _download(self, request: Request, identifier: str) -> Reply | bytes:
        name = f"evaluation_results_{identifier}.json"
        if self.redirect_downloads:
            return Reply(307, None, {"Location": f"{self.url}/storage/{name}?signature=s"})
        return Reply(200, self.results_file, {"Content-Disposition": f"attachment; filename={name}"})

    def _change(self, request: Request, identifier: str, action: str = "") -> Reply:
        if identifier not in self.evaluations:
            return Reply(404, {"detail": "Evaluation not found"})
        if request.method == "DELETE":
            return Reply(body={"id": identifier, "message": "Successfully deleted evaluation"})
        return Reply(body={"evaluation_id": identifier, "status": "PROCESSING"})

    # Benchmarks

    def _upload(self, request: Request) -> Reply:
        identifier = self.add_benchmark("uploaded", questions=1)
        body = {"id": identifier, "name": "uploaded", "status": "READY", "questions": [{"question_num": 1}]}
        return Reply(body={**body, "num_questions": 1, "version": 1, "sha256": "00"})

    def _upload_url(self, request: Request, *_: str) -> Reply:
        self.uploads.setdefault("upload-1", {"status": "READY", "benchmark_id": "bench-1", "version": 1})
        form = {"url": f"{self.url}/storage", "fields": {"key": "orgs/x", "policy": "p"}}
        return Reply(body={"upload_id": "upload-1", "upload": form, "expires_in": 900})

    def _upload_status(self, request: Request, identifier: str) -> Reply:
        return Reply(body={"upload_id": identifier, **self.uploads[identifier]})

    def _benchmarks(self, request: Request) -> Reply:
        return Reply(body={"benchmarks": self.benchmarks})

    def _benchmark(self, request: Request, identifier: str) -> Reply:
        found = [row for row in self.benchmarks if row["id"] == identifier]
        return Reply(body=found[0]) if found else Reply(404, {"detail": "Benchmark not found"})

    def _versions(self, request: Request, identifier: str) -> Reply:
        return Reply(
            body={"id": identifier, "versions": [r for r in self.benchmarks if r["id"] == identifier]}
        )

    def _delete_benchmark(self, request: Request, identifier: str) -> Reply:
        return Reply(body={"id": identifier, "message": "Successfully deleted benchmark"})

    # Models

    def _register(self, request: Request) -> Reply:
        given = request.json
        known = {name: given[name] for name in ("model_id", "provider", "settings")}
        status = "PROCESSING" if given["provider"] == "recorded" else "READY"
        self.models[given["model_id"]] = {**known, "status": status, "has_api_key": "api_key" in given}
        return Reply(body=self.models[given["model_id"]])

    def _models(self, request: Request) -> Reply:
        return Reply(body={"models": list(self.models.values())})

    def _model(self, request: Request, identifier: str) -> Reply:
        if identifier not in self.models:
            return Reply(404, {"detail": "Model not found"})
        if request.method == "DELETE":
            del self.models[identifier]
            return Reply(body={"id": identifier, "message": "Successfully deleted model"})
        return Reply(body=self.models[identifier])

    # Schedules

    def _add_schedule(self, request: Request) -> Reply:
        identifier = f"sched-{len(self.schedules) + 1}"
        self.schedules[identifier] = {
            "schedule_id": identifier,
            "name": request.json.get("name"),
            "status": "ENABLED" if request.json.get("enabled", True) else "PAUSED",
            "expression": request.json["expression"],
            "timezone": request.json.get("timezone", "UTC"),
            "evaluation": request.json["evaluation"],
            "created_at": "2026-01-01T00:00:00.000Z",
            "last_tick": None,
            "failed_ticks": 0,
        }
        return Reply(body=self.schedules[identifier])

    def _schedules(self, request: Request) -> Reply:
        return Reply(body={"schedules": list(self.schedules.values())})

    def _schedule(self, request: Request, identifier: str, action: str = "") -> Reply:
        if identifier not in self.schedules:
            return Reply(404, {"detail": "Schedule not found"})
        if request.method == "DELETE":
            del self.schedules[identifier]
            return Reply(body={"id": identifier, "message": "Successfully deleted schedule"})
        if action:
            self.schedules[identifier]["status"] = "PAUSED" if action == "pause" else "ENABLED"
        return Reply(body=self.schedules[identifier])

    # Storage

    def _store(self, request: Request) -> Reply:
        key = re.search(rb'name="key"\r\n\r\n([^\r]*)', request.body)
        if key and self.storage_reply.status < 300:
            self.grading.arrived(key[1].decode())
        return self.storage_reply

    def _fetch(self, request: Request, name: str) -> Reply:
        content = self.files.get(name, self.results_file)
        return Reply(200, content, {"Content-Disposition": f'attachment; filename="{name}"'})


_ID = "([^/]+)"
_ROUTES: list[tuple[str, Callable[..., Reply | bytes]]] = [
    ("POST /api/v3/evaluations", ApiStub._create),
    ("GET /api/v3/evaluations", ApiStub._list),
    (f"GET /api/v3/evaluations/{_ID}/status", ApiStub._status),
    (f"GET /api/v3/evaluations/{_ID}/results", ApiStub._results),
    (f"GET /api/v3/evaluations/{_ID}/download", ApiStub._download),
    (f"POST /api/v3/evaluations/{_ID}/(cancel|resume)", ApiStub._change),
    (f"DELETE /api/v3/evaluations/{_ID}", ApiStub._change),
    ("POST /api/v3/benchmark/upload", ApiStub._upload),
    ("POST /api/v3/benchmark/upload-url", ApiStub._upload_url),
    (f"GET /api/v3/benchmark/uploads/{_ID}", ApiStub._upload_status),
    ("GET /api/v3/benchmark/list", ApiStub._benchmarks),
    (f"GET /api/v3/benchmark/{_ID}/versions", ApiStub._versions),
    (f"GET /api/v3/benchmark/{_ID}", ApiStub._benchmark),
    (f"DELETE /api/v3/benchmark/{_ID}", ApiStub._delete_benchmark),
    ("POST /api/v3/models", ApiStub._register),
    ("GET /api/v3/models", ApiStub._models),
    (f"POST /api/v3/models/{_ID}/answers-url", ApiStub._upload_url),
    (f"(?:GET|DELETE) /api/v3/models/{_ID}", ApiStub._model),
    ("POST /api/v3/schedules", ApiStub._add_schedule),
    ("GET /api/v3/schedules", ApiStub._schedules),
    (f"POST /api/v3/schedules/{_ID}/(pause|resume)", ApiStub._schedule),
    (f"(?:GET|DELETE) /api/v3/schedules/{_ID}", ApiStub._schedule),
    ("POST /storage", ApiStub._store),
    (f"GET /storage/{_ID}", ApiStub._fetch),
]


def _handler(stub: ApiStub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", "0")))
            request = Request(self.command, self.path, headers, body)
            stub.requests.append(request)
            reply = stub.answer(request)
            if isinstance(reply, bytes):
                reply = Reply(200, reply)
            content = reply.body if isinstance(reply.body, bytes) else b""
            if reply.body is not None and not isinstance(reply.body, bytes):
                content = json.dumps(reply.body).encode()
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            if reply.status != 204:
                self.send_header("Content-Length", str(len(content)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _serve

        def log_message(self, format: str, *args: object) -> None:
            """Quiet: pytest shows what matters."""

    return Handler
