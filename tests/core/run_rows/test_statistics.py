from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import MarkedRow
from marksheet.run_rows import RowStatistics, read_page, run_statistics
from marksheet.summary.scorer_tally import LeafStats, tally
from tests.core.run_rows.kept import ORGANIZATION, Kept, ask, mark, marked, number
from tests.core.run_rows.strategies import RUNS


def assert_same(found: Sequence[LeafStats], expected: Sequence[LeafStats]) -> None:
    """Entry for entry; sums to the last digits, which depend on the order."""
    assert {leaf.scorer_key + str(leaf.path) for leaf in found} == {
        leaf.scorer_key + str(leaf.path) for leaf in expected
    }
    by_place = {(leaf.scorer_key, leaf.path): leaf for leaf in expected}
    for leaf in found:
        wanted = by_place[leaf.scorer_key, leaf.path]
        assert math.isclose(leaf.numeric_sum, wanted.numeric_sum, rel_tol=1e-12)
        assert replace(leaf, numeric_sum=wanted.numeric_sum) == wanted


@given(
    runs=st.lists(st.tuples(RUNS, st.booleans()), min_size=1, max_size=3),
    intersect=st.booleans(),
)
def test_statistics_are_those_of_the_rows_that_count(
    runs: list[tuple[list[MarkedRow], bool]], intersect: bool
) -> None:
    kept = Kept()
    opened = [
        (kept.store if stored else kept.hold)(rows, str(position))
        for position, (rows, stored) in enumerate(runs)
    ]
    whole = read_page(kept.app, ORGANIZATION, opened, intersect=intersect)
    for _ in "again":
        found = run_statistics(kept.app, ORGANIZATION, opened, intersect=intersect)
        assert found.row_count == whole.total
        for run in opened:
            rows = [(digest, marked[run.run_id]) for digest, marked in whole.rows if run.run_id in marked]
            trials = [trial for _, questions in rows for row in questions for trial in row.trials]
            told = found.runs[run.run_id]
            assert told.trial_count == len(trials)
            assert told.first_digest == (rows[0][0] if rows else None)
            assert_same(told.leaves, tally(trials).finish())


def told(found: RowStatistics, run_id: str = "a") -> list[tuple[str, str | None]]:
    return [(leaf.scorer_key, leaf.path) for leaf in found.runs[run_id].leaves]


def test_entries_come_as_they_are_met_first_in_the_rows_that_count() -> None:
    kept = Kept()
    rows = sorted((marked(ask(n, f"Say {n}")) for n in range(1, 4)), key=lambda row: row.digest)
    late = [None, None, 1.0], [0.5, None, 1.0], [None, 0.5, None]
    rows = number(
        [replace(row, trials=(mark(row.question, *scores),)) for row, scores in zip(rows, late, strict=True)]
    )
    first = kept.store(rows, "a")
    assert told(run_statistics(kept.app, ORGANIZATION, [first])) == [
        ("includes", None),
        ("exact_match", None),
        ("correct", None),
        ("token_f1", None),
    ]
    second = kept.store(number(rows[1:]), "b")
    common = run_statistics(kept.app, ORGANIZATION, [first, second], intersect=True)
    assert told(common) == [("exact_match", None), ("includes", None), ("correct", None), ("token_f1", None)]


def test_common_rows_are_added_up_once_for_runs_in_any_order() -> None:
    kept = Kept()
    rows = [marked(ask(n, f"Say {n}")) for n in range(1, 9)]
    first, second = kept.store(rows[:6], "a"), kept.store(number(rows[3:]), "b")
    once = run_statistics(kept.app, ORGANIZATION, [first, second], intersect=True)
    kept.bucket.reads.clear()
    assert run_statistics(kept.app, ORGANIZATION, [second, first], intersect=True) == once
    assert kept.bucket.reads["marks"] == 0


def test_runs_over_the_same_questions_need_no_look_at_them() -> None:
    kept = Kept()
    rows = [marked(ask(n, f"Say {n}")) for n in range(1, 9)]
    runs = [kept.store(rows, "a"), kept.store(rows, "b")]
    kept.bucket.reads.clear()
    for intersect in (False, True):
        assert run_statistics(kept.app, ORGANIZATION, runs, intersect=intersect).row_count == 8
    assert kept.bucket.reads == {"index": 2}


def test_a_run_that_is_not_over_is_looked_at_anew() -> None:
    kept = Kept()
    rows = [marked(ask(n, f"Say {n}")) for n in range(1, 9)]
    stored = kept.store(rows[:6], "a")
    for end in (5, 7):
        live = kept.hold(number(rows[3:end]), "b")
        found = run_statistics(kept.app, ORGANIZATION, [stored, live], intersect=True)
        assert found.row_count == min(6, end) - 3


def test_sums_are_exact() -> None:
    kept = Kept()
    rows = [marked(ask(n, f"Say {n}"), mark(ask(n, ""), 0.1)) for n in range(1, 11)]
    (leaf, _) = run_statistics(kept.app, ORGANIZATION, [kept.store(rows, "a")]).runs["a"].leaves
    assert leaf.numeric_sum == 1.0
