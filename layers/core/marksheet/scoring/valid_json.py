"""valid_json: the answer is JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score
from marksheet.scoring.json_texts import EXTRACTS, read_answer

if TYPE_CHECKING:
    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

_VALID = Score(1.0)


@dataclass(frozen=True, slots=True)
class ValidJson:
    """1.0 when the answer is one JSON value (RFC 8259), else 0.0 with the place where it is not.

    Unscored beyond the limits of `json_texts`. Option `extract`: "whole" (default) takes the answer as it is,
    "fence" what stands in a ``` block of it (see `json_texts.unfenced`).
    """

    extract: str = EXTRACTS[0]

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(options.one_of("extract", EXTRACTS))

    def score(self, question: Question, answer: Answer) -> Score:
        _, without = read_answer(answer.text, self.extract)
        return without or _VALID
