"""A caller of the stack's API who expects every step to work and says which one did not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import httpx

from tests import contract

PATIENCE_SECONDS = 150
_POLL_SECONDS = 0.2


class Api:
    """`/api/v3` with one organization's key. Every answer is held against the OpenAPI document."""

    def __init__(self, url: str, key: str, organization: str) -> None:
        self.url = url
        self.organization = organization
        self.http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=60,
            trust_env=False,
            event_hooks={"response": [self._hold_against_the_document]},
        )

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Api:
        """A caller with the key that a stack comes with."""
        return cls(environment["MARKSHEET_URL"], environment["MARKSHEET_API_KEY"], "local")

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def _hold_against_the_document(self, answer: httpx.Response) -> None:
        path = answer.request.url.path.removeprefix(self.http.base_url.path.rstrip("/"))
        contract.check(answer.request.method, path, answer.status_code, answer.headers, answer.read())

    def call(self, method: str, path: str, **options: Any) -> Any:
        """The JSON answer of a call that must succeed."""
        answer = self.http.request(method, path, **options)
        assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def benchmark(self, name: str, rows: Iterable[Mapping[str, Any]], **settings: Any) -> str:
        """Upload a benchmark through the API and give its id."""
        body = {"name": name, "questions": list(rows), **settings}
        created = self.call("POST", "/api/v3/benchmark/upload", json=body)
        assert created["status"] == "READY"
        return str(created["id"])

    def benchmark_file(self, name: str, path: Path, **settings: Any) -> str:
        """Upload a benchmark's file by presigned POST and give its id."""
        request = {"name": name, "filename": path.name, **settings}
        upload = self.call("POST", "/api/v3/benchmark/upload-url", json=request)
        status = self.send(upload, path.read_bytes())
        assert status["status"] == "READY", status
        return str(status["benchmark_id"])

    def recorded(self, model_id: str, content: bytes) -> str:
        """Register a model that brings these answers along."""
        self.call("POST", "/api/v3/models", json={"model_id": model_id, "provider": "recorded"})
        upload = self.call("POST", f"/api/v3/models/{model_id}/answers-url")
        status = self.send(upload, content)
        assert status["status"] == "READY", status
        return model_id

    def endpoint(self, model_id: str, base_url: str, **settings: Any) -> str:
        """Register a model behind an OpenAI-compatible endpoint."""
        given = {"base_url": base_url, "model": "stub", **settings}
        body = {"model_id": model_id, "provider": "openai", "settings": given}
        self.call("POST", "/api/v3/models", json=body)
        return model_id

    def send(self, upload: Mapping[str, Any], content: bytes) -> dict[str, Any]:
        """Send a file as the presigned POST says, and wait until it was read."""
        target = upload["upload"]
        # Without this client's headers: the key is for the API alone.
        sent = httpx.post(
            target["url"], data=target["fields"], files={"file": content}, timeout=60, trust_env=False
        )
        assert sent.status_code in (200, 201, 204), sent.text
        path = f"/api/v3/benchmark/uploads/{upload['upload_id']}"
        return self.wait(path, lambda status: status["status"] != "PROCESSING")

    def create(self, model_id: str, benchmark_id: str, **settings: Any) -> str:
        body = {"model_id": model_id, "benchmark_id": benchmark_id, **settings}
        return str(self.call("POST", "/api/v3/evaluations", json=body)["evaluation_id"])

    def finish(self, evaluation_id: str, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """Wait until an evaluation is over and give its record."""
        path = f"/api/v3/evaluations/{evaluation_id}"
        return self.wait(path, lambda evaluation: evaluation["status"] != "PROCESSING", patience)

    def evaluate(self, model_id: str, benchmark_id: str, **settings: Any) -> dict[str, Any]:
        """Create an evaluation, wait until it is READY and give its results file."""
        return self.document(self.create(model_id, benchmark_id, **settings))

    def document(self, evaluation_id: str) -> dict[str, Any]:
        """The results file of an evaluation that must end READY."""
        over = self.finish(evaluation_id)
        assert over["status"] == "READY", over
        answer = self.http.get(f"/api/v3/evaluations/{evaluation_id}/download")
        if answer.status_code == 307:
            answer = httpx.get(answer.headers["Location"], timeout=60, trust_env=False)
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = json.loads(answer.content)
        return document

    def wait(self, path: str, until: Any, patience: float = PATIENCE_SECONDS) -> dict[str, Any]:
        """Ask again and again until the answer is as wanted."""
        give_up_at = time.monotonic() + patience
        while True:
            answer: dict[str, Any] = self.call("GET", path)
            if until(answer):
                return answer
            assert time.monotonic() < give_up_at, f"{path} is still {answer}"
            time.sleep(_POLL_SECONDS)
