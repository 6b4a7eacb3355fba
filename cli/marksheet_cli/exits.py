"""How a command ends: the exit codes, and the one exception that carries a message for a person."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

SHOWN_PROBLEMS = 5


class ExitCode(IntEnum):
    """Stable numbers for scripts."""

    OK = 0
    FAILED = 1
    """The work failed or was cancelled, or the service refused the request as it stands."""
    USAGE = 2
    """The command line is wrong; nothing was sent."""
    UNAVAILABLE = 3
    """The service could not be reached, did not answer in time, or answered with something unusable."""
    UNAUTHENTICATED = 4
    """No API key, one that is not accepted, or one without the needed scope."""
    NOT_FOUND = 5
    OUTPUT = 6
    """What was asked for could not be written: a full disk, a closed stdout."""
    DEFECT = 70
    """The command itself is broken."""
    MISSED = 100
    """Everything was done, and the outputs are not as good as a quality gate asks for."""
    INTERRUPTED = 130
    PIPE_CLOSED = 141
    """Whoever read the output went away, as `head` does: 128 + SIGPIPE, as other programs have it."""


class CommandError(Exception):
    """What a command ends with when it cannot do its work: printed on stderr, never as a traceback.

    `message` says what is wrong, `hint` what to do about it; `problems` are the fields a request was refused
    for, each {"field", "message"}.
    """

    def __init__(
        self,
        message: str,
        *,
        code: ExitCode,
        hint: str | None = None,
        problems: list[dict[str, str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint
        self.problems = problems or []

    def as_json(self) -> dict[str, Any]:
        """The `--json` form: {"error": {"code", "exit_code", "message", "hint", "problems"}}."""
        return {
            "error": {
                "code": self.code.name.lower(),
                "exit_code": int(self.code),
                "message": self.message,
                "hint": self.hint,
                "problems": self.problems,
            }
        }


class TooLarge(CommandError):
    """More than one request may carry, or can be done in its time."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code=ExitCode.FAILED)


def in_short(problems: list[dict[str, str]]) -> str:
    """The first problems in one line; a file of rows may have a hundred."""
    told = [f"{problem['field']}: {problem['message']}" for problem in problems[:SHOWN_PROBLEMS]]
    more = len(problems) - SHOWN_PROBLEMS
    return "; ".join([*told, f"and {more} more"] if more > 0 else told)
