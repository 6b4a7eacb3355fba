"""token_f1: how many words the answer shares with the expected answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.normalisation import answer_words, remember
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

if TYPE_CHECKING:
    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader


@dataclass(frozen=True, slots=True)
class TokenF1:
    """F1 over the words of both texts, as SQuAD 1.1 defines it (Rajpurkar et al. 2016, arXiv 1606.05250).

    Two texts without a word are equal (1.0); one without a word shares nothing (0.0). No options.
    """

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls()

    def score(self, question: Question, answer: Answer) -> Score:
        if question.expected_answer is None:
            return NO_EXPECTED_ANSWER
        expected, words = answer_words(question.expected_answer), answer_words(answer.text)
        if not expected or not words:
            return Score(1.0 if expected == words else 0.0)
        left = _bag(question.expected_answer).copy()
        shared = 0
        for word in words:
            if left.get(word):
                left[word] -= 1
                shared += 1
        return Score(2 * shared / (len(expected) + len(words)))


@remember
def _bag(text: str) -> dict[str, int]:
    """How often each word occurs; a plain dict, which is quicker to copy than a Counter."""
    return dict(Counter(answer_words(text)))
