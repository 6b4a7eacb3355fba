"""rouge_n: the runs of n words that both texts share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.ngrams import comparable, number_of_grams, shared_grams, table
from marksheet.scoring.normalisation import latin_words, remember_table

if TYPE_CHECKING:
    from marksheet.domain import Answer, Question
    from marksheet.scoring.ngrams import Table
    from marksheet.scoring.options import OptionReader

HIGHEST_ORDER = 5


@dataclass(frozen=True, slots=True)
class RougeN:
    """F-measure of ROUGE-N (Lin 2004), over the words that the rouge-score package counts without stemming.

    Precision is shared n-grams/n-grams of the answer, recall shared/those of the expected answer, so F is
    2 shared/(both). An expected answer of fewer than n words has nothing to share: unscored. Option: `n` (1),
    up to 5.
    """

    n: int = 1

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(options.whole("n", default=1, least=1, most=HIGHEST_ORDER))

    def score(self, question: Question, answer: Answer) -> Score:
        texts = comparable(question, answer)
        if isinstance(texts, Score):
            return texts
        expected_text, text = texts
        expected_number, expected = _expected(expected_text, self.n)
        if not expected_number:
            return Score(None, f"the expected answer has fewer than {self.n} words of a-z and 0-9")
        words = latin_words(text)
        shared = shared_grams(expected, words, self.n)
        return Score(2 * shared / (number_of_grams(words, self.n) + expected_number))


@remember_table
def _expected(text: str, n: int) -> tuple[int, Table]:
    words = latin_words(text)
    return number_of_grams(words, n), table(words, n)
