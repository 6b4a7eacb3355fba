from __future__ import annotations

import json
from typing import Any

import pytest

from marksheet.dialects.weave import EvalResultsRequest, decode_eval_results
from marksheet.errors import InvalidRequest

JSON = "application/json"


def decode(body: Any, content_type: str | None = JSON) -> EvalResultsRequest:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decode_eval_results(content, content_type)


def asked(**fields: Any) -> EvalResultsRequest:
    """A request that names a run."""
    return decode({"evaluation_call_ids": ["run"], **fields})


def refusal(body: Any, content_type: str | None = JSON) -> list[tuple[tuple[str | int, ...], str]]:
    """Place and kind of each problem."""
    with pytest.raises(InvalidRequest) as refused:
        decode(body, content_type)
    return [(problem.location, problem.kind) for problem in refused.value.problems]


def test_everything_but_the_ids_has_a_default() -> None:
    assert asked().model_dump(exclude={"sort_by", "filters", "filter_logic_operator", "include_costs"}) == {
        "evaluation_call_ids": ["run"],
        "evaluation_run_ids": None,
        "require_intersection": False,
        "include_raw_data_rows": False,
        "resolve_row_refs": False,
        "include_rows": True,
        "include_summary": False,
        "summary_require_intersection": None,
        "limit": None,
        "offset": 0,
        "include_predict_and_score_children": True,
    }


@pytest.mark.parametrize(
    "ids",
    [
        {},
        {"evaluation_call_ids": None},
        {"evaluation_call_ids": []},
        {"evaluation_call_ids": None, "evaluation_run_ids": []},
        {"evaluation_run_ids": None},
    ],
)
def test_without_any_id_the_body_as_a_whole_is_wrong(ids: dict[str, Any]) -> None:
    assert refusal({**ids, "include_summary": True}) == [(("body",), "value_error")]


def test_ids_are_the_union_of_both_lists_each_once() -> None:
    body = {"evaluation_call_ids": ["b", "a", "b"], "evaluation_run_ids": ["a", "c"]}
    assert decode(body).run_ids == ("b", "a", "c")


@pytest.mark.parametrize(
    ("stated", "asked_for", "summary"),
    [(None, False, False), (None, True, True), (False, True, False), (True, False, True)],
)
def test_the_summary_intersects_as_the_rows_do_unless_it_says_otherwise(
    stated: bool | None, asked_for: bool, summary: bool
) -> None:
    request = asked(require_intersection=asked_for, summary_require_intersection=stated)
    assert request.intersect_summary is summary


@pytest.mark.parametrize(
    ("change", "location", "kind"),
    [
        ({"evaluation_call_ids": "run"}, ("body", "evaluation_call_ids"), "list_type"),
        ({"evaluation_call_ids": ["run", 7]}, ("body", "evaluation_call_ids", 1), "string_type"),
        ({"evaluation_call_ids": [None]}, ("body", "evaluation_call_ids", 0), "string_type"),
        ({"evaluation_run_ids": {"a": 1}}, ("body", "evaluation_run_ids"), "list_type"),
        ({"require_intersection": None}, ("body", "require_intersection"), "bool_type"),
        ({"include_raw_data_rows": None}, ("body", "include_raw_data_rows"), "bool_type"),
        ({"resolve_row_refs": None}, ("body", "resolve_row_refs"), "bool_type"),
        ({"include_rows": None}, ("body", "include_rows"), "bool_type"),
        ({"include_summary": None}, ("body", "include_summary"), "bool_type"),
        ({"include_summary": "perhaps"}, ("body", "include_summary"), "bool_parsing"),
        ({"include_summary": 2}, ("body", "include_summary"), "bool_parsing"),
        ({"summary_require_intersection": []}, ("body", "summary_require_intersection"), "bool_type"),
        ({"limit": 1.5}, ("body", "limit"), "int_from_float"),
        ({"limit": "many"}, ("body", "limit"), "int_parsing"),
        ({"limit": [1]}, ("body", "limit"), "int_type"),
        ({"limit": -1}, ("body", "limit"), "greater_than_equal"),
        ({"limit": -1.0}, ("body", "limit"), "greater_than_equal"),
        ({"limit": "-1"}, ("body", "limit"), "greater_than_equal"),
        ({"offset": None}, ("body", "offset"), "int_type"),
        ({"offset": 0.5}, ("body", "offset"), "int_from_float"),
        ({"page": 1}, ("body", "page"), "extra_forbidden"),
        ({"project_id": "acme/proj"}, ("body", "project_id"), "extra_forbidden"),
    ],
)
def test_a_wrong_field_is_refused_by_its_place(
    change: dict[str, Any], location: tuple[str | int, ...], kind: str
) -> None:
    assert refusal({"evaluation_call_ids": ["run"], **change}) == [(location, kind)]


@pytest.mark.parametrize(
    ("content", "location", "kind"),
    [
        (b"", ("body",), "missing"),
        (b"  ", ("body",), "missing"),
        (b"[]", ("body",), "model_attributes_type"),
        (b'["run"]', ("body",), "model_attributes_type"),
        (b'"run"', ("body",), "model_attributes_type"),
        (b"null", ("body",), "model_attributes_type"),
        (b"{", ("body", 1), "json_invalid"),
        (b'{"evaluation_call_ids": ["run"],}', ("body", 31), "json_invalid"),
        (b'{"limit": NaN}', ("body", 10), "json_invalid"),
        (b"\xff\xfe", ("body", 0), "json_invalid"),
        (b'{"evaluation_call_ids": ["\\ud800"]}', ("body", 26), "json_invalid"),
    ],
)
def test_what_is_no_json_object_is_refused(
    content: bytes, location: tuple[str | int, ...], kind: str
) -> None:
    assert refusal(content) == [(location, kind)]


@pytest.mark.parametrize(
    ("told", "number"),
    [
        *[(2, 2), ("2", 2), (2.0, 2), ("2.0", 2), (True, 1), (False, 0), (0, 0), (2**63, 2**63)],
        *[("9" * 40, 10**40 - 1), (1e30, 10**30)],
    ],
)
def test_numeric_texts_whole_floats_and_booleans_are_integers_of_any_size(told: Any, number: int) -> None:
    assert asked(limit=told).limit == pytest.approx(number)
    assert asked(offset=told).offset == pytest.approx(number)


@pytest.mark.parametrize("offset", [-1, "-1", -1.0, -1e30])
def test_an_offset_may_be_negative(offset: Any) -> None:
    assert asked(offset=offset).offset < 0


@pytest.mark.parametrize("yes", [True, 1, 1.0, "1", "true", "True", "yes", "on", "y", "t"])
def test_many_words_are_true(yes: Any) -> None:
    assert asked(include_summary=yes).include_summary is True


@pytest.mark.parametrize("no", [False, 0, 0.0, "0", "false", "no", "off", "n"])
def test_many_words_are_false(no: Any) -> None:
    assert asked(include_rows=no).include_rows is False


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "json", "text/json", ""])
def test_a_body_that_is_not_called_json_is_not_read(kind: str) -> None:
    assert refusal({"evaluation_call_ids": ["run"]}, kind) == [(("body",), "model_attributes_type")]


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.acme+json", None]
)
def test_a_body_that_is_called_json_or_nothing_is_read(kind: str | None) -> None:
    assert decode({"evaluation_call_ids": ["run"]}, kind).run_ids == ("run",)


@pytest.mark.parametrize(
    "later",
    [
        {"sort_by": None},
        {"sort_by": []},
        {"filters": None},
        {"filters": []},
        {"filter_logic_operator": None},
        {"filter_logic_operator": "or"},
        {"include_predict_and_score_children": True},
        {"include_predict_and_score_children": 1},
        {"include_costs": False},
    ],
)
def test_fields_of_later_clients_are_taken_where_they_ask_for_nothing(later: dict[str, Any]) -> None:
    assert asked(**later).run_ids == ("run",)


@pytest.mark.parametrize(
    ("later", "words"),
    [
        ({"sort_by": [{"field": "scores.s", "direction": "asc"}]}, "is not supported but for null"),
        ({"sort_by": {}}, "is not supported but for null"),
        ({"filters": [{"query": {"$expr": {}}}]}, "is not supported but for null"),
        ({"filters": 0}, "is not supported but for null"),
        ({"filter_logic_operator": "and"}, "is not supported but for null"),
        ({"include_predict_and_score_children": False}, "is not supported but for true"),
        ({"include_costs": True}, "is not supported but for false"),
    ],
)
def test_fields_of_later_clients_are_refused_where_they_ask_for_something(
    later: dict[str, Any], words: str
) -> None:
    (name,) = later
    with pytest.raises(InvalidRequest) as refused:
        asked(**later)
    (problem,) = refused.value.problems
    assert (problem.location, problem.kind, problem.message) == (("body", name), "not_supported", words)


def test_more_ids_than_a_query_looks_up_are_refused() -> None:
    ids = [f"run-{n}" for n in range(1001)]
    assert len(decode({"evaluation_call_ids": ids[:1000]}).run_ids) == 1000
    assert refusal({"evaluation_call_ids": ids}) == [(("body", "evaluation_call_ids"), "too_long")]
