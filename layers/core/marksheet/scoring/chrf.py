"""chrf: how many runs of characters the answer shares with the expected answer."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.ngrams import comparable, number_of_grams, shared_grams, table
from marksheet.scoring.normalisation import remember_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from marksheet.domain import Answer, Question
    from marksheet.scoring.ngrams import Table
    from marksheet.scoring.options import OptionReader

CHARACTER_ORDER = 6
BETA = 2
"""Recall counts this many times as much as precision."""

_BLANK = Score(None, "the expected answer is blank")
_MARKS = frozenset(string.punctuation)


@dataclass(frozen=True, slots=True)
class Chrf:
    """chrF of one sentence (Popović 2015), or chrF++ (Popović 2017), as sacrebleu computes it, over 100.

    F-score with beta 2 of the mean precision and the mean recall over n-grams of 1 to 6 characters, white
    space left out; orders that either text is too short for are left out of the means. Options: `word_order`
    (0; 2 is chrF++) adds runs of 1 and 2 words, `ignore_case` (false): both texts in lower case.
    """

    word_order: int = 0
    ignore_case: bool = False

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        word_order = options.whole("word_order", default=0, least=0, most=2)
        if word_order == 1:
            options.refuse("word_order", "must be 0 for chrF or 2 for chrF++")
        return cls(word_order, ignore_case=options.flag("ignore_case", default=False))

    def score(self, question: Question, answer: Answer) -> Score:
        texts = comparable(question, answer, ignore_case=self.ignore_case)
        if isinstance(texts, Score):
            return texts
        expected_text, text = texts
        expected = _expected(expected_text, self.word_order)
        if not expected[0][0]:
            return _BLANK
        precision = recall = 0.0
        orders = 0
        for (expected_number, counts), (parts, n) in zip(
            expected, _orders(text, self.word_order), strict=True
        ):
            number = number_of_grams(parts, n)
            if number and expected_number:
                shared = shared_grams(counts, parts, n)
                precision += shared / number
                recall += shared / expected_number
                orders += 1
        if not precision:
            return Score(0.0)
        precision, recall = precision / orders, recall / orders
        return Score((1 + BETA**2) * precision * recall / (BETA**2 * precision + recall))


@remember_table
def _expected(text: str, word_order: int) -> tuple[tuple[int, Table], ...]:
    """The number of n-grams and their table, order by order."""
    return tuple([(number_of_grams(parts, n), table(parts, n)) for parts, n in _orders(text, word_order)])


def _orders(text: str, word_order: int) -> Iterator[tuple[Sequence[str], int]]:
    characters = "".join(text.split())
    for n in range(1, CHARACTER_ORDER + 1):
        yield characters, n
    words = _words(text) if word_order else []
    for n in range(1, word_order + 1):
        yield words, n


def _words(text: str) -> list[str]:
    """Words with one mark cut off: the last character if it is one, else the first if it is one."""
    words: list[str] = []
    for word in text.split():
        if len(word) > 1 and word[-1] in _MARKS:
            words += (word[:-1], word[-1])
        elif len(word) > 1 and word[0] in _MARKS:
            words += (word[0], word[1:])
        else:
            words.append(word)
    return words
