"""Scoring one answer in one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from marksheet.domain import Answer, Question, Score, ScorerSpec
from marksheet.scoring import build

Scoring = Callable[..., Score]


@pytest.fixture(scope="session")
def score() -> Scoring:
    """`score(name, expected, output, choices=(), **options)`; session-wide so that hypothesis may use it."""

    def scoring(
        name: str, expected: str | None, output: str, choices: tuple[str, ...] = (), **options: Any
    ) -> Score:
        question = Question(1, "q-1", "What?", expected, choices=choices)
        return build(ScorerSpec(name, options=options)).score(question, Answer(output))

    return scoring
