"""A run's questions by what a metric says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marksheet.errors import InvalidRequest, Problem
from marksheet.run_rows.metric_columns import StoredMetric
from marksheet.run_rows.ordinal_blocks import read_ordinals
from marksheet.run_rows.records import decode_row
from marksheet.run_rows.stored_rows import open_rows

if TYPE_CHECKING:
    from collections.abc import Collection

    from marksheet.application import Application
    from marksheet.domain import Evaluation, MarkedRow, Run


@dataclass(frozen=True, slots=True)
class FilteredPage:
    """Some of the questions that a filter finds."""

    total: int
    """All that it finds."""
    rows: list[MarkedRow]


def filtered(
    app: Application,
    evaluation: Evaluation,
    run: Run,
    *,
    metric: str,
    below: float | None = None,
    above: float | None = None,
    offset: int = 0,
    limit: int = 50,
) -> FilteredPage:
    """The questions whose value of the metric is less than `below` and more than `above`, where these are
    told: by value, then ordinal.

    A question without a value is never found. Raises `InvalidRequest` for a metric that the run has not,
    `NotFinished` where there are no results.
    """
    rows = open_rows(app, evaluation, run)
    metrics = rows.index().metrics
    check_metric(metric, metrics)
    column = StoredMetric(app.store.objects, rows.at.values, metrics[metric])
    start, end = column.positions(above, below)
    first = min(end, start + max(0, offset))
    ordinals = column.ordinals(first, min(end, first + max(0, limit)))
    records = read_ordinals(app.store.objects, rows.at, ordinals)
    return FilteredPage(end - start, [decode_row(records[ordinal]) for ordinal in ordinals])


def check_metric(metric: str, metrics: Collection[str]) -> None:
    """Raises `InvalidRequest` for a metric that is none of these."""
    if metric not in metrics:
        allowed = f"one of {', '.join(metrics)}" if metrics else "of a run that has metrics"
        raise InvalidRequest(Problem(("query", "metric"), f"must be {allowed}"))
