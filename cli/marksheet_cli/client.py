"""The client of the /api/v3 surface: the one place that knows its routes and bodies.

docs/nugen.md describes the shapes; how a request is sent, and what goes wrong, is `service`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet_cli.service import Service, rows_of, segment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    import httpx

    from marksheet_cli.refusals import Json

_PARTIAL = {"partial": "true"}


class Client(Service):
    """Evaluations, benchmarks, models and schedules. Use as a context manager."""

    # Evaluations

    def create_evaluation(self, body: Json, *, idempotency_key: str) -> Json:
        """Start an evaluation; the key makes it safe to send the request again."""
        headers = {"Idempotency-Key": idempotency_key}
        return self._send("POST", "/api/v3/evaluations", json=body, headers=headers, repeatable=True)

    def list_evaluations(
        self, *, status: str | None, model_id: str | None, project: str | None, limit: int, offset: int
    ) -> Json:
        query: dict[str, str | int] = {"limit": limit, "offset": offset}
        filters = {"status": status, "model_id": model_id, "project": project}
        query |= {name: value for name, value in filters.items() if value}
        return self._send("GET", "/api/v3/evaluations", params=query)

    def evaluation(self, evaluation_id: str) -> Json:
        return self._send("GET", f"/api/v3/evaluations/{segment(evaluation_id)}")

    def evaluation_status(self, evaluation_id: str) -> Json:
        return self._send("GET", f"/api/v3/evaluations/{segment(evaluation_id)}/status")

    def results(self, evaluation_id: str, *, partial: bool = False) -> Json:
        path = f"/api/v3/evaluations/{segment(evaluation_id)}/results"
        return self._send("GET", path, params=_PARTIAL if partial else {})

    def rows(self, evaluation_id: str, query: Mapping[str, Any]) -> Json:
        """A page of a run's rows, or of the rows in which two runs differ."""
        return self._send("GET", f"/api/v3/evaluations/{segment(evaluation_id)}/rows", params=dict(query))

    def cancel_evaluation(self, evaluation_id: str) -> Json:
        return self._send("POST", f"/api/v3/evaluations/{segment(evaluation_id)}/cancel")

    def resume_evaluation(self, evaluation_id: str, *, max_cost_usd: str | None = None) -> Json:
        """Take up an evaluation that ended; a new budget is for all attempts together."""
        body = {} if max_cost_usd is None else {"max_cost_usd": max_cost_usd}
        return self._send("POST", f"/api/v3/evaluations/{segment(evaluation_id)}/resume", json=body)

    def delete_evaluation(self, evaluation_id: str) -> Json:
        return self._send("DELETE", f"/api/v3/evaluations/{segment(evaluation_id)}")

    def open_download(
        self, evaluation_id: str, *, partial: bool = False
    ) -> AbstractContextManager[httpx.Response]:
        """The results file, opened: 200 with the file, or 307 to where it lies; never followed."""
        path = f"/api/v3/evaluations/{segment(evaluation_id)}/download"
        return self._open(path, _PARTIAL if partial else None)

    # Benchmarks

    def upload_benchmark(self, filename: str, content: bytes, fields: Mapping[str, Any]) -> Json:
        """A small benchmark as a file in a form, beside its settings (structured ones as JSON text)."""
        files = {"file": (filename, content, "application/octet-stream")}
        return self._send("POST", "/api/v3/benchmark/upload", data=dict(fields), files=files)

    def request_benchmark_upload(self, body: Json) -> Json:
        """A presigned form for a file of any size: {"upload_id", "upload": {"url", "fields"}, ...}."""
        return self._send("POST", "/api/v3/benchmark/upload-url", json=body)

    def upload_status(self, upload_id: str) -> Json:
        """What became of a sent file: {"status", "benchmark_id", "error", "line", "unit", "field"}."""
        return self._send("GET", f"/api/v3/benchmark/uploads/{segment(upload_id)}")

    def list_benchmarks(self) -> list[Json]:
        return rows_of(self._send("GET", "/api/v3/benchmark/list"), "benchmarks")

    def benchmark(self, benchmark_id: str, version: int | None = None) -> Json:
        query = {} if version is None else {"version": version}
        return self._send("GET", f"/api/v3/benchmark/{segment(benchmark_id)}", params=query)

    def benchmark_versions(self, benchmark_id: str) -> list[Json]:
        path = f"/api/v3/benchmark/{segment(benchmark_id)}/versions"
        return rows_of(self._send("GET", path), "versions")

    def delete_benchmark(self, benchmark_id: str) -> Json:
        return self._send("DELETE", f"/api/v3/benchmark/{segment(benchmark_id)}")

    # Models

    def register_model(self, body: Json) -> Json:
        """{"model_id", "provider", "settings", "api_key"?}; the endpoint's key is never given back."""
        return self._send("POST", "/api/v3/models", json=body)

    def list_models(self) -> list[Json]:
        return rows_of(self._send("GET", "/api/v3/models"), "models")

    def model(self, model_id: str) -> Json:
        return self._send("GET", f"/api/v3/models/{segment(model_id)}")

    def delete_model(self, model_id: str) -> Json:
        return self._send("DELETE", f"/api/v3/models/{segment(model_id)}")

    def request_answers_upload(self, model_id: str) -> Json:
        """A presigned form for a recorded model's answers, as `request_benchmark_upload` gives one."""
        return self._send("POST", f"/api/v3/models/{segment(model_id)}/answers-url")

    # Schedules

    def create_schedule(self, body: Json, *, idempotency_key: str) -> Json:
        """Make a schedule; the key makes it safe to send the request again."""
        headers = {"Idempotency-Key": idempotency_key}
        return self._send("POST", "/api/v3/schedules", json=body, headers=headers, repeatable=True)

    def list_schedules(self) -> list[Json]:
        return rows_of(self._send("GET", "/api/v3/schedules"), "schedules")

    def schedule(self, schedule_id: str) -> Json:
        return self._send("GET", f"/api/v3/schedules/{segment(schedule_id)}")

    def pause_schedule(self, schedule_id: str) -> Json:
        return self._send("POST", f"/api/v3/schedules/{segment(schedule_id)}/pause")

    def resume_schedule(self, schedule_id: str) -> Json:
        return self._send("POST", f"/api/v3/schedules/{segment(schedule_id)}/resume")

    def delete_schedule(self, schedule_id: str) -> Json:
        return self._send("DELETE", f"/api/v3/schedules/{segment(schedule_id)}")
