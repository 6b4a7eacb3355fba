"""References to rows of logged datasets, followed for the runs that are read from their calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.domain import LoggedRow
from marksheet.tracing.references import resolve_rows
from marksheet.tracing.trials import is_reference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.application import Application
    from marksheet.domain import Question
    from marksheet.row_results.known_runs import KnownRun


class References:
    """The rows that references lead to. It is all of them or none: where one of any run leads nowhere, every
    reference stands as it is, also those on other pages.
    """

    def __init__(self, found: Mapping[str, Any] | None) -> None:
        self._found = found

    @property
    def dangling(self) -> bool:
        """Whether one leads nowhere."""
        return self._found is None

    def value(self, value: Any, question: Question) -> Any:
        """The row that a reference leads to; what is none, or leads to a deleted dataset, as it is."""
        if self._found is None or not is_reference(value):
            return value
        stored = question.resolved if isinstance(question, LoggedRow) else None
        resolved = self._found.get(value) if stored is None else stored
        return value if resolved is None else resolved


def follow(app: Application, organization: str, project: str, runs: Sequence[KnownRun]) -> References:
    """The rows that the references of some runs lead to; those of finished ones were followed before."""
    if any(run.dangling for run in runs):
        return References(None)
    asked = sorted({reference for run in runs for reference in run.references or ()})
    found = resolve_rows(app, organization, project, asked) if asked else {}
    return References(None if any(reference not in found for reference in asked) else found)
