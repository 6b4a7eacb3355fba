"""The totals of many rows, added up row by row in flat memory; neither order nor grouping can move them."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from marksheet.domain import Outcome
from marksheet.grading.grades import row_outcome, row_points
from marksheet.statistics import Mean, Sample
from marksheet.statistics.intervals import CONFIDENCE
from marksheet.statistics.sample import SCALE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marksheet.domain import Grade, Judging, Mark
    from marksheet.grading.grader import Grader

_EXACT = Context(prec=100)
"""Dollars are added with more digits than they can have, so that no sum is rounded."""


class Totals:
    """What the rows of one spec come to.

    A row without points counts as a row, and stays out of every total. What a grader says of it counts for
    that grader all the same, where it has a value.
    """

    def __init__(self, graders: Iterable[Grader]) -> None:
        self._graders = [_GraderTotals(grader) for grader in graders]
        self._outcomes = dict.fromkeys(Outcome, 0)
        self._earned = Sample()
        self._possible = Sample()
        self._percentages = Mean()
        self._usage = _Usage()

    def add(self, grades: Sequence[Grade]) -> None:
        """Take in one row: a grade of every grader, in their order, or none where nothing was graded."""
        points = row_points(grades)
        self._outcomes[row_outcome(grades)] += 1
        if points.earned is not None and points.percentage is not None:
            self._earned.add(points.earned)
            self._possible.add(points.possible)
            self._percentages.add(points.percentage)
        if not grades:
            return
        for totals, grade in zip(self._graders, grades, strict=True):
            totals.add(grade.mark)
            if grade.judging is not None:
                self._usage.add(grade.judging)

    def summary(self) -> dict[str, Any]:
        """The numbers so far, in full precision; the cost is a Decimal, None where it is not known.

        `overall_percentage` is earned by possible points, held between 0 and 1; with penalties alone the mean
        percentage; None when no row was graded. `unscored` rows include the `errored` ones.
        """
        outcomes = self._outcomes
        right, wrong = outcomes[Outcome.RIGHT], outcomes[Outcome.WRONG]
        rows, graded = sum(outcomes.values()), right + wrong
        percentages = self._percentages.estimate()
        earned, possible = self._earned.total / SCALE, self._possible.total / SCALE
        overall = percentages.mean
        if graded and possible:
            overall = min(1.0, max(0.0, earned / possible))
        return {
            "total_earned_points": earned,
            "total_possible_points": possible,
            "overall_percentage": overall,
            "rows": rows,
            "graded": graded,
            "unscored": rows - graded,
            "errored": outcomes[Outcome.ERRORED],
            "passed": right,
            "failed": wrong,
            "interval": {
                "mean": percentages.mean,
                "low": percentages.low,
                "high": percentages.high,
                "level": CONFIDENCE,
                "method": percentages.method,
                "n": percentages.n,
            },
            "graders": [totals.summary() for totals in self._graders],
            "usage": self._usage.summary(),
        }


class _GraderTotals:
    """What one grader says of all rows."""

    def __init__(self, grader: Grader) -> None:
        self._told = {"name": grader.name, "type": grader.kind, "points": grader.points}
        self._values = Sample()
        self._passed = self._failed = self._unscored = 0

    def add(self, mark: Mark) -> None:
        if mark.value is None:
            self._unscored += 1
            return
        self._values.add(mark.value)
        if mark.passed:
            self._passed += 1
        else:
            self._failed += 1

    def summary(self) -> dict[str, Any]:
        return {
            **self._told,
            "mean": self._values.mean,
            "passed": self._passed,
            "failed": self._failed,
            "unscored": self._unscored,
        }


class _Usage:
    """What the models that were asked took."""

    def __init__(self) -> None:
        self._calls = self._prompt_tokens = self._completion_tokens = 0
        self._cost: Decimal | None = Decimal(0)

    def add(self, judging: Judging) -> None:
        self._calls += judging.calls
        self._prompt_tokens += judging.prompt_tokens
        self._completion_tokens += judging.completion_tokens
        known = self._cost is not None and judging.cost_usd is not None
        self._cost = _EXACT.add(self._cost, judging.cost_usd) if known else None  # type: ignore[arg-type]

    def summary(self) -> dict[str, Any]:
        return {
            "calls": self._calls,
            "prompt_tokens": self._prompt_tokens,
            "completion_tokens": self._completion_tokens,
            "cost_usd": self._cost,
        }
