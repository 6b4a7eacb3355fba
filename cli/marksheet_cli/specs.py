"""Commands about eval specs: create, update, list, show, versions, share, delete."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.text import Text

from marksheet_cli.cells import cell
from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.grading import find_spec
from marksheet_cli.reading import read_object
from marksheet_cli.references import key_id, split_version
from marksheet_cli.session import Session, with_session
from marksheet_cli.sheets import NOTHING, Column, Sheet
from marksheet_cli.tables import detail_table, list_table

LIST_COLUMNS = {
    "eval_spec_id": Column("spec"),
    "name": Column("name", free=True),
    "version": Column("version", right=True),
    "graders": Column("graders", right=True, spared=3),
    "owner": Column("owner", spared=2),
    "created_at": Column("created (UTC)", spared=1),
}
VERSION_COLUMNS = {
    "version": Column("version", right=True),
    "graders": Column("graders", right=True),
    "created_at": Column("created (UTC)"),
}

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Rubrics to grade by: immutable, numbered versions."
)

_OF_EVERY_GRADER = frozenset(("name", "type", "points", "weight"))

SpecReference = Annotated[str, typer.Argument(metavar="SPEC", help="A spec's id or name.")]
SpecFile = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, readable=True, help="JSON or YAML with name, graders, model, ..."
    ),
]


@app.command("create")
@with_session
def create(
    session: Session,
    file: SpecFile,
    name: Annotated[
        str | None, typer.Option(help="Its name; else the file's field, or the file's name.")
    ] = None,
) -> None:
    """Make an eval spec: its version 1."""
    body = {"name": file.stem} | read_object(file)
    body |= {} if name is None else {"name": name}
    made = session.grading.create_spec(body)
    session.screen.answer(made, lambda: _spec_table(made))


@app.command("update")
@with_session
def update(session: Session, spec: SpecReference, file: SpecFile) -> None:
    """Make the next version of an eval spec; equal content is the version there is."""
    body = read_object(file)
    spec_id, _ = split_version(find_spec(session, spec))
    if "name" not in body:
        # A version is a whole spec, and its name cannot change.
        body = {"name": session.grading.spec(spec_id).get("name")} | body
    made = session.grading.update_spec(spec_id, body)
    session.screen.answer(made, lambda: _spec_table(made))


@app.command("list")
@with_session
def list_specs(session: Session) -> None:
    """List the eval specs that this key may use, each with its latest version."""
    rows = session.grading.list_specs()
    session.screen.answer(
        {"eval_specs": rows}, lambda: list_table(rows, LIST_COLUMNS, nothing="No eval specs.")
    )


@app.command("show")
@with_session
def show(session: Session, spec: SpecReference) -> None:
    """Show one eval spec with its graders; NAME@2 shows version 2."""
    answer = session.grading.spec(*split_version(find_spec(session, spec)))
    session.screen.answer(answer, lambda: _spec_table(answer))


@app.command("versions")
@with_session
def versions(session: Session, spec: SpecReference) -> None:
    """List an eval spec's versions."""
    spec_id, _ = split_version(find_spec(session, spec))
    rows = session.grading.spec_versions(spec_id)
    session.screen.answer(
        {"versions": rows}, lambda: list_table(rows, VERSION_COLUMNS, nothing="No versions.")
    )


@app.command("share")
@with_session
def share(
    session: Session,
    spec: SpecReference,
    shared_with: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="KEY_ID", help="A key that may use it, '*' for all. Repeatable."),
    ] = None,
    nobody: Annotated[bool, typer.Option("--nobody", help="Only its owner may use it.")] = False,
    owner: Annotated[
        str | None,
        typer.Option(metavar="KEY_ID", help="The key that owns it from now on."),
    ] = None,
) -> None:
    """Say which other keys may use an eval spec; those that are not named may no more."""
    if nobody == bool(shared_with) and (nobody or owner is None):
        raise CommandError(
            "say with whom, in one way: --with KEY_ID, --with '*' or --nobody",
            hint="'marksheet keys list' shows the ids of keys",
            code=ExitCode.USAGE,
        )
    spec_id, _ = split_version(find_spec(session, spec))
    keys = list(map(key_id, shared_with or []))
    if not keys and not nobody:
        # A new owner alone changes nothing for the others.
        keys = list(session.grading.spec(spec_id).get("shared_with") or [])
    answer = session.grading.share_spec(spec_id, keys, owner=None if owner is None else key_id(owner))
    session.screen.answer(answer, lambda: _spec_table(answer))


@app.command("delete")
@with_session
def delete(
    session: Session,
    spec: SpecReference,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete an eval spec with all its versions; jobs keep the version they pinned."""
    spec_id, _ = split_version(find_spec(session, spec))
    session.screen.confirm(f"Delete eval spec {spec_id} with all its versions?", yes=yes)
    answer = session.grading.delete_spec(spec_id)
    session.screen.answer(answer, lambda: f"deleted {spec_id}")


def _spec_table(spec: dict[str, Any]) -> Group:
    """A spec's fields, and its graders a row each, called as grades call them."""
    from marksheet.grading import default_names

    graders = [grader for grader in spec.get("graders") or [] if isinstance(grader, dict)]
    columns = [
        Column("grader", free=True),
        Column("type"),
        Column("points", right=True),
        Column("asks", free=True),
    ]
    rows = [
        [
            cell(grader.get("name") or default),
            cell(grader.get("type") or "criterion"),
            cell(grader.get("points", grader.get("weight", 1))),
            ", ".join(
                f"{cell(name)}={_setting(value)}"
                for name, value in grader.items()
                if name not in _OF_EVERY_GRADER
            )
            or NOTHING,
        ]
        for grader, default in zip(graders, default_names(graders), strict=True)
    ]
    about = detail_table({name: value for name, value in spec.items() if name != "graders"})
    return Group(about, Text(), Sheet("Graders", columns, rows))


def _setting(value: Any) -> str:
    """A grader's field. What is nested is told as JSON: messages mean nothing without their brackets."""
    return cell(json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value)
