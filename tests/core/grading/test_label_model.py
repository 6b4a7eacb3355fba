"""label_model reads one of the labels offered from a judge's reply, or none."""

from __future__ import annotations

import pytest

from marksheet.domain import Mark
from marksheet.errors import InvalidRequest
from marksheet.grading import parse_graders
from marksheet.scoring.judge_inquiry import NO_VERDICT
from tests.core.grading.asking import submission

ROW = submission("Tom Reith.")


def judge(**more):
    return {
        "type": "label_model",
        "model": "judge",
        "input": [{"role": "user", "content": "Judge {{sample.output_text}}."}],
        "labels": ["correct", "partly correct", "wrong"],
        "passing_labels": ["correct", "partly correct"],
        **more,
    }


@pytest.mark.parametrize(
    ("reply", "label", "value"),
    [
        ("correct", "correct", 1.0),
        ("Partly Correct.", "partly correct", 1.0),
        ("wrong", "wrong", 0.0),
    ],
)
def test_a_passing_label_is_worth_1_and_any_other_0(grade, reply, label, value):
    mark, [ask] = grade(judge(), ROW, f"I compared.\nANCHOR: {reply}")
    assert mark == Mark(value, bool(value), verdict=label, reason="I compared.")
    assert "the verdict is one of correct, partly correct, wrong:" in ask.inquiry.messages[1]["content"]


@pytest.mark.parametrize(
    "reply", ["ANCHOR: excellent", "ANCHOR: correctly", "correct, I think", "ANCHOR: correct\nor wrong"]
)
def test_a_label_that_was_not_offered_leaves_the_row_unscored(grade, reply):
    mark, _ = grade(judge(), ROW, reply, reply)
    assert (mark.value, mark.verdict, mark.reason) == (None, None, NO_VERDICT)


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("wrong", "wrong"),
        ('{"result": "wrong", "steps": []}', "wrong"),
        ('{"label": "Correct"}', "correct"),
        ('{"label": "correct", "result": "wrong"}', None),
        ('{"label": "excellent"}', None),
        ('{"verdict": "correct"}', None),
        ('{"label": "correct", "VERDICT": "wrong"}', None),
    ],
)
def test_to_the_second_request_a_bare_label_or_openais_form_will_do(grade, reply, label):
    assert grade(judge(), ROW, reply, reply)[0].verdict == label


def test_a_penalty_passes_where_no_passing_label_was_chosen(grade):
    assert grade(judge(points=-1), ROW, "ANCHOR: wrong")[0].passed is True


@pytest.mark.parametrize(
    ("more", "where", "message"),
    [
        ({"labels": None}, ("labels",), "is required"),
        ({"labels": "correct"}, ("labels",), "is required"),
        (
            {"labels": ["correct"], "passing_labels": ["correct"]},
            ("labels",),
            "must have 2 to 100 labels, not 1",
        ),
        ({"labels": ["a", "A"], "passing_labels": ["a"]}, ("labels",), "that differ in more than case"),
        ({"labels": ["a", 5], "passing_labels": ["a"]}, ("labels",), "1 to 100 printable characters"),
        ({"labels": ["a", "b" * 101], "passing_labels": ["a"]}, ("labels",), "1 to 100 printable characters"),
        ({"passing_labels": None}, ("passing_labels",), "is required"),
        ({"passing_labels": []}, ("passing_labels",), "is required"),
        ({"passing_labels": ["corect"]}, ("passing_labels", 0), 'did you mean "correct"?'),
        ({"passing_labels": ["correct", 5]}, ("passing_labels", 1), "unknown label"),
    ],
)
def test_what_is_wrong_is_named(more, where, message):
    with pytest.raises(InvalidRequest) as caught:
        parse_graders([judge(**more)])
    [problem] = caught.value.problems
    assert problem.location == ("body", "graders", 0, *where)
    assert message in problem.message
