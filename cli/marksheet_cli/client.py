"""The client of the /api/v3 surface: the one place that knows its routes, bodies and errors.

Every method sends one request and gives back the decoded JSON body; docs/nugen.md describes the shapes. What
goes wrong becomes a CommandError with the exit code that fits. Files travel in `transfers`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from marksheet_cli.exits import CommandError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from marksheet_cli.connection import Connection

Json = dict[str, Any]

REPEATED_AFTER_SECONDS = (0.5, 2.0)
"""Pauses before a request that may be repeated is sent again."""
LONGEST_RETRY_AFTER_SECONDS = 30.0
TIMEOUT = httpx.Timeout(35.0, connect=10.0)
"""API Gateway itself gives up after 30 s."""
_WITHOUT_MARKS = "how far it is: marksheet status ID\nthe marks it has, if any: --partial"
_PARTIAL = {"partial": "true"}
_WORTH_REPEATING = frozenset({429, 502, 503, 504})


class Client:
    """One deployment, seen by one API key. Use as a context manager."""

    def __init__(self, connection: Connection, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.connection = connection
        self._sleep = sleep
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {connection.api_key}", "Accept": "application/json"},
            timeout=TIMEOUT,
            trust_env=not connection.loopback,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    # Evaluations

    def create_evaluation(self, body: Json, *, idempotency_key: str) -> Json:
        """Start an evaluation; the key makes it safe to send the request again."""
        headers = {"Idempotency-Key": idempotency_key}
        return self._send("POST", "/api/v3/evaluations", json=body, headers=headers, repeatable=True)

    def list_evaluations(self, *, status: str | None, model_id: str | None, limit: int, offset: int) -> Json:
        query: dict[str, str | int] = {"limit": limit, "offset": offset}
        query |= {name: value for name, value in (("status", status), ("model_id", model_id)) if value}
        return self._send("GET", "/api/v3/evaluations", params=query)

    def evaluation(self, evaluation_id: str) -> Json:
        return self._send("GET", f"/api/v3/evaluations/{_segment(evaluation_id)}")

    def evaluation_status(self, evaluation_id: str) -> Json:
        return self._send("GET", f"/api/v3/evaluations/{_segment(evaluation_id)}/status")

    def results(self, evaluation_id: str, *, partial: bool = False) -> Json:
        path = f"/api/v3/evaluations/{_segment(evaluation_id)}/results"
        return self._send("GET", path, params=_PARTIAL if partial else {})

    def cancel_evaluation(self, evaluation_id: str) -> Json:
        return self._send("POST", f"/api/v3/evaluations/{_segment(evaluation_id)}/cancel")

    def resume_evaluation(self, evaluation_id: str, *, max_cost_usd: str | None = None) -> Json:
        """Take up an evaluation that ended; a new budget is for all attempts together."""
        body = {} if max_cost_usd is None else {"max_cost_usd": max_cost_usd}
        return self._send("POST", f"/api/v3/evaluations/{_segment(evaluation_id)}/resume", json=body)

    def delete_evaluation(self, evaluation_id: str) -> Json:
        return self._send("DELETE", f"/api/v3/evaluations/{_segment(evaluation_id)}")

    def open_download(
        self, evaluation_id: str, *, partial: bool = False
    ) -> AbstractContextManager[httpx.Response]:
        """The results file, opened: 200 with the file, or 307 to where it lies; never followed."""
        url = f"{self.connection.url}/api/v3/evaluations/{_segment(evaluation_id)}/download"
        query = _PARTIAL if partial else {}
        return self._http.stream("GET", url, params=query, follow_redirects=False)

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
        return self._send("GET", f"/api/v3/benchmark/uploads/{_segment(upload_id)}")

    def list_benchmarks(self) -> list[Json]:
        return _rows(self._send("GET", "/api/v3/benchmark/list"), "benchmarks")

    def benchmark(self, benchmark_id: str, version: int | None = None) -> Json:
        query = {} if version is None else {"version": version}
        return self._send("GET", f"/api/v3/benchmark/{_segment(benchmark_id)}", params=query)

    def benchmark_versions(self, benchmark_id: str) -> list[Json]:
        path = f"/api/v3/benchmark/{_segment(benchmark_id)}/versions"
        return _rows(self._send("GET", path), "versions")

    def delete_benchmark(self, benchmark_id: str) -> Json:
        return self._send("DELETE", f"/api/v3/benchmark/{_segment(benchmark_id)}")

    # Models

    def register_model(self, body: Json) -> Json:
        """{"model_id", "provider", "settings", "api_key"?}; the endpoint's key is never given back."""
        return self._send("POST", "/api/v3/models", json=body)

    def list_models(self) -> list[Json]:
        return _rows(self._send("GET", "/api/v3/models"), "models")

    def model(self, model_id: str) -> Json:
        return self._send("GET", f"/api/v3/models/{_segment(model_id)}")

    def delete_model(self, model_id: str) -> Json:
        return self._send("DELETE", f"/api/v3/models/{_segment(model_id)}")

    def request_answers_upload(self, model_id: str) -> Json:
        """A presigned form for a recorded model's answers, as `request_benchmark_upload` gives one."""
        return self._send("POST", f"/api/v3/models/{_segment(model_id)}/answers-url")

    # Schedules

    def create_schedule(self, body: Json, *, idempotency_key: str) -> Json:
        """Make a schedule; the key makes it safe to send the request again."""
        headers = {"Idempotency-Key": idempotency_key}
        return self._send("POST", "/api/v3/schedules", json=body, headers=headers, repeatable=True)

    def list_schedules(self) -> list[Json]:
        return _rows(self._send("GET", "/api/v3/schedules"), "schedules")

    def schedule(self, schedule_id: str) -> Json:
        return self._send("GET", f"/api/v3/schedules/{_segment(schedule_id)}")

    def pause_schedule(self, schedule_id: str) -> Json:
        return self._send("POST", f"/api/v3/schedules/{_segment(schedule_id)}/pause")

    def resume_schedule(self, schedule_id: str) -> Json:
        return self._send("POST", f"/api/v3/schedules/{_segment(schedule_id)}/resume")

    def delete_schedule(self, schedule_id: str) -> Json:
        return self._send("DELETE", f"/api/v3/schedules/{_segment(schedule_id)}")

    # How a request is sent

    def _send(self, method: str, path: str, *, repeatable: bool | None = None, **request: Any) -> Json:
        """Send, repeat what may be repeated, and decode. Raises CommandError."""
        may_repeat = method == "GET" if repeatable is None else repeatable
        for pause in self._pauses() if may_repeat else (None,):
            try:
                response = self._http.request(method, self.connection.url + path, **request)
            except httpx.ConnectError as error:
                raise unreachable(self.connection.url, error) from error
            except httpx.RequestError as error:
                if pause is None:
                    raise unreachable(self.connection.url, error) from error
                self._sleep(pause)
                continue
            if response.status_code not in _WORTH_REPEATING or pause is None:
                return decode(response)
            self._sleep(_retry_after(response, pause))
        raise AssertionError("the last pause is None")

    @staticmethod
    def _pauses() -> Iterator[float | None]:
        yield from REPEATED_AFTER_SECONDS
        yield None


def decode(response: httpx.Response) -> Json:
    """The JSON object of an answer. Raises CommandError for every status but 2xx, and for a broken body."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if response.is_success and isinstance(body, dict):
        return body
    if response.is_success or response.is_redirect:
        raise CommandError(
            f"the service answered {response.status_code} with a body that is no JSON object",
            hint="check that the address is that of a Marksheet deployment",
            code=ExitCode.UNAVAILABLE,
        )
    raise refusal(response, body if isinstance(body, dict) else {})


def refusal(response: httpx.Response, body: Json) -> CommandError:
    """What to say about an error status; `body` is {"detail": text | [{"loc", "msg", "type"}]}."""
    status, detail = response.status_code, body.get("detail")
    if isinstance(detail, list):
        return _invalid([entry for entry in detail if isinstance(entry, dict)])
    # The gateway itself, in front of the service, says {"message": text}.
    text = next(
        (t for t in (detail, body.get("message")) if isinstance(t, str)), f"the service answered {status}"
    )
    if status == httpx.codes.UNAUTHORIZED:
        hint = "the API key is unknown, revoked or missing; check MARKSHEET_API_KEY"
        return CommandError(text, hint=hint, code=ExitCode.UNAUTHENTICATED)
    if status == httpx.codes.FORBIDDEN:
        # The gateway refuses for reasons of its own, and says {"message"}.
        lacking = "the API key is valid but lacks the needed scope" if detail else None
        return CommandError(text, hint=lacking, code=ExitCode.UNAUTHENTICATED)
    if status == httpx.codes.NOT_FOUND and detail is None:
        return CommandError(
            f"{_origin(response)} does not look like a Marksheet API: it answers 404 in another form",
            hint="check the address; it is the ApiUrl output of the stack, without /api/v3",
            code=ExitCode.UNAVAILABLE,
        )
    if status == httpx.codes.NOT_FOUND:
        hint = "the 'list' commands show what this API key can see"
        return CommandError(text, hint=hint, code=ExitCode.NOT_FOUND)
    if status == httpx.codes.TOO_MANY_REQUESTS:
        wait = response.headers.get("Retry-After")
        hint = f"try again in {wait} s" if wait else "try again later"
        return CommandError(text, hint=hint, code=ExitCode.FAILED)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return CommandError(text, hint=_server_hint(response), code=ExitCode.UNAVAILABLE)
    # Only marks that are not there yet are a 400.
    marks = _WITHOUT_MARKS if status == httpx.codes.BAD_REQUEST else None
    return CommandError(text, hint=marks, code=ExitCode.FAILED)


def unreachable(url: str, error: httpx.RequestError) -> CommandError:
    """What to say when no answer came."""
    if isinstance(error, httpx.TimeoutException):
        message, hint = (
            f"{url} did not answer in time",
            "try again; the request may have arrived all the same",
        )
    elif isinstance(error, httpx.ConnectError):
        message = f"cannot reach {url}"
        hint = "is it running? 'marksheet local status' tells for the local stack; else check MARKSHEET_URL"
    else:
        message, hint = f"the connection to {url} broke off", "try again"
    return CommandError(message, hint=hint, code=ExitCode.UNAVAILABLE)


def _invalid(entries: list[Json]) -> CommandError:
    problems = [
        {"field": _field(entry.get("loc") or ()), "message": str(entry.get("msg", ""))} for entry in entries
    ]
    message = "; ".join(f"{p['field']}: {p['message']}" for p in problems) or "the request is not valid"
    return CommandError(message, code=ExitCode.FAILED, problems=problems)


def _field(location: Sequence[str | int]) -> str:
    """Where a problem is: "body.custom_metrics.0", or in a file "line 7, field question"."""
    match [str(part) for part in location]:
        case ["body", "file", "line" | "element" as unit, number, *field]:
            return ", ".join([f"{unit} {number}", *(f"field {name}" for name in field)])
        case parts:
            return ".".join(parts)


def _origin(response: httpx.Response) -> str:
    return str(response.url.copy_with(raw_path=b"/")).rstrip("/")


def _server_hint(response: httpx.Response) -> str:
    request_id = response.headers.get("x-request-id") or response.headers.get("apigw-requestid")
    return (
        f"the service failed; its logs know request {request_id}"
        if request_id
        else "the service failed; try again"
    )


def _retry_after(response: httpx.Response, otherwise: float) -> float:
    try:
        asked = float(response.headers["Retry-After"])
    except (KeyError, ValueError):
        return otherwise
    return min(max(asked, 0.0), LONGEST_RETRY_AFTER_SECONDS)


def _rows(body: Json, name: str) -> list[Json]:
    rows = body.get(name)
    if isinstance(rows, list):
        return [row for row in rows if isinstance(row, dict)]
    raise CommandError(
        f"the service's answer has no list {name!r}",
        hint="is the deployment older or newer than this command?",
        code=ExitCode.UNAVAILABLE,
    )


def _segment(identifier: str) -> str:
    """An identifier as one path segment, which can neither be empty nor lead elsewhere."""
    if not identifier.strip("."):
        raise CommandError(f"{identifier!r} is no identifier", code=ExitCode.USAGE)
    return quote(identifier, safe=":")
