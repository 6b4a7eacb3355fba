"""Which rows are selected, and which of them are on a page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.traces_api.weave_project import WeaveProject


@pytest.fixture
def two(project: WeaveProject) -> WeaveProject:
    """Runs `a` of rows 1 to 4 and `b` of rows 3 to 6, two trials a row."""
    for run_id, numbers in (("a", range(1, 5)), ("b", range(3, 7))):
        trials = [
            project.trial(f"{run_id}{n}-{k}", f"x/attr/rows/id/{n}", {"s": n}, run_id=run_id, second=n + k)
            for n in numbers
            for k in (0, 1)
        ]
        project.log(*trials, run_id=run_id)
    return project


def digests(found: Any) -> str:
    return "".join(row["row_digest"] for row in found["rows"])


def runs(row: Any) -> set[str]:
    return {run["evaluation_call_id"] for run in row["evaluations"]}


def test_without_intersection_rows_are_those_that_any_run_has(two: WeaveProject) -> None:
    found = two.query("a", "b")
    assert (digests(found), found["total_rows"]) == ("123456", 6)
    assert [runs(row) for row in found["rows"]] == [{"a"}] * 2 + [{"a", "b"}] * 2 + [{"b"}] * 2


def test_with_intersection_they_are_those_that_every_run_has(two: WeaveProject) -> None:
    found = two.query("a", "b", require_intersection=True)
    assert (digests(found), found["total_rows"]) == ("34", 2)
    assert [runs(row) for row in found["rows"]] == [{"a", "b"}] * 2


def test_an_unknown_run_makes_the_intersection_empty(two: WeaveProject) -> None:
    found = two.query("a", "b", "nobody", require_intersection=True, include_summary=True)
    assert (found["rows"], found["total_rows"]) == ([], 0)
    assert found["summary"] == {"row_count": 0, "evaluations": []}


def test_a_run_without_trials_makes_the_intersection_empty(two: WeaveProject) -> None:
    two.start("empty")
    assert two.query("a", "empty", require_intersection=True)["total_rows"] == 0


def test_a_single_run_is_not_intersected(two: WeaveProject) -> None:
    assert digests(two.query("a", require_intersection=True)) == "1234"
    assert two.query("nobody", require_intersection=True)["total_rows"] == 0


def test_an_unknown_run_does_not_matter_without_intersection(two: WeaveProject) -> None:
    assert two.query("a", "nobody") == two.query("a")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({}, "123456"),
        ({"limit": None}, "123456"),
        ({"limit": 2}, "12"),
        ({"limit": 2, "offset": 3}, "45"),
        ({"limit": 4, "offset": 4}, "56"),
        ({"offset": 5}, "6"),
        ({"offset": 6}, ""),
        ({"offset": 100, "limit": 1}, ""),
        ({"limit": 0}, ""),
        ({"limit": 10**12}, "123456"),
        ({"limit": 10**30}, "123456"),
        ({"offset": 10**30}, ""),
        ({"offset": -1}, "123456"),
        ({"offset": -(10**30), "limit": 1}, "1"),
    ],
)
def test_a_page_is_a_slice_of_the_rows_and_the_total_stays(
    page: dict[str, Any], expected: str, two: WeaveProject
) -> None:
    found = two.query("a", "b", **page)
    assert (digests(found), found["total_rows"]) == (expected, 6)


def test_slices_are_cut_from_the_intersection(two: WeaveProject) -> None:
    found = two.query("a", "b", require_intersection=True, limit=1, offset=1)
    assert (digests(found), found["total_rows"]) == ("4", 2)


def test_pages_together_are_all_rows(two: WeaveProject) -> None:
    pages = [two.query("a", "b", limit=1, offset=n)["rows"] for n in range(6)]
    assert [row for page in pages for row in page] == two.rows("a", "b")


def test_the_limit_counts_rows_and_not_trials(two: WeaveProject) -> None:
    assert len(two.trials("a", "b", limit=3)) == 2 + 2 + 4


def test_without_rows_there_are_none_and_the_total_is_0(two: WeaveProject) -> None:
    found = two.query("a", "b", include_rows=False, include_summary=True)
    assert (found["rows"], found["total_rows"]) == ([], 0)
    assert found["summary"]["row_count"] == 6


def test_a_negative_limit_is_refused(two: WeaveProject) -> None:
    answer = two.ask({"evaluation_call_ids": ["a"], "limit": -1})
    assert answer.status_code == 422
    assert answer.get_json()["detail"][0]["loc"] == ["body", "limit"]
