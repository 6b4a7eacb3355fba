"""Rows and graders for tests, and running a grader to its mark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marksheet.domain import Mark, Submission
from marksheet.grading import Ask, build_graders, parse_graders
from marksheet.scoring.scorer import Chat


def submission(output: str = "", **fields: Any) -> Submission:
    """A row with an id, of these fields."""
    return Submission(**{"ordinal": 1, "question_id": "r1", "question": "", "output": output, **fields})


def grader(wire: Mapping[str, Any], **models: Any) -> Any:
    """The grader of its wire form, checked first as a spec's graders are."""
    [made] = build_graders(parse_graders([wire]), **models)
    return made


def anchor_of(chat: Chat) -> str:
    """What a judge is told, in the last line of its prompt, to begin its verdict with."""
    line = chat.messages[-1]["content"].splitlines()[-1]
    anchor, _, placeholder = line.partition(": ")
    assert placeholder == "<verdict>"
    return anchor


def run(made: Any, row: Submission, *replies: Any) -> tuple[Mark, list[Ask]]:
    """The grader's mark and what it asked. In a reply, ANCHOR stands for what the judge was told to begin its
    verdict with.
    """
    asked: list[Ask] = []
    left = list(replies)
    work = made.grade(row)
    try:
        wanted = next(work)
        while True:
            asked.append(wanted)
            reply = left.pop(0)
            if isinstance(reply, str) and isinstance(wanted.inquiry, Chat):
                reply = reply.replace("ANCHOR", anchor_of(wanted.inquiry))
            wanted = work.send(reply)
    except StopIteration as done:
        assert not left, "more replies than questions"
        return done.value, asked


def replied(made: Any, row: Submission, *replies: str) -> Mark:
    """As `run`, with as many of the replies as the grader wants; the mark alone."""
    work = made.grade(row)
    try:
        wanted = next(work)
        for reply in replies:
            wanted = work.send(reply.replace("ANCHOR", anchor_of(wanted.inquiry)))
    except StopIteration as done:
        mark: Mark = done.value
        return mark
    raise AssertionError("asked more often than there are replies")
