"""fuzzy_match: how alike two texts look, give or take their order, their length and what is between words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from rapidfuzz.fuzz import WRatio
from rapidfuzz.utils import default_process

from marksheet.domain import Score
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

if TYPE_CHECKING:
    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

LONGEST_COMPARED = 20_000
"""Characters on either side."""
SLIDING_RATIO = 1.5
"""From this ratio of their lengths WRatio slides the shorter text along the longer one."""
LARGEST_SLIDING_PRODUCT = 5_000_000
"""Of the two lengths then; the time grows with it, and by a tenfold for alphabets of thousands of letters."""

_NOTHING_LEFT = Score(None, "the expected answer has no letter or digit")
_TOO_LONG = Score(None, f"a text has more than {LONGEST_COMPARED:,} characters")
_TOO_UNLIKE = Score(
    None,
    f"one text is more than {SLIDING_RATIO} times as long as the other, and the product of their lengths is "
    f"above {LARGEST_SLIDING_PRODUCT:,}",
)


@dataclass(frozen=True, slots=True)
class FuzzyMatch:
    """RapidFuzz's `WRatio` over 100, on texts in lower case in which all but letters and digits is space.

    It is the best of several similarities, each with a weight: of the texts as they are, of their words in
    alphabetical order, of their sets of words, and, for texts of unlike length, of the shorter one with the
    best part of the longer one. Unscored for an expected answer without letter or digit. No options.
    """

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls()

    def score(self, question: Question, answer: Answer) -> Score:
        if question.expected_answer is None:
            return NO_EXPECTED_ANSWER
        if max(len(question.expected_answer), len(answer.text)) > LONGEST_COMPARED:
            return _TOO_LONG
        expected, text = default_process(question.expected_answer), default_process(answer.text)
        if not expected:
            return _NOTHING_LEFT
        shorter, longer = sorted((len(expected), len(text)))
        if longer >= SLIDING_RATIO * shorter and longer * shorter > LARGEST_SLIDING_PRODUCT:
            return _TOO_UNLIKE
        return Score(min(1.0, WRatio(text, expected) / 100))
