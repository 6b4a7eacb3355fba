"""Reads a document in a process of its own, and makes one sentence of whatever becomes of that process.

The child gets no environment but what Python needs to find its modules, no open file, and a process group of
its own that is killed when its time is over. What it leaves behind is read as one reads a stranger's files: a
document that took it over could have written anything.
"""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from marksheet_extraction.child import (
    FACTS_NAME,
    LARGEST_MARKDOWN,
    MARKDOWN_NAME,
    NEEDS_MEMORY,
    OUT_OF_MEMORY,
)
from marksheet_extraction.confinement import unreadable
from marksheet_extraction.facts import Facts, decode, failed

if TYPE_CHECKING:
    from collections.abc import Mapping

CRASHED = "the reader crashed on it"
_LARGEST_FACTS = 1 << 16
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}")


def run_isolated(
    source: Path, target: Path, *, name: str | None = None, seconds: float, memory_bytes: int
) -> Facts:
    """Turn the file `source` into `markdown.md` in the folder `target`, which is made if it is not there.

    `name` is what the document was uploaded as, or None; only its ending is used. The child may take
    `seconds` of time and `memory_bytes` of address space, the interpreter's 40 MB among them. Every ending is
    in the facts: FAILED when it took too long, needed too much or crashed. Raises `OSError` only when no
    process can be started or the folder not be made.
    """
    target.mkdir(parents=True, exist_ok=True)
    for left in (MARKDOWN_NAME, FACTS_NAME):
        (target / left).unlink(missing_ok=True)
    # -s and -P: no modules from the user's folder, nor from the one it runs in.
    command = [sys.executable, "-s", "-P", "-m", __package__, str(source.resolve()), str(target.resolve())]
    command += [f"--seconds={seconds}", f"--memory-bytes={memory_bytes}"]
    suffix = PurePath(name).suffix if name else ""
    if _SUFFIX.fullmatch(suffix):
        command.append(f"--name=document{suffix}")
    with subprocess.Popen(
        command,
        cwd=target,
        env=_environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            with unreadable():
                code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return failed(_took_too_long(seconds))
        finally:
            _kill_group(process.pid)
    return _ending(code, seconds, target)


def read_markdown(target: Path) -> bytes:
    """The Markdown (UTF-8) of a run that was READY. Raises `ValueError` when that is not what is there."""
    content = _read_regular(target / MARKDOWN_NAME, LARGEST_MARKDOWN)
    content.decode()
    return content


def _ending(code: int, seconds: float, target: Path) -> Facts:
    if code == -signal.SIGXCPU:
        return failed(_took_too_long(seconds))
    # Nobody but the kernel kills it, when the machine has no more memory.
    if code in (OUT_OF_MEMORY, -signal.SIGKILL):
        return failed(NEEDS_MEMORY)
    if code != 0:
        return failed(CRASHED)
    try:
        facts = decode(_read_regular(target / FACTS_NAME, _LARGEST_FACTS))
        if facts.status == "READY" and facts.characters != len(read_markdown(target).decode()):
            return failed(CRASHED)
    except ValueError:
        return failed(CRASHED)
    return facts


def _took_too_long(seconds: float) -> str:
    return f"it took longer than {seconds:g} seconds to read"


def _read_regular(path: Path, most: int) -> bytes:
    """A file's bytes. Raises `ValueError` unless it is one, no link to another, and no larger than `most`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ValueError(f"there is no {path.name}") from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1 or found.st_size > most:
            raise ValueError(f"{path.name} is not what a reader writes")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(descriptor)


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """What the interpreter needs. In Lambda its own library is found by LD_LIBRARY_PATH."""
    package = Path(__file__).resolve().parent.parent
    kept = {name: own[name] for name in ("LD_LIBRARY_PATH",) if name in own}
    return {"PYTHONPATH": str(package), "LANG": "C.UTF-8", **kept}


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
