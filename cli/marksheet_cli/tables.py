"""Tables for a person: the marks of an evaluation, and lists of things.

What the service sends is shown without its control characters, which a terminal would obey.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from marksheet_cli.marks import OUTCOMES
from marksheet_cli.screen import printable
from marksheet_cli.sheets import NOTHING, Column, Fields, Sheet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import RenderableType

    from marksheet_cli.marks import Marks, Metric, ModelMarks


def marks_table(marks: Marks) -> RenderableType:
    """What became of the trials, each metric with its interval, and the paired difference."""
    parts: list[RenderableType] = [_counts(marks.models), _metrics(marks.models)]
    if marks.differences:
        parts.append(_differences(marks))
    if marks.better_model:
        parts.append(Text(_better(marks), overflow="ignore"))
    return Group(*parts)


def list_table(
    rows: Sequence[dict[str, Any]], columns: Mapping[str, Column], *, nothing: str
) -> RenderableType:
    """Rows with the given fields, each in its column; `nothing` is said when there is no row."""
    if not rows:
        return Text(nothing)
    cells = [
        [_moment(row.get(f)) if f.endswith("_at") else _cell(row.get(f)) for f in columns] for row in rows
    ]
    return Sheet("", list(columns.values()), cells)


def detail_table(item: dict[str, Any]) -> RenderableType:
    """One thing, a field a line; nested fields are told as name=value."""
    return Fields([(_cell(name), _cell(value)) for name, value in item.items()])


def _counts(models: Sequence[ModelMarks]) -> Sheet:
    columns = [Column("model"), *(Column(outcome, right=True) for outcome in OUTCOMES)]
    rows = [
        [
            _cell(model.model_id),
            *(_cell(model.counts.get(outcome)) for outcome in OUTCOMES),
            _cell(model.domain_violations),
        ]
        for model in models
    ]
    return Sheet("Answers", [*columns, Column("broke a rule", right=True)], rows)


def _metrics(models: Sequence[ModelMarks]) -> Sheet:
    """One line per metric and model, the models of a metric under each other for comparing."""
    columns = [
        Column("metric"),
        Column("model"),
        Column("mean", right=True),
        Column("95 % interval", right=True),
        Column("n", right=True, spared=2),
        Column("method", spared=1),
    ]
    names = dict.fromkeys(metric.name for model in models for metric in model.metrics)
    rows = [_metric_row(m, x) for name in names for m in models for x in m.metrics if x.name == name]
    return Sheet("Metrics", columns, rows, heads=2)


def _metric_row(model: ModelMarks, metric: Metric) -> list[str]:
    interval = _interval(metric.low, metric.high)
    numbers = [_number(metric.mean), interval, _cell(metric.n), _cell(metric.method)]
    return [_cell(metric.name), _cell(model.model_id), *numbers]


def _differences(marks: Marks) -> Sheet:
    """What pairing the two models' answers to the same question says about their difference."""
    base, other = marks.models
    columns = [
        Column("metric"),
        Column("difference", right=True),
        Column("p", right=True),
        Column("gained/\nlost", right=True),
        Column("verdict", free=True),
    ]
    rows = [
        [
            _cell(line.metric),
            f"{_signed(line.difference)} {_interval(line.low, line.high, signed=True)}",
            _p(line.p_value),
            NOTHING if line.gained is None else f"{_cell(line.gained)}/{_cell(line.lost)}",
            _cell(line.verdict),
        ]
        for line in marks.differences
    ]
    title = f"Paired difference with its 95 % interval: {_cell(other.model_id)} minus {_cell(base.model_id)}"
    return Sheet(title, columns, rows)


def _better(marks: Marks) -> str:
    if marks.better_model == "tie":
        return "Equal overall scores: a tie."
    return f"Higher overall score: {_cell(marks.better_model)}"


def _cell(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, dict):
        return ", ".join(f"{_cell(name)}={_cell(inner)}" for name, inner in value.items()) or NOTHING
    if isinstance(value, list):
        return ", ".join(_cell(inner) for inner in value) or NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(str(value)).replace("\n", " ")


def _moment(value: Any) -> str:
    """A time of the wire to the minute, in UTC as it came: "2026-01-31 08:05"."""
    return _cell(value[:16].replace("T", " ")) if isinstance(value, str) else NOTHING


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
