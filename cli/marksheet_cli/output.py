"""The two streams a command writes to, when they are closed, full, or no longer read.

An answer that cannot be written is a failure with an exit code of its own. What goes to stderr is told, not
asked for: where nobody can read it, the work goes on without it.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any

from marksheet_cli.exits import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator


class OutputFailed(Exception):
    """What was asked for could not be written. No OSError: rich and typer end on those as they like."""

    def __init__(self, reason: str, *, code: ExitCode = ExitCode.OUTPUT) -> None:
        super().__init__(reason)
        self.code = code
        """PIPE_CLOSED when the reader went away, as `head` does; then there is nothing to say."""

    @classmethod
    def of(cls, error: OSError | ValueError) -> OutputFailed:
        """What an error of a write means; a ValueError is Python's word for a closed file."""
        if isinstance(error, BrokenPipeError):
            return cls("the reader went away", code=ExitCode.PIPE_CLOSED)
        return cls((error.strerror if isinstance(error, OSError) else None) or "it is closed")


@contextmanager
def guarded_output() -> Iterator[None]:
    """Put guards before stdout and stderr. Raises OutputFailed where stdout does not take what is written."""
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Guard(streams[0], essential=True), _Guard(streams[1], essential=False)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = streams


def leave(failure: OutputFailed) -> int:
    """Say on stderr what became of the answer, if there is something to say; returns the exit code."""
    if failure.code is ExitCode.OUTPUT and sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(f"marksheet: the output could not be written: {failure}", file=sys.stderr, flush=True)
    return failure.code


class _Guard:
    """A text or binary stream, or the lack of one; all but writing is the stream's own."""

    def __init__(self, stream: Any, *, essential: bool) -> None:
        self._stream = stream
        self._essential = essential

    def __getattr__(self, name: str) -> Any:
        if self._stream is None:
            raise AttributeError(name)
        return getattr(self._stream, name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._stream or ())

    @property
    def encoding(self) -> str:
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def buffer(self) -> IO[bytes]:
        return _Guard(getattr(self._stream, "buffer", None), essential=self._essential)  # type: ignore[return-value]

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def write(self, content: Any) -> int:
        self._try("write", content)
        return len(content)

    def flush(self) -> None:
        self._try("flush")

    def _try(self, action: str, *arguments: Any) -> None:
        if self._stream is None:
            if self._essential and arguments:
                raise OutputFailed("stdout is closed")
            return
        try:
            getattr(self._stream, action)(*arguments)
        except (OSError, ValueError) as error:
            self._mute()
            if self._essential:
                raise OutputFailed.of(error) from error

    def _mute(self) -> None:
        """Send what is still buffered nowhere, or the interpreter would fail on it once more at its end."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
