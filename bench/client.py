"""The stack's API as the benchmarks use it: every call must succeed."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_POLL_SECONDS = 0.5
_PATIENCE_SECONDS = 1800


class Client:
    """`/api/v3` with the key that the stack came with."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.http = httpx.Client(
            base_url=environment["MARKSHEET_URL"],
            headers={"Authorization": f"Bearer {environment['MARKSHEET_API_KEY']}"},
            timeout=60,
            trust_env=False,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def call(self, method: str, path: str, **options: Any) -> Any:
        """The JSON answer. Raises `RuntimeError` for any other than 200."""
        answer = self.http.request(method, path, **options)
        if answer.status_code != 200:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer.json()

    def endpoint(self, base_url: str, in_flight: int) -> str:
        """Register a model behind an endpoint; gives its id."""
        settings = {"base_url": base_url, "model": "stub", "max_in_flight": in_flight}
        body = {"model_id": f"stub-{uuid.uuid4().hex[:8]}", "provider": "openai", "settings": settings}
        self.call("POST", "/api/v3/models", json=body)
        return body["model_id"]  # type: ignore[return-value]

    def benchmark(self, name: str, lines: bytes, scorers: Sequence[str]) -> str:
        """Upload JSON Lines of any size; gives the benchmark's id."""
        request = {"name": name, "filename": "questions.jsonl", "scorers": scorers}
        upload = self.call("POST", "/api/v3/benchmark/upload-url", json=request)
        sent = httpx.post(
            upload["upload"]["url"],
            data=upload["upload"]["fields"],
            files={"file": lines},
            timeout=300,
            trust_env=False,
        )
        sent.raise_for_status()
        path = f"/api/v3/benchmark/uploads/{upload['upload_id']}"
        read = self._wait(path, lambda status: status["status"] != "PROCESSING")
        if read["status"] != "READY":
            raise RuntimeError(f"the benchmark was refused: {read}")
        return str(read["benchmark_id"])

    def create(self, model_id: str, benchmark_id: str) -> str:
        body = {"model_id": model_id, "benchmark_id": benchmark_id}
        return str(self.call("POST", "/api/v3/evaluations", json=body)["evaluation_id"])

    def finish(
        self, evaluation_id: str, progress: Callable[[dict[str, Any]], None] = lambda _: None
    ) -> dict[str, Any]:
        """Wait for the end of an evaluation; gives its record. Raises `RuntimeError` unless it is READY."""

        def over(status: dict[str, Any]) -> bool:
            progress(status)
            return bool(status["status"] != "PROCESSING")

        self._wait(f"/api/v3/evaluations/{evaluation_id}/status", over)
        record: dict[str, Any] = self.call("GET", f"/api/v3/evaluations/{evaluation_id}")
        if record["status"] != "READY":
            raise RuntimeError(f"the evaluation ended {record['status']}: {record.get('error')}")
        return record

    def _wait(self, path: str, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while True:
            answer: dict[str, Any] = self.call("GET", path)
            if until(answer):
                return answer
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"{path} is still {answer}")
            time.sleep(_POLL_SECONDS)
