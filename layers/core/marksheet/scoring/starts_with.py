"""starts_with: the answer begins with the expected text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.normalisation import folded, spaced
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

if TYPE_CHECKING:
    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

_BLANK = Score(None, "the expected answer is blank")


@dataclass(frozen=True, slots=True)
class StartsWith:
    """1.0 when the answer begins with the expected answer, or with one text of the option `any`; else 0.0.

    Texts are compared as NFKC with single spaces and none at the ends. Options: `ignore_case` (true) folds
    case; `whole_words` (false): neither a letter nor a digit may follow, so that "yes" does not begin
    "yesterday".
    """

    any_of: tuple[str, ...] = ()
    ignore_case: bool = True
    whole_words: bool = False

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(
            any_of=options.texts("any"),
            ignore_case=options.flag("ignore_case", default=True),
            whole_words=options.flag("whole_words", default=False),
        )

    def score(self, question: Question, answer: Answer) -> Score:
        text = self._form(answer.text)
        if self.any_of:
            return Score(float(any(self._begins(text, self._form(wanted)) for wanted in self.any_of)))
        if question.expected_answer is None:
            return NO_EXPECTED_ANSWER
        wanted = self._form(question.expected_answer)
        return Score(float(self._begins(text, wanted))) if wanted else _BLANK

    def _form(self, text: str) -> str:
        return folded(text) if self.ignore_case else spaced(text)

    def _begins(self, text: str, wanted: str) -> bool:
        following = text[len(wanted) : len(wanted) + 1]
        return text.startswith(wanted) and not (self.whole_words and following.isalnum())
