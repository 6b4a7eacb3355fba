"""The process that reads one document: `python -m marksheet_extraction IN OUT_DIR`.

It confines itself before any reader of documents is imported, writes `markdown.md` and `facts.json` into
OUT_DIR, and prints nothing. Its exit code is 0 when there are facts, whatever they say.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from marksheet_extraction.confinement import confine
from marksheet_extraction.extracted import Refused
from marksheet_extraction.facts import Facts, encode, failed
from marksheet_extraction.limits import LARGEST_DOCUMENT, LONGEST_MARKDOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

MARKDOWN_NAME = "markdown.md"
FACTS_NAME = "facts.json"
OUT_OF_MEMORY = 3
"""Exit code of a process that had not even the memory to say so."""
NEEDS_MEMORY = "it needs more memory than is allowed"
LARGEST_MARKDOWN = 4 * LONGEST_MARKDOWN + (1 << 20)
"""Bytes; no character takes more than four."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the document that the arguments name. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="marksheet_extraction", description="Turn a document into Markdown."
    )
    parser.add_argument("source", type=Path, help="the document")
    parser.add_argument("target", type=Path, help="the folder for what it becomes")
    parser.add_argument("--name", help="the name it was uploaded under")
    parser.add_argument("--seconds", type=float, default=60.0, help="processor time that it may take")
    parser.add_argument("--memory-bytes", type=int, default=768 << 20, help="address space that it may take")
    given = parser.parse_args(arguments)
    confine(
        memory_bytes=given.memory_bytes,
        seconds=math.ceil(given.seconds) + 1,
        file_bytes=LARGEST_MARKDOWN,
    )
    # Readers use it where it happens to be installed, and it starts threads.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    try:
        facts, markdown = _outcome(given.source, given.name)
        if facts.status == "READY":
            (given.target / MARKDOWN_NAME).write_bytes(markdown)
        (given.target / FACTS_NAME).write_bytes(encode(facts))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _outcome(source: Path, name: str | None) -> tuple[Facts, bytes]:
    """(facts, Markdown in UTF-8)."""
    from marksheet_extraction.extraction import extract

    try:
        with source.open("rb") as file:
            found = extract(file.read(LARGEST_DOCUMENT + 1), hint=name)
        facts = Facts("READY", None, found.mime, found.pages, len(found.markdown), found.warnings)
        return facts, found.markdown.encode("utf-8", "replace")
    except Refused as error:
        return failed(error.reason), b""
    except MemoryError:
        return failed(NEEDS_MEMORY), b""
