"""Following an evaluation to its end, and printing its marks."""

from typing import Annotated, Any

import typer

from marksheet_cli.client import Client
from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.marks import read_marks
from marksheet_cli.screen import Screen
from marksheet_cli.tables import marks_table
from marksheet_cli.waiting import READY, follow_evaluation

Timeout = Annotated[
    float | None,
    typer.Option(min=0, metavar="SECONDS", help="Stop waiting after this time; the evaluation continues."),
]


def show_results(
    client: Client, screen: Screen, evaluation_id: str, *, timeout: float | None = None
) -> dict[str, Any]:
    """Follow an evaluation to its end, print its marks and give back the results.

    Raises CommandError (FAILED, with the reason) when it did not succeed.
    """
    last = follow_evaluation(client, screen, evaluation_id, timeout=timeout)
    if last.get("status") != READY:
        reason = last.get("failure_reason") or "no reason is given"
        raise CommandError(
            f"evaluation {evaluation_id} did not succeed: {reason}",
            hint=_what_next(evaluation_id, last),
            code=ExitCode.FAILED,
        )
    body = client.results(evaluation_id)
    print_marks(screen, body)
    return body


def _what_next(evaluation_id: str, status: dict[str, Any]) -> str:
    budget = " --max-cost-usd USD" if status.get("stopped") else ""
    hint = f"take it up where it stopped: marksheet resume {evaluation_id}{budget}"
    if status.get("has_results"):
        hint += f"\nits marks so far: marksheet results {evaluation_id} --partial"
    return hint


def print_marks(screen: Screen, body: dict[str, Any]) -> None:
    """The body of the results route, as a table or as it is."""
    screen.answer(body, lambda: marks_table(read_marks(body)))
