"""Commands about models: add, list, show, delete."""

from pathlib import Path
from typing import Annotated, Any

import typer

from marksheet_cli.client import Client
from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.model_options import Provider, asked_model, json_object, only_answers, price
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
    "price": Column("USD/M tokens", right=True, spared=3),
    "created_at": Column("created (UTC)", spared=1),
}

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="What answers: an endpoint, or answers you recorded."
)

ModelId = Annotated[
    str, typer.Argument(metavar="MODEL", help="The model's id in Marksheet, yours to choose.")
]
_OPENAI = "OpenAI-compatible endpoint"
_BEDROCK = "Amazon Bedrock"
_ASKED = "Endpoint or Bedrock"
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
        min=1, max=1000, help="Calls it may have open at once, over all workers.", rich_help_panel=_ASKED
    ),
]


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
        str | None,
        typer.Option(help="Its name at the endpoint, or its id or ARN at Bedrock.", rich_help_panel=_ASKED),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(help="Where it is called; the deployment's if not given.", rich_help_panel=_BEDROCK),
    ] = None,
    api_key_env: ApiKeyVariable = None,
    max_in_flight: MaxInFlight = None,
    max_attempts: Annotated[
        int | None,
        typer.Option(
            min=1, max=10, help="Calls for one answer, before it is given up.", rich_help_panel=_ASKED
        ),
    ] = None,
    timeout_seconds: Annotated[
        float | None,
        typer.Option(min=1, max=600, help="Time for one call, from 1 to 600 s.", rich_help_panel=_ASKED),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(min=0, help="How freely it picks its words; 0 hardly.", rich_help_panel=_ASKED),
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Pick from the words that make up this share.", rich_help_panel=_ASKED
        ),
    ] = None,
    max_tokens: Annotated[
        int | None,
        typer.Option(min=1, help="Longest answer, in the model's tokens.", rich_help_panel=_ASKED),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="For repeatable answers; each further trial adds 1.", rich_help_panel=_OPENAI),
    ] = None,
    stop: Annotated[
        list[str] | None, typer.Option(help="Text that ends an answer. Repeatable.", rich_help_panel=_ASKED)
    ] = None,
    system_prompt: Annotated[
        str | None,
        typer.Option(help="What every conversation begins with.", rich_help_panel=_ASKED),
    ] = None,
    extra_body: Annotated[
        str | None,
        typer.Option(metavar="JSON", help="Further fields of the request.", rich_help_panel=_ASKED),
    ] = None,
    usd_per_million_prompt_tokens: Annotated[
        str | None,
        typer.Option(metavar="USD", help="Price of a million, such as 0.15.", rich_help_panel=_ASKED),
    ] = None,
    usd_per_million_completion_tokens: Annotated[
        str | None,
        typer.Option(metavar="USD", help="Price of a million; embeddings have none.", rich_help_panel=_ASKED),
    ] = None,
) -> None:
    """Register a model: an OpenAI-compatible endpoint, a model of Amazon Bedrock, or recorded answers."""
    settings = {
        "base_url": base_url,
        "model": model,
        "region": region,
        "max_in_flight": max_in_flight,
        "max_attempts": max_attempts,
        "timeout_seconds": timeout_seconds,
        "temperature": temperature,
        "top_p": top_p,
        "max_tokens": max_tokens,
        "seed": seed,
        "stop": stop or None,
        "system_prompt": system_prompt,
        "extra_body": json_object("--extra-body", extra_body),
        "usd_per_million_prompt_tokens": usd_per_million_prompt_tokens,
        "usd_per_million_completion_tokens": usd_per_million_completion_tokens,
    }
    given = {name: value for name, value in settings.items() if value is not None}
    kind = provider or (Provider.RECORDED if answers else Provider.OPENAI)
    if kind is Provider.RECORDED:
        registered = add_recorded_model(
            session.client, session.screen, model_id, only_answers(answers, given, api_key_env)
        )
    else:
        registered = session.client.register_model(asked_model(model_id, kind, answers, given, api_key_env))
    session.screen.answer(registered, lambda: detail_table(registered))


@app.command("list")
@with_session
def list_models(session: Session) -> None:
    """List registered models."""
    rows = session.client.list_models()
    session.screen.answer(
        {"models": rows},
        lambda: list_table(
            [row | {"price": price(row.get("settings") or {})} for row in rows],
            LIST_COLUMNS,
            nothing="No models.",
        ),
    )


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
