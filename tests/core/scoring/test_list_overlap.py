"""list_overlap compares lists of items."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

ITEMS = st.lists(st.sampled_from(["red", "green", "Blue", "grey", "blue."]), max_size=6)
MEASURES = st.sampled_from(["f1", "precision", "recall", "jaccard"])


@pytest.mark.parametrize(
    ("measure", "value"), [("f1", 2 * 2 / 5), ("precision", 2 / 2), ("recall", 2 / 3), ("jaccard", 2 / 3)]
)
def test_the_measure_says_what_the_overlap_is_divided_by(score, measure, value):
    overlap = score("list_overlap", "red, green, blue", "blue, red", measure=measure)
    assert overlap.value == pytest.approx(value, abs=1e-15)


@pytest.mark.parametrize(
    "output",
    [
        "red, green",
        "Green; RED",
        "- red\n- green",
        "1. Red.\n2. Green.\n",
        "* “red”\n* `green`",
        "(1) green\n(2) red",
        '["red", "green"]',
        'Here you are:\n```json\n["green", "red"]\n```',
        "red,, green,red",
    ],
)
def test_a_list_may_be_written_in_many_ways(score, output):
    assert score("list_overlap", "red, green", output).value == 1.0


def test_elements_of_a_json_array_are_not_cut_and_may_be_no_texts(score):
    assert score("list_overlap", '["New York, NY", 3, true]', '[true, "New York, NY", 3]').value == 1.0
    assert score("list_overlap", '[{"a": 1, "b": 2}]', '[{"b": 2, "a": 1}]').value == 1.0


def test_an_array_that_cannot_be_read_is_a_text(score):
    assert score("list_overlap", "red], green", "[red], green").value == 1.0


def test_numbers_keep_their_signs(score):
    assert score("list_overlap", "-5, 3", "5, 3").value == 0.5


def test_separators_are_texts_of_ones_own(score):
    assert score("list_overlap", "a, b | c", "c|a, b", separators=["|"]).value == 1.0
    assert score("list_overlap", "a b", "b a", separators=[" "]).value == 1.0


def test_case_counts_when_asked_for(score):
    assert score("list_overlap", "Red", "red", ignore_case=False).value == 0.0


def test_an_answer_without_items_is_worth_nothing(score):
    assert score("list_overlap", "red", " ,\n").value == 0.0


def test_an_expected_answer_without_items_is_unscored(score):
    assert score("list_overlap", " ,\n", "red").reason == "the expected answer has no items"


@given(ITEMS, ITEMS, MEASURES)
def test_the_value_is_that_of_the_definition(score, expected, given_items, measure):
    wanted, found = ({item.lower().strip(".") for item in items} for items in (expected, given_items))
    both = len(wanted & found)
    by = {
        "f1": (len(wanted) + len(found)) / 2,
        "precision": len(found),
        "recall": len(wanted),
        "jaccard": len(wanted | found),
    }
    value = score("list_overlap", ", ".join(expected), ", ".join(given_items), measure=measure).value
    assert value == (pytest.approx(both / by[measure] if both else 0.0) if wanted else None)


@given(st.text(), MEASURES)
def test_equal_texts_are_worth_1_or_have_no_items(score, text, measure):
    assert score("list_overlap", text, text, measure=measure).value in (1.0, None)


def test_texts_too_long_to_compare_are_unscored(score):
    assert score("list_overlap", "a", "a," * 50_001).reason == "a text has more than 100,000 characters"


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("list_overlap", None, "red").reason == "no expected answer"
