"""sampling_params, in the names that providers know."""

from __future__ import annotations

import pytest

from marksheet.errors import InvalidRequest
from marksheet.grading import parse_graders
from tests.core.grading.asking import submission


def judge(sampling):
    return {
        "type": "label_model",
        "model": "judge",
        "input": [{"role": "user", "content": "Judge."}],
        "labels": ["good", "bad"],
        "passing_labels": ["good"],
        "sampling_params": sampling,
    }


@pytest.mark.parametrize(
    ("given", "sampling"),
    [
        (None, {}),
        ({}, {}),
        ({"temperature": None, "seed": None}, {}),
        (
            {"temperature": 0, "top_p": 0.5, "seed": 42, "reasoning_effort": "low"},
            {"temperature": 0, "top_p": 0.5, "seed": 42, "reasoning_effort": "low"},
        ),
        ({"max_completions_tokens": 512}, {"max_tokens": 512}),
        ({"max_completion_tokens": 512}, {"max_tokens": 512}),
        ({"max_tokens": 512, "max_completion_tokens": None}, {"max_tokens": 512}),
    ],
)
def test_both_requests_to_the_judge_carry_it(grade, given, sampling):
    _, asked = grade(judge(given), submission("x"), "?", "ANCHOR: good")
    assert [ask.inquiry.sampling for ask in asked] == [sampling, sampling]


@pytest.mark.parametrize(
    ("given", "below", "message"),
    [
        ([], (), "must be an object"),
        ({"temprature": 1}, ("temprature",), 'did you mean "temperature"?'),
        ({"temperature": 2.1}, ("temperature",), "from 0 to 2"),
        ({"temperature": "0"}, ("temperature",), "from 0 to 2"),
        ({"temperature": True}, ("temperature",), "from 0 to 2"),
        ({"top_p": -0.1}, ("top_p",), "from 0 to 1"),
        ({"seed": -1}, ("seed",), "a whole number from 0"),
        ({"seed": 1.5}, ("seed",), "a whole number from 0"),
        ({"max_tokens": 0}, ("max_tokens",), "a whole number from 1"),
        ({"max_tokens": 1e3}, ("max_tokens",), "a whole number from 1"),
        ({"reasoning_effort": "much"}, ("reasoning_effort",), "must be one of none, minimal"),
        ({"reasoning_effort": []}, ("reasoning_effort",), "must be one of none, minimal"),
        (
            {"max_tokens": 5, "max_completion_tokens": 5},
            ("max_completion_tokens",),
            "under another name already",
        ),
    ],
)
def test_what_is_wrong_with_it_is_named(given, below, message):
    with pytest.raises(InvalidRequest) as caught:
        parse_graders([judge(given)])
    [problem] = caught.value.problems
    assert problem.location == ("body", "graders", 0, "sampling_params", *below)
    assert message in problem.message
