"""Commands about grading jobs: list, show, results, cancel, resume, delete."""

from typing import Annotated

import typer

from marksheet_cli.grading import (
    Budget,
    FailOnUnscored,
    JobTimeout,
    JUnit,
    Output,
    PerRowThreshold,
    Threshold,
    Wait,
)
from marksheet_cli.session import Session, with_session
from marksheet_cli.sheets import Column
from marksheet_cli.tables import detail_table, list_table

LIST_COLUMNS = {
    "job_id": Column("job"),
    "status": Column("status"),
    "name": Column("name", free=True, spared=2),
    "eval_spec_id": Column("spec", spared=4),
    "rows_graded": Column("graded", right=True, spared=3),
    "rows_total": Column("rows", right=True),
    "created_at": Column("created (UTC)", spared=1),
}

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Outputs that are graded in their own time."
)

JobId = Annotated[str, typer.Argument(metavar="JOB", help="A job's id, such as job-01h...")]


@app.command("list")
@with_session
def list_jobs(
    session: Session,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most this many, newest first.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="Leave out this many of the newest.")] = 0,
) -> None:
    """List grading jobs, newest first."""
    page = session.grading.list_jobs(limit=limit, offset=offset)
    rows = [row for row in page.get("jobs") or [] if isinstance(row, dict)]
    session.screen.answer(page, lambda: list_table(rows, LIST_COLUMNS, nothing="No jobs."))
    shown = offset + len(rows)
    if shown < (page.get("total") or 0) and not session.screen.as_json:
        session.screen.note(f"{shown} of {page['total']}; the next ones: --offset {shown}")


@app.command("show")
@with_session
def show(session: Session, job_id: JobId) -> None:
    """Show how far a job is; its grades: 'jobs results'."""
    job = session.grading.job(job_id)
    told = {
        field: value for field, value in job.items() if field not in ("summary", "results", "results_url")
    }
    session.screen.answer(job, lambda: detail_table(told))


@app.command("results")
@with_session
def results(
    session: Session,
    job_id: JobId,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Stay until it is over.")] = False,
    threshold: Threshold = None,
    per_row_threshold: PerRowThreshold = None,
    fail_on_unscored: FailOnUnscored = False,
    junit: JUnit = None,
    output: Output = None,
    timeout: JobTimeout = None,
) -> None:
    """Show a job's grades, and hold them against a threshold."""
    from marksheet_cli.gate import Gate
    from marksheet_cli.job_grades import follow_to_grades, tell_grades
    from marksheet_cli.reports import Reports

    reports = Reports(Gate(threshold, per_row_threshold, fail_on_unscored), junit, output)
    reports.check()
    if follow:
        follow_to_grades(session, job_id, reports, timeout=timeout)
    else:
        tell_grades(session, session.grading.job(job_id), reports)


@app.command("cancel")
@with_session
def cancel(session: Session, job_id: JobId) -> None:
    """Stop a job; rows already graded are kept for a resume."""
    answer = session.grading.cancel_job(job_id)
    session.screen.answer(answer, lambda: detail_table(answer))


@app.command("resume")
@with_session
def resume(
    session: Session,
    job_id: JobId,
    max_cost_usd: Budget = None,
    wait: Wait = True,
    timeout: JobTimeout = None,
) -> None:
    """Grade again what errored or was not reached."""
    from marksheet_cli.gate import Gate
    from marksheet_cli.job_grades import follow_to_grades
    from marksheet_cli.reports import Reports

    answer = session.grading.resume_job(job_id, max_cost_usd=max_cost_usd)
    if wait:
        follow_to_grades(session, job_id, Reports(Gate()), timeout=timeout)
    else:
        session.screen.answer(answer, lambda: detail_table(answer))


@app.command("delete")
@with_session
def delete(
    session: Session,
    job_id: JobId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a job and its rows for good; a running one is stopped."""
    session.screen.confirm(f"Delete job {job_id} and its rows?", yes=yes)
    answer = session.grading.delete_job(job_id)
    session.screen.answer(answer, lambda: f"deleted {job_id}")
