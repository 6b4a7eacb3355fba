"""Grades for a person: totals, graders, the rows that lost most, those without a grade, and what it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from marksheet_cli.cells import cell, interval, number, whole
from marksheet_cli.grades import COUNTS
from marksheet_cli.sheets import NOTHING, Column, Paragraph, Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from marksheet_cli.grades import GraderTotal, Grades, Row, Verdict

SHOWN_ROWS = 5
LONGEST_REASON = 240
"""Characters of a reason that a table shows; a report and the JSON have all of it."""


def grades_table(grades: Grades) -> RenderableType:
    """The whole answer."""
    sheets: list[RenderableType] = [
        _totals_sheet(grades),
        _counts_sheet(grades),
        Text(),
        _graders_sheet(grades.graders),
    ]
    # Sorting keeps the file's order among equals.
    lost = sorted(
        (row for row in grades.rows if row.percentage is not None and (row.percentage < 1 or not row.passed)),
        key=lambda row: row.percentage or 0.0,
    )
    if lost:
        sheets.append(_lost_sheet(lost))
    # What failed comes first: a row that only lacks a value may be left so on purpose.
    unscored = sorted((row for row in grades.rows if not row.scored), key=lambda row: row.error_code is None)
    if unscored:
        sheets.append(_unscored_sheet(unscored))
    if grades.calls:
        sheets.append(_usage_sheet(grades))
    return Group(*sheets)


def _totals_sheet(grades: Grades) -> Sheet:
    columns = [
        Column("spec"),
        Column("overall", right=True),
        Column("95 % interval", right=True),
        Column("points", right=True),
        Column("method", spared=1),
    ]
    row = [
        cell(grades.spec),
        number(grades.overall),
        interval(grades.low, grades.high),
        f"{_points(grades.earned)}/{_points(grades.possible)}",
        cell(grades.method),
    ]
    return Sheet("Grades", columns, [row])


def _counts_sheet(grades: Grades) -> Sheet:
    columns = [Column(name, right=True) for name in COUNTS]
    return Sheet("", columns, [[whole(grades.counts[name]) for name in COUNTS]])


def _graders_sheet(graders: Sequence[GraderTotal]) -> Sheet:
    columns = [
        Column("grader", free=True),
        Column("type", spared=1),
        Column("points", right=True),
        Column("mean", right=True),
        Column("passed", right=True),
        Column("failed", right=True),
        Column("unscored", right=True),
    ]
    rows = [
        [
            cell(total.name),
            cell(total.kind),
            _points(total.points),
            number(total.mean),
            *(whole(count) for count in (total.passed, total.failed, total.unscored)),
        ]
        for total in graders
    ]
    return Sheet("Graders", columns, rows)


def _lost_sheet(rows: Sequence[Row]) -> Sheet:
    columns = [
        Column("row"),
        Column("share", right=True),
        Column("points", right=True, spared=1),
        Column("why", free=True),
    ]
    cells = [
        [
            cell(row.row_id),
            number(row.percentage),
            f"{_points(row.earned)}/{_points(row.possible)}",
            cell(_excerpt("; ".join(map(_loss, row.lost)))),
        ]
        for row in rows[:SHOWN_ROWS]
    ]
    return Sheet(_title("Rows that lost points", rows), columns, cells)


def _loss(verdict: Verdict) -> str:
    """What a grader cost a row, and why."""
    share = f"{_points(verdict.earned)}/{_points(verdict.points)}" if verdict.earned else "not passed"
    return f"{verdict.grader}: {verdict.why or share}"


def _unscored_sheet(rows: Sequence[Row]) -> Sheet:
    columns = [Column("row"), Column("error", spared=1), Column("why", free=True)]
    cells = [
        [cell(row.row_id), cell(row.error_code or "unscored"), cell(_excerpt(row.error or ""))]
        for row in rows[:SHOWN_ROWS]
    ]
    return Sheet(_title("Rows without a grade, left out of the totals", rows), columns, cells)


def _usage_sheet(grades: Grades) -> RenderableType:
    tokens = f"{whole(grades.prompt_tokens)} prompt and {whole(grades.completion_tokens)} completion tokens"
    cost = "what they cost is not known" if grades.cost_usd is None else f"cost {cell(grades.cost_usd)} USD"
    return Paragraph(f"The judges took {whole(grades.calls)} calls, {tokens}, and {cost}.")


def _title(title: str, rows: Sequence[Row]) -> str:
    return f"{title}: {SHOWN_ROWS} of {len(rows)}" if len(rows) > SHOWN_ROWS else title


def _excerpt(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_REASON else f"{text[:LONGEST_REASON].rstrip()} …"


def _points(value: float | None) -> str:
    """Points as a table has them; a report and the JSON have all their digits."""
    return NOTHING if value is None else f"{round(value, 3):.10g}"
