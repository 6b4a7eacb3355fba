"""Commands about benchmarks: upload, list, show, versions, delete."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from marksheet_cli.client import Client
from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.reading import read_object, read_text
from marksheet_cli.references import BENCHMARK, DATASET, split_version
from marksheet_cli.screen import Screen
from marksheet_cli.session import Session, with_session
from marksheet_cli.sheets import Column
from marksheet_cli.tables import detail_table, list_table
from marksheet_cli.transfers import post_file
from marksheet_cli.waiting import wait_for_upload

SMALL_FILE_BYTES = 4_000_000
"""Up to here a file goes with the request itself: a Lambda is handed 6 MB, a third of it spent on base64."""

LIST_COLUMNS = {
    "id": Column("id"),
    "benchmark_name": Column("name", free=True),
    "version": Column("version", right=True, spared=3),
    "num_questions": Column("questions", right=True),
    "status": Column("status", spared=1),
    "created_at": Column("created (UTC)", spared=2),
}
VERSION_COLUMNS = {
    "version": Column("version", right=True),
    "num_questions": Column("questions", right=True),
    "status": Column("status"),
    "sha256": Column("SHA-256", spared=1),
    "created_at": Column("created (UTC)", spared=2),
}
SETTINGS = frozenset(
    (
        "name",
        "description",
        "document_id",
        "dataset_id",
        "scorers",
        "domain_rules",
        "prompt_template",
        "system_prompt",
    )
)
"""What a settings file may hold, and the upload routes understand."""
_ABOUT_THE_SPEC = frozenset(("role", "label", "threshold"))

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Lists of questions: immutable, numbered versions."
)

BenchmarkId = Annotated[str, typer.Argument(metavar="BENCHMARK", help="A benchmark's id or name.")]


class Format(StrEnum):
    """How a questions file is written."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


@app.command("upload")
@with_session
def upload(
    session: Session,
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, readable=True, help="Questions: JSON, JSONL or CSV."),
    ],
    name: Annotated[
        str | None,
        typer.Option(help="Its name; the next version if one of this name exists. Default: the file's."),
    ] = None,
    description: Annotated[str | None, typer.Option(help="A sentence about it.")] = None,
    dataset: Annotated[
        str | None,
        typer.Option(metavar="DATASET", help="Id or name of the dataset whose documents it cites."),
    ] = None,
    scorer: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME[:option=value,...]", help="For example numeric:marker=A: - repeatable."),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="JSON or YAML with name, scorers, ...; options win."),
    ] = None,
    prompt_template_file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Text with {question}, {context}, {choices}."),
    ] = None,
    format: Annotated[Format | None, typer.Option(help="When the file's name does not tell.")] = None,
) -> None:
    """Upload questions as a new benchmark, or as the next version of one."""
    chosen = read_settings(settings) if settings else {}
    chosen |= {
        key: value for key, value in (("name", name), ("description", description)) if value is not None
    }
    if scorer:
        chosen["scorers"] = [parse_scorer(text) for text in scorer]
    if prompt_template_file:
        chosen["prompt_template"] = read_text(prompt_template_file)
    if dataset is not None:
        chosen["dataset_id"] = DATASET.find(session.datasets.list_datasets(), dataset)
    benchmark = upload_benchmark(session.client, session.screen, file, chosen, format=format)
    session.screen.answer(benchmark, lambda: detail_table(benchmark))


@app.command("list")
@with_session
def list_benchmarks(session: Session) -> None:
    """List benchmarks, each with its latest version."""
    rows = session.client.list_benchmarks()
    session.screen.answer(
        {"benchmarks": rows}, lambda: list_table(rows, LIST_COLUMNS, nothing="No benchmarks.")
    )


@app.command("show")
@with_session
def show(session: Session, benchmark: BenchmarkId) -> None:
    """Show one benchmark with its scorers; NAME@2 shows version 2."""
    identifier, version = split_version(find_benchmark(session.client, benchmark))
    answer = session.client.benchmark(identifier, version)
    session.screen.answer(answer, lambda: detail_table(answer))


@app.command("versions")
@with_session
def versions(session: Session, benchmark: BenchmarkId) -> None:
    """List a benchmark's versions."""
    identifier, _ = split_version(find_benchmark(session.client, benchmark))
    rows = session.client.benchmark_versions(identifier)
    session.screen.answer(
        {"versions": rows}, lambda: list_table(rows, VERSION_COLUMNS, nothing="No versions.")
    )


@app.command("delete")
@with_session
def delete(
    session: Session,
    benchmark: BenchmarkId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a benchmark with all its versions; evaluations made with it keep their results."""
    identifier, _ = split_version(find_benchmark(session.client, benchmark))
    session.screen.confirm(f"Delete benchmark {identifier} with all its versions?", yes=yes)
    answer = session.client.delete_benchmark(identifier)
    session.screen.answer(answer, lambda: f"deleted {identifier}")


def upload_benchmark(
    client: Client, screen: Screen, file: Path, settings: dict[str, Any], *, format: Format | None = None
) -> dict[str, Any]:
    """Upload a questions file with its settings and give back the benchmark, READY.

    A small file travels with the request; a larger one, and one that may cite a dataset, through a presigned
    form, after which the service reads it by itself. Raises CommandError, with the line and field where the
    file is wrong.
    """
    form = format or _format_of(file)
    filename = file.name if file.suffix.lower() == f".{form}" else f"{file.name}.{form}"
    settings = {"name": file.stem, **settings}
    # What is cited has to fit a request too, and may be much more than the file.
    if file.stat().st_size <= SMALL_FILE_BYTES and "dataset_id" not in settings:
        answer = client.upload_benchmark(filename, file.read_bytes(), _form_fields(settings))
        return {key: value for key, value in answer.items() if key != "questions"}
    request = client.request_benchmark_upload({**settings, "filename": filename, "format": form.value})
    post_file(screen, request.get("upload") or {}, file)
    screen.note("reading the questions")
    done = wait_for_upload(client, str(request.get("upload_id", "")))
    return client.benchmark(str(done.get("benchmark_id", "")), done.get("version"))


def find_benchmark(client: Client, reference: str) -> str:
    """The `id` or `id@version` that a reference by id or name (with or without @version) means.

    Raises CommandError (NOT_FOUND, naming what is similar).
    """
    return BENCHMARK.find(client.list_benchmarks(), reference)


def parse_scorer(text: str) -> dict[str, Any]:
    """A scorer as the API takes it out of `name:option=value,option=value`.

    role, label and threshold are about the scorer's place, the others are its own options; a value that is a
    JSON number, true or false is taken as such. Raises CommandError (USAGE).
    """
    name, _, rest = text.partition(":")
    spec: dict[str, Any] = {"name": name}
    options: dict[str, Any] = {}
    for pair in filter(None, rest.split(",")):
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise CommandError(
                f"--scorer {text}: {pair!r} is not option=value",
                hint="for example: --scorer numeric:marker=A:,tolerance=0.01",
                code=ExitCode.USAGE,
            )
        (spec if key in _ABOUT_THE_SPEC else options)[key] = _value(value)
    return {**spec, "options": options} if options else spec


def read_settings(path: Path) -> dict[str, Any]:
    """A benchmark's settings out of a JSON or YAML file.

    Raises CommandError (USAGE) naming what is not known.
    """
    settings = read_object(path)
    unknown = sorted(settings.keys() - SETTINGS)
    if unknown:
        known = ", ".join(sorted(SETTINGS))
        raise CommandError(
            f"{path}: {unknown[0]} is no setting", hint=f"settings are {known}", code=ExitCode.USAGE
        )
    return settings


def _form_fields(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as a form carries them: texts as they are, document ids repeated, the rest as JSON."""
    plain = {key: value for key, value in settings.items() if isinstance(value, str) or key == "document_id"}
    return plain | {key: json.dumps(value) for key, value in settings.items() if key not in plain}


def _format_of(file: Path) -> Format:
    suffix = file.suffix.lower().removeprefix(".")
    if suffix in ("json", "jsonl", "csv", "ndjson"):
        return Format("jsonl" if suffix == "ndjson" else suffix)
    raise CommandError(
        f"{file.name} does not end in .json, .jsonl or .csv",
        hint="say what it is with --format",
        code=ExitCode.USAGE,
    )


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, bool | int | float) else text
