"""Scoring one answer in one call, also with scorers that ask."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from marksheet.domain import Answer, Question, Score, ScorerSpec
from marksheet.scoring import build
from marksheet.scoring.scorer import Chat, Inquiry

Scoring = Callable[..., Score]
GSM8K = Path(__file__).parents[4] / "shared" / "data" / "gsm8k"
Asking = Callable[..., tuple[Any, list[Inquiry]]]


@pytest.fixture(scope="session")
def score() -> Scoring:
    """`score(name, expected, output, choices=(), **options)`; session-wide so that hypothesis may use it."""

    def scoring(
        name: str, expected: str | None, output: str, choices: tuple[str, ...] = (), **options: Any
    ) -> Score:
        question = Question(1, "q-1", "What?", expected, choices=choices)
        return build(ScorerSpec(name, options=options)).score(question, Answer(output))

    return scoring


@pytest.fixture(scope="session")
def real_texts() -> list[tuple[str, str]]:
    """150 worked solutions, each with a model's own."""
    if not GSM8K.is_dir():
        pytest.skip(f"the GSM8K data is not beside the repository ({GSM8K.name})")
    questions = (GSM8K / "questions.jsonl").read_text(encoding="utf-8").splitlines()[:150]
    answers = (GSM8K / "answers.6b_verification.jsonl").read_text(encoding="utf-8").splitlines()[:150]
    return [
        (json.loads(question)["rationale"], json.loads(answer)["output"])
        for question, answer in zip(questions, answers, strict=True)
    ]


@pytest.fixture(scope="session")
def answer_inquiry() -> Asking:
    """`answer_inquiry(inquiry, *replies)` runs an inquiry to its end and gives what it came to and what it
    asked.

    In a reply, ANCHOR stands for what the judge was told to begin its verdict with.
    """

    def answering(inquiry: Generator[Inquiry, Any, Any], *replies: Any) -> tuple[Any, list[Inquiry]]:
        asked: list[Inquiry] = []
        left = list(replies)
        try:
            wanted = next(inquiry)
            while True:
                asked.append(wanted)
                reply = left.pop(0)
                if isinstance(reply, str) and isinstance(wanted, Chat):
                    reply = reply.replace("ANCHOR", anchor_of(wanted))
                wanted = inquiry.send(reply)
        except StopIteration as done:
            assert not left, "more replies than questions"
            return done.value, asked

    return answering


def anchor_of(chat: Chat) -> str:
    """The anchor that a judge is told in the last line of its prompt."""
    line = chat.messages[-1]["content"].splitlines()[-1]
    anchor, _, placeholder = line.partition(": ")
    assert placeholder == "<verdict>"
    return anchor
