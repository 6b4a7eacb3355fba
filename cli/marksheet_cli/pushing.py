"""Files on their way into a dataset: found, compared with what is there, uploaded, and waited for."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.progress import WorkProgress, byte_progress
from marksheet_cli.transfers import send_file
from marksheet_cli.waiting import READY, WORKING, GoesOn, patiently

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from marksheet_cli.dataset_client import DatasetClient
    from marksheet_cli.screen import Screen

UPLOADS_AT_ONCE = 4
NOT_SENT = "NOT SENT"
_GONE = {"status": "FAILED", "error": "it was deleted meanwhile"}
_TOLD = ("document_id", "status", "pages", "characters", "warnings", "error")


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to be pushed."""

    path: Path
    shown: str
    """Below a directory that was named the path from there, with slashes; else its name."""

    @property
    def filename(self) -> str:
        """What the document is called: of a path the service keeps the last part."""
        return re.split(r"[/\\]", self.path.name)[-1]


class _Abandoned(Exception):
    """The push is over; what is still on its way stops."""


def find_files(paths: Iterable[Path]) -> tuple[list[LocalFile], list[tuple[Path, str]]]:
    """The files that are meant, directories in sorted order, and what is left out with its reason. A file
    that is named is taken whatever it is called. Raises CommandError (USAGE) for a directory that cannot be
    read.
    """
    found: dict[Path, LocalFile] = {}
    left_out: list[tuple[Path, str]] = []
    for named in paths:
        files = _below(named, left_out) if named.is_dir() else iter((LocalFile(named, named.name),))
        for file in files:
            if not file.path.is_file():
                left_out.append((file.path, "it is no file"))
            elif not _is_text(file.shown):
                left_out.append((file.path, "its name is no text"))
            else:
                found.setdefault(file.path.resolve(), file)
    return list(found.values()), left_out


def push_files(
    datasets: DatasetClient,
    screen: Screen,
    dataset_id: str,
    files: Sequence[LocalFile],
    *,
    timeout: float | None = None,
) -> list[dict[str, Any]]:
    """Upload what is not there yet, in place of what FAILED with the same content, and wait until it has been
    read.

    Gives back a row for each file: `path`, `file` (as it is shown), `filename`, `outcome` (uploaded,
    unchanged, not sent) and the document's fields. Raises CommandError when nothing more can be sent at all,
    or the waiting ends early.
    """
    twins: dict[tuple[Any, Any], list[dict[str, Any]]] = {}
    for row in datasets.list_documents(dataset_id):
        if row.get("status") != WORKING and row.get("sha256"):
            twins.setdefault((row.get("filename"), row["sha256"]), []).append(row)
    rows: dict[LocalFile, dict[str, Any]] = {}
    failed: dict[LocalFile, list[str]] = {}
    for file in files:
        same = twins.get((file.filename, _sha256(file)), []) if twins else []
        known = next((row for row in same if row.get("status") == READY), None)
        failed[file] = [str(row.get("document_id")) for row in same if row.get("status") != READY]
        if known:
            screen.note(f"unchanged: {file.shown}")
            rows[file] = _row(file, "unchanged", known)
    empty = {file: "the file is empty" for file in files if file not in rows and _is_empty(file)}
    left = [file for file in files if file not in rows and file not in empty]
    sent, refused = _upload(datasets, screen, dataset_id, left)
    refused |= empty
    for document in (document for file in sent for document in failed[file]):
        # Its place is taken; else every push would add another one that FAILED.
        with suppress(CommandError):
            datasets.delete_document(dataset_id, document)
    rows |= {
        file: _row(file, "not sent", {"status": NOT_SENT, "error": why}) for file, why in refused.items()
    }
    if sent:
        documents = _wait(datasets, screen, dataset_id, set(sent.values()), timeout)
        rows |= {file: _row(file, "uploaded", documents[document]) for file, document in sent.items()}
    return [rows[file] for file in files]


def _below(directory: Path, left_out: list[tuple[Path, str]]) -> Iterator[LocalFile]:
    """The files below a directory; hidden ones and links to directories are left out."""

    def unreadable(error: OSError) -> None:
        message = f"cannot read {error.filename or directory}: {error.strerror}"
        raise CommandError(message, hint="nothing was sent", code=ExitCode.USAGE) from error

    for folder, folders, names in os.walk(directory, onerror=unreadable):
        here = Path(folder)
        for name in sorted((*folders, *names)):
            if name.startswith("."):
                left_out.append((here / name, "it is hidden"))
            elif name in folders and (here / name).is_symlink():
                left_out.append((here / name, "it is a link to a directory"))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = here / name
            yield LocalFile(path, path.relative_to(directory).as_posix())


def _upload(
    datasets: DatasetClient, screen: Screen, dataset_id: str, files: Sequence[LocalFile]
) -> tuple[dict[LocalFile, str], dict[LocalFile, str]]:
    """Send files: ids of the documents that were made, and why others were refused."""
    sent: dict[LocalFile, str] = {}
    refused: dict[LocalFile, str] = {}
    if not files:
        return sent, refused
    over = threading.Event()
    total = sum(map(_size, files))
    title = f"uploading {len(files)} files" if len(files) > 1 else f"uploading {files[0].shown}"
    with byte_progress(screen, title, total) as advance, ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:

        def passed(count: int) -> None:
            if over.is_set():
                raise _Abandoned
            advance(count)

        under_way = {file: pool.submit(_send, datasets, dataset_id, file, passed) for file in files}
        try:
            for file, upload in under_way.items():
                try:
                    sent[file] = upload.result()
                except CommandError as error:
                    if error.code is not ExitCode.FAILED:
                        raise
                    refused[file] = error.message
        except BaseException:
            # Without this, leaving the pool would wait for all that is still to be sent.
            over.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return sent, refused


def _send(datasets: DatasetClient, dataset_id: str, file: LocalFile, passed: Callable[[int], None]) -> str:
    """Send one file and give back the id of its document. A form is asked for just before it is used, since
    it does not live long.
    """
    made = datasets.request_document(dataset_id, file.filename, _size(file))
    document_id = str(made.get("document_id", ""))
    try:
        send_file(made.get("upload") or {}, file.path, passed)
    except (CommandError, OSError, _Abandoned) as error:
        # Without its file it would be PROCESSING for ever.
        with suppress(CommandError):
            datasets.delete_document(dataset_id, document_id)
        if isinstance(error, OSError):
            raise CommandError(f"cannot read it: {error.strerror}", code=ExitCode.FAILED) from error
        raise
    return document_id


def _wait(
    datasets: DatasetClient, screen: Screen, dataset_id: str, wanted: set[str], timeout: float | None
) -> dict[str, dict[str, Any]]:
    """The documents by id, once all of them are READY or FAILED."""
    goes_on = GoesOn("the documents are read all the same", f"see: marksheet datasets documents {dataset_id}")
    seen: set[str] = set()
    with WorkProgress(screen, dataset_id, unit="documents", doing="reading") as progress:

        def look(elapsed: float) -> dict[str, dict[str, Any]] | None:
            listed = {str(row.get("document_id")): row for row in datasets.list_documents(dataset_id)}
            seen.update(listed)
            # One that was just made need not be listed yet; one that was and is no more is gone.
            found = {
                document: listed.get(document) or (_GONE if document in seen else {"status": WORKING})
                for document in wanted
            }
            done = sum(row.get("status") != WORKING for row in found.values())
            progress.show(done, len(wanted), elapsed_seconds=elapsed)
            return found if done == len(wanted) else None

        return patiently(look, goes_on, timeout=timeout)


def _row(file: LocalFile, outcome: str, document: dict[str, Any]) -> dict[str, Any]:
    told = {name: document.get(name) for name in _TOLD}
    return {"path": str(file.path), "file": file.shown, "filename": file.filename, "outcome": outcome, **told}


def _sha256(file: LocalFile) -> str | None:
    """None for a file that cannot be read; sending it says why."""
    try:
        with file.path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except OSError:
        return None


def _size(file: LocalFile) -> int:
    try:
        return file.path.stat().st_size
    except OSError:
        return 0


def _is_empty(file: LocalFile) -> bool:
    try:
        return file.path.stat().st_size == 0
    except OSError:
        return False  # sending it says why


def _is_text(name: str) -> bool:
    """Whether a file's name is characters, not just bytes that the system lets pass."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
