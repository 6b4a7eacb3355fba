"""Grading one row in one call, also with graders that ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from marksheet.domain import Mark, Submission
from marksheet.grading import Ask
from tests.core.grading.asking import grader, run

Grading = Callable[..., tuple[Mark, list[Ask]]]


@pytest.fixture(scope="session")
def grade() -> Grading:
    """`grade(wire, row, *replies, **models)`; session-wide so that hypothesis may use it."""

    def grading(
        wire: Mapping[str, Any], row: Submission, *replies: Any, **models: Any
    ) -> tuple[Mark, list[Ask]]:
        return run(grader(wire, **models), row, *replies)

    return grading
