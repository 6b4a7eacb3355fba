"""The client of the grading surface: eval specs, grading at once, and grading jobs.

docs/grading.md describes the shapes; how a request is sent, and what goes wrong, is `service`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from marksheet_cli.service import Service, rows_of, segment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from marksheet_cli.refusals import Json

GRADING_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
"""The service itself answers within 30 s, but what it answers may be large."""
_JSON = {"Content-Type": "application/json"}


class GradingClient(Service):
    """Eval specs, outputs graded by them, and jobs. Use as a context manager."""

    # Eval specs

    def create_spec(self, body: Json) -> Json:
        return self._send("POST", "/v1/eval/specs", json=body)

    def update_spec(self, spec_id: str, body: Json) -> Json:
        """The next version, or the latest one if it says the same."""
        return self._send("PUT", f"/v1/eval/specs/{segment(spec_id)}", json=body)

    def list_specs(self) -> list[Json]:
        return self._all_rows("/v1/eval/specs", "eval_specs")

    def spec(self, spec_id: str, version: int | None = None) -> Json:
        query = {} if version is None else {"version": version}
        return self._send("GET", f"/v1/eval/specs/{segment(spec_id)}", params=query)

    def spec_versions(self, spec_id: str) -> list[Json]:
        return rows_of(self._send("GET", f"/v1/eval/specs/{segment(spec_id)}/versions"), "versions")

    def share_spec(self, spec_id: str, shared_with: Sequence[str], *, owner: str | None = None) -> Json:
        """Say which keys may use it besides its owner's, and whose it is from now on."""
        body: Json = {"shared_with": list(shared_with)}
        body |= {} if owner is None else {"owner": owner}
        return self._send("PUT", f"/v1/eval/specs/{segment(spec_id)}/sharing", json=body)

    def delete_spec(self, spec_id: str) -> Json:
        return self._send("DELETE", f"/v1/eval/specs/{segment(spec_id)}")

    # Grading

    def grade(self, body: bytes) -> Json:
        """Grade rows in one call; the JSON comes ready-made, so that numbers stay as they were written."""
        return self._send("POST", "/v1/eval", content=body, headers=_JSON, timeout=GRADING_TIMEOUT)

    # Jobs

    def create_job(self, body: Json, *, idempotency_key: str) -> Json:
        """Start a job, or with {"upload": true} get the form for its file; the key makes it repeatable."""
        headers = {"Idempotency-Key": idempotency_key}
        return self._send("POST", "/v1/eval/jobs", json=body, headers=headers, repeatable=True)

    def list_jobs(self, *, limit: int, offset: int) -> Json:
        return self._send("GET", "/v1/eval/jobs", params={"limit": limit, "offset": offset})

    def job(self, job_id: str) -> Json:
        return self._send("GET", f"/v1/eval/jobs/{segment(job_id)}")

    def open_job_results(self, job_id: str) -> AbstractContextManager[httpx.Response]:
        """The results, opened: 200 with them, or 307 to where they lie; never followed."""
        return self._open(f"/v1/eval/jobs/{segment(job_id)}/results")

    def cancel_job(self, job_id: str) -> Json:
        return self._send("POST", f"/v1/eval/jobs/{segment(job_id)}/cancel")

    def resume_job(self, job_id: str, *, max_cost_usd: str | None = None) -> Json:
        """Grade again what errored or was not reached; a new budget is for all attempts together."""
        body = {} if max_cost_usd is None else {"max_cost_usd": max_cost_usd}
        return self._send("POST", f"/v1/eval/jobs/{segment(job_id)}/resume", json=body)

    def delete_job(self, job_id: str) -> Json:
        return self._send("DELETE", f"/v1/eval/jobs/{segment(job_id)}")
