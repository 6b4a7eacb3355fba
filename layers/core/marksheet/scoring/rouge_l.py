"""rouge_l: the longest common subsequence of words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from rapidfuzz.distance import LCSseq

from marksheet.domain import Score
from marksheet.scoring.normalisation import latin_words
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

if TYPE_CHECKING:
    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

LONGEST_COMPARED = 50_000
"""Words on either side; the time grows with the product of both."""

_NO_WORDS = Score(None, "the expected answer has no word of a-z and 0-9, which ROUGE-L compares")
_TOO_LONG = Score(None, f"a text has more than {LONGEST_COMPARED:,} words")


@dataclass(frozen=True, slots=True)
class RougeL:
    """F-measure of ROUGE-L (Lin 2004), over the words that the rouge-score package counts without stemming.

    Precision is lcs/answer words, recall lcs/expected words, so F is 2 lcs/(answer + expected). No options.
    """

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls()

    def score(self, question: Question, answer: Answer) -> Score:
        if question.expected_answer is None:
            return NO_EXPECTED_ANSWER
        expected, words = latin_words(question.expected_answer), latin_words(answer.text)
        if not expected:
            return _NO_WORDS
        if max(len(expected), len(words)) > LONGEST_COMPARED:
            return _TOO_LONG
        return Score(2 * LCSseq.similarity(expected, words) / (len(expected) + len(words)))
