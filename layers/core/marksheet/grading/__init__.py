"""Grading outputs by a rubric: graders with points, rows, and what rows come to. Pure: no I/O, no clock.

`parse_graders` checks the wire form of graders and `graders_of` makes a spec's graders work; `read_dataset`
and `read_submissions` read rows; `row_points` and its neighbours say what one row's grades come to, `Totals`
what all rows do. Who runs a grader answers what it asks: see `grader`.
"""

from marksheet.grading.grader import Ask, Grader
from marksheet.grading.grades import (
    GRADER_FAILED,
    RowPoints,
    row_error,
    row_outcome,
    row_passed,
    row_points,
)
from marksheet.grading.specs import build_graders, default_names, graders_of, judges_of, parse_graders
from marksheet.grading.submissions import read_dataset, read_submissions
from marksheet.grading.totals import Totals

__all__ = [
    "GRADER_FAILED",
    "Ask",
    "Grader",
    "RowPoints",
    "Totals",
    "build_graders",
    "default_names",
    "graders_of",
    "judges_of",
    "parse_graders",
    "read_dataset",
    "read_submissions",
    "row_error",
    "row_outcome",
    "row_passed",
    "row_points",
]
