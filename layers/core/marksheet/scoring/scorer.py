"""What every scorer is: a frozen value of its options that marks one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from marksheet.domain import Score

if TYPE_CHECKING:
    from marksheet.domain import Question

NO_EXPECTED_ANSWER = Score(None, "no expected answer")
"""What a scorer that compares says of a question that has nothing to compare with."""


class Scorer(Protocol):
    """One way to mark. Each class also has `read(options: OptionReader)`, which makes it from its options."""

    def score(self, question: Question, output: str) -> Score:
        """Mark `output` as an answer to `question`: a value in [0, 1], or None with the reason."""
