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
            sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        else:
            self.out.print(render())

    def note(self, text: str) -> None:
        """One line about what is going on."""
        self.err.print(_printable(text), soft_wrap=True)

    def confirm(self, question: str, *, yes: bool) -> None:
        """Go on if `yes`, or if somebody at a terminal agrees; otherwise raise CommandError (USAGE)."""
        if yes:
            return
        if not (sys.stdin.isatty() and self.err.is_terminal):
            raise CommandError("nobody is there to confirm", hint="add --yes", code=ExitCode.USAGE)
        self.err.print(f"{_printable(question)} [y/N] ", end="")
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise CommandError("not confirmed; nothing was changed", code=ExitCode.FAILED)

    def failure(self, error: CommandError) -> None:
        """What went wrong and what to do: one or two lines, and with --json also the JSON form on stdout."""
        self.err.print(f"marksheet: {_printable(error.message)}", style="red", soft_wrap=True)
        if error.hint:
            self.err.print(f"  {_printable(error.hint)}", soft_wrap=True)
        if self.as_json:
            self.answer(error.as_json(), lambda: "")


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else WIDTH_OF_A_FILE
    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def _printable(text: str) -> str:
    """Text from elsewhere without control characters, which a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
