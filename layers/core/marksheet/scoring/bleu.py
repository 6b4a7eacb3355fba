"""bleu: how many runs of words the answer shares with the expected answer, with a penalty for brevity."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.ngrams import comparable, number_of_grams, shared_grams, tables
from marksheet.scoring.normalisation import mteval_words, remember_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marksheet.domain import Answer, Question
    from marksheet.scoring.ngrams import Table
    from marksheet.scoring.options import OptionReader

HIGHEST_ORDER = 4
SMOOTHINGS = ("exp", "floor", "add-k", "none")
FLOOR = 0.1
"""What stands for no shared n-gram with the smoothing `floor`."""
ADDED = 1
"""What the smoothing `add-k` adds to shared and to all n-grams, from bigrams on."""

_NO_WORDS = Score(None, "the expected answer has no word")


@dataclass(frozen=True, slots=True)
class Bleu:
    """BLEU of one sentence (Papineni et al. 2002), as sacrebleu's `sentence_bleu` computes it, over 100.

    The geometric mean of the shares of the answer's n-grams that the expected answer has too, times
    exp(1 - expected words / answer words) where the answer is the shorter one. Words are those of tokeniser
    13a; orders the answer is too short for are left out (effective order); no shared word is 0. Smoothing is
    one of Chen and Cherry 2014: `exp` halves 1 for every order without a shared n-gram, `floor` takes 0.1,
    `add-k` adds 1 to both counts from bigrams on, `none` leaves 0.
    Options: `max_order` (4), `smoothing` ("exp"), `ignore_case` (false): both texts in lower case.
    """

    max_order: int = HIGHEST_ORDER
    smoothing: str = SMOOTHINGS[0]
    ignore_case: bool = False

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(
            max_order=options.whole("max_order", default=HIGHEST_ORDER, least=1, most=HIGHEST_ORDER),
            smoothing=options.one_of("smoothing", SMOOTHINGS),
            ignore_case=options.flag("ignore_case", default=False),
        )

    def score(self, question: Question, answer: Answer) -> Score:
        texts = comparable(question, answer, ignore_case=self.ignore_case)
        if isinstance(texts, Score):
            return texts
        expected_text, text = texts
        expected_words, expected = _expected(expected_text, self.max_order)
        if not expected_words:
            return _NO_WORDS
        words = mteval_words(text)
        shared = [shared_grams(table, words, n) for n, table in enumerate(expected, 1)]
        if not any(shared):
            return Score(0.0)
        total = [number_of_grams(words, n) for n in range(1, self.max_order + 1)]
        brevity = min(1.0, math.exp(1 - expected_words / len(words)))
        precisions = list(self._precisions(shared, total))
        if 0 in precisions:
            return Score(0.0)
        return Score(min(1.0, brevity * math.exp(sum(map(math.log, precisions)) / len(precisions))))

    def _precisions(self, shared: list[int], total: list[int]) -> Iterable[float]:
        """For every order the answer is long enough for."""
        halved = 1.0
        for n, (found, of) in enumerate(zip(shared, total, strict=True), 1):
            if self.smoothing == "add-k" and n > 1:
                found, of = found + ADDED, of + ADDED
            if not of:
                return
            if found or self.smoothing in ("none", "add-k"):
                yield found / of
            elif self.smoothing == "floor":
                yield FLOOR / of
            else:
                halved *= 2
                yield 1 / (halved * of)


@remember_table
def _expected(text: str, max_order: int) -> tuple[int, tuple[Table, ...]]:
    words = mteval_words(text)
    return len(words), tables(words, max_order)
