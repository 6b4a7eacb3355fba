"""gleu: how many runs of words both texts share, seen from the worse side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.ngrams import comparable, number_of_grams, shared_grams, tables
from marksheet.scoring.normalisation import mteval_words, remember_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.domain import Answer, Question
    from marksheet.scoring.ngrams import Table
    from marksheet.scoring.options import OptionReader

HIGHEST_ORDER = 4

_NO_WORDS = Score(None, "the expected answer has no word")


@dataclass(frozen=True, slots=True)
class Gleu:
    """Google's GLEU of one sentence (Wu et al. 2016, arXiv 1609.08144, section 4.5), as nltk computes it.

    All n-grams from one word to `max_order` words are counted together: those both texts have, over the
    larger of both totals, which is the smaller of precision and recall. Words are those of tokeniser 13a, as
    for `bleu`. Options: `max_order` (4), `ignore_case` (false): both texts in lower case.
    """

    max_order: int = HIGHEST_ORDER
    ignore_case: bool = False

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(
            max_order=options.whole("max_order", default=HIGHEST_ORDER, least=1, most=HIGHEST_ORDER),
            ignore_case=options.flag("ignore_case", default=False),
        )

    def score(self, question: Question, answer: Answer) -> Score:
        texts = comparable(question, answer, ignore_case=self.ignore_case)
        if isinstance(texts, Score):
            return texts
        expected_text, text = texts
        expected_total, expected = _expected(expected_text, self.max_order)
        if not expected_total:
            return _NO_WORDS
        words = mteval_words(text)
        shared = sum([shared_grams(table, words, n) for n, table in enumerate(expected, 1)])
        return Score(shared / max(_total(words, self.max_order), expected_total))


def _total(words: Sequence[str], max_order: int) -> int:
    return sum([number_of_grams(words, n) for n in range(1, max_order + 1)])


@remember_table
def _expected(text: str, max_order: int) -> tuple[int, tuple[Table, ...]]:
    words = mteval_words(text)
    return _total(words, max_order), tables(words, max_order)
