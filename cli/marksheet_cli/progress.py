"""Progress on stderr: bars on a terminal, plain lines elsewhere (a log, a pipe, a dumb terminal)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TransferSpeedColumn,
)

from marksheet_cli.screen import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from marksheet_cli.screen import Screen

PLAIN_STEP = 0.1
"""Share of the work after which another plain line is worth printing."""


class WorkProgress:
    """How far the service is with countable work: what is done, at what rate, how long it may still take."""

    def __init__(self, screen: Screen, title: str, *, unit: str, doing: str) -> None:
        """`unit` is what is counted ("questions"), `doing` what happens to it ("marking")."""
        self._screen = screen
        self._title = title
        self._unit = unit
        self._told = -1.0
        self._first: tuple[int, float] | None = None
        """What was done at the first answer, and when it came: not all of it by this run."""
        self._bar: Progress | None = None
        if screen.animated:
            self._bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[pace]}"),
                console=screen.err,
                transient=True,
            )
            self._task = self._bar.add_task(doing, total=None, pace="")

    def __enter__(self) -> WorkProgress:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def show(
        self, done: int, total: int | None, *, elapsed_seconds: float, eta_seconds: object = None
    ) -> None:
        """Take in how far it is, without a `total` as long as that is not known; `elapsed_seconds` is since
        it was first asked. Where the service does not say what time is left, it is taken from the rate.
        """
        first_done, first_elapsed = self._first = self._first or (done, elapsed_seconds)
        done_since, elapsed = done - first_done, elapsed_seconds - first_elapsed
        if eta_seconds is None and total and done_since > 0 and done < total:
            eta_seconds = (total - done) * elapsed / done_since
        pace = _pace(done_since, elapsed, eta_seconds)
        if self._bar:
            self._bar.update(self._task, completed=done, total=total or None, pace=pace)
            return
        share = done / total if total else 0.0
        if share >= 1.0 > self._told or share - self._told >= PLAIN_STEP:
            self._told = share
            of = f"/{total}" if total else ""
            self._screen.note(f"{self._title}: {done}{of} {self._unit}{', ' + pace if pace else ''}")


@contextmanager
def byte_progress(screen: Screen, title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A bar for a transfer of `total` bytes; the caller reports how many more have passed."""
    if not screen.animated:
        screen.note(f"{title}{f' ({total:,} bytes)' if total else ''}")
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=screen.err, transient=True) as bar:
        task = bar.add_task(printable(title), total=total)
        yield lambda count: bar.update(task, advance=count)


def _pace(done: int, elapsed_seconds: float, eta_seconds: object) -> str:
    parts = []
    if done > 0 and elapsed_seconds > 0:
        parts.append(f"{done / elapsed_seconds:.1f}/s")
    if isinstance(eta_seconds, int | float):
        parts.append(f"{_duration(eta_seconds)} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
