"""choice: the answer commits to the right choice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.includes import occurs_as_words
from marksheet.scoring.normalisation import folded, unwrapped
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

if TYPE_CHECKING:
    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

# Repetitions that could meet the same characters are bounded, so a long answer takes time in proportion.
_ALONE = re.compile(r"[\W_]*([A-Za-z])[\W_]*")
_STATED = re.compile(
    r"""
    (?: \banswer | \b(?:correct|right|best)\s{1,3}(?:option|choice|letter|one) | \\boxed
        | ^[^\w\n]{0,4}(?-i:A|Ans)\s{0,3}(?=:) )
    (?: \s{1,3}(?:is|would\sbe|should\sbe|must\sbe|option|choice|letter) ){0,4}
    [\s:=*_"'“‘(\[{\\$-]{0,12}
    (?: (?:option|choice|letter|text|textbf|mathrm|boxed)[\s:*_"'“‘(\[{\\]{1,4} )?
    (?-i: (?!I\s+[a-z])([A-Z])(?![\w'’])          # upper case, but not the pronoun of "I think"
        | ([a-z])(?=[\W_]{0,4}(?:\n|\Z)|[).\]}*]) )  # lower case, but not the article of "a dog"
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_LEADING = re.compile(
    r"""
    ^(?:[^\w\n]|_){0,8}
    (?: ([A-Z])(?: [*_]{0,3}(?:[)\]:]|\.(?!\w)) | [ \t]?[,–—-][ \t] )
        | ([a-z])(?: [)\]] | \.(?!\w) ) )
    """,
    re.VERBOSE | re.MULTILINE,
)
_IN_PASSING = re.compile(
    r"""
    \(([A-Z])\)
    | (?<![\w'’-])
      ( [B-HJ-Z] | A(?!\s{1,3}(?!(?:or|and|nor|but|is|because|as)\b)\w) )  # A, but not the article of "A dog"
      (?![\w'’-])
    """,
    re.VERBOSE,
)

_NO_EXPECTED_CHOICE = Score(None, "the expected answer is none of the choices")
_TOO_MANY_CHOICES = Score(None, "there are more choices than letters")
_NO_CHOICE = Score(0.0, "the answer commits to no choice")


@dataclass(frozen=True, slots=True)
class Choice:
    """1.0 when the answer commits to the expected choice, 0.0 when to another one or to none.

    The question's choices are lettered from A; for a question without choices the option `letters` ("ABCD")
    says which letters there are. The expected answer is a letter or the full text of a choice. The answer's
    choice is what the first of these finds: the answer is a letter; it is a choice's text; it states a letter
    ("the answer is (B)", "Answer: B", "\\boxed{B}"); its lines begin with one ("B) Paris"); it mentions a
    choice's text; it mentions a letter. If that finds two choices, the answer is ambiguous and unscored.
    """

    letters: str = "ABCD"

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        letters = options.text("letters") or cls().letters
        if not (2 <= len(letters) == len(set(letters)) and set(letters) <= set(ascii_uppercase)):
            options.refuse("letters", 'must be two or more different capital letters, such as "ABCDE"')
        return cls(letters)

    def score(self, question: Question, answer: Answer) -> Score:
        if question.expected_answer is None:
            return NO_EXPECTED_ANSWER
        if len(question.choices) > len(ascii_uppercase):
            return _TOO_MANY_CHOICES
        letters = ascii_uppercase[: len(question.choices)] or self.letters
        texts = dict(zip(letters, map(folded, question.choices), strict=False))
        expected = _commitments(question.expected_answer, letters, texts)
        if len(expected) != 1:
            return _NO_EXPECTED_CHOICE
        given = _commitments(answer.text, letters, texts)
        if len(given) > 1:
            return Score(None, f"the answer is ambiguous between {' and '.join(sorted(given))}")
        return Score(float(given == expected)) if given else _NO_CHOICE


def _commitments(answer: str, letters: str, texts: dict[str, str]) -> set[str]:
    """The letters that the strongest kind of commitment in the answer names."""
    alone = _ALONE.fullmatch(answer)
    if alone and alone[1].upper() in letters:
        return {alone[1].upper()}
    said = folded(answer)
    return (
        {letter for letter, text in texts.items() if unwrapped(text) == unwrapped(said)}
        or _named(_STATED, answer, letters)
        or _named(_LEADING, answer, letters)
        or _quoted(said, texts)
        or _named(_IN_PASSING, answer, letters)
    )


def _named(pattern: re.Pattern[str], answer: str, letters: str) -> set[str]:
    named = {(match[1] or match[2]).upper() for match in pattern.finditer(answer)}
    return named.intersection(letters)


def _quoted(said: str, texts: dict[str, str]) -> set[str]:
    """Choices whose text stands in the answer and is no part of another such choice ("New York City")."""
    found = {letter: text for letter, text in texts.items() if text and occurs_as_words(text, said)}
    return {
        letter
        for letter, text in found.items()
        if not any(other != text and occurs_as_words(text, other) for other in found.values())
    }
