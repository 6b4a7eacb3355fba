"""Waiting for what the service does on its own: evaluations that run, uploads that are read."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.progress import WorkProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from marksheet_cli.client import Client
    from marksheet_cli.grading_client import GradingClient
    from marksheet_cli.screen import Screen

Found = TypeVar("Found")

WORKING = "PROCESSING"
READY = "READY"
TROUBLE_BORNE = 5
"""Status questions in a row that may go unanswered before waiting is given up; the work goes on meanwhile."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to ask, in seconds: quickly at first, then patiently; and the clock that is asked."""

    first: float = 0.3
    longest: float = 5.0
    growth: float = 1.25
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic

    def turns(self, timeout: float | None) -> Iterator[float]:
        """Yield the seconds since the start, pausing between turns, until `timeout` is over."""
        start, pause = self.now(), self.first
        while True:
            elapsed = self.now() - start
            yield elapsed
            if timeout is not None and elapsed + pause > timeout:
                return
            self.sleep(pause)
            pause = min(pause * self.growth, self.longest)


PACE = Pace()


@dataclass(frozen=True, slots=True)
class GoesOn:
    """What goes on when nobody waits for it any more, and how to see and stop it."""

    what: str
    hint: str

    def error(self, why: str, code: ExitCode) -> CommandError:
        return CommandError(f"{why}; {self.what}", hint=self.hint, code=code)


def follow_evaluation(
    client: Client, screen: Screen, evaluation_id: str, *, timeout: float | None = None
) -> dict[str, Any]:
    """Show an evaluation's progress until it is over and give back its last status answer.

    Raises CommandError: UNAVAILABLE after `timeout` seconds or when the service stays silent, INTERRUPTED on
    Ctrl-C. The evaluation goes on meanwhile, and the message says how to see and cancel it.
    """
    goes_on = GoesOn(
        f"the evaluation {evaluation_id} continues",
        f"see: marksheet status {evaluation_id} --follow\nstop: marksheet cancel {evaluation_id}",
    )
    with WorkProgress(screen, evaluation_id, unit="questions", doing="marking") as progress:

        def look(elapsed: float) -> dict[str, Any] | None:
            status = client.evaluation_status(evaluation_id)
            progress.show(
                status.get("questions_completed") or 0,
                status.get("total_questions"),
                elapsed_seconds=elapsed,
                eta_seconds=status.get("eta_seconds"),
            )
            return status if status.get("status") != WORKING else None

        return patiently(look, goes_on, timeout=timeout)


def follow_job(
    grading: GradingClient, screen: Screen, job_id: str, *, next_command: str, timeout: float | None = None
) -> dict[str, Any]:
    """Show a grading job's progress until it is over and give back its last answer, results included.

    Raises CommandError as `follow_evaluation` does; `next_command` is how to go on looking.
    """
    goes_on = GoesOn(
        f"the job {job_id} continues", f"see: {next_command}\nstop: marksheet jobs cancel {job_id}"
    )
    with WorkProgress(screen, job_id, unit="rows", doing="grading") as progress:

        def look(elapsed: float) -> dict[str, Any] | None:
            job = grading.job(job_id)
            progress.show(job.get("rows_graded") or 0, job.get("rows_total"), elapsed_seconds=elapsed)
            return job if job.get("status") != WORKING else None

        return patiently(look, goes_on, timeout=timeout)


def patiently(
    look: Callable[[float], Found | None], goes_on: GoesOn, *, timeout: float | None = None
) -> Found:
    """Look, again and again, until there is something to give back; `look` gets the seconds since the start.

    A service that is silent for a few questions is borne. Raises CommandError: what `look` raises,
    UNAVAILABLE after `timeout` seconds, INTERRUPTED on Ctrl-C.
    """
    silent = 0
    try:
        for elapsed in PACE.turns(timeout):
            try:
                found = look(elapsed)
            except CommandError as error:
                silent += 1
                if error.code is not ExitCode.UNAVAILABLE or silent > TROUBLE_BORNE:
                    raise
                continue
            silent = 0
            if found is not None:
                return found
    except KeyboardInterrupt:
        raise goes_on.error("interrupted", ExitCode.INTERRUPTED) from None
    raise goes_on.error(f"not finished after {timeout:g} s", ExitCode.UNAVAILABLE)


def wait_for_upload(client: Client, upload_id: str, *, timeout: float = 900.0) -> dict[str, Any]:
    """Wait until an uploaded file has been read and give back its status answer.

    Raises CommandError: FAILED with the line and field when the file is wrong, UNAVAILABLE after `timeout`
    seconds.
    """
    for _ in PACE.turns(timeout):
        upload = client.upload_status(upload_id)
        if upload.get("status") == READY:
            return upload
        if upload.get("status") != WORKING:
            raise _refused_upload(upload)
    raise CommandError(
        f"upload {upload_id} has not been read after {timeout:g} s",
        hint="it may still be; look with the 'list' command before sending it again",
        code=ExitCode.UNAVAILABLE,
    )


def _refused_upload(upload: dict[str, Any]) -> CommandError:
    names = {"line": upload.get("unit") or "line", "field": "field"}
    place = ", ".join(
        f"{word} {upload[name]}" for name, word in names.items() if upload.get(name) is not None
    )
    reason = upload.get("error") or "the file could not be read"
    return CommandError(
        f"{place}: {reason}" if place and not str(reason).startswith(place) else str(reason),
        hint="correct the file and send it again",
        code=ExitCode.FAILED,
        problems=[{"field": place, "message": str(reason)}] if place else None,
    )
