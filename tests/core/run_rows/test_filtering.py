from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import MarkedRow
from marksheet.errors import InvalidRequest, NotFinished
from marksheet.run_rows import filtered, metric_columns
from marksheet.summary.run_summary import RunSummary
from tests.core.run_rows.kept import Kept, ask, make_evaluation, mark, marked
from tests.core.run_rows.strategies import RUNS

METRICS = ["accuracy", "relevance", "overall_score", "includes"]


@given(
    rows=RUNS.filter(bool),
    metric=st.sampled_from(METRICS),
    below=st.none() | st.sampled_from([0.0, 0.1, 0.3, 0.75, 1.0, 2.0]),
    above=st.none() | st.sampled_from([-1.0, 0.0, 0.1, 0.3, 0.75, 1.0]),
    offset=st.integers(-2, 14),
    limit=st.integers(-1, 14),
)
def test_a_filter_finds_by_value(
    rows: list[MarkedRow], metric: str, below: float | None, above: float | None, offset: int, limit: int
) -> None:
    kept = Kept()
    evaluation, run = kept.finish(rows, "a")
    summary = RunSummary(run, evaluation)
    valued = [(summary.add(row.trials, None)[metric], row) for row in rows]
    expected = [
        (value, row.question.ordinal)
        for value, row in valued
        if value is not None and (below is None or value < below) and (above is None or value > above)
    ]
    page = filtered(
        kept.app, evaluation, run, metric=metric, below=below, above=above, offset=offset, limit=limit
    )
    assert page.total == len(expected)
    start = max(0, offset)
    wanted = [ordinal for _, ordinal in sorted(expected)][start : start + max(0, limit)]
    assert [row.question.ordinal for row in page.rows] == wanted
    assert page.rows == [rows[ordinal - 1] for ordinal in wanted]


@pytest.mark.parametrize("stride", [1, 2, 3, 1000])
def test_values_of_any_number_are_found(stride: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric_columns, "STRIDE", stride)
    monkeypatch.setattr(metric_columns, "_CHUNK", 4)
    kept = Kept()
    values = [0.5, 0.25, 0.0, 1.0, 0.25, 0.125, 0.75, 0.25, 0.875, 0.0, 0.5]
    rows = [
        marked(ask(n, f"Say {n}"), mark(ask(n, ""), None, None, value)) for n, value in enumerate(values, 1)
    ]
    evaluation, run = kept.finish(rows, "a")
    for edge in [-1.0, *values, 0.3, 2.0]:
        low = filtered(kept.app, evaluation, run, metric="includes", below=edge)
        high = filtered(kept.app, evaluation, run, metric="includes", above=edge)
        assert low.total == sum(value < edge for value in values)
        assert high.total == sum(value > edge for value in values)
        assert {row.question.ordinal for row in high.rows} == {
            n for n, value in enumerate(values, 1) if value > edge
        }


def test_a_page_takes_a_few_reads_however_its_rows_are_spread() -> None:
    kept = Kept()
    rows = [marked(ask(n, f"Say {n}"), mark(ask(n, ""), float(n % 100 == 0))) for n in range(1, 2001)]
    evaluation, run = kept.finish(rows, "a")
    kept.bucket.reads.clear()
    page = filtered(kept.app, evaluation, run, metric="accuracy", above=0.5)
    assert page.total == 20
    assert kept.bucket.reads == {"index": 1, "values": 2, "ordinals": 1, "by_ordinal": 1}


def test_a_metric_that_the_run_has_not_is_refused_with_those_it_has() -> None:
    kept = Kept()
    evaluation, run = kept.finish([marked(ask(1, "Say 1"))], "a")
    with pytest.raises(InvalidRequest, match="must be one of accuracy, relevance, includes, overall_score"):
        filtered(kept.app, evaluation, run, metric="speed")


def test_a_run_without_results_has_no_rows() -> None:
    evaluation = make_evaluation(1, results_bytes=None)
    with pytest.raises(NotFinished):
        filtered(Kept().app, evaluation, evaluation.runs[0], metric="accuracy")
