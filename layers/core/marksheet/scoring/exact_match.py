"""exact_match: the answer is the expected answer, give or take how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.normalisation import folded, spaced, unwrapped, without_article
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

if TYPE_CHECKING:
    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader


@dataclass(frozen=True, slots=True)
class ExactMatch:
    """1.0 when both texts are equal after normalisation, else 0.0.

    Both become NFKC with single spaces. Options: `ignore_case` (true) folds case, `ignore_punctuation` (true)
    takes off what surrounds the text, `ignore_articles` (false) takes off one leading a, an or the.
    """

    ignore_case: bool = True
    ignore_punctuation: bool = True
    ignore_articles: bool = False

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(
            ignore_case=options.flag("ignore_case", default=True),
            ignore_punctuation=options.flag("ignore_punctuation", default=True),
            ignore_articles=options.flag("ignore_articles", default=False),
        )

    def score(self, question: Question, answer: Answer) -> Score:
        if question.expected_answer is None:
            return NO_EXPECTED_ANSWER
        return Score(1.0 if self._form(answer.text) == self._form(question.expected_answer) else 0.0)

    def _form(self, text: str) -> str:
        text = folded(text) if self.ignore_case else spaced(text)
        if self.ignore_punctuation:
            text = unwrapped(text)
        return without_article(text) if self.ignore_articles else text
