from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import LoggedRow, MarkedRow
from marksheet.errors import TooLarge
from marksheet.run_rows import alignment, open_rows, pages, read_page, read_row, segments
from tests.core.run_rows.kept import ORGANIZATION, Kept, ask, marked, number
from tests.core.run_rows.strategies import RUNS

Page = list[tuple[str, dict[str, list[MarkedRow]]]]


def reference(runs: Sequence[Sequence[MarkedRow]], *, intersect: bool) -> Page:
    """All rows of runs called 0, 1, ..., one after the other."""
    found: dict[str, dict[str, list[MarkedRow]]] = {}
    for position, rows in enumerate(runs):
        for row in rows:
            found.setdefault(row.digest, {}).setdefault(str(position), []).append(row)
    return [
        (digest, found[digest])
        for digest in sorted(found)
        if not intersect or len(found[digest]) == len(runs)
    ]


@given(
    runs=st.lists(st.tuples(RUNS, st.booleans()), min_size=1, max_size=3),
    offset=st.integers(-3, 25),
    limit=st.none() | st.integers(0, 25),
    intersect=st.booleans(),
)
def test_a_page_is_a_slice_of_all_rows_by_digest(
    runs: list[tuple[list[MarkedRow], bool]], offset: int, limit: int | None, intersect: bool
) -> None:
    kept = Kept()
    opened = [
        (kept.store if stored else kept.hold)(rows, str(position))
        for position, (rows, stored) in enumerate(runs)
    ]
    page = read_page(kept.app, ORGANIZATION, opened, offset=offset, limit=limit, intersect=intersect)
    whole = reference([rows for rows, _ in runs], intersect=intersect)
    start = max(0, offset)
    assert page.total == len(whole)
    assert page.rows == whole[start : None if limit is None else start + limit]


def test_no_runs_have_no_rows() -> None:
    assert read_page(Kept().app, ORGANIZATION, []) == pages.RowPage(0, [])


def rows_of(first: int, last: int) -> list[MarkedRow]:
    return number([marked(ask(1, f"Say {n}")) for n in range(first, last)])


@pytest.mark.parametrize("intersect", [False, True])
def test_a_page_of_two_runs_takes_five_reads(intersect: bool) -> None:
    kept = Kept()
    runs = [kept.finish(rows_of(0, 600), "a"), kept.finish(rows_of(300, 900), "b")]
    opened = [open_rows(kept.app, *place) for place in runs]
    whole = read_page(kept.app, ORGANIZATION, opened, intersect=intersect)
    assert whole.total == (300 if intersect else 900)
    for offset in range(0, whole.total, 97):
        kept.bucket.reads.clear()
        opened = [open_rows(kept.app, *place) for place in runs]
        page = read_page(kept.app, ORGANIZATION, opened, offset=offset, limit=50, intersect=intersect)
        assert page.rows == whole.rows[offset : offset + 50]
        assert kept.bucket.reads.total() == 5


def test_runs_over_the_same_questions_need_no_alignment() -> None:
    kept = Kept()
    runs = [kept.store(rows_of(0, 20), name) for name in "abc"]
    kept.bucket.reads.clear()
    assert read_page(kept.app, ORGANIZATION, runs, limit=5).total == 20
    assert kept.bucket.reads == {"index": 3, "by_digest": 3}


@pytest.mark.parametrize("hold", [False, True])
def test_one_row_of_runs_that_have_it_needs_no_alignment(hold: bool) -> None:
    kept = Kept()
    first = kept.store(rows_of(0, 20), "a")
    second = (kept.hold if hold else kept.store)(rows_of(10, 30), "b")
    common = read_page(kept.app, ORGANIZATION, [first, second], intersect=True)
    for digest, marked_rows in common.rows:
        kept.bucket.reads.clear()
        assert read_row([first, second], digest) == marked_rows
        assert kept.bucket.reads == {"by_digest": 1 if hold else 2}


def test_an_alignment_is_that_of_all_runs_over_the_same_questions() -> None:
    kept = Kept()
    first = [kept.store(rows_of(0, 20), "a"), kept.store(rows_of(10, 30), "b")]
    assert read_page(kept.app, ORGANIZATION, first, limit=0).total == 30
    others = [kept.store(rows_of(10, 30), "c"), kept.store(rows_of(0, 20), "d")]
    kept.bucket.reads.clear()
    assert read_page(kept.app, ORGANIZATION, others, limit=0, intersect=True).total == 10
    assert kept.bucket.reads["keys"] == 0


def test_alignments_are_an_organizations_own() -> None:
    kept = Kept()
    runs = [kept.store(rows_of(0, 20), "a"), kept.store(rows_of(10, 30), "b")]
    read_page(kept.app, "umbrella", runs, limit=0)
    assert [key for key in kept.bucket.derived if not key.startswith("orgs/umbrella/alignments/")] == []
    assert kept.bucket.derived


def test_a_run_that_is_not_over_leaves_no_alignment_behind() -> None:
    kept = Kept()
    runs = [kept.store(rows_of(0, 20), "a"), kept.hold(rows_of(10, 30), "b")]
    assert read_page(kept.app, ORGANIZATION, runs, limit=0).total == 30
    assert not kept.bucket.derived


def test_a_bucket_may_have_any_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignment, "_SET_BYTES", 100)
    monkeypatch.setattr(segments, "CHUNK", 700)
    kept = Kept()

    def named(first: int, last: int) -> list[MarkedRow]:
        rows = [
            LoggedRow(1, "q", "asked", value=f"weave:///e/p/object/D:v/attr/rows/id/row-{n:05d}")
            for n in range(first, last)
        ]
        return number([marked(row) for row in rows])

    runs = [kept.store(named(0, 300), "a"), kept.store(named(200, 500), "b")]
    page = read_page(kept.app, ORGANIZATION, runs, offset=198, limit=4)
    assert page.total == 500
    assert [(digest, list(marked)) for digest, marked in page.rows] == [
        ("row-00198", ["a"]),
        ("row-00199", ["a"]),
        ("row-00200", ["a", "b"]),
        ("row-00201", ["a", "b"]),
    ]
    assert read_page(kept.app, ORGANIZATION, runs, limit=0, intersect=True).total == 100


def test_more_than_memory_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_BYTES", 4000)
    kept = Kept()
    run = kept.store(rows_of(0, 60), "a")
    assert len(read_page(kept.app, ORGANIZATION, [run], limit=10).rows) == 10
    with pytest.raises(TooLarge, match="ask for fewer"):
        read_page(kept.app, ORGANIZATION, [run])
