"""Files that a command writes beside its answer: whole, or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from marksheet_cli.exits import CommandError, ExitCode

if TYPE_CHECKING:
    from pathlib import Path


def check_target(target: Path, *, keep: Path | None = None) -> None:
    """Refuse, before any work is done, a place where no file can be written, and the file `keep`.

    Raises CommandError (USAGE).
    """
    directory = target.resolve().parent
    if not directory.is_dir():
        raise CommandError(f"there is no directory {directory}", hint="make it first", code=ExitCode.USAGE)
    if target.is_dir():
        raise CommandError(f"{target} is a directory", hint="name a file", code=ExitCode.USAGE)
    if keep is not None and target.exists() and target.samefile(keep):
        raise CommandError(f"{target} would be overwritten", hint="name another file", code=ExitCode.USAGE)


def make_directory(directory: Path) -> None:
    """Make a directory and those above it, where they are not there. Raises CommandError (OUTPUT)."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or "it cannot be made"
        raise CommandError(f"cannot make {directory}: {reason}", code=ExitCode.OUTPUT) from error


def write_whole(target: Path, content: bytes) -> None:
    """Write beside the target and move into place, so that nobody reads half of it; what a link leads to is
    replaced, not the link, and a device is written into. Raises CommandError (OUTPUT).
    """
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)
            return
        place = target.resolve()
        partial = place.with_name(f".{place.name[:100]}.{os.getpid()}.part")
        try:
            partial.write_bytes(content)
            partial.replace(place)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise CommandError(f"cannot write {target}: {reason}", code=ExitCode.OUTPUT) from error
