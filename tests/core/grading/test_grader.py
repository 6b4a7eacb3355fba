"""What all graders share."""

from __future__ import annotations

import pytest

from marksheet.domain import Mark
from marksheet.grading import Ask
from marksheet.grading.grader import BaseGrader, Terms, check_shown, put_to, unscored
from marksheet.grading.templates import Unrendered
from marksheet.scoring.judge_inquiry import LONGEST_ANSWER
from marksheet.scoring.scorer import Chat
from tests.core.grading.asking import submission

CHAT = Chat([{"role": "user", "content": "?"}])


class Inquiries:
    """An inquiry of two questions that notes when it is closed."""

    def __init__(self):
        self.closed = False

    def __call__(self):
        try:
            first = yield CHAT
            second = yield CHAT
            return first + second
        finally:
            self.closed = True


class Asking(BaseGrader):
    """A grader that asks whatever it is given."""

    kind = "asking"
    inquiries = Inquiries()

    def mark_row(self, row):
        told = yield from put_to("judge", self.inquiries())
        return Mark(1.0, reason=told)


def test_every_question_of_an_inquiry_goes_to_its_model():
    work = Asking(Terms("g"), 0.5).grade(submission())
    assert next(work) == Ask("judge", CHAT)
    assert work.send("a") == Ask("judge", CHAT)
    with pytest.raises(StopIteration) as done:
        work.send("b")
    assert done.value.value == Mark(1.0, reason="ab")


def test_a_grader_that_is_closed_closes_its_inquiry():
    made = Asking(Terms("g"), 0.5)
    made.inquiries.closed = False
    work = made.grade(submission())
    next(work)
    work.close()
    assert made.inquiries.closed


@pytest.mark.parametrize(
    ("points", "measure", "passes"),
    [(1, 0.5, True), (1, 0.49, False), (-1, 0.5, False), (-1, 0.49, True)],
)
def test_a_penalty_passes_where_any_other_grader_would_not(points, measure, passes):
    assert Asking(Terms("g", points), 0.5).passes(measure) is passes


def test_a_text_is_shown_to_a_judge_whole_or_not_at_all():
    check_shown("the output", "x" * LONGEST_ANSWER)
    with pytest.raises(Unrendered, match="the output has 50,001 characters"):
        check_shown("the output", "x" * (LONGEST_ANSWER + 1))


def test_an_unscored_mark_neither_passes_nor_fails():
    assert unscored("why", "raw") == Mark(None, passed=None, reason="why", raw="raw")
