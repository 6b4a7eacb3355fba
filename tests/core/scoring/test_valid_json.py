"""valid_json says whether the answer is JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("output", ['{"a": [1, 2]}', " [] \n", "5", '"x"', "null"])
def test_any_json_value_is_right(score, output):
    assert score("valid_json", None, output).value == 1.0


@pytest.mark.parametrize("output", ["", "Sure! {}", "{'a': 1}", "```json\n{}\n```", "NaN"])
def test_anything_around_or_inside_it_that_is_no_json_is_wrong(score, output):
    wrong = score("valid_json", None, output)
    assert wrong.value == 0.0
    assert wrong.reason.startswith("the answer is no JSON: ")


def test_a_fenced_block_counts_when_asked_for(score):
    assert score("valid_json", None, "Sure:\n```json\n{}\n```", extract="fence").value == 1.0
    assert score("valid_json", None, "Sure:\n```json\n{\n```", extract="fence").value == 0.0
    assert score("valid_json", None, "{}", extract="fence").value == 1.0


def test_what_cannot_be_read_within_limits_is_unscored(score):
    unscored = score("valid_json", None, "[" * 1_000)
    assert (unscored.value, unscored.reason) == (None, "the answer is nested more than 64 levels deep")


@given(st.text() | st.floats().map(json.dumps), st.sampled_from(["whole", "fence"]))
def test_any_text_gets_a_value_or_a_reason(score, output, extract):
    given_score = score("valid_json", None, output, extract=extract)
    assert given_score.value in (0.0, 1.0) or given_score.reason
