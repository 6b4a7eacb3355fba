"""includes: the expected text occurs in the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.normalisation import folded, spaced
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

if TYPE_CHECKING:
    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

_TRIED = 100
"""Occurrences that are looked at one by one, which is quicker as long as they are few."""
_SIGNS = {"--": "\ud800", "-w": "\ud801", "w-": "\ud802", "ww": "\ud803"}
"""Halves of surrogate pairs, which no text has."""
_BLANK = Score(None, "the expected answer is blank")


@dataclass(frozen=True, slots=True)
class Includes:
    """1.0 when the answer contains what it must, else 0.0.

    It must contain the expected answer; or, given the options `any` and `all` (lists of texts), at least one
    of `any` and every one of `all`. Texts are compared as NFKC with single spaces; `ignore_case` (true) folds
    case, `whole_words` (false) takes an occurrence only where no letter or digit adjoins it.
    """

    any_of: tuple[str, ...] = ()
    all_of: tuple[str, ...] = ()
    ignore_case: bool = True
    whole_words: bool = False

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(
            any_of=options.texts("any"),
            all_of=options.texts("all"),
            ignore_case=options.flag("ignore_case", default=True),
            whole_words=options.flag("whole_words", default=False),
        )

    def score(self, question: Question, answer: Answer) -> Score:
        text = self._form(answer.text)
        if self.any_of or self.all_of:
            some = not self.any_of or any(self._within(wanted, text) for wanted in self.any_of)
            return Score(float(some and all(self._within(wanted, text) for wanted in self.all_of)))
        if question.expected_answer is None:
            return NO_EXPECTED_ANSWER
        if not self._form(question.expected_answer):
            return _BLANK
        return Score(float(self._within(question.expected_answer, text)))

    def _form(self, text: str) -> str:
        return folded(text) if self.ignore_case else spaced(text)

    def _within(self, wanted: str, text: str) -> bool:
        wanted = self._form(wanted)
        return occurs_as_words(wanted, text) if self.whole_words else wanted in text


def occurs_as_words(wanted: str, text: str) -> bool:
    """Whether `wanted` stands in `text` with neither a letter nor a digit right before or after it."""
    start = -1
    for _ in range(_TRIED):
        start = text.find(wanted, start + 1)
        if start < 0:
            return False
        end = start + len(wanted)
        if not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
            return True
    return _bordered(wanted) in _bordered(text)


def _bordered(text: str) -> str:
    """The text with a sign before, between and behind its characters that says of both neighbours whether
    they are letters or digits.

    A text that is full of what is wanted, each time within a word, takes time by the product of both lengths
    when every occurrence is looked at. This finds the right one among them in one search, which is linear:
    a sign within the wanted text follows from its characters, and those at its ends want no neighbour.
    """
    signs = "".join(["w" if character.isalnum() else "-" for character in text])
    borders = [_SIGNS[before + after] for before, after in zip(f"-{signs}", f"{signs}-", strict=True)]
    return "".join([sign + character for sign, character in zip(borders, text, strict=False)]) + borders[-1]
