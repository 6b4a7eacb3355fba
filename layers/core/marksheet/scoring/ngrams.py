"""N-grams: runs of n words or characters, how often each occurs, and how many two texts share."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from marksheet.domain import Score
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from marksheet.domain import Answer, Question

LONGEST_COMPARED = 50_000
"""Characters on either side; longer texts are unscored, because each character is part of several n-grams."""
TOO_LONG = Score(None, f"a text has more than {LONGEST_COMPARED:,} characters")

Table = dict[tuple[str, ...], int]


def comparable(question: Question, answer: Answer, *, ignore_case: bool = False) -> tuple[str, str] | Score:
    """(Expected text, answer's text), or why the two are not compared; with `ignore_case` in lower case."""
    expected, text = question.expected_answer, answer.text
    if expected is None:
        return NO_EXPECTED_ANSWER
    if max(len(expected), len(text)) > LONGEST_COMPARED:
        return TOO_LONG
    return (expected.lower(), text.lower()) if ignore_case else (expected, text)


def grams(parts: Sequence[str], n: int) -> Iterable[tuple[str, ...]]:
    """Every n-gram, in order; none when there are fewer than n parts."""
    return zip(*[parts[start:] for start in range(n)], strict=False)


def number_of_grams(parts: Sequence[str], n: int) -> int:
    return max(len(parts) - n + 1, 0)


def table(parts: Sequence[str], n: int) -> Table:
    """How often each n-gram occurs; a plain dict, which is quicker to copy than a Counter."""
    return dict(Counter(grams(parts, n)))


def tables(parts: Sequence[str], longest: int) -> tuple[Table, ...]:
    """A table for each n from 1 to `longest`."""
    return tuple([table(parts, n) for n in range(1, longest + 1)])


def shared_grams(expected: Mapping[tuple[str, ...], int], parts: Sequence[str], n: int) -> int:
    """How many n-grams of `parts` are in the table, each at most as often as it is there.

    Taking them off a copy is quicker than counting both sides and comparing.
    """
    left = dict(expected)
    shared = 0
    for gram in grams(parts, n):
        if left.get(gram):
            left[gram] -= 1
            shared += 1
    return shared
