"""`marksheet grade`: points and reports for outputs there are already, and a gate on them."""

import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from marksheet_cli.exits import CommandError, ExitCode, TooLarge, in_short
from marksheet_cli.session import Session

if TYPE_CHECKING:
    from marksheet_cli.grading_rows import Rows

INLINE_BYTES = 4_000_000
"""Up to here rows go with the request itself: a Lambda is handed 6 MB, and its answer has to fit 6 MB too."""
INLINE_ROWS = 1_000
"""More than this is a job at once, which shows its progress; the service may refuse fewer."""

_GATE = "Gate and reports"
_JOB = "Job"
Threshold = Annotated[
    float | None,
    typer.Option(
        min=0, max=1, help="Exit with 100 when less is earned over all, such as 0.8.", rich_help_panel=_GATE
    ),
]
PerRowThreshold = Annotated[
    float | None,
    typer.Option(min=0, max=1, help="Exit with 100 when a single row earns less.", rich_help_panel=_GATE),
]
FailOnUnscored = Annotated[
    bool,
    typer.Option(
        "--fail-on-unscored", help="Exit with 100 when a row could not be graded.", rich_help_panel=_GATE
    ),
]
JUnit = Annotated[
    Path | None,
    typer.Option("--junit", metavar="FILE", help="Write a JUnit report for CI.", rich_help_panel=_GATE),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write the results document.", rich_help_panel=_GATE),
]
JobTimeout = Annotated[
    float | None,
    typer.Option(
        min=0,
        metavar="SECONDS",
        help="Stop waiting after this time; the job continues.",
        rich_help_panel=_JOB,
    ),
]
Wait = Annotated[
    bool,
    typer.Option("--wait/--no-wait", help="Follow it to the end and show the grades.", rich_help_panel=_JOB),
]
Budget = Annotated[
    str | None,
    typer.Option(
        metavar="USD", help="Stop grading when the judges have cost this much.", rich_help_panel=_JOB
    ),
]


def grade(
    session: Session,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="Rows with input and output: JSONL, JSON or CSV."
        ),
    ],
    spec: Annotated[str, typer.Option(help="Id or name of the eval spec, with @VERSION to pin one.")],
    model: Annotated[
        str | None, typer.Option(metavar="JUDGE", help="A model that judges in place of the spec's.")
    ] = None,
    threshold: Threshold = None,
    per_row_threshold: PerRowThreshold = None,
    fail_on_unscored: FailOnUnscored = False,
    junit: JUnit = None,
    output: Output = None,
    job: Annotated[
        bool | None,
        typer.Option(
            "--job/--no-job",
            help="Grade as a job, or in one call; else as many rows as there are say.",
            rich_help_panel=_JOB,
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="A name of your own for the job.", rich_help_panel=_JOB)
    ] = None,
    max_cost_usd: Budget = None,
    wait: Wait = True,
    timeout: JobTimeout = None,
) -> None:
    """Grade outputs by an eval spec, and hold them against a threshold."""
    from marksheet_cli.gate import Gate
    from marksheet_cli.grading_rows import open_rows
    from marksheet_cli.job_grades import follow_to_grades
    from marksheet_cli.reports import Reports

    gate = Gate(threshold, per_row_threshold, fail_on_unscored)
    reports = Reports(gate, junit, output)
    reports.check(keep=file)
    asks_for_a_job = name is not None or max_cost_usd is not None or not wait
    if asks_for_a_job and job is False:
        message = "--name, --max-cost-usd and --no-wait are about a job, which --no-job excludes"
        raise CommandError(message, code=ExitCode.USAGE)
    if not wait and reports.wanted():
        raise CommandError(
            "--no-wait leaves before there is anything to hold against a threshold or to report",
            hint="'marksheet jobs results JOB --follow' takes these options",
            code=ExitCode.USAGE,
        )
    request = {"eval_spec_id": spec, "model": model, "name": name, "max_cost_usd": max_cost_usd}
    with open_rows(file) as rows:
        request["eval_spec_id"] = find_spec(session, spec)
        asked = {field: value for field, value in request.items() if value is not None}
        try:
            document = None
            if not (job or asks_for_a_job):
                document = _grade_at_once(session, rows, asked, only=job is False)
            created = _send_job(session, rows, asked) if document is None else {}
        except CommandError as error:
            raise _in_words_of_the_file(session, error, rows, model) from None
    if document is not None:
        reports.conclude(session.screen, document, suite=spec)
    elif wait:
        follow_to_grades(session, created["job_id"], reports, suite=spec, timeout=timeout, rows=rows)
    else:
        session.screen.answer(created, lambda: str(created["job_id"]))


def find_spec(session: Session, reference: str) -> str:
    """The `id` or `id@version` that a reference by id or name means. Raises CommandError (NOT_FOUND)."""
    from marksheet_cli.references import SPEC

    try:
        return SPEC.find(session.grading.list_specs(), reference)
    except CommandError:
        # One that is not shared is in no list; the service says so.
        if SPEC.is_id(reference):
            return reference
        raise


def _grade_at_once(
    session: Session, rows: "Rows", request: dict[str, Any], *, only: bool
) -> dict[str, Any] | None:
    """The graded rows, or None when they are more than a call can do; with `only` that is an error."""
    if not only and (rows.size > INLINE_BYTES or len(rows.places) > INLINE_ROWS):
        return None
    try:
        return session.grading.grade(rows.body(request))
    except TooLarge as error:
        if only:
            error.hint = "without --no-job it is graded as a job"
            raise
    session.screen.note("this is more than one call can grade; it is graded as a job")
    return None


def _send_job(session: Session, rows: "Rows", request: dict[str, Any]) -> dict[str, Any]:
    """Make a job, send it its rows, and give back what was made."""
    from marksheet_cli.transfers import post_file

    created = session.grading.create_job({**request, "upload": True}, idempotency_key=str(uuid.uuid4()))
    job_id = created.get("job_id")
    if not isinstance(job_id, str):
        raise CommandError("the service's answer names no job", code=ExitCode.UNAVAILABLE)
    session.screen.note(f"job {job_id}")
    try:
        post_file(session.screen, created.get("upload") or {}, rows.lines)
    except (CommandError, KeyboardInterrupt):
        # Without its rows it would wait in vain.
        with suppress(CommandError):
            session.grading.delete_job(job_id)
        raise
    return {field: value for field, value in created.items() if field not in ("upload", "expires_in")}


def _in_words_of_the_file(
    session: Session, error: CommandError, rows: "Rows", model: str | None
) -> CommandError:
    """The service's refusal, with lines of the file for positions in the request, and for a judge that is not
    registered what is similar.
    """
    from marksheet_cli.running import check_models

    if model is not None and any(problem["field"] == "model" for problem in error.problems):
        check_models(session.client, [model])
    problems = [{**problem, "field": rows.field_in_source(problem["field"])} for problem in error.problems]
    if problems == error.problems:
        return error
    return CommandError(in_short(problems), code=error.code, hint=error.hint, problems=problems)
