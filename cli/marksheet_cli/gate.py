"""A quality gate: what grades must be like for a command to end with 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from marksheet_cli.grades import Grades, Row

_NAMED = 3
"""Rows that are named; of the others only the number is told."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What is asked for; a gate that asks for nothing lets everything pass."""

    threshold: float | None = None
    """The least overall percentage, from 0 to 1."""
    per_row_threshold: float | None = None
    """The least percentage of every single row."""
    fail_on_unscored: bool = False

    def asks(self) -> bool:
        """Whether there is anything that grades could miss."""
        return self != Gate()

    def missed(self, grades: Grades) -> list[str]:
        """What the grades miss, a sentence each. What has no value misses every threshold."""
        sentences = []
        # Written so that nothing, not even a threshold that is no number, makes the gate pass by mistake.
        if self.threshold is not None and not (
            grades.overall is not None and grades.overall >= self.threshold
        ):
            reached = "no row was graded" if grades.overall is None else f"{_exact(grades.overall)} overall"
            sentences.append(f"the threshold of {_exact(self.threshold)} was missed: {reached}")
        if self.per_row_threshold is not None:
            below = [row for row in grades.rows if self.misses(row)]
            if below:
                wanted = _exact(self.per_row_threshold)
                sentences.append(f"below the threshold of {wanted} for every row: {_named(below)}")
        if self.fail_on_unscored and (unscored := [row for row in grades.rows if not row.scored]):
            sentences.append(f"not graded: {_named(unscored)}")
        return sentences

    def misses(self, row: Row) -> bool:
        """Whether a single row is below the threshold for every row."""
        wanted = self.per_row_threshold
        return wanted is not None and not (row.percentage is not None and row.percentage >= wanted)


def _named(rows: list[Row]) -> str:
    more = f" and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
    return ", ".join(row.row_id for row in rows[:_NAMED]) + more


def _exact(value: float) -> str:
    """With as many places as it takes to tell it from a threshold: 0.8, 0.79996."""
    return f"{value:.6g}"
