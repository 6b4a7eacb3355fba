"""score_model reads one number of the range from a judge's reply, or none."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.errors import InvalidRequest
from marksheet.grading import parse_graders
from marksheet.scoring.judge_inquiry import NO_VERDICT
from marksheet.scoring.verdicts import CUT_OFF
from tests.core.grading.asking import grader, replied, submission

ROW = submission("Tom Reith.")


def judge(**more):
    return {
        "type": "score_model",
        "model": "judge",
        "input": [{"role": "user", "content": "How good is {{sample.output_text}}?"}],
        **more,
    }


@pytest.mark.parametrize(
    ("bounds", "reply", "score", "value"),
    [
        (None, "0.75", 0.75, 0.75),
        (None, "0", 0.0, 0.0),
        (None, "1.0", 1.0, 1.0),
        ([1, 5], "4", 4.0, 0.75),
        ([1, 5], "4.5", 4.5, 0.875),
        ([-1, 1], "-1", -1.0, 0.0),
        ([-1, 1], "0", 0.0, 0.5),
        ([0, 100], "37", 37.0, 0.37),
        ([0.1, 0.9], "0.1", 0.1, 0.0),
        ([0.1, 0.9], "0.9", 0.9, 1.0),
    ],
)
def test_a_number_of_the_range_is_brought_to_0_to_1(grade, bounds, reply, score, value):
    mark, [ask] = grade(judge(range=bounds), ROW, f"So so.\nANCHOR: {reply}")
    assert (mark.score, mark.value) == (score, pytest.approx(value, abs=1e-12))
    assert (mark.reason, mark.raw) == ("So so.", None)
    assert ask.model == "judge"


@pytest.mark.parametrize(
    "number", ["1.1", "-0.1", "10", "1.0000000001", "NaN", "inf", "1e0", "3/5", "75%", "½", "٠"]
)
def test_what_is_no_number_of_the_range_is_never_clipped_into_it(grade, number):
    mark, asked = grade(judge(), ROW, f"ANCHOR: {number}", f"ANCHOR: {number}")
    assert (mark.value, mark.score, mark.passed, mark.reason) == (None, None, None, NO_VERDICT)
    assert len(asked) == 2


def test_a_number_out_of_range_is_asked_for_once_more(grade):
    assert grade(judge(), ROW, "ANCHOR: 10", "ANCHOR: 0.9")[0].score == 0.9


def test_to_the_second_request_the_number_alone_will_do(grade):
    assert grade(judge(), ROW, "0.8", "0.8")[0].score == 0.8


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ('{"steps": [{"description": "d", "conclusion": "c"}], "result": 0.8}', 0.8),
        ('```json\n{"result": 0.8, "steps": []}\n```', 0.8),
        ('{"result": "0.8"}', 0.8),
        ('{"Result": 1}', 1.0),
        ('{"result": 1.5}', None),
        ('{"result": true}', None),
        ('{"result": null}', None),
        ('{"result": [1]}', None),
        ('{"result": 0.8, "result": 0.9}', None),
        ('{"result": 0.8, "verdict": "0.1"}', None),
        ('{"score": 0.8}', None),
        ('{"steps": [{"result": 0.8}]}', None),
        ('{"result": 0.8} I think', None),
        ('{"result": 0.8', None),
        ('[{"result": 0.8}]', None),
    ],
)
def test_to_the_second_request_openais_form_will_do_and_to_the_first_it_does_not(grade, reply, score):
    mark, asked = grade(judge(), ROW, reply, reply)
    assert mark.score == score
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("more", "reply", "passed"),
    [
        ({}, "0.5", True),
        ({}, "0.49", False),
        ({"pass_threshold": 0.8}, "0.79", False),
        ({"range": [1, 5]}, "3", True),
        ({"range": [1, 5]}, "2.9", False),
        ({"range": [1, 5], "pass_threshold": 4}, "4", True),
        ({"range": [1, 5], "pass_threshold": 4}, "3.9", False),
        ({"points": -1}, "0.5", False),
        ({"points": -1}, "0.4", True),
    ],
)
def test_it_passes_from_its_threshold_in_the_judges_measure(grade, more, reply, passed):
    assert grade(judge(**more), ROW, f"ANCHOR: {reply}")[0].passed is passed


def test_a_number_cut_off_at_the_replys_limit_is_asked_for_again(grade):
    made = judge(range=[0, 10])
    assert grade(made, ROW, f"ANCHOR: 1{CUT_OFF}", "ANCHOR: 10")[0].score == 10


@pytest.mark.parametrize(
    ("more", "where", "message"),
    [
        ({"range": [1, 1]}, "range", "must be two numbers"),
        ({"range": [5, 1]}, "range", "must be two numbers"),
        ({"range": [0]}, "range", "must be two numbers"),
        ({"range": {"min": 0, "max": 1}}, "range", "must be two numbers"),
        ({"range": [0, 1e300]}, "range", "must be two numbers"),
        ({"range": [False, True]}, "range", "must be two numbers"),
        ({"pass_threshold": 2}, "pass_threshold", "must be a number from 0 to 1"),
        ({"range": [1, 5], "pass_threshold": 0.5}, "pass_threshold", "must be a number from 1 to 5"),
        ({"labels": ["a"]}, "labels", "unknown field"),
    ],
)
def test_what_is_wrong_is_named(more, where, message):
    with pytest.raises(InvalidRequest) as caught:
        parse_graders([judge(**more)])
    [problem] = caught.value.problems
    assert problem.location == ("body", "graders", 0, where)
    assert message in problem.message


def test_the_judge_of_the_request_stands_before_the_graders_own():
    assert grader(judge(), override="other", model="usual").models == ("other",)
    assert grader(judge(model=None), model="usual").models == ("usual",)


TEXTS = st.text(st.characters(exclude_categories=()))
PIECES = st.sampled_from(
    [
        "ANCHOR",
        "VERDICT",
        ":",
        "0.4",
        "1",
        "0",
        ".",
        "-",
        " ",
        "\n",
        "**",
        '"',
        "{",
        "}",
        "result",
        "٤",
        "e5",
        "</think>",
    ]
)
REPLIES = TEXTS | st.lists(PIECES | TEXTS, max_size=8).map("".join)


@given(REPLIES, REPLIES)
def test_whatever_the_judge_replies_a_score_is_in_range_and_value_and_score_go_together(first, second):
    made = grader(judge(range=[-2, 2]))
    mark = replied(made, submission("out"), first, second)
    if mark.value is None:
        assert (mark.score, mark.passed) == (None, None)
        assert mark.raw is not None
    else:
        assert -2 <= mark.score <= 2
        assert math.isclose(mark.value, (mark.score + 2) / 4)
    assert json.dumps(mark.reason)


@given(TEXTS, TEXTS, REPLIES, REPLIES)
def test_no_output_changes_what_is_read_from_a_reply(output, other, first, second):
    made = grader(judge())
    marks = [replied(made, submission(text), first, second) for text in (output, other)]
    assert (marks[0].value, marks[0].score) == (marks[1].value, marks[1].score)
