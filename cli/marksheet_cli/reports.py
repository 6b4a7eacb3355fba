"""How graded outputs are told: on the screen, in files for CI, and by the exit code."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.grade_sheets import grades_table
from marksheet_cli.grades import read_grades
from marksheet_cli.junit import junit_report
from marksheet_cli.writing import check_target, write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from marksheet_cli.gate import Gate
    from marksheet_cli.screen import Screen


@dataclass(frozen=True, slots=True)
class Reports:
    """What is asked for beside the answer."""

    gate: Gate
    junit: Path | None = None
    output: Path | None = None

    def wanted(self) -> bool:
        """Whether anything is asked for that only grades can give."""
        return self.gate.asks() or self.junit is not None or self.output is not None

    def check(self, *, keep: Path | None = None) -> None:
        """Refuse files that could not be written, before anything is graded; and the file `keep`, which is
        read. Raises CommandError (USAGE).
        """
        for path in (self.junit, self.output):
            if path is not None:
                check_target(path, keep=keep)

    def options(self) -> str:
        """The options that ask for this, each with a blank before it."""
        given = {
            "--threshold": self.gate.threshold,
            "--per-row-threshold": self.gate.per_row_threshold,
            "--junit": self.junit,
            "--output": self.output,
        }
        words = [
            f" {option} {shlex.quote(str(value))}" for option, value in given.items() if value is not None
        ]
        return "".join(words) + (" --fail-on-unscored" if self.gate.fail_on_unscored else "")

    def conclude(
        self, screen: Screen, document: dict[str, Any], *, suite: str, failure: str | None = None
    ) -> None:
        """Write the files, print the answer, and end the command if the grades are not what was asked for.

        `failure` is why the job did not succeed that they are from. Raises typer.Exit: the answer is on
        stdout by then, and with --json there is room for one document only.
        """
        grades = read_grades(document)
        troubles = []
        if self.junit:
            report = junit_report(grades, self.gate, suite=suite)
            troubles += self._write(screen, self.junit, report)
        if self.output:
            text = json.dumps(document, indent=2) + "\n"
            troubles += self._write(screen, self.output, text.encode())
        screen.answer(document, lambda: grades_table(grades))
        if not failure and grades.mostly_errored:
            failure = "more than half of the rows errored"
        if not failure and not grades.counts["graded"]:
            failure = "no row was graded"
        missed = self.gate.missed(grades)
        for sentence in (*troubles, *([failure] if failure else []), *missed):
            screen.complain(sentence)
        if missed:
            raise typer.Exit(ExitCode.MISSED)
        if failure or troubles:
            raise typer.Exit(ExitCode.FAILED if failure else ExitCode.OUTPUT)

    @staticmethod
    def _write(screen: Screen, path: Path, content: bytes) -> list[str]:
        """Write a file; what went wrong with it."""
        try:
            write_whole(path, content)
        except CommandError as error:
            return [error.message]
        screen.note(f"wrote {path}")
        return []
