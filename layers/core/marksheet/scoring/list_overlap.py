"""list_overlap: how many items the answer's list shares with the expected one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.json_texts import NotJson, Unreadable, read_json, unfenced
from marksheet.scoring.normalisation import folded, remember_table, spaced, unwrapped
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

MEASURES = ("f1", "precision", "recall", "jaccard")
SEPARATORS = ("\n", ",", ";")
LONGEST_COMPARED = 100_000
"""Characters on either side."""

_BULLET = re.compile(r"(?:[-+*•‣◦▪·–—]|\(?\d{1,3}[.)])\s+")
_NO_ITEMS = Score(None, "the expected answer has no items")
_TOO_LONG = Score(None, f"a text has more than {LONGEST_COMPARED:,} characters")


@dataclass(frozen=True, slots=True)
class ListOverlap:
    """F1, precision, recall or Jaccard index of the answer's items against the expected answer's, as sets.

    With I items in both, A in the answer and E expected: f1 = 2 I/(A + E), precision = I/A, recall = I/E,
    jaccard = I/(A + E - I); an answer without items is 0.0.

    A text that is a JSON array, alone or in a ``` block, has its elements as items (what is no text is its
    JSON text); any other text is cut at every one of the `separators`, and its items lose a bullet or number
    in front. Items are compared as `exact_match` compares: NFKC, single spaces, without what surrounds them;
    empty ones do not count. Options: `measure` ("f1"), `separators` (line break, comma, semicolon),
    `ignore_case` (true).
    """

    measure: str = MEASURES[0]
    separators: tuple[str, ...] = SEPARATORS
    ignore_case: bool = True

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(
            measure=options.one_of("measure", MEASURES),
            separators=options.texts("separators", blank=True) or SEPARATORS,
            ignore_case=options.flag("ignore_case", default=True),
        )

    def score(self, question: Question, answer: Answer) -> Score:
        if question.expected_answer is None:
            return NO_EXPECTED_ANSWER
        if max(len(question.expected_answer), len(answer.text)) > LONGEST_COMPARED:
            return _TOO_LONG
        expected = _items(question.expected_answer, self.separators, self.ignore_case)
        if not expected:
            return _NO_ITEMS
        given = _items(answer.text, self.separators, self.ignore_case)
        shared = len(expected & given)
        if not shared:
            return Score(0.0)
        match self.measure:
            case "precision":
                return Score(shared / len(given))
            case "recall":
                return Score(shared / len(expected))
            case "jaccard":
                return Score(shared / len(expected | given))
        return Score(2 * shared / (len(expected) + len(given)))


@remember_table
def _items(text: str, separators: tuple[str, ...], ignore_case: bool) -> frozenset[str]:
    form = folded if ignore_case else spaced
    items = _elements(text)
    if items is None:
        pieces = re.split("|".join(map(re.escape, separators)), text)
        items = [_BULLET.sub("", piece.strip(), count=1) for piece in pieces]
    return frozenset(filter(None, (unwrapped(form(item)) for item in items)))


def _elements(text: str) -> Iterable[str] | None:
    """The elements of a JSON array, or None when the text is none."""
    text = unfenced(text).strip()
    if not text.startswith("["):
        return None
    try:
        array = read_json(text)
    except (NotJson, Unreadable):
        return None
    return [
        element if isinstance(element, str) else json.dumps(element, default=str, sort_keys=True)
        for element in array
    ]
