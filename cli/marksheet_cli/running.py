"""`marksheet run`: create an evaluation, or estimate one, and follow it to its marks."""

import uuid
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from marksheet_cli.benchmarks import find_benchmark
from marksheet_cli.client import Client
from marksheet_cli.estimates import estimate_table
from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.following import Timeout, show_results
from marksheet_cli.reading import read_json, read_text
from marksheet_cli.references import did_you_mean
from marksheet_cli.session import Session
from marksheet_cli.tables import detail_table


class ErroredAs(StrEnum):
    """What an answer that could not be had counts as."""

    LEFT_OUT = "left_out"
    WRONG = "wrong"


def run(
    session: Session,
    model: Annotated[str | None, typer.Option(help="The model to mark; with --compare, the base.")] = None,
    benchmark: Annotated[
        str | None, typer.Option(help="Id or name, with @VERSION to pin one: 'My benchmark@2'.")
    ] = None,
    compare: Annotated[
        str | None, typer.Option(metavar="MODEL", help="A second model, marked against it.")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            help="Show this metric, or mark with this scorer instead of the benchmark's. Repeatable."
        ),
    ] = None,
    scorers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="JSON file with the scorers to mark with, and their options."),
    ] = None,
    answers_from: Annotated[
        str | None,
        typer.Option(metavar="EVALUATION", help="Mark the answers of this evaluation again; call no model."),
    ] = None,
    pairwise_judge: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="With --compare: a judge that compares the answers pair by pair."),
    ] = None,
    pairwise_rubric: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Text file: what makes an answer the better one."),
    ] = None,
    trials: Annotated[int, typer.Option(min=1, max=100, help="Answers asked for per question.")] = 1,
    name: Annotated[str | None, typer.Option(help="A name of your own for the evaluation.")] = None,
    project: Annotated[
        str | None, typer.Option(help="A label by which evaluations are told apart.", show_default="default")
    ] = None,
    max_cost_usd: Annotated[
        str | None,
        typer.Option(metavar="USD", help="Stop asking when models and judges have cost this much."),
    ] = None,
    max_error_share: Annotated[
        float | None, typer.Option(min=0, max=1, help="Fail if a larger share of a model's answers errored.")
    ] = None,
    errored_as: Annotated[
        ErroredAs | None, typer.Option(help="Leave errored answers out of the means, or count them wrong.")
    ] = None,
    shard_size: Annotated[
        int | None,
        typer.Option(min=1, max=1000, help="Questions per shard, instead of the plan's."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Estimate calls, tokens, money and time; start nothing.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Follow it to the end and show the marks.")
    ] = True,
    timeout: Timeout = None,
) -> None:
    """Mark a model on a benchmark, compare two, or mark earlier answers again."""
    request = evaluation_request(
        model=model,
        benchmark=benchmark,
        compare=compare,
        metric=metric,
        scorers=scorers,
        answers_from=answers_from,
        pairwise_judge=pairwise_judge,
        pairwise_rubric=pairwise_rubric,
        trials=trials,
        max_cost_usd=max_cost_usd,
        max_error_share=max_error_share,
        errored_as=errored_as,
        shard_size=shard_size,
    )
    request |= {"name": name, "project": project, "dry_run": dry_run or None}
    created = start_evaluation(session.client, benchmark, request)
    if dry_run:
        session.screen.answer(created, lambda: estimate_table(created))
        return
    if not wait:
        session.screen.answer(created, lambda: detail_table(created))
        return
    session.screen.note(f"evaluation {created['evaluation_id']}")
    show_results(session.client, session.screen, created["evaluation_id"], timeout=timeout)


def evaluation_request(
    *,
    model: str | None,
    benchmark: str | None,
    compare: str | None,
    metric: list[str] | None,
    scorers: Path | None,
    answers_from: str | None,
    pairwise_judge: str | None,
    pairwise_rubric: Path | None,
    trials: int,
    max_cost_usd: str | None,
    max_error_share: float | None,
    errored_as: ErroredAs | None,
    shard_size: int | None,
) -> dict[str, Any]:
    """What these options of `run` ask for, but for the benchmark; None where nothing is said.

    Raises CommandError (USAGE) when they do not fit together, or a file cannot be read.
    """
    if answers_from is None and (model is None or benchmark is None):
        missing = "--model" if model is None else "--benchmark"
        raise CommandError(
            f"{missing} is missing", hint="or mark earlier answers: --answers-from", code=ExitCode.USAGE
        )
    return {
        "model_id": model,
        "model_id_2": compare,
        "custom_metrics": _custom_metrics(metric, scorers),
        "answers_from": answers_from,
        "pairwise": _pairwise(pairwise_judge, pairwise_rubric),
        "max_cost_usd": max_cost_usd,
        "max_error_share": max_error_share,
        "errored_as": errored_as.value if errored_as else None,
        "shard_size": shard_size,
        "trials": trials if trials > 1 else None,
    }


def start_evaluation(client: Client, benchmark: str | None, request: dict[str, Any]) -> dict[str, Any]:
    """Create an evaluation on the benchmark named by id or name; what is None in `request` is left out.

    One Idempotency-Key per call: if the answer is lost on the way, sending again starts no second evaluation.
    """
    body = evaluation_body(client, benchmark, request)
    try:
        created = client.create_evaluation(body, idempotency_key=str(uuid.uuid4()))
    except CommandError as error:
        explain_refusal(client, error, body)
        raise
    if not created.get("dry_run") and not isinstance(created.get("evaluation_id"), str):
        raise CommandError("the service's answer names no evaluation", code=ExitCode.UNAVAILABLE)
    return created


def evaluation_body(client: Client, benchmark: str | None, request: dict[str, Any]) -> dict[str, Any]:
    """The body of a create on the benchmark named by id or name; what is None in `request` is left out."""
    body: dict[str, Any] = {}
    if benchmark is not None:
        body["benchmark_id"] = find_benchmark(client, benchmark)
    return body | {name: value for name, value in request.items() if value is not None and value != []}


def explain_refusal(client: Client, error: CommandError, body: dict[str, Any]) -> None:
    """Raise CommandError (NOT_FOUND, naming what is similar) if a model of `body` is not registered, and that
    is what the service's refusal is about.
    """
    fields = [problem["field"] for problem in error.problems]
    about_a_model = any(name in field for name in (".model_id", ".pairwise") for field in fields)
    if about_a_model or error.code is ExitCode.NOT_FOUND:
        judge = [body["pairwise"]["model"]] if "pairwise" in body else []
        check_models(client, [body[name] for name in ("model_id", "model_id_2") if name in body] + judge)


def check_models(client: Client, wanted: list[str]) -> None:
    """Raise CommandError (NOT_FOUND, naming what is similar) for a model that is not registered."""
    known = [str(row.get("model_id")) for row in client.list_models()]
    for model_id in wanted:
        if model_id not in known:
            hint = did_you_mean(model_id, known) or "see: marksheet models list"
            raise CommandError(f"there is no model {model_id!r}", hint=hint, code=ExitCode.NOT_FOUND)


def _custom_metrics(names: list[str] | None, scorers: Path | None) -> Any:
    if scorers is None:
        return names or None
    if names:
        raise CommandError("--metric and --scorers exclude each other", code=ExitCode.USAGE)
    return read_json(scorers)


def _pairwise(judge: str | None, rubric: Path | None) -> dict[str, str] | None:
    if judge is None:
        if rubric is not None:
            raise CommandError("--pairwise-rubric needs --pairwise-judge", code=ExitCode.USAGE)
        return None
    return {"model": judge} if rubric is None else {"model": judge, "rubric": read_text(rubric)}
