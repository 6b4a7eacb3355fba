"""levenshtein: how few edits turn the answer into the expected answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from rapidfuzz.distance import Levenshtein as Edits

from marksheet.domain import Score
from marksheet.scoring.normalisation import folded, spaced
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

if TYPE_CHECKING:
    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

LONGEST_COMPARED = 100_000
"""Characters on either side; the time grows with the product of both."""

_TOO_LONG = Score(None, f"a text has more than {LONGEST_COMPARED:,} characters")


@dataclass(frozen=True, slots=True)
class Levenshtein:
    """1 - edits / length of the longer text, after NFKC and single spaces; 1.0 for two empty texts.

    An edit inserts, deletes or substitutes one character. Option: `ignore_case` (true) folds case.
    """

    ignore_case: bool = True

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(ignore_case=options.flag("ignore_case", default=True))

    def score(self, question: Question, answer: Answer) -> Score:
        if question.expected_answer is None:
            return NO_EXPECTED_ANSWER
        if max(len(question.expected_answer), len(answer.text)) > LONGEST_COMPARED:
            return _TOO_LONG
        form = folded if self.ignore_case else spaced
        expected, text = form(question.expected_answer), form(answer.text)
        # Once more, because NFKC writes some characters out, one of them as eighteen.
        if max(len(expected), len(text)) > LONGEST_COMPARED:
            return _TOO_LONG
        return Score(Edits.normalized_similarity(expected, text))
