"""Files on their way: presigned forms up, results down. The API key never travels with them."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from marksheet_cli.connection import is_loopback
from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.output import OutputFailed
from marksheet_cli.progress import byte_progress
from marksheet_cli.refusals import decode, unreachable
from marksheet_cli.service import trusted_certificates

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from marksheet_cli.client import Client
    from marksheet_cli.screen import Screen

TRANSFER_TIMEOUT = httpx.Timeout(60.0, connect=10.0)
"""Between two pieces of a file, not for the whole of it."""
STDOUT = Path("-")


def post_file(screen: Screen, upload: dict[str, Any], path: Path) -> None:
    """Send a file through a presigned form {"url", "fields"}, showing a bar. Raises CommandError."""
    with byte_progress(screen, f"uploading {path.name}", path.stat().st_size) as advance:
        send_file(upload, path, advance)


def send_file(upload: dict[str, Any], path: Path, advance: Callable[[int], None]) -> None:
    """Send a file through a presigned form {"url", "fields"}; `advance` is told how many more bytes have
    passed. The storage is not told the file's name, which it has no use for. Raises CommandError.
    """
    try:
        url, fields = str(upload["url"]), {str(k): str(v) for k, v in upload["fields"].items()}
    except (KeyError, AttributeError, TypeError) as error:
        raise CommandError("the service gave no usable upload form", code=ExitCode.UNAVAILABLE) from error
    with path.open("rb") as file:
        files = {"file": ("file", _Counted(file, advance), "application/octet-stream")}
        try:
            with _bare_client(url) as http:
                response = http.post(url, data=fields, files=files)  # type: ignore[arg-type]
        except httpx.RequestError as error:
            raise unreachable("the storage", error) from error
    if not response.is_success:
        raise _storage_refusal(response, "upload")


def fetch_document(service_url: str, opened: AbstractContextManager[httpx.Response]) -> dict[str, Any]:
    """The JSON object of an opened answer, or of the file that it leads to. Raises CommandError."""
    try:
        with opened as response:
            response.read()
            if response.status_code != httpx.codes.TEMPORARY_REDIRECT:
                return decode(response)
            url = response.headers.get("Location", "")
    except httpx.RequestError as error:
        raise unreachable(service_url, error) from error
    try:
        document = json.loads(fetch_bytes(url))
    except ValueError as error:
        raise CommandError("what the service keeps is no JSON", code=ExitCode.UNAVAILABLE) from error
    if not isinstance(document, dict):
        raise CommandError("what the service keeps is no JSON object", code=ExitCode.UNAVAILABLE)
    return document


def fetch_bytes(url: str) -> bytes:
    """What lies at a presigned address. Raises CommandError."""
    _check_address(url)
    try:
        with _bare_client(url) as http:
            response = http.get(url)
    except httpx.RequestError as error:
        raise unreachable("the storage", error) from error
    if not response.is_success:
        raise _storage_refusal(response, "download")
    return response.content


def save_results(
    screen: Screen,
    client: Client,
    evaluation_id: str,
    output: Path | None,
    *,
    force: bool = False,
    partial: bool = False,
) -> Path:
    """Download an evaluation's results file and give back where it lies; STDOUT if it went into no file.

    `output` is a file, a directory, "-" for stdout, or None for the service's file name in the working
    directory. A file appears whole or not at all, and takes the place of another one only with `force`; a
    device or a FIFO is written into. With `partial` the file may be that of an evaluation that ended early.
    Raises CommandError.
    """
    if output and output != STDOUT and not output.is_dir():
        _check_target(output, force=force)
    try:
        with client.open_download(evaluation_id, partial=partial) as response:
            if response.status_code != httpx.codes.TEMPORARY_REDIRECT:
                if not response.is_success:
                    response.read()
                    decode(response)
                return _store(screen, response, _Destination(evaluation_id, output, force))
            url = response.headers.get("Location", "")
        _check_address(url)
        with _bare_client(url) as http, http.stream("GET", url) as response:
            if not response.is_success:
                response.read()
                raise _storage_refusal(response, "download")
            return _store(screen, response, _Destination(evaluation_id, output, force))
    except httpx.RequestError as error:
        raise unreachable(client.connection.url, error) from error


class _Destination(NamedTuple):
    """Where results are to go, as the person has said it."""

    evaluation_id: str
    output: Path | None
    force: bool


class _Counted:
    """A binary file that reports what is read from it; httpx needs no more than this of a file."""

    def __init__(self, file: IO[bytes], advance: Callable[[int], None]) -> None:
        self._file = file
        self._advance = advance

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._advance(len(piece))
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def _check_address(url: str) -> None:
    if urlsplit(url).scheme not in ("http", "https"):
        raise CommandError("the service redirected to no usable address", code=ExitCode.UNAVAILABLE)


def _bare_client(url: str) -> httpx.Client:
    """A client without the API key: the signature in the address or form is all that the storage may see."""
    loopback = is_loopback(urlsplit(url).hostname or "")
    return httpx.Client(timeout=TRANSFER_TIMEOUT, trust_env=not loopback, verify=trusted_certificates())


def _store(screen: Screen, response: httpx.Response, destination: _Destination) -> Path:
    length = response.headers.get("Content-Length", "")
    name = _file_name(response, destination.evaluation_id)
    # A compressed body's length says nothing about the bytes that are written.
    known = int(length) if length.isdigit() and "Content-Encoding" not in response.headers else None
    with byte_progress(screen, f"downloading {name}", known) as advance:
        if destination.output == STDOUT:
            _copy(response, sys.stdout.buffer, advance)
            return STDOUT
        target = destination.output or Path(name)
        target = target / name if target.is_dir() else target
        _check_target(target, force=destination.force)
        try:
            if _written_in_place(target):
                with os.fdopen(os.open(target, os.O_WRONLY | os.O_APPEND), "wb") as file:
                    _copy(response, file, advance)
                return STDOUT
            # What a link leads to is replaced, not the link.
            _write_whole(response, target.resolve(), advance)
        except BrokenPipeError as error:
            raise OutputFailed.of(error) from error
        except OSError as error:
            reason = error.strerror or "it cannot be written"
            raise CommandError(f"cannot write {target}: {reason}", code=ExitCode.OUTPUT) from error
    return target


def _check_target(target: Path, *, force: bool) -> None:
    """Refuse what the person has hardly meant. Raises CommandError (USAGE)."""
    directory = target.resolve().parent
    if _written_in_place(target):
        return
    if not directory.is_dir():
        raise CommandError(f"there is no directory {directory}", hint="make it first", code=ExitCode.USAGE)
    if target.exists() and not force:
        raise CommandError(f"{target} exists", hint="--force replaces it", code=ExitCode.USAGE)


def _written_in_place(target: Path) -> bool:
    """A device, a FIFO, or a stream of this process by its name, which may be redirected to a file."""
    named = target.absolute().parts[:2] in (("/", "dev"), ("/", "proc"))
    return target.exists() and (named or not target.is_file())


def _write_whole(response: httpx.Response, target: Path, advance: Callable[[int], None]) -> None:
    """Write beside the target and move into place, so that an interrupted download leaves nothing behind."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            _copy(response, file, advance)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _copy(response: httpx.Response, file: IO[bytes], advance: Callable[[int], None]) -> None:
    for piece in response.iter_bytes():
        file.write(piece)
        advance(len(piece))
    file.flush()


def _file_name(response: httpx.Response, evaluation_id: str) -> str:
    """The name the service proposes, if it is a plain file name; else one made from the evaluation's id."""
    found = re.search(
        r'filename="?([A-Za-z0-9][A-Za-z0-9._-]{0,199})"?', response.headers.get("Content-Disposition", "")
    )
    return found[1] if found else f"evaluation_results_{re.sub(r'[^A-Za-z0-9._-]', '_', evaluation_id)}.json"


def _storage_refusal(response: httpx.Response, action: str) -> CommandError:
    """S3 explains itself in XML; its code (EntityTooLarge, AccessDenied, ...) is what helps."""
    found = re.search(r"<Code>(\w+)</Code>", response.text)
    reason = found[1] if found else f"status {response.status_code}"
    hint = {
        "EntityTooLarge": "the file is larger than an upload may be",
        "EntityTooSmall": "the file is empty",
    }.get(reason, "the permission may have expired; try again")
    return CommandError(f"the storage refused the {action}: {reason}", hint=hint, code=ExitCode.FAILED)
