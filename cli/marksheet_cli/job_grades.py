"""From a grading job to its grades: following it, fetching what it came to, saying why that is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.transfers import fetch_document
from marksheet_cli.waiting import READY, WORKING, follow_job

if TYPE_CHECKING:
    from marksheet_cli.grading_rows import Rows
    from marksheet_cli.reports import Reports
    from marksheet_cli.session import Session


def follow_to_grades(
    session: Session,
    job_id: str,
    reports: Reports,
    *,
    suite: str | None = None,
    timeout: float | None = None,
    rows: Rows | None = None,
) -> None:
    """Follow a job to its end and tell its grades. `rows` are those it was sent, where they are at hand.

    Raises CommandError (FAILED) when it came to nothing, and what `Reports.conclude` raises.
    """
    again = f"marksheet jobs results {job_id} --follow{reports.options()}"
    job = follow_job(session.grading, session.screen, job_id, next_command=again, timeout=timeout)
    tell_grades(session, job, reports, suite=suite, rows=rows)


def tell_grades(
    session: Session,
    job: dict[str, Any],
    reports: Reports,
    *,
    suite: str | None = None,
    rows: Rows | None = None,
) -> None:
    """Tell the grades of a job; one that is not over has none. Raises as `follow_to_grades` does."""
    job_id = str(job.get("job_id", ""))
    succeeded = job.get("status") == READY
    document = _grades_of(session, job)
    if document is None:
        raise _without_grades(job, rows)
    reports.conclude(
        session.screen,
        document,
        suite=suite or str(job.get("name") or job.get("eval_spec_id") or job_id),
        failure=None if succeeded else f"job {job_id} did not succeed: {_reason(job)}; {_resume(job)}",
    )


def _grades_of(session: Session, job: dict[str, Any]) -> dict[str, Any] | None:
    """The body of POST /v1/eval for a job that is over; None when it came to nothing."""
    if isinstance(job.get("results"), list) and isinstance(job.get("summary"), dict):
        return {"results": job["results"], "summary": job["summary"]}
    grading = session.grading
    try:
        opened = grading.open_job_results(str(job.get("job_id", "")))
        return fetch_document(grading.connection.url, opened)
    except CommandError as error:
        # Of one that is over in any other way a refusal means that there is nothing.
        if job.get("status") in (READY, WORKING) or error.code is not ExitCode.FAILED:
            raise
        return None


def _without_grades(job: dict[str, Any], rows: Rows | None) -> CommandError:
    """Why a job came to nothing, and what to do about it."""
    line, field, reason = job.get("line"), job.get("field"), _reason(job)
    if line is None:
        message = f"job {job.get('job_id')} did not succeed: {reason}"
        return CommandError(message, hint=_resume(job), code=ExitCode.FAILED)
    place = (
        rows.line_in_source(line, field) if rows else f"line {line}" + (f", field {field}" if field else "")
    )
    return CommandError(
        f"{place}: {reason}",
        hint="correct the file and send it again",
        code=ExitCode.FAILED,
        problems=[{"field": place, "message": reason}],
    )


def _reason(job: dict[str, Any]) -> str:
    error = job.get("error")
    if isinstance(error, dict):
        error = error.get("message")
    return str(error or "no reason is given")


def _resume(job: dict[str, Any]) -> str:
    budget = " --max-cost-usd USD" if job.get("stopped") else ""
    return f"take it up where it stopped: marksheet jobs resume {job.get('job_id')}{budget}"
