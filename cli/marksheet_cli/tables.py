"""Tables for a person: the marks of an evaluation, and lists of things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from marksheet_cli.cells import cell, moment
from marksheet_cli.findings import findings
from marksheet_cli.mark_sheets import (
    counts_sheet,
    differences_sheet,
    metrics_sheet,
    pass_rates_sheet,
    usage_sheet,
)
from marksheet_cli.sheets import Column, Fields, Paragraph, Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType

    from marksheet_cli.marks import Marks


def marks_table(marks: Marks) -> RenderableType:
    """What became of the trials, each metric with its interval, what it took, and the paired difference; then
    the findings in words.
    """
    sheets: list[RenderableType] = [counts_sheet(marks.models), metrics_sheet(marks.models)]
    if any(model.pass_rates for model in marks.models):
        sheets.append(pass_rates_sheet(marks.models))
    if any(model.usage.told for model in marks.models):
        sheets.append(usage_sheet(marks.models))
    if marks.differences:
        sheets.append(differences_sheet(marks))
    return Group(*sheets, *map(Paragraph, findings(marks)))


def list_table(
    rows: Sequence[dict[str, Any]], columns: Mapping[str, Column], *, nothing: str
) -> RenderableType:
    """Rows with the given fields, each in its column; `nothing` is said when there is no row."""
    if not rows:
        return Text(nothing)
    cells = [[moment(row.get(f)) if f.endswith("_at") else cell(row.get(f)) for f in columns] for row in rows]
    return Sheet("", list(columns.values()), cells)


def detail_table(item: dict[str, Any]) -> RenderableType:
    """One thing, a field a line; nested fields are told as name=value."""
    return Fields([(cell(name), cell(value)) for name, value in item.items()])
