"""What a command prints: answers on stdout (tables, or one JSON document), everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console

from marksheet_cli.exits import CommandError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

WIDTH_OF_A_FILE = 120
"""Columns when the output is no terminal and COLUMNS does not say."""


class Screen:
    """Two consoles and the choice between text and JSON. NO_COLOR, COLUMNS and TERM are respected by rich."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.out = _console(stderr=False)
        self.err = _console(stderr=True)

    @property
    def animated(self) -> bool:
        """Bars may be drawn on stderr; otherwise progress is told in plain lines."""
        return self.err.is_terminal and not self.err.is_dumb_terminal

    def answer(self, data: Any, render: Callable[[], RenderableType]) -> None:
        """Print what was asked for: `data` as JSON, or what `render` makes for a person."""
        if self.as_json:
            sys.stdout.write(_harmless(json.dumps(data, indent=2, ensure_ascii=False)) + "\n")
            sys.stdout.flush()
            return
        shown = render()
        if isinstance(shown, str):
            self.out.print(printable(shown), soft_wrap=True)
            return
        with self.out.capture() as drawn:
            # What is wider than the terminal is wrapped by it, not cut.
            self.out.print(shown, crop=False)
        lines = drawn.get().splitlines()
        sys.stdout.write("".join(f"{line.rstrip(' ')}\n" for line in lines))
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """One line about what is going on."""
        self.err.print(printable(text), soft_wrap=True)

    def complain(self, text: str) -> None:
        """What is wrong, on stderr; how the command ends is the caller's to say."""
        self.err.print(f"marksheet: {printable(text)}", style="red", soft_wrap=True)

    def confirm(self, question: str, *, yes: bool) -> None:
        """Go on if `yes`, or if somebody at a terminal agrees; otherwise raise CommandError (USAGE)."""
        if yes:
            return
        if not (sys.stdin and sys.stdin.isatty() and self.err.is_terminal):
            raise CommandError("nobody is there to confirm", hint="add --yes", code=ExitCode.USAGE)
        self.err.print(f"{printable(question)} [y/N] ", end="", soft_wrap=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise CommandError("not confirmed; nothing was changed", code=ExitCode.FAILED)

    def failure(self, error: CommandError) -> None:
        """What went wrong and what to do, and with --json also the JSON form on stdout."""
        self.complain(error.message)
        for line in (error.hint or "").splitlines():
            self.err.print(f"  {printable(line)}", soft_wrap=True)
        if self.as_json:
            self.answer(error.as_json(), lambda: "")


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else WIDTH_OF_A_FILE
    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def _harmless(document: str) -> str:
    """JSON whose unprintable characters are escaped, which json does for ASCII only."""
    if document.replace("\n", "").isprintable():
        return document
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in document)


def printable(text: str) -> str:
    """Text from elsewhere without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
