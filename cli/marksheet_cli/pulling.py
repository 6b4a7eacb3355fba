"""A dataset's Markdown on its way into files, called after documents whose names may be anything."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.progress import WorkProgress
from marksheet_cli.transfers import fetch_bytes
from marksheet_cli.waiting import READY
from marksheet_cli.writing import make_directory, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from marksheet_cli.dataset_client import DatasetClient
    from marksheet_cli.screen import Screen

_LONGEST_NAME_BYTES = 200
_UNSAFE = re.compile(r'[<>:"|?*]')
"""What some file systems take for more than a character."""


def pull_documents(
    datasets: DatasetClient, screen: Screen, dataset_id: str, directory: Path, *, force: bool
) -> dict[str, Any]:
    """Write the Markdown of all documents that have some: {"dataset_id", "written", "left_out"}.

    Raises CommandError: USAGE, before anything is written, if a file exists and there is no `force`.
    """
    listed = datasets.list_documents(dataset_id)
    left_out = [_told(row) for row in listed if row.get("status") != READY]
    for row in left_out:
        screen.note(f"left out, {row['status']}: {row['filename']}")
    targets = [
        (row, directory / path) for row, path in _named([r for r in listed if r.get("status") == READY])
    ]
    existing = [target for _, target in targets if target.exists()]
    if existing and not force:
        more = f", and {len(existing) - 1} more files" if len(existing) > 1 else ""
        message = f"{existing[0]} exists{more}; nothing was written"
        raise CommandError(message, hint="--force replaces them", code=ExitCode.USAGE)
    written = []
    with WorkProgress(screen, dataset_id, unit="documents", doing="fetching") as progress:
        for number, (row, target) in enumerate(targets, start=1):
            content = _markdown(datasets.document(dataset_id, str(row.get("document_id", ""))))
            make_directory(target.parent)
            write_whole(target, content)
            written.append({**_told(row), "path": str(target)})
            progress.show(number, len(targets), elapsed_seconds=0.0)
    return {"dataset_id": dataset_id, "written": written, "left_out": left_out}


def safe_path(filename: str) -> PurePosixPath:
    """A relative path that leads nowhere but down, for a document of any name: no parts that are empty, go
    up, are hidden, too long, or hold what is more than a character somewhere.
    """
    parts = [_safe_part(part) for part in re.split(r"[/\\]", filename)]
    return PurePosixPath(*[part for part in parts if part] or ["document"])


def _safe_part(part: str) -> str:
    shown = "".join(c if c.isprintable() else "_" for c in _UNSAFE.sub("_", part)).strip()
    if not shown.strip(". "):
        return ""
    shown = f"_{shown[1:]}" if shown.startswith(".") else shown
    return shown.encode("utf-8", "replace")[:_LONGEST_NAME_BYTES].decode("utf-8", "ignore")


def _named(rows: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], PurePosixPath]]:
    """Each document with its file; of several of one name all but the first have their id in theirs."""
    taken: set[str] = set()
    named = []
    for row in rows:
        path = safe_path(str(row.get("filename", "")))
        name = f"{path.name}.md"
        # Some file systems do not tell cases apart.
        if str(path.with_name(name)).casefold() in taken:
            name = f"{path.name}.{_safe_part(str(row.get('document_id', '')))}.md"
        path = path.with_name(name)
        taken.add(str(path).casefold())
        named.append((row, path))
    return named


def _markdown(document: dict[str, Any]) -> bytes:
    text, url = document.get("extracted_md"), document.get("extracted_md_url")
    if isinstance(text, str):
        return text.encode("utf-8", "replace")
    if isinstance(url, str):
        return fetch_bytes(url)
    raise CommandError(
        f"the service gave no Markdown of document {document.get('document_id')}", code=ExitCode.UNAVAILABLE
    )


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in ("document_id", "filename", "status", "error")}
