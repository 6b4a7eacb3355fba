from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import MarkedRow
from marksheet.errors import InvalidRequest
from marksheet.run_rows import flips
from marksheet.summary.run_summary import RunSummary
from tests.core.run_rows.kept import Kept, ask, make_evaluation, mark, marked, number
from tests.core.run_rows.strategies import RUNS

Direction = Literal["gained", "lost", "both"]


def valued(rows: Sequence[MarkedRow], metric: str) -> dict[str, tuple[float, MarkedRow]]:
    """By digest the mean value of those that have one, and the first question."""
    evaluation = make_evaluation(len(rows))
    summary = RunSummary(evaluation.runs[0], evaluation)
    values: dict[str, list[float]] = {}
    first: dict[str, MarkedRow] = {}
    for row in rows:
        first.setdefault(row.digest, row)
        value = summary.add(row.trials, None)[metric]
        if value is not None:
            values.setdefault(row.digest, []).append(value)
    return {digest: (sum(found) / len(found), first[digest]) for digest, found in values.items()}


@given(
    runs=st.tuples(RUNS, RUNS).filter(all),
    metric=st.sampled_from(["accuracy", "relevance", "includes"]),
    direction=st.sampled_from(["gained", "lost", "both"]),
    offset=st.integers(-1, 8),
    limit=st.integers(-1, 8),
)
def test_flips_are_the_rows_that_one_run_passes(
    runs: tuple[list[MarkedRow], list[MarkedRow]],
    metric: str,
    direction: Direction,
    offset: int,
    limit: int,
) -> None:
    kept = Kept()
    first, second = (kept.finish(rows, str(position)) for position, rows in enumerate(runs))
    threshold = 0.75 if metric == "accuracy" else 0.5
    before, after = (valued(rows, metric) for rows in runs)
    flipped = [
        (after[digest][0] >= threshold, was, after[digest][1])
        for digest, (value, was) in before.items()
        if digest in after and (value >= threshold) != (after[digest][0] >= threshold)
    ]
    flipped.sort(key=lambda flip: (not flip[0], flip[1].question.ordinal))
    gained = sum(flip[0] for flip in flipped)
    chosen = {"gained": flipped[:gained], "lost": flipped[gained:], "both": flipped}[direction]
    start = max(0, offset)
    for _ in "again":
        page = flips(kept.app, first, second, metric=metric, direction=direction, offset=offset, limit=limit)
        assert (page.gained, page.lost) == (gained, len(flipped) - gained)
        assert [(flip.gained, flip.first, flip.second) for flip in page.rows] == chosen[
            start : start + max(0, limit)
        ]


def test_each_run_is_held_to_its_own_threshold() -> None:
    kept = Kept()
    rows = [marked(ask(1, "Say 1"), mark(ask(1, ""), 0.6))]
    strict = kept.finish(rows, "strict")
    scorers = tuple(spec for spec in strict[0].scorers if spec.metric == "exact_match")
    lenient = kept.finish(rows, "lenient", scorers=(replace(scorers[0], threshold=0.5),))
    assert flips(kept.app, strict, lenient, metric="accuracy").gained == 1
    assert flips(kept.app, lenient, strict, metric="accuracy").lost == 1


def test_all_rows_are_looked_through_once() -> None:
    kept = Kept()
    rows = [marked(ask(n, f"Say {n}"), mark(ask(n, ""), float(n % 2))) for n in range(1, 301)]
    others = number([marked(row.question, mark(row.question, 1.0)) for row in reversed(rows)])
    first, second = kept.finish(rows, "a"), kept.finish(others, "b")
    assert flips(kept.app, first, second, metric="accuracy").gained == 150
    kept.bucket.reads.clear()
    page = flips(kept.app, first, second, metric="accuracy", offset=100, limit=10)
    assert [flip.first.question.ordinal for flip in page.rows] == list(range(202, 222, 2))
    assert kept.bucket.reads["marks"] == kept.bucket.reads["keys"] == 0
    assert kept.bucket.reads.total() == 7


def test_both_runs_must_have_the_metric() -> None:
    kept = Kept()
    rows = [marked(ask(1, "Say 1"))]
    first = kept.finish(rows, "a")
    second = kept.finish(rows, "b", scorers=first[0].scorers[:1])
    with pytest.raises(InvalidRequest, match="must be one of accuracy, overall_score"):
        flips(kept.app, first, second, metric="includes")
