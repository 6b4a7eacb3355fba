"""Commands about evaluations: run, status, results, download, list, cancel, resume, delete."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from marksheet_cli.following import Timeout, print_marks, show_results
from marksheet_cli.running import run
from marksheet_cli.session import Session, with_session
from marksheet_cli.sheets import Column
from marksheet_cli.tables import detail_table, list_table
from marksheet_cli.transfers import STDOUT, save_results

EvaluationId = Annotated[
    str, typer.Argument(metavar="EVALUATION", help="An evaluation's id, such as eval-01h...")
]
Partial = Annotated[bool, typer.Option("--partial", help="Also if it ended before everything was answered.")]

LIST_COLUMNS = {
    "evaluation_id": Column("evaluation"),
    "status": Column("status"),
    "model_id": Column("model"),
    "model_id_2": Column("compared with", spared=3),
    "benchmark_name": Column("benchmark", free=True, spared=2),
    "created_at": Column("created (UTC)", spared=1),
}


class StatusFilter(StrEnum):
    """What `list --status` can ask for."""

    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"


def register(app: typer.Typer) -> None:
    """Add the commands to the root of the command line."""
    for name, function in (
        ("run", run),
        ("status", status),
        ("results", results),
        ("download", download),
        ("list", list_evaluations),
        ("cancel", cancel),
        ("resume", resume),
        ("delete", delete),
    ):
        app.command(name, rich_help_panel="Evaluations")(with_session(function))


def status(
    session: Session,
    evaluation_id: EvaluationId,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Stay until it is over, then show the marks.")
    ] = False,
    timeout: Timeout = None,
) -> None:
    """Show how far an evaluation is."""
    if follow:
        show_results(session.client, session.screen, evaluation_id, timeout=timeout)
        return
    answer = session.client.evaluation_status(evaluation_id)
    session.screen.answer(answer, lambda: detail_table(answer))


def results(session: Session, evaluation_id: EvaluationId, partial: Partial = False) -> None:
    """Show an evaluation's marks."""
    print_marks(session.screen, session.client.results(evaluation_id, partial=partial))


def download(
    session: Session,
    evaluation_id: EvaluationId,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="File or directory; '-' for stdout. Default: the service's file name."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    partial: Partial = False,
) -> None:
    """Download an evaluation's results file: every question with its answers and scores."""
    path = save_results(session.screen, session.client, evaluation_id, output, force=force, partial=partial)
    if path == STDOUT:
        return
    answer = {"evaluation_id": evaluation_id, "path": str(path), "bytes": path.stat().st_size}
    session.screen.answer(answer, lambda: str(path))


def list_evaluations(
    session: Session,
    status: Annotated[StatusFilter | None, typer.Option(help="Only evaluations in this state.")] = None,
    model: Annotated[str | None, typer.Option(help="Only evaluations of this model.")] = None,
    project: Annotated[str | None, typer.Option(help="Only evaluations of this project.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most this many, newest first.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="Leave out this many of the newest.")] = 0,
) -> None:
    """List evaluations, newest first."""
    page = session.client.list_evaluations(
        status=status, model_id=model, project=project, limit=limit, offset=offset
    )
    rows = [row | {"status": _state(row)} for row in page.get("evaluations") or []]
    session.screen.answer(page, lambda: list_table(rows, LIST_COLUMNS, nothing="No evaluations."))
    shown = offset + len(rows)
    if shown < page.get("total", 0) and not session.screen.as_json:
        session.screen.note(f"{shown} of {page['total']}; the next ones: --offset {shown}")


def _state(row: dict[str, Any]) -> str | None:
    """The word that `--status` finds it by: on the wire a cancelled or stopped one is FAILED."""
    if row.get("stopped"):
        return "STOPPED"
    return "CANCELLED" if row.get("failure_reason") == "cancelled" else row.get("status")


def cancel(session: Session, evaluation_id: EvaluationId) -> None:
    """Stop an evaluation; answers already given are kept for a resume."""
    answer = session.client.cancel_evaluation(evaluation_id)
    session.screen.answer(answer, lambda: detail_table(answer))


def resume(
    session: Session,
    evaluation_id: EvaluationId,
    max_cost_usd: Annotated[
        str | None, typer.Option(metavar="USD", help="Its new budget, for all attempts together.")
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Follow it to the end and show the marks.")
    ] = True,
    timeout: Timeout = None,
) -> None:
    """Take up a failed, cancelled or stopped evaluation; no answered question is asked again."""
    answer = session.client.resume_evaluation(evaluation_id, max_cost_usd=max_cost_usd)
    if wait:
        show_results(session.client, session.screen, evaluation_id, timeout=timeout)
    else:
        session.screen.answer(answer, lambda: detail_table(answer))


def delete(
    session: Session,
    evaluation_id: EvaluationId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete an evaluation and its results for good."""
    session.screen.confirm(f"Delete evaluation {evaluation_id} and its results?", yes=yes)
    answer = session.client.delete_evaluation(evaluation_id)
    session.screen.answer(answer, lambda: f"deleted {evaluation_id}")
