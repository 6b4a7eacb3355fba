"""Commands about schedules: add, list, show, pause, resume, delete."""

import functools
import inspect
import typing
import uuid
from collections.abc import Callable
from typing import Annotated, Any

import typer

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.running import evaluation_body, evaluation_request, explain_refusal, run
from marksheet_cli.session import Session, with_session
from marksheet_cli.sheets import Column
from marksheet_cli.tables import detail_table, list_table

LIST_COLUMNS = {
    "schedule_id": Column("schedule"),
    "name": Column("name", free=True),
    "status": Column("status"),
    "expression": Column("when"),
    "timezone": Column("time zone", spared=2),
    "last_tick": Column("last tick (UTC)", spared=1),
    "failed_ticks": Column("failed", right=True, spared=3),
}

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Evaluations that start by themselves: cron, rate, once."
)

ScheduleId = Annotated[str, typer.Argument(metavar="SCHEDULE", help="A schedule's id, such as sched-01h...")]
_WHEN = "When"


def with_evaluation(function: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of `run` that say what is evaluated; `function` gets them as `options`.

    Taken from there, so that what one of the two learns the other can do too.
    """
    hints = typing.get_type_hints(run, include_extras=True)
    shared = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[name])
        for name, parameter in inspect.signature(run).parameters.items()
        if name in inspect.signature(evaluation_request).parameters
    ]

    @functools.wraps(function)
    def command(session: Session, **arguments: Any) -> None:
        options = {parameter.name: arguments.pop(parameter.name) for parameter in shared}
        function(session, options=options, **arguments)

    own = [p for p in inspect.signature(function).parameters.values() if p.name != "options"]
    command.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]
    return command


@app.command("add")
@with_session
@with_evaluation
def add(
    session: Session,
    *,
    options: dict[str, Any],
    every: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Such as '6 hours'.", rich_help_panel=_WHEN)
    ] = None,
    cron: Annotated[
        str | None,
        typer.Option(metavar="FIELDS", help="Six fields: '0 6 ? * MON-FRI *'.", rich_help_panel=_WHEN),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Once: 2026-12-01T06:00:00.", rich_help_panel=_WHEN),
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE", help="Of --cron and --at: Europe/Berlin. Default: UTC.", rich_help_panel=_WHEN
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Not before: 2026-12-01T00:00:00Z.", rich_help_panel=_WHEN),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Not after; then it is over.", rich_help_panel=_WHEN),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="A name of your own; its evaluations are called after it.")
    ] = None,
    paused: Annotated[bool, typer.Option("--paused", help="Make it, but let it wait for a resume.")] = False,
) -> None:
    """Start an evaluation again and again, or once at a time to come."""
    expression = _expression(every=every, cron=cron, at=at)
    asked = evaluation_request(**options)
    evaluation = evaluation_body(session.client, options["benchmark"], asked)
    body = {"expression": expression, "evaluation": evaluation, "enabled": False if paused else None}
    body |= {"timezone": timezone, "start": start, "end": end, "name": name}
    said = {field: value for field, value in body.items() if value is not None}
    try:
        made = session.client.create_schedule(said, idempotency_key=str(uuid.uuid4()))
    except CommandError as error:
        explain_refusal(session.client, error, evaluation)
        raise
    session.screen.answer(made, lambda: detail_table(made))


@app.command("list")
@with_session
def list_schedules(session: Session) -> None:
    """List schedules, oldest first."""
    rows = session.client.list_schedules()
    session.screen.answer(
        {"schedules": rows}, lambda: list_table(rows, LIST_COLUMNS, nothing="No schedules.")
    )


@app.command("show")
@with_session
def show(session: Session, schedule_id: ScheduleId) -> None:
    """Show one schedule, what it asks for, and what became of its latest ticks."""
    answer = session.client.schedule(schedule_id)
    session.screen.answer(answer, lambda: detail_table(answer))


@app.command("pause")
@with_session
def pause(session: Session, schedule_id: ScheduleId) -> None:
    """Let a schedule start nothing until it is resumed."""
    answer = session.client.pause_schedule(schedule_id)
    session.screen.answer(answer, lambda: detail_table(answer))


@app.command("resume")
@with_session
def resume(session: Session, schedule_id: ScheduleId) -> None:
    """Let a paused schedule go on; what it missed is not made up for."""
    answer = session.client.resume_schedule(schedule_id)
    session.screen.answer(answer, lambda: detail_table(answer))


@app.command("delete")
@with_session
def delete(
    session: Session,
    schedule_id: ScheduleId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a schedule; the evaluations it has started stay."""
    session.screen.confirm(f"Delete schedule {schedule_id}?", yes=yes)
    answer = session.client.delete_schedule(schedule_id)
    session.screen.answer(answer, lambda: f"deleted {schedule_id}")


def _expression(*, every: str | None, cron: str | None, at: str | None) -> str:
    """The schedule expression as the API takes it. Raises CommandError (USAGE)."""
    given = [(kind, text) for kind, text in (("rate", every), ("cron", cron), ("at", at)) if text is not None]
    if len(given) != 1:
        raise CommandError(
            "say when, in one way: --every, --cron or --at",
            hint="for example: --every '1 day'",
            code=ExitCode.USAGE,
        )
    ((kind, text),) = given
    return f"{kind}({text})"
