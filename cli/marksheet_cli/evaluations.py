"""Commands about evaluations: run, status, results, download, list, cancel, resume, delete."""

import uuid
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from marksheet_cli.benchmarks import did_you_mean, find_benchmark
from marksheet_cli.client import Client
from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.marks import read_marks
from marksheet_cli.screen import Screen
from marksheet_cli.session import Session, with_session
from marksheet_cli.sheets import Column
from marksheet_cli.tables import detail_table, list_table, marks_table
from marksheet_cli.transfers import STDOUT, save_results
from marksheet_cli.waiting import READY, follow_evaluation

EvaluationId = Annotated[
    str, typer.Argument(metavar="EVALUATION", help="An evaluation's id, such as eval-01h...")
]
Timeout = Annotated[
    float | None,
    typer.Option(min=0, metavar="SECONDS", help="Stop waiting after this time; the evaluation continues."),
]

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


def run(
    session: Session,
    model: Annotated[str, typer.Option(help="The model to mark; with --compare, the base.")],
    benchmark: Annotated[str, typer.Option(help="Id or name, with @VERSION to pin one: 'My benchmark@2'.")],
    compare: Annotated[
        str | None, typer.Option(metavar="MODEL", help="A second model, marked against it.")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            help="Show this metric, or mark with this scorer instead of the benchmark's. Repeatable."
        ),
    ] = None,
    trials: Annotated[int, typer.Option(min=1, max=100, help="Answers asked for per question.")] = 1,
    name: Annotated[str | None, typer.Option(help="A name of your own for the evaluation.")] = None,
    max_error_share: Annotated[
        float | None, typer.Option(min=0, max=1, help="Fail if a larger share of a model's answers errored.")
    ] = None,
    shard_size: Annotated[
        int | None,
        typer.Option(min=1, max=1000, help="Questions per shard, instead of the plan's."),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Follow it to the end and show the marks.")
    ] = True,
    timeout: Timeout = None,
) -> None:
    """Mark a model on a benchmark, or compare two."""
    request: dict[str, Any] = {
        "model_id": model,
        "model_id_2": compare,
        "custom_metrics": metric,
        "name": name,
    }
    request |= {"max_error_share": max_error_share, "shard_size": shard_size}
    created = start_evaluation(session.client, benchmark, {**request, "trials": trials})
    if not wait:
        session.screen.answer(created, lambda: detail_table(created))
        return
    session.screen.note(f"evaluation {created['evaluation_id']}")
    show_results(session.client, session.screen, created["evaluation_id"], timeout=timeout)


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


def results(session: Session, evaluation_id: EvaluationId) -> None:
    """Show an evaluation's marks."""
    print_marks(session.screen, session.client.results(evaluation_id))


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
) -> None:
    """Download an evaluation's results file: every question with its answers and scores."""
    path = save_results(session.screen, session.client, evaluation_id, output, force=force)
    if path == STDOUT:
        return
    answer = {"evaluation_id": evaluation_id, "path": str(path), "bytes": path.stat().st_size}
    session.screen.answer(answer, lambda: str(path))


def list_evaluations(
    session: Session,
    status: Annotated[StatusFilter | None, typer.Option(help="Only evaluations in this state.")] = None,
    model: Annotated[str | None, typer.Option(help="Only evaluations of this model.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most this many, newest first.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="Leave out this many of the newest.")] = 0,
) -> None:
    """List evaluations, newest first."""
    page = session.client.list_evaluations(status=status, model_id=model, limit=limit, offset=offset)
    rows = page.get("evaluations") or []
    session.screen.answer(page, lambda: list_table(rows, LIST_COLUMNS, nothing="No evaluations."))
    shown = offset + len(rows)
    if shown < page.get("total", 0) and not session.screen.as_json:
        session.screen.note(f"{shown} of {page['total']}; the next ones: --offset {shown}")


def cancel(session: Session, evaluation_id: EvaluationId) -> None:
    """Stop an evaluation; answers already given are kept for a resume."""
    answer = session.client.cancel_evaluation(evaluation_id)
    session.screen.answer(answer, lambda: detail_table(answer))


def resume(
    session: Session,
    evaluation_id: EvaluationId,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Follow it to the end and show the marks.")
    ] = True,
    timeout: Timeout = None,
) -> None:
    """Take up a failed or cancelled evaluation where it stopped; no answered question is asked again."""
    answer = session.client.resume_evaluation(evaluation_id)
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


def start_evaluation(client: Client, benchmark: str, request: dict[str, Any]) -> dict[str, Any]:
    """Create an evaluation on the benchmark named by id or name; what is None in `request` is left out.

    One Idempotency-Key per call: if the answer is lost on the way, sending again starts no second evaluation.
    """
    body = {"benchmark_id": find_benchmark(client, benchmark)}
    body |= {name: value for name, value in request.items() if value is not None and value != []}
    try:
        created = client.create_evaluation(body, idempotency_key=str(uuid.uuid4()))
    except CommandError as error:
        about_a_model = any(problem["field"].startswith("body.model_id") for problem in error.problems)
        if about_a_model or error.code is ExitCode.NOT_FOUND:
            _check_models(client, [body[name] for name in ("model_id", "model_id_2") if name in body])
        raise
    if not isinstance(created.get("evaluation_id"), str):
        raise CommandError("the service's answer names no evaluation", code=ExitCode.UNAVAILABLE)
    return created


def _check_models(client: Client, wanted: list[str]) -> None:
    """Raise CommandError (NOT_FOUND, naming what is similar) for a model that is not registered."""
    known = [str(row.get("model_id")) for row in client.list_models()]
    for model_id in wanted:
        if model_id not in known:
            hint = did_you_mean(model_id, known) or "see: marksheet models list"
            raise CommandError(f"there is no model {model_id!r}", hint=hint, code=ExitCode.NOT_FOUND)


def show_results(
    client: Client, screen: Screen, evaluation_id: str, *, timeout: float | None = None
) -> dict[str, Any]:
    """Follow an evaluation to its end, print its marks and give back the results.

    Raises CommandError (FAILED, with the reason) when it did not succeed.
    """
    last = follow_evaluation(client, screen, evaluation_id, timeout=timeout)
    if last.get("status") != READY:
        reason = last.get("failure_reason") or "no reason is given"
        raise CommandError(
            f"evaluation {evaluation_id} did not succeed: {reason}",
            hint=f"take it up where it stopped: marksheet resume {evaluation_id}",
            code=ExitCode.FAILED,
        )
    body = client.results(evaluation_id)
    print_marks(screen, body)
    return body


def print_marks(screen: Screen, body: dict[str, Any]) -> None:
    """The body of the results route, as a table or as it is."""
    screen.answer(body, lambda: marks_table(read_marks(body)))
