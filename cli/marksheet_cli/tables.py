"""Tables for a person: the marks of an evaluation, and lists of things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from marksheet_cli.marks import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from marksheet_cli.marks import Marks, Metric, ModelMarks

NARROW = 76
"""Columns below which a table leaves out what is least needed."""
NOTHING = "-"


def marks_table(marks: Marks, *, width: int) -> RenderableType:
    """What became of the trials, each metric with its interval, and the paired difference."""
    parts: list[RenderableType] = [_counts(marks.models), _metrics(marks.models, wide=width >= NARROW)]
    if marks.differences:
        parts.append(_differences(marks, wide=width >= NARROW))
    if marks.better_model:
        parts.append(Text(_better(marks)))
    return Group(*parts)


def list_table(rows: Sequence[dict[str, Any]], columns: dict[str, str], *, nothing: str) -> RenderableType:
    """Rows with the given fields, each under its heading; `nothing` is said when there is no row."""
    if not rows:
        return Text(nothing)
    table = _table("")
    for number, heading in enumerate(columns.values()):
        # The first column is the id, which is to be copied.
        table.add_column(heading, overflow="fold", no_wrap=number == 0)
    for row in rows:
        table.add_row(*(_moment(row.get(f)) if f.endswith("_at") else _cell(row.get(f)) for f in columns))
    return table


def detail_table(item: dict[str, Any]) -> RenderableType:
    """One thing, a field a line; nested fields are told as name=value."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in item.items():
        table.add_row(name, _cell(value))
    return table


def _counts(models: Sequence[ModelMarks]) -> Table:
    table = _table("Answers")
    table.add_column("model", overflow="fold")
    for outcome in OUTCOMES:
        table.add_column(outcome, justify="right")
    table.add_column("broke a rule", justify="right")
    for model in models:
        table.add_row(
            model.model_id,
            *(_cell(model.counts.get(outcome)) for outcome in OUTCOMES),
            _cell(model.domain_violations),
        )
    return table


def _metrics(models: Sequence[ModelMarks], *, wide: bool) -> Table:
    """One line per metric and model, the models of a metric under each other for comparing."""
    table = _table("Metrics")
    table.add_column("metric", overflow="fold")
    table.add_column("model", overflow="fold")
    table.add_column("mean", justify="right")
    table.add_column("95 % interval", justify="right", no_wrap=True)
    if wide:
        table.add_column("n", justify="right")
        table.add_column("method")
    names = list(dict.fromkeys(metric.name for model in models for metric in model.metrics))
    for name in names:
        for model, metric in ((m, x) for m in models for x in m.metrics if x.name == name):
            last = model is models[-1] and name != names[-1]
            table.add_row(*_metric_row(model, metric, wide=wide), end_section=last)
    return table


def _metric_row(model: ModelMarks, metric: Metric, *, wide: bool) -> list[str]:
    row = [metric.name, model.model_id, _number(metric.mean), _interval(metric.low, metric.high)]
    return [*row, _cell(metric.n), _cell(metric.method)] if wide else row


def _differences(marks: Marks, *, wide: bool) -> Table:
    """What pairing the two models' answers to the same question says about their difference."""
    base, other = marks.models
    table = _table(f"Paired difference: {other.model_id} minus {base.model_id}")
    table.add_column("metric", overflow="fold")
    table.add_column("difference" if wide else "diff", justify="right", no_wrap=True)
    table.add_column("95 % interval", justify="right", no_wrap=True)
    table.add_column("p", justify="right", no_wrap=True)
    if wide:
        table.add_column("gained", justify="right")
        table.add_column("lost", justify="right")
    table.add_column("verdict", overflow="fold")
    for line in marks.differences:
        row = [
            line.metric,
            _signed(line.difference),
            _interval(line.low, line.high, signed=True),
            _p(line.p_value),
        ]
        row += [_cell(line.gained), _cell(line.lost)] if wide else []
        table.add_row(*row, _cell(line.verdict))
    return table


def _better(marks: Marks) -> str:
    if marks.better_model == "tie":
        return "Equal overall scores: a tie."
    return f"Higher overall score: {marks.better_model}"


def _table(title: str) -> Table:
    return Table(
        title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, title_style="bold"
    )


def _cell(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, dict):
        return ", ".join(f"{name}={_cell(inner)}" for name, inner in value.items()) or NOTHING
    if isinstance(value, list):
        return ", ".join(_cell(inner) for inner in value) or NOTHING
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _moment(value: Any) -> str:
    """A time of the wire to the minute, in UTC as it came: "2026-01-31 08:05"."""
    return value[:16].replace("T", " ") if isinstance(value, str) else NOTHING


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"


def _signed(value: float | None) -> str:
    return NOTHING if value is None else f"{value:+.3f}"


def _interval(low: float | None, high: float | None, *, signed: bool = False) -> str:
    form = _signed if signed else _number
    return NOTHING if low is None or high is None else f"[{form(low)}, {form(high)}]"


def _p(value: float | None) -> str:
    if value is None:
        return NOTHING
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"
