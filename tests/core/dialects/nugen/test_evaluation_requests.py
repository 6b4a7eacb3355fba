"""Creates and lists: what is accepted, what it means, and how every refusal names its field."""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.dialects.nugen import (
    decode_create_evaluation,
    decode_idempotency_key,
    decode_list_evaluations,
    decode_results_query,
    decode_resume,
)
from marksheet.domain import Status
from marksheet.errors import InvalidRequest
from tests.nugen_cases import load, text

GOOD = {"model_id": "model-xyz789", "benchmark_id": "benchmark-abc123"}


def problems_of(error: InvalidRequest) -> list[tuple[tuple[str | int, ...], str]]:
    return [(problem.location, problem.kind) for problem in error.problems]


def refusal_of(body: Any) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(InvalidRequest) as refused:
        decode_create_evaluation(json.dumps(body).encode())
    return problems_of(refused.value)


@pytest.mark.parametrize("case", ["create_single", "create_comparison", "create_everything"])
def test_a_create_is_decoded_into_what_its_golden_file_says(case: str) -> None:
    request = decode_create_evaluation(text(f"{case}.request").encode())
    assert {name: getattr(request, name) for name in load(f"{case}.core")} == load(f"{case}.core")


@pytest.mark.parametrize("metrics", [["accuracy"], {"accuracy": True}, [], {}, None])
def test_custom_metrics_may_be_an_array_an_object_or_null(metrics: Any) -> None:
    body = json.dumps({**GOOD, "custom_metrics": metrics}).encode()
    assert decode_create_evaluation(body).custom_metrics == metrics


@pytest.mark.parametrize(
    ("change", "location", "kind"),
    [
        ({"model_id": None}, ("body", "model_id"), "string_type"),
        ({"model_id": 7}, ("body", "model_id"), "string_type"),
        ({"model_id": ""}, ("body", "model_id"), "string_pattern_mismatch"),
        ({"model_id": "../other"}, ("body", "model_id"), "string_pattern_mismatch"),
        ({"model_id": "m" * 129}, ("body", "model_id"), "string_pattern_mismatch"),
        ({"model_id": "name\n"}, ("body", "model_id"), "string_pattern_mismatch"),
        ({"model_id_2": ["a"]}, ("body", "model_id_2"), "string_type"),
        ({"benchmark_id": "bench@0"}, ("body", "benchmark_id"), "string_pattern_mismatch"),
        ({"benchmark_id": "bench@latest"}, ("body", "benchmark_id"), "string_pattern_mismatch"),
        ({"trials": 0}, ("body", "trials"), "greater_than_equal"),
        ({"trials": 101}, ("body", "trials"), "less_than_equal"),
        ({"trials": -1}, ("body", "trials"), "greater_than_equal"),
        ({"trials": "3"}, ("body", "trials"), "int_type"),
        ({"trials": True}, ("body", "trials"), "int_type"),
        ({"trials": 1.5}, ("body", "trials"), "int_type"),
        ({"trials": 10**30}, ("body", "trials"), "int_type"),
        ({"max_error_share": 1.01}, ("body", "max_error_share"), "less_than_equal"),
        ({"max_error_share": -0.1}, ("body", "max_error_share"), "greater_than_equal"),
        ({"max_error_share": "0.5"}, ("body", "max_error_share"), "float_type"),
        ({"shard_size": 0}, ("body", "shard_size"), "greater_than_equal"),
        ({"shard_size": 10**9}, ("body", "shard_size"), "less_than_equal"),
        ({"name": ""}, ("body", "name"), "string_too_short"),
        ({"name": "n" * 201}, ("body", "name"), "string_too_long"),
        ({"judge_provider": "mistral"}, ("body", "judge_provider"), "literal_error"),
        ({"project": ""}, ("body", "project"), "string_pattern_mismatch"),
        ({"project": "p" * 129}, ("body", "project"), "string_pattern_mismatch"),
        ({"project": "a/b"}, ("body", "project"), "string_pattern_mismatch"),
        ({"project": "a#b"}, ("body", "project"), "string_pattern_mismatch"),
        ({"project": "a\n"}, ("body", "project"), "string_pattern_mismatch"),
        ({"project": None}, ("body", "project"), "string_type"),
        ({"tenant": "umbrella"}, ("body", "tenant"), "extra_forbidden"),
        ({"status": "READY"}, ("body", "status"), "extra_forbidden"),
        ({"cost": 0}, ("body", "cost"), "extra_forbidden"),
    ],
)
def test_a_bad_field_of_a_create_is_refused_by_its_path(
    change: dict[str, Any], location: tuple[str, ...], kind: str
) -> None:
    assert refusal_of({**GOOD, **change}) == [(location, kind)]


def test_every_problem_of_a_create_is_named_at_once() -> None:
    assert refusal_of({"trials": "many", "extra": 1}) == [
        (("body", "model_id"), "missing"),
        (("body", "benchmark_id"), "missing"),
        (("body", "trials"), "int_type"),
        (("body", "extra"), "extra_forbidden"),
    ]


def test_a_name_may_be_given_once_only() -> None:
    assert refusal_of({**GOOD, "name": "a", "evaluation_name": "b"}) == [
        (("body", "evaluation_name"), "extra_forbidden")
    ]


@pytest.mark.parametrize("other", [{}, {"trials": 1}, {"name": None}, {"project": "default"}])
def test_requests_that_ask_for_the_same_have_the_same_fingerprint(other: dict[str, Any]) -> None:
    reordered = dict(reversed({**GOOD, **other}.items()))
    first = decode_create_evaluation(json.dumps(GOOD).encode())
    again = decode_create_evaluation(json.dumps(reordered, indent=4).encode())
    assert first.fingerprint == again.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"model_id": "other"},
        {"model_id_2": "other"},
        {"benchmark_id": "benchmark-abc123@1"},
        {"custom_metrics": ["accuracy"]},
        {"name": "nightly"},
        {"project": "retrieval"},
        {"trials": 2},
        {"max_error_share": 0.4},
        {"shard_size": 5},
    ],
)
def test_requests_that_ask_for_something_else_have_another_fingerprint(change: dict[str, Any]) -> None:
    first = decode_create_evaluation(json.dumps(GOOD).encode())
    other = decode_create_evaluation(json.dumps({**GOOD, **change}).encode())
    assert first.fingerprint != other.fingerprint


def test_a_list_without_a_query_has_the_documented_defaults() -> None:
    request = decode_list_evaluations({})
    assert (request.statuses, request.model_id, request.limit, request.offset) == (None, None, 10, 0)


@pytest.mark.parametrize(
    ("word", "statuses"),
    [
        ("PROCESSING", {Status.PROCESSING}),
        ("READY", {Status.READY}),
        ("FAILED", {Status.FAILED, Status.CANCELLED, Status.STOPPED}),
        ("pending", {Status.PROCESSING}),
        ("in_progress", {Status.PROCESSING}),
        ("completed", {Status.READY}),
        ("failed", {Status.FAILED, Status.CANCELLED, Status.STOPPED}),
        ("cancelled", {Status.CANCELLED}),
        ("stopped", {Status.STOPPED}),
        ("Ready", {Status.READY}),
        ("completed,cancelled", {Status.READY, Status.CANCELLED}),
    ],
)
def test_the_status_filter_knows_the_words_of_both_generations(word: str, statuses: set[Status]) -> None:
    assert decode_list_evaluations({"status": word}).statuses == statuses


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ({"limit": "0"}, "greater_than_equal"),
        ({"limit": "101"}, "less_than_equal"),
        ({"limit": "1000000000"}, "less_than_equal"),
        ({"limit": "1e9"}, "int_parsing"),
        ({"limit": "NaN"}, "int_parsing"),
        ({"limit": "10,20"}, "int_parsing"),
        ({"limit": ""}, "int_parsing"),
        ({"limit": "9" * 5000}, "int_parsing_size"),
        ({"offset": "-1"}, "greater_than_equal"),
        ({"offset": "1000000000"}, "less_than_equal"),
        ({"status": "done"}, "enum"),
        ({"status": ""}, "enum"),
        ({"model_id": "a b"}, "string_pattern_mismatch"),
        ({"stauts": "READY"}, "extra_forbidden"),
    ],
)
def test_a_bad_query_is_refused_by_its_path(query: dict[str, str], kind: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decode_list_evaluations(query)
    assert problems_of(refused.value) == [(("query", next(iter(query))), kind)]


def test_an_unknown_status_is_told_which_there_are() -> None:
    with pytest.raises(InvalidRequest, match="PROCESSING, READY, FAILED, pending, in_progress, completed"):
        decode_list_evaluations({"status": "finished"})


@pytest.mark.parametrize("key", [None, "a", "3f6c1e0a-nightly", "k" * 255])
def test_an_idempotency_key_is_taken_as_it_is(key: str | None) -> None:
    assert decode_idempotency_key(key) == key


@pytest.mark.parametrize("key", ["", "two words", "k" * 256, "schlüssel", "a\r\nb"])
def test_a_bad_idempotency_key_is_refused(key: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decode_idempotency_key(key)
    assert problems_of(refused.value) == [(("header", "idempotency-key"), "value_error")]


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists))
def test_no_value_of_a_field_is_anything_but_read_or_refused(value: Any) -> None:
    for field in ("model_id", "model_id_2", "name", "trials", "max_error_share", "shard_size"):
        with contextlib.suppress(InvalidRequest):
            decode_create_evaluation(json.dumps({**GOOD, field: value}).encode())


@pytest.mark.parametrize("told", [2, 2.5, "2.50", "0.000001"])
def test_a_budget_is_a_number_or_a_decimal_text(told):
    body = orjson.dumps({"model_id": "m", "benchmark_id": "b", "max_cost_usd": told})
    assert decode_create_evaluation(body).max_cost_usd == Decimal(str(told))


@pytest.mark.parametrize("told", [0, -1, "free", "NaN", "1e400", True, [], 0.00000012, 1_000_001])
def test_anything_else_is_no_budget(told):
    body = orjson.dumps({"model_id": "m", "benchmark_id": "b", "max_cost_usd": told})
    with pytest.raises(InvalidRequest) as refused:
        decode_create_evaluation(body)
    assert [problem.location for problem in refused.value.problems] == [("body", "max_cost_usd")]


def test_a_budget_that_is_none_is_told_what_is_one():
    body = orjson.dumps({"model_id": "m", "benchmark_id": "b", "max_cost_usd": "-1"})
    with pytest.raises(
        InvalidRequest, match=r"above 0 and up to 1000000: a number, or a text .* such as \"2.50\""
    ):
        decode_create_evaluation(body)


def test_an_unknown_field_is_told_which_there_are():
    with pytest.raises(
        InvalidRequest, match=r"not permitted; allowed: model_id, .*, name, evaluation_name, "
    ):
        decode_create_evaluation(b'{"model_id": "m", "benchmark_id": "b", "max_cost": 1}')


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("dry_run", "yes", "Input should be true or false"),
        ("pairwise", "judge", "Input should be an object"),
    ],
)
def test_no_refusal_speaks_of_our_classes(field, value, told):
    body = orjson.dumps({"model_id": "m", "benchmark_id": "b", field: value})
    with pytest.raises(InvalidRequest) as refused:
        decode_create_evaluation(body)
    assert [problem.message for problem in refused.value.problems] == [told]


def test_earlier_answers_need_neither_model_nor_benchmark():
    request = decode_create_evaluation(b'{"answers_from": "eval-1"}')
    assert (request.answers_from, request.model_id, request.benchmark_id) == ("eval-1", None, None)


def test_without_earlier_answers_model_and_benchmark_are_required():
    for body in (b"{}", b'{"answers_from": null}'):
        with pytest.raises(InvalidRequest) as refused:
            decode_create_evaluation(body)
        assert {problem.location for problem in refused.value.problems} == {
            ("body", "model_id"),
            ("body", "benchmark_id"),
        }


def test_two_budgets_are_two_requests():
    bodies = [
        orjson.dumps({"model_id": "m", "benchmark_id": "b", "max_cost_usd": dollars})
        for dollars in (1, 2, "1")
    ]
    one, two, one_as_text = (decode_create_evaluation(body).fingerprint for body in bodies)
    assert one == one_as_text != two


def test_a_resume_may_say_nothing():
    assert decode_resume(b"").max_cost_usd is None
    assert decode_resume(b'{"max_cost_usd": "3"}').max_cost_usd == 3


def test_results_are_partial_when_the_query_says_so():
    assert decode_results_query({}).partial is False
    assert decode_results_query({"partial": "true"}).partial is True
    with pytest.raises(InvalidRequest):
        decode_results_query({"partial": "perhaps"})
