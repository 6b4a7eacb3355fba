"""Commands about models: add, list, show, delete."""

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from marksheet_cli.client import Client
from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.screen import Screen
from marksheet_cli.session import Session, with_session
from marksheet_cli.sheets import Column
from marksheet_cli.tables import detail_table, list_table
from marksheet_cli.transfers import post_file
from marksheet_cli.waiting import READY, wait_for_upload

LIST_COLUMNS = {
    "model_id": Column("model"),
    "provider": Column("provider", spared=2),
    "status": Column("status"),
    "created_at": Column("created (UTC)", spared=1),
}

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="What answers: an endpoint, or answers you recorded."
)

ModelId = Annotated[
    str, typer.Argument(metavar="MODEL", help="The model's id in Marksheet, yours to choose.")
]
_OPENAI = "OpenAI-compatible endpoint"
Answers = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="JSONL with question_id and output: a recorded model."),
]
ApiKeyVariable = Annotated[
    str | None,
    typer.Option(
        metavar="VARIABLE", help="Environment variable with the endpoint's key.", rich_help_panel=_OPENAI
    ),
]
MaxInFlight = Annotated[
    int | None,
    typer.Option(
        min=1, max=1000, help="Calls it may have open at once, over all workers.", rich_help_panel=_OPENAI
    ),
]


class Provider(StrEnum):
    """How a model is reached."""

    OPENAI = "openai"
    RECORDED = "recorded"


@app.command("add")
@with_session
def add(
    session: Session,
    model_id: ModelId,
    provider: Annotated[
        Provider | None, typer.Option(help="Taken from the other options when left out.")
    ] = None,
    answers: Answers = None,
    base_url: Annotated[
        str | None,
        typer.Option(help="Such as http://localhost:11434/v1 for Ollama.", rich_help_panel=_OPENAI),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="The model's name at the endpoint.", rich_help_panel=_OPENAI)
    ] = None,
    api_key_env: ApiKeyVariable = None,
    max_in_flight: MaxInFlight = None,
    max_attempts: Annotated[
        int | None,
        typer.Option(
            min=1, max=10, help="Calls for one answer, before it is given up.", rich_help_panel=_OPENAI
        ),
    ] = None,
    timeout_seconds: Annotated[
        float | None,
        typer.Option(min=1, max=600, help="Time for one call, from 1 to 600 s.", rich_help_panel=_OPENAI),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(min=0, help="How freely it picks its words; 0 hardly.", rich_help_panel=_OPENAI),
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Pick from the words that make up this share.", rich_help_panel=_OPENAI
        ),
    ] = None,
    max_tokens: Annotated[
        int | None,
        typer.Option(min=1, help="Longest answer, in the model's tokens.", rich_help_panel=_OPENAI),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="For repeatable answers; each further trial adds 1.", rich_help_panel=_OPENAI),
    ] = None,
    stop: Annotated[
        list[str] | None, typer.Option(help="Text that ends an answer. Repeatable.", rich_help_panel=_OPENAI)
    ] = None,
    system_prompt: Annotated[
        str | None,
        typer.Option(help="What every conversation begins with.", rich_help_panel=_OPENAI),
    ] = None,
    extra_body: Annotated[
        str | None,
        typer.Option(metavar="JSON", help="Further fields of the request.", rich_help_panel=_OPENAI),
    ] = None,
) -> None:
    """Register a model: an OpenAI-compatible endpoint, or recorded answers."""
    settings = {
        "base_url": base_url,
        "model": model,
        "max_in_flight": max_in_flight,
        "max_attempts": max_attempts,
        "timeout_seconds": timeout_seconds,
        "temperature": temperature,
        "top_p": top_p,
        "max_tokens": max_tokens,
        "seed": seed,
        "stop": stop or None,
        "system_prompt": system_prompt,
        "extra_body": _json_object("--extra-body", extra_body),
    }
    given = {name: value for name, value in settings.items() if value is not None}
    if (provider or (Provider.RECORDED if answers else Provider.OPENAI)) is Provider.RECORDED:
        registered = add_recorded_model(
            session.client, session.screen, model_id, _only_answers(answers, given, api_key_env)
        )
    else:
        registered = session.client.register_model(_endpoint(model_id, answers, given, api_key_env))
    session.screen.answer(registered, lambda: detail_table(registered))


@app.command("list")
@with_session
def list_models(session: Session) -> None:
    """List registered models."""
    rows = session.client.list_models()
    session.screen.answer({"models": rows}, lambda: list_table(rows, LIST_COLUMNS, nothing="No models."))


@app.command("show")
@with_session
def show(session: Session, model_id: ModelId) -> None:
    """Show one model with its settings."""
    answer = session.client.model(model_id)
    session.screen.answer(answer, lambda: detail_table(answer))


@app.command("delete")
@with_session
def delete(
    session: Session,
    model_id: ModelId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a model and its endpoint's key; evaluations made with it keep their results."""
    session.screen.confirm(f"Delete model {model_id}?", yes=yes)
    answer = session.client.delete_model(model_id)
    session.screen.answer(answer, lambda: f"deleted {model_id}")


def add_recorded_model(client: Client, screen: Screen, model_id: str, answers: Path) -> dict[str, Any]:
    """Register a recorded model, send its answers, wait until they are read, and give back the model, READY.

    A recorded model that exists gets the new answers, so that a refused file can be corrected and sent again;
    evaluations that exist keep the answers they were marked with. Raises CommandError.
    """
    _check_answers(answers)
    try:
        known = client.model(model_id)
    except CommandError as error:
        if error.code is not ExitCode.NOT_FOUND:
            raise
        known = client.register_model(
            {"model_id": model_id, "provider": Provider.RECORDED.value, "settings": {}}
        )
    if known.get("provider") != Provider.RECORDED:
        raise CommandError(
            f"model {model_id} exists with provider {known.get('provider')}",
            hint="choose another id, or delete it first",
            code=ExitCode.FAILED,
        )
    try:
        request = client.request_answers_upload(model_id)
        post_file(screen, request.get("upload") or {}, answers)
        screen.note("reading the answers")
        wait_for_upload(client, str(request.get("upload_id", "")))
    except CommandError as error:
        left = (
            "keeps the answers it had"
            if known.get("status") == READY
            else "stays registered, without answers"
        )
        again = f"model {model_id} {left}; to send others: marksheet models add {model_id} --answers FILE"
        error.hint = f"{error.hint}; {again}" if error.hint else again
        raise
    return client.model(model_id)


def _check_answers(path: Path) -> None:
    """Refuse a file that no model is worth registering for. Raises CommandError (USAGE)."""
    try:
        with path.open("rb") as file:
            readable = path.is_file() and any(line.strip() for line in file)
    except OSError as error:
        raise CommandError(f"cannot read {path}: {error.strerror}", code=ExitCode.USAGE) from error
    if not readable:
        raise CommandError(
            f"{path} holds no answers",
            hint="JSON lines are expected, each with question_id and output; nothing was registered",
            code=ExitCode.USAGE,
        )


def _endpoint(
    model_id: str, answers: Path | None, settings: dict[str, Any], api_key_env: str | None
) -> dict[str, Any]:
    """The request that registers an endpoint; its key is read from the environment, never from an option."""
    if answers:
        raise CommandError("--answers belongs to --provider recorded", code=ExitCode.USAGE)
    missing = [option for option in ("base_url", "model") if option not in settings]
    if missing:
        option = "--" + missing[0].replace("_", "-")
        raise CommandError(
            f"{option} is missing",
            hint="an endpoint needs --base-url and --model; recorded answers need --answers FILE",
            code=ExitCode.USAGE,
        )
    request: dict[str, Any] = {"model_id": model_id, "provider": Provider.OPENAI.value, "settings": settings}
    if api_key_env:
        key = os.environ.get(api_key_env)
        if not key:
            raise CommandError(f"the environment variable {api_key_env} is not set", code=ExitCode.USAGE)
        request["api_key"] = key
    return request


def _only_answers(answers: Path | None, settings: dict[str, Any], api_key_env: str | None) -> Path:
    """The answers file; refuses what would have no effect on answers that exist already."""
    if answers is None:
        raise CommandError("a recorded model needs --answers FILE", code=ExitCode.USAGE)
    if settings or api_key_env:
        option = "--" + next(iter(settings), "api_key_env").replace("_", "-")
        raise CommandError(f"{option} has no meaning for recorded answers", code=ExitCode.USAGE)
    return answers


def _json_object(option: str, text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        value = json.loads(text)
    except ValueError as error:
        raise CommandError(f"{option} is no JSON: {error}", code=ExitCode.USAGE) from error
    if not isinstance(value, dict):
        raise CommandError(f"{option} is no JSON object", code=ExitCode.USAGE)
    return value
