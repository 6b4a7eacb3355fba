"""What the grades of one row come to: its points, whether it passes, why it has none, its outcome."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from marksheet.domain import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.domain import Grade

GRADER_FAILED = "grader_failed"
"""Code of the error of a grader that failed in our own code; every other code says that a model gave no
answer.
"""
MOST_REASONS = 3
LONGEST_REASON = 300
"""Characters of each that a row's error repeats; the grades have them whole."""


class RowPoints(NamedTuple):
    """A row's points."""

    earned: float | None
    """Sum of points times value; below 0 where penalties weigh more. None for an unscored row."""
    possible: float
    """Sum of the points that are not penalties."""
    percentage: float | None
    """The share of the possible points that is earned, held between 0 and 1. With penalties alone it is 1 +
    earned / sum of the penalties. None for an unscored row.
    """


def row_points(grades: Sequence[Grade]) -> RowPoints:
    """What a row earns. One grade without a value leaves the row without points."""
    possible = math.fsum([grade.points for grade in grades if grade.points > 0])
    values = [grade.earned for grade in grades]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return RowPoints(None, possible, None)
    earned = math.fsum(known)
    penalties = math.fsum([-grade.points for grade in grades])
    share = earned / possible if possible else 1 + earned / penalties
    return RowPoints(earned, possible, min(1.0, max(0.0, share)))


def row_passed(grades: Sequence[Grade]) -> bool | None:
    """Whether a row passes every grader; None for an unscored row."""
    if not grades or any(grade.mark.value is None for grade in grades):
        return None
    return all(grade.mark.passed for grade in grades)


def row_error(grades: Sequence[Grade]) -> str | None:
    """Why a row is unscored, in a sentence; None for one that is scored."""
    missing = [grade for grade in grades if grade.mark.value is None]
    if not missing:
        return None if grades else "the row was not graded"
    told = [f"{grade.name}: {_reason(grade)}" for grade in missing[:MOST_REASONS]]
    if len(missing) > MOST_REASONS:
        more = len(missing) - MOST_REASONS
        told.append(f"and {more} more grader{'s' if more > 1 else ''}")
    return "; ".join(told)


def row_outcome(grades: Sequence[Grade]) -> Outcome:
    """ERRORED where a model gave no answer, or nothing was graded; else UNSCORED where a value is missing;
    else RIGHT or WRONG, as the row passes or not.
    """
    if not grades or any(grade.error and grade.error.code != GRADER_FAILED for grade in grades):
        return Outcome.ERRORED
    passed = row_passed(grades)
    if passed is None:
        return Outcome.UNSCORED
    return Outcome.RIGHT if passed else Outcome.WRONG


def _reason(grade: Grade) -> str:
    reason = grade.mark.reason or "it has no value"
    if len(reason) > LONGEST_REASON:
        reason = f"{reason[:LONGEST_REASON]}…"
    return f"{reason} ({grade.error.code})" if grade.error else reason
