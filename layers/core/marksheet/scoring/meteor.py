"""meteor: how many words the answer shares with the expected answer, whatever their form, and how ordered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.ngrams import comparable
from marksheet.scoring.normalisation import mteval_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

ALPHA, BETA, GAMMA = 0.9, 3, 0.5
"""Weight of precision against recall, and how the penalty for disorder grows."""
MOST_WORDS = 5_000
"""On either side; finding the stem of a word takes some 25 microseconds."""
LONGEST_STEMMED = 64
"""Characters; what is longer is no word of a language and stays as it is."""

_NO_WORDS = Score(None, "the expected answer has no word")
_TOO_MANY = Score(None, f"a text has more than {MOST_WORDS:,} words")

_Placed = tuple[int, str]
"""A word's position in its text, and the word."""
_Pair = tuple[int, int]
"""Positions of two words that match: in the answer, in the expected answer."""


@dataclass(frozen=True, slots=True)
class Meteor:
    """METEOR (Banerjee and Lavie 2005; Lavie and Agarwal 2007) as nltk computes it, but without synonyms.

    Words are matched one to one: first equal ones, then those of equal stem (Porter 1980, as Snowball has
    it), in lower case, each with the last one that is left. With m matches P = m/answer words, R =
    m/expected words and F = PR / (0.9 P + 0.1 R); the value is F (1 - 0.5 (c/m)³), where c is the number of
    runs that the matches form in both texts alike. So equal texts are worth 1 - 0.5/m³, and one equal word
    0.5. Words are those of tokeniser 13a, as for `bleu`. No options.
    """

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls()

    def score(self, question: Question, answer: Answer) -> Score:
        texts = comparable(question, answer, ignore_case=True)
        if isinstance(texts, Score):
            return texts
        expected, words = mteval_words(texts[0]), mteval_words(texts[1])
        if not expected:
            return _NO_WORDS
        if max(len(expected), len(words)) > MOST_WORDS:
            return _TOO_MANY
        pairs = _align(words, expected)
        if not pairs:
            return Score(0.0)
        matches = len(pairs)
        precision, recall = matches / len(words), matches / len(expected)
        mean = precision * recall / (ALPHA * precision + (1 - ALPHA) * recall)
        return Score(mean * (1 - GAMMA * (_chunks(pairs) / matches) ** BETA))


def _align(words: Sequence[str], expected: Sequence[str]) -> list[_Pair]:
    """Which words match, by their position in the answer."""
    equal, left, left_expected = _match(list(enumerate(words)), list(enumerate(expected)))
    if not (left and left_expected):
        return sorted(equal)
    alike, _, _ = _match(_stemmed(left), _stemmed(left_expected))
    return sorted(equal + alike)


def _match(
    words: Sequence[_Placed], expected: Sequence[_Placed]
) -> tuple[list[_Pair], list[_Placed], list[_Placed]]:
    """Pairs of equal words, from the answer's end each with the last that is left, and what is left over."""
    places: dict[str, list[int]] = {}
    for place, word in expected:
        places.setdefault(word, []).append(place)
    pairs: list[_Pair] = []
    left: list[_Placed] = []
    for position, word in reversed(words):
        if places.get(word):
            pairs.append((position, places[word].pop()))
        else:
            left.append((position, word))
    taken = {place for _, place in pairs}
    return pairs, left[::-1], [placed for placed in expected if placed[0] not in taken]


def _stemmed(words: Iterable[_Placed]) -> list[_Placed]:
    return [(place, _stem(word) if len(word) <= LONGEST_STEMMED else word) for place, word in words]


@lru_cache(maxsize=4_096)
def _stem(word: str) -> str:
    # Imported here because the package brings the stemmers of thirty languages along. A stemmer keeps the
    # word it is at, so each word has its own.
    from snowballstemmer import stemmer  # type: ignore[import-untyped]

    return str(stemmer("porter").stemWord(word))


def _chunks(pairs: Sequence[_Pair]) -> int:
    """Runs of matches that follow each other in both texts."""
    return 1 + sum((position + 1, place + 1) != after for (position, place), after in pairwise(pairs))
