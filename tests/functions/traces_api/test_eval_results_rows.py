"""How trials make rows, in which order, and what a row shows of itself."""

from __future__ import annotations

from typing import Any

import pytest

from marksheet.row_digests import digest_of
from tests.functions.traces_api.weave_project import WeaveProject, at

UNRESOLVED = ["A dataset row ref leads nowhere, so no ref was resolved: raw_data_row may contain refs"]


def digests(rows: list[Any]) -> list[str]:
    return [row["row_digest"] for row in rows]


def values(rows: list[Any]) -> list[Any]:
    return [row["raw_data_row"] for row in rows]


def order(row: Any) -> list[tuple[str, list[str]]]:
    """Runs of a row with their trials, in the order of the answer."""
    return [
        (run["evaluation_call_id"], [trial["predict_and_score_call_id"] for trial in run["trials"]])
        for run in row["evaluations"]
    ]


def keep(project: WeaveProject, path: str, body: dict[str, Any]) -> Any:
    """Keep something beside the calls."""
    headers = {"Authorization": f"Bearer {project.key}", "Content-Type": "application/json"}
    answer = project.client.post(f"/{path}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def dataset(project: WeaveProject, *rows: Any, name: str = "Dataset") -> list[str]:
    """Keep a dataset; the references to its rows."""
    project_id = f"{project.entity}/{project.project}"
    table = keep(project, "table/create", {"table": {"project_id": project_id, "rows": list(rows)}})
    held = {
        "_type": "Dataset",
        "rows": f"weave:///{project_id}/table/{table['digest']}",
        "_class_name": "Dataset",
        "_bases": ["Object", "BaseModel"],
    }
    told = {"project_id": project_id, "object_id": name, "val": held}
    version = keep(project, "obj/create", {"obj": told})["digest"]
    within = f"weave:///{project_id}/object/{name}:{version}/attr/rows/id"
    return [f"{within}/{digest}" for digest in table["row_digests"]]


@pytest.mark.parametrize("example", [{"q": 1}, None, "text", 7, 7.0, [1, None], True, {"é": "\x00"}])
def test_an_inline_row_has_the_digest_of_its_json(example: Any, project: WeaveProject) -> None:
    project.log(project.trial("t", example))
    assert digests(project.rows("run")) == [digest_of(example)]


def test_a_reference_names_the_digest_whatever_dataset_and_version(project: WeaveProject) -> None:
    within = "weave:///acme/proj/object"
    project.log(
        project.trial("t1", f"{within}/Dataset:v1/attr/rows/id/abc", second=1),
        project.trial("t2", f"{within}/Dataset:v2/attr/rows/id/abc", second=2),
        project.trial("t3", f"{within}/Other:v1/attr/rows/id/abc", second=3),
    )
    (row,) = project.rows("run")
    assert row["row_digest"] == "abc"
    assert order(row) == [("run", ["t1", "t2", "t3"])]


def test_a_text_collides_with_the_object_that_it_spells(project: WeaveProject) -> None:
    project.log(project.trial("t1", {"q": 1}, second=1), project.trial("t2", '{"q": 1}', second=2))
    assert [order(row) for row in project.rows("run")] == [[("run", ["t1", "t2"])]]


def test_an_inline_row_meets_the_equal_row_of_a_dataset(project: WeaveProject) -> None:
    (reference,) = dataset(project, {"question": "Why?", "n": 1})
    project.log(project.trial("t1", {"n": 1, "question": "Why?"}), project.trial("t2", reference, second=1))
    assert [order(row) for row in project.rows("run")] == [[("run", ["t1", "t2"])]]


def test_rows_are_sorted_by_digest_in_code_points(project: WeaveProject) -> None:
    ids = ["b", "a", "Z", "é", "aa", "0", "_", "\U0001f600", "\uffee"]
    project.log(*(project.trial(f"t{n}", f"x/attr/rows/id/{each}", second=n) for n, each in enumerate(ids)))
    assert digests(project.rows("run")) == sorted(ids)


def test_runs_of_a_row_are_in_the_order_of_their_first_trials_of_it(project: WeaveProject) -> None:
    project.log(
        project.trial("a1", "x/attr/rows/id/1", run_id="a", second=1),
        project.trial("a2", "x/attr/rows/id/2", run_id="a", second=9),
        run_id="a",
    )
    project.log(
        project.trial("b1", "x/attr/rows/id/1", run_id="b", second=5),
        project.trial("b2", "x/attr/rows/id/2", run_id="b", second=2),
        run_id="b",
        second=8,
    )
    first, second = project.rows("a", "b")
    assert order(first) == [("a", ["a1"]), ("b", ["b1"])]
    assert order(second) == [("b", ["b2"]), ("a", ["a2"])]


def test_trials_are_in_the_order_of_their_start_and_not_of_arrival(project: WeaveProject) -> None:
    project.start()
    for second in (5, 1, 3):
        project.complete(project.trial(f"t{second}", {"q": 1}, second=second))
    (row,) = project.rows("run")
    assert order(row) == [("run", ["t1", "t3", "t5"])]


def test_starts_are_compared_as_times_and_not_as_texts(project: WeaveProject) -> None:
    starts = {"late": "2026-01-02T01:00:00-05:00", "early": "2026-01-02T05:59:59.9+00:00", "first": at(0)}
    project.log(*(project.trial(call_id, {"q": 1}, started_at=text) for call_id, text in starts.items()))
    (row,) = project.rows("run")
    assert order(row) == [("run", ["first", "early", "late"])]


def test_a_row_shows_no_value_unless_asked(project: WeaveProject) -> None:
    project.log(project.trial("t", {"q": 1}))
    assert values(project.rows("run")) == [None]
    assert values(project.rows("run", include_raw_data_rows=True)) == [{"q": 1}]


@pytest.mark.parametrize(
    "example", [{"q": {"deep": [1, None]}}, "text", 7, [1], False, "weave:///a/b/object/c:1"]
)
def test_an_inline_value_is_shown_word_for_word(example: Any, project: WeaveProject) -> None:
    project.log(project.trial("t", example))
    assert values(project.rows("run", include_raw_data_rows=True)) == [example]
    assert values(project.rows("run", include_raw_data_rows=True, resolve_row_refs=True)) == [example]


def test_a_reference_is_shown_as_it_is_unless_it_is_to_be_resolved(project: WeaveProject) -> None:
    (reference,) = dataset(project, {"q": 1})
    project.log(project.trial("t", reference))
    assert values(project.rows("run", include_raw_data_rows=True)) == [reference]


def test_the_value_is_that_of_the_first_trial_by_start_with_one(project: WeaveProject) -> None:
    # null and the text "null" have one digest.
    project.log(
        project.trial("t3", "null", second=3),
        project.trial("t1", None, second=1),
    )
    assert values(project.rows("run", include_raw_data_rows=True)) == ["null"]


def test_the_value_is_that_of_the_run_whose_trial_began_first(project: WeaveProject) -> None:
    project.log(project.trial("a", {"q": 1}, run_id="a", second=2), run_id="a")
    project.log(project.trial("b", '{"q": 1}', run_id="b", second=1), run_id="b")
    assert values(project.rows("a", "b", include_raw_data_rows=True)) == ['{"q": 1}']


def test_references_are_resolved_to_the_rows_of_the_dataset(project: WeaveProject) -> None:
    rows = [{"q": 1}, {"q": 2}, {"q": [None, {"deep": 10**30}]}]
    references = dataset(project, *rows)
    project.log(*(project.trial(f"t{n}", each, second=n) for n, each in enumerate(references)))
    found = project.query("run", include_raw_data_rows=True, resolve_row_refs=True)
    assert {row["row_digest"]: row["raw_data_row"] for row in found["rows"]} == {
        digest_of(row): row for row in rows
    }
    assert found["warnings"] == []


def test_resolving_without_asking_for_values_is_silently_ignored(project: WeaveProject) -> None:
    project.log(project.trial("t", "weave:///acme/proj/object/None:1/attr/rows/id/abc"))
    found = project.query("run", resolve_row_refs=True)
    assert (values(found["rows"]), found["warnings"]) == ([None], [])


DANGLING = [
    "weave:///acme/proj/object/Unknown:1/attr/rows/id/abc",
    "weave:///umbrella/proj/object/Dataset:1/attr/rows/id/abc",
    "x/attr/rows/id/abc",
]


@pytest.mark.parametrize("dangling", DANGLING)
def test_one_reference_that_leads_nowhere_leaves_all_of_them_and_warns_once(
    dangling: str, project: WeaveProject
) -> None:
    references = dataset(project, {"q": 1}, {"q": 2})
    examples = [*references, dangling, {"inline": 1}]
    project.log(*(project.trial(f"t{n}", each, second=n) for n, each in enumerate(examples)))
    found = project.query("run", include_raw_data_rows=True, resolve_row_refs=True)
    assert sorted(map(str, values(found["rows"]))) == sorted(map(str, examples))
    assert found["warnings"] == UNRESOLVED


def test_a_row_that_its_dataset_does_not_have_leads_nowhere(project: WeaveProject) -> None:
    (reference,) = dataset(project, {"q": 1})
    missing = reference.rpartition("/")[0] + "/missing"
    project.log(project.trial("t1", reference), project.trial("t2", missing))
    found = project.query("run", include_raw_data_rows=True, resolve_row_refs=True)
    assert sorted(values(found["rows"])) == sorted([reference, missing])
    assert found["warnings"] == UNRESOLVED


def test_the_warning_comes_for_a_row_that_is_not_on_the_page(project: WeaveProject) -> None:
    project.log(
        project.trial("t1", "x/attr/rows/id/zzz"),
        project.trial("t2", {"q": 1}),
        project.trial("t3", {"q": 2}),
    )
    page = project.query("run", include_raw_data_rows=True, resolve_row_refs=True, limit=1)
    assert [type(value) for value in values(page["rows"])] == [dict]
    assert page["warnings"] == UNRESOLVED


def test_the_warning_comes_for_a_row_that_the_intersection_leaves_out(project: WeaveProject) -> None:
    project.log(
        project.trial("a1", {"q": 1}, run_id="a"),
        project.trial("a2", "x/attr/rows/id/zzz", run_id="a"),
        run_id="a",
    )
    project.log(project.trial("b1", {"q": 1}, run_id="b"), run_id="b")
    asked: dict[str, Any] = {"include_raw_data_rows": True, "resolve_row_refs": True}
    found = project.query("a", "b", require_intersection=True, **asked)
    assert (values(found["rows"]), found["warnings"]) == ([{"q": 1}], UNRESOLVED)


def test_a_reference_into_a_deleted_dataset_stays_without_a_warning(project: WeaveProject) -> None:
    (gone,), (kept,) = dataset(project, {"q": 1}, name="Gone"), dataset(project, {"q": 2}, name="Kept")
    project.log(project.trial("t1", gone), project.trial("t2", kept))
    headers = {"Authorization": f"Bearer {project.key}"}
    deleted = project.client.delete("/v2/acme/proj/datasets/Gone", headers=headers)
    assert deleted.status_code == 200, deleted.text
    found = project.query("run", include_raw_data_rows=True, resolve_row_refs=True)
    assert sorted(map(str, values(found["rows"]))) == sorted(map(str, [gone, {"q": 2}]))
    assert found["warnings"] == []


def test_without_rows_nothing_is_resolved_and_nothing_warned_of(project: WeaveProject) -> None:
    project.log(project.trial("t1", DANGLING[0]))
    asked: dict[str, Any] = {"include_raw_data_rows": True, "resolve_row_refs": True}
    found = project.query("run", include_rows=False, include_summary=True, **asked)
    assert (found["rows"], found["warnings"]) == ([], [])
    assert found["summary"]["row_count"] == 1
