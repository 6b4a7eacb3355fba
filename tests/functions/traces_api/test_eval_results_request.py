"""POST /v2/{entity}/{project}/eval_results/query: what a request may say, and how a wrong one is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.functions.traces_api.weave_project import WeaveProject


@pytest.fixture
def logged(project: WeaveProject) -> WeaveProject:
    """A run of three rows."""
    project.log(*(project.trial(f"t{n}", {"q": n}, {"s": n}) for n in range(3)))
    return project


def refusal(answer: Any) -> list[tuple[list[str | int], str]]:
    """Place and kind of each problem of a 422."""
    assert answer.status_code == 422, answer.text
    problems = answer.get_json()["detail"]
    assert all(set(problem) == {"loc", "msg", "type"} for problem in problems)
    return [(problem["loc"], problem["type"]) for problem in problems]


def test_everything_but_the_ids_may_be_left_out(logged: WeaveProject) -> None:
    answer = logged.ask({"evaluation_call_ids": ["run"]})
    assert answer.status_code == 200
    body = answer.get_json()
    assert body["total_rows"] == 3
    assert body["summary"] is None
    assert [row["raw_data_row"] for row in body["rows"]] == [None] * 3


def test_stated_defaults_change_nothing(logged: WeaveProject) -> None:
    defaults = {
        "evaluation_run_ids": None,
        "require_intersection": False,
        "include_raw_data_rows": False,
        "resolve_row_refs": False,
        "include_rows": True,
        "include_summary": False,
        "summary_require_intersection": None,
        "limit": None,
        "offset": 0,
    }
    assert logged.query("run", **defaults) == logged.query("run")


@pytest.mark.parametrize("name", ["evaluation_call_ids", "evaluation_run_ids"])
def test_either_list_names_runs(name: str, logged: WeaveProject) -> None:
    assert logged.ask({name: ["run"]}).get_json() == logged.query("run")


@pytest.mark.parametrize("other", [None, []])
def test_the_other_list_may_be_null_or_empty(other: Any, logged: WeaveProject) -> None:
    answer = logged.ask({"evaluation_call_ids": other, "evaluation_run_ids": ["run"]})
    assert answer.get_json()["total_rows"] == 3


def test_the_union_of_both_lists_is_asked_for_each_id_once(logged: WeaveProject) -> None:
    logged.log(logged.trial("u0", {"q": 0}, run_id="other"), run_id="other")
    both = logged.query("run", "other", include_summary=True)
    answer = logged.ask(
        {
            "evaluation_call_ids": ["run", "run"],
            "evaluation_run_ids": ["run", "other"],
            "include_summary": True,
        }
    )
    assert answer.get_json() == both
    assert {run["evaluation_call_id"] for run in both["summary"]["evaluations"]} == {"run", "other"}


def test_an_id_twice_is_one_id_for_the_intersection(logged: WeaveProject) -> None:
    body = {"evaluation_call_ids": ["run"], "evaluation_run_ids": ["run"], "require_intersection": True}
    assert logged.ask(body).get_json()["total_rows"] == 3


def test_the_order_of_ids_does_not_matter(logged: WeaveProject) -> None:
    logged.log(
        *(logged.trial(f"u{n}", {"q": n}, run_id="other", second=9) for n in (1, 2, 3)), run_id="other"
    )
    asked: dict[str, Any] = {"include_summary": True, "include_raw_data_rows": True}
    assert logged.query("run", "other", **asked) == logged.query("other", "run", **asked)


def test_every_problem_is_told_at_once(project: WeaveProject) -> None:
    body = {"evaluation_call_ids": ["run", 7], "limit": "many", "more": 1}
    assert [place for place, _ in refusal(project.ask(body))] == [
        ["body", "evaluation_call_ids", 1],
        ["body", "limit"],
        ["body", "more"],
    ]


def test_a_body_of_5_mb_is_read(logged: WeaveProject) -> None:
    body = {"evaluation_call_ids": ["run", "x" * 5_000_000]}
    assert len(json.dumps(body)) > 5_000_000
    assert logged.ask(body).get_json()["total_rows"] == 3


def test_without_any_id_the_body_as_a_whole_is_wrong(project: WeaveProject) -> None:
    body = {"evaluation_call_ids": None, "evaluation_run_ids": [], "include_summary": True}
    assert refusal(project.ask(body)) == [(["body"], "value_error")]


@pytest.mark.parametrize(
    ("content", "location", "kind"),
    [
        (b"", ["body"], "missing"),
        (b"[]", ["body"], "model_attributes_type"),
        (b"{", ["body", 1], "json_invalid"),
    ],
)
def test_what_is_no_json_object_is_refused(
    content: bytes, location: list[str | int], kind: str, project: WeaveProject
) -> None:
    assert refusal(project.ask(content)) == [(location, kind)]


def test_accidents_of_the_validator_are_kept(logged: WeaveProject) -> None:
    assert logged.query("run", limit="2", offset=0.0) == logged.query("run", limit=2)
    assert len(logged.rows("run", limit=True)) == 1
    assert logged.rows("run", include_rows="no") == []
    assert logged.query("run", include_summary=1)["summary"] is not None


def test_a_body_that_is_not_called_json_is_not_read(logged: WeaveProject) -> None:
    body = {"evaluation_call_ids": ["run"]}
    answer = logged.ask(body, headers={"Content-Type": "text/plain"})
    assert refusal(answer) == [(["body"], "model_attributes_type")]
    assert logged.ask(body, headers={"Content-Type": None}).status_code == 200


def test_neutral_fields_of_later_clients_are_taken_and_others_refused(logged: WeaveProject) -> None:
    later = {"sort_by": None, "filters": None, "filter_logic_operator": None}
    children = {"include_predict_and_score_children": True, "include_costs": False}
    assert logged.query("run", **later, **children) == logged.query("run")
    answer = logged.ask({"evaluation_call_ids": ["run"], "include_costs": True})
    assert refusal(answer) == [(["body", "include_costs"], "not_supported")]
