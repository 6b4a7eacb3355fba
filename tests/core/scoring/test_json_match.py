"""json_match compares the fields of two JSON values."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.errors import InvalidRequest

ORDER = '{"id": 7, "customer": {"name": "Ada"}, "items": [{"sku": "x"}, {"sku": "y"}], "total": 12.5}'


def test_without_fields_every_member_of_the_expected_object_counts(score):
    partly = score("json_match", ORDER, '{"id": 7, "customer": {"name": "Bob"}, "total": 12.50}')
    assert (partly.value, partly.reason) == (2 / 4, 'unequal: "customer", "items"')


def test_what_the_answer_has_besides_is_not_looked_at(score):
    assert score("json_match", '{"a": 1}', '{"a": 1, "b": 2}').value == 1.0


def test_an_object_inside_has_all_and_only_the_expected_members(score):
    assert score("json_match", '{"a": {"b": 1}}', '{"a": {"b": 1, "c": 2}}').value == 0.0


@pytest.mark.parametrize("field", ["customer.name", "/customer/name", "items.1.sku", "/items/1/sku", "total"])
def test_fields_are_paths_or_json_pointers(score, field):
    assert score("json_match", ORDER, ORDER, fields=[field]).value == 1.0
    assert score("json_match", ORDER, "{}", fields=[field, "id"]).reason.startswith("unequal: ")


def test_a_pointer_reaches_names_with_dots_and_slashes(score):
    text = json.dumps({"a.b": {"c/d": {"~": 1}}})
    assert score("json_match", text, text, fields=["/a.b/c~1d/~0"]).value == 1.0


@pytest.mark.parametrize("field", ["costumer", "items.2", "items.-1", "items.x", "id.x", "items.99999999999"])
def test_a_field_that_the_expected_answer_lacks_is_a_mistake_and_unscored(score, field):
    unscored = score("json_match", ORDER, ORDER, fields=["id", field])
    assert (unscored.value, unscored.reason) == (None, f'the expected answer has no field "{field}"')


def test_a_value_that_is_no_object_is_one_field(score):
    assert score("json_match", "[1, 2]", "[1, 2.0]").value == 1.0
    assert score("json_match", "[1, 2]", "[2, 1]").value == 0.0
    assert score("json_match", "[1]", "[1, 1]").value == 0.0


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "true"), ("0", "false"), ('"1"', "1"), ("null", "0"), ('{"a": 1}', "[1]"), ('"A"', '"a"')],
)
def test_values_of_different_types_or_spelling_are_unequal(score, one, other):
    assert score("json_match", f'{{"x": {one}}}', f'{{"x": {other}}}').value == 0.0


def test_case_and_spacing_are_ignored_when_asked_for(score):
    assert score("json_match", '{"x": ["New York"]}', '{"x": ["new  york"]}', ignore_case=True).value == 1.0


def test_order_is_ignored_when_asked_for(score):
    expected, output = '{"x": [1, [2, 3], 1]}', '{"x": [1, 1, [3, 2]]}'
    assert score("json_match", expected, output).value == 0.0
    assert score("json_match", expected, output, ignore_order=True).value == 1.0
    assert score("json_match", expected, '{"x": [[3, 2], 1]}', ignore_order=True).value == 0.0


@pytest.mark.parametrize(
    ("options", "output", "value"),
    [
        ({"tolerance": 0.1}, 10.1, 1.0),
        ({"tolerance": 0.1}, 10.11, 0.0),
        ({"relative_tolerance": 0.05}, 9.5, 1.0),
        ({"relative_tolerance": 0.05}, 9.49, 0.0),
        ({}, 10.0, 1.0),
        ({"tolerance": 0.1}, True, 0.0),
    ],
)
def test_numbers_may_differ_by_a_tolerance(score, options, output, value):
    expected = '{"x": {"y": [10]}}'
    assert score("json_match", expected, json.dumps({"x": {"y": [output]}}), **options).value == value


def test_an_answer_that_is_no_json_is_wrong(score):
    wrong = score("json_match", ORDER, "id is 7")
    assert (wrong.value, wrong.reason) == (0.0, "the answer is no JSON: Expecting value at line 1 column 1")


def test_a_fenced_answer_counts_when_asked_for(score):
    assert score("json_match", ORDER, f"```json\n{ORDER}\n```", extract="fence").value == 1.0


@pytest.mark.parametrize(
    ("expected", "reason"),
    [
        ("seven", "the expected answer is no JSON: "),
        ("[" * 100 + "]" * 100, "the expected answer is nested"),
        ("{}", "the expected answer has no field to compare"),
        (None, "no expected answer"),
    ],
)
def test_an_expected_answer_that_cannot_be_compared_is_unscored(score, expected, reason):
    unscored = score("json_match", expected, "{}")
    assert unscored.value is None
    assert unscored.reason.startswith(reason)


def test_an_answer_beyond_the_limits_is_unscored(score):
    assert score("json_match", "[1]", "[" * 100 + "]" * 100).value is None


def test_a_reason_names_a_few_fields_and_counts_the_rest(score):
    expected = json.dumps({f"field{n}": n for n in range(8)})
    reason = score("json_match", expected, "{}").reason
    assert reason == 'unequal: "field0", "field1", "field2", "field3", "field4", and 3 more'


def test_fields_are_a_list_of_texts(score):
    with pytest.raises(InvalidRequest):
        score("json_match", ORDER, ORDER, fields="id")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("aB", max_size=2) | st.sampled_from([0.5, 1.0]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=1), inner, max_size=3),
    max_leaves=6,
)


@given(JSON, JSON, st.booleans(), st.booleans(), st.sampled_from([0, 0.25]))
def test_any_values_are_compared_within_bounds_and_equal_ones_are_worth_1(
    score, one, other, ignore_case, ignore_order, tolerance
):
    options = {"ignore_case": ignore_case, "ignore_order": ignore_order, "tolerance": tolerance}
    value = score("json_match", json.dumps(one), json.dumps(other), **options).value
    assert value is None if one == {} else 0.0 <= value <= 1.0
    assert score("json_match", json.dumps(one), json.dumps(one), **options).value == (
        None if one == {} else 1.0
    )
