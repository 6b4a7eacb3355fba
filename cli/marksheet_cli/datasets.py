"""Commands about datasets: create, list, show, push, documents, pull, delete."""

from pathlib import Path
from typing import Annotated

import typer

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.references import DATASET
from marksheet_cli.session import Session, with_session
from marksheet_cli.sheets import Column
from marksheet_cli.tables import detail_table, list_table

LIST_COLUMNS = {
    "dataset_id": Column("dataset"),
    "name": Column("name", free=True),
    "documents": Column("documents", right=True),
    "description": Column("description", free=True, spared=1),
    "created_at": Column("created (UTC)", spared=2),
}
DOCUMENT_COLUMNS = {
    "document_id": Column("document"),
    "filename": Column("file", free=True),
    "status": Column("status"),
    "pages": Column("pages", right=True, spared=2),
    "characters": Column("characters", right=True, spared=3),
    "told": Column("warning or reason", free=True),
    "created_at": Column("created (UTC)", spared=1),
}
PUSHED_COLUMNS = {
    "file": Column("file", free=True),
    "outcome": Column("outcome", spared=1),
    "status": Column("status"),
    "pages": Column("pages", right=True, spared=2),
    "characters": Column("characters", right=True, spared=3),
    "told": Column("warning or reason", free=True),
}

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Documents, and the Markdown that is made of them."
)

DatasetReference = Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's id or name.")]


@app.command("create")
@with_session
def create(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    description: Annotated[str | None, typer.Option(help="A sentence about it.")] = None,
) -> None:
    """Make a dataset without documents."""
    made = session.datasets.create_dataset(name, description)
    session.screen.answer(made, lambda: detail_table(made))


@app.command("list")
@with_session
def list_datasets(session: Session) -> None:
    """List datasets."""
    rows = session.datasets.list_datasets()
    session.screen.answer({"datasets": rows}, lambda: list_table(rows, LIST_COLUMNS, nothing="No datasets."))


@app.command("show")
@with_session
def show(session: Session, dataset: DatasetReference) -> None:
    """Show one dataset; its documents: 'datasets documents'."""
    answer = session.datasets.dataset(find_dataset(session, dataset))
    session.screen.answer(answer, lambda: detail_table(answer))


@app.command("push")
@with_session
def push(
    session: Session,
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR|FILE...",
            exists=True,
            readable=True,
            help="Files, and directories with all below them.",
        ),
    ],
    dataset: Annotated[str, typer.Option(metavar="DATASET", help="Where to: a dataset's id or name.")],
    create: Annotated[bool, typer.Option("--create", help="Make the dataset if there is none.")] = False,
    timeout: Annotated[
        float | None,
        typer.Option(min=0, metavar="SECONDS", help="Stop waiting after this time; reading continues."),
    ] = None,
) -> None:
    """Upload documents, and wait until their text has been read; what is there already is left alone."""
    from marksheet_cli.pushing import find_files, push_files

    files, left_out = find_files(paths)
    for path, reason in left_out:
        session.screen.note(f"skipped {path}: {reason}")
    if not files:
        raise CommandError("there is no file to upload", hint="nothing was sent", code=ExitCode.USAGE)
    dataset_id = _found_or_made(session, dataset) if create else find_dataset(session, dataset)
    pushed = push_files(session.datasets, session.screen, dataset_id, files, timeout=timeout)
    answer = {
        "dataset_id": dataset_id,
        "documents": pushed,
        "skipped": [{"path": str(path), "reason": reason} for path, reason in left_out],
    }
    session.screen.answer(
        answer, lambda: list_table(list(map(_with_told, pushed)), PUSHED_COLUMNS, nothing="No documents.")
    )
    bad = sum(document["status"] != "READY" for document in pushed)
    if bad:
        session.screen.complain(f"{bad} of {len(pushed)} documents could not be taken in")
        raise typer.Exit(ExitCode.FAILED)


@app.command("documents")
@with_session
def documents(session: Session, dataset: DatasetReference) -> None:
    """List a dataset's documents."""
    dataset_id = find_dataset(session, dataset)
    rows = session.datasets.list_documents(dataset_id)
    session.screen.answer(
        {"dataset_id": dataset_id, "documents": rows},
        lambda: list_table(list(map(_with_told, rows)), DOCUMENT_COLUMNS, nothing="No documents."),
    )


@app.command("pull")
@with_session
def pull(
    session: Session,
    dataset: DatasetReference,
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", file_okay=False, help="Made if it is not there.")
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Write the Markdown of a dataset's documents into files, each called after its document."""
    from marksheet_cli.pulling import pull_documents

    dataset_id = find_dataset(session, dataset)
    answer = pull_documents(session.datasets, session.screen, dataset_id, directory, force=force)
    session.screen.answer(
        answer, lambda: "\n".join(row["path"] for row in answer["written"]) or "No documents."
    )


@app.command("delete")
@with_session
def delete(
    session: Session,
    dataset: DatasetReference,
    document: Annotated[
        str | None, typer.Option(metavar="ID", help="Only this document of it, by its id.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete a dataset with all its documents, or one document."""
    dataset_id = find_dataset(session, dataset)
    if document is None:
        session.screen.confirm(f"Delete dataset {dataset_id} with all its documents?", yes=yes)
        answer = session.datasets.delete_dataset(dataset_id)
    else:
        session.screen.confirm(f"Delete document {document}?", yes=yes)
        answer = session.datasets.delete_document(dataset_id, document)
    session.screen.answer(answer, lambda: f"deleted {document or dataset_id}")


def find_dataset(session: Session, reference: str) -> str:
    """The id of the dataset that a reference by id or name means. Raises CommandError (NOT_FOUND)."""
    return DATASET.find(session.datasets.list_datasets(), reference)


def _found_or_made(session: Session, name: str) -> str:
    try:
        return find_dataset(session, name)
    except CommandError as error:
        # Nobody names a new dataset like an id.
        if error.code is not ExitCode.NOT_FOUND or DATASET.is_id(name):
            raise
    made = session.datasets.create_dataset(name)
    session.screen.note(f"dataset {name} is new")
    return str(made.get("dataset_id", ""))


def _with_told(document: dict[str, object]) -> dict[str, object]:
    """A document with one text for its warnings, or for why it could not be read."""
    warnings = document.get("warnings")
    told = document.get("error") or ("; ".join(map(str, warnings)) if isinstance(warnings, list) else None)
    return {**document, "told": told}
