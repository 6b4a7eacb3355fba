"""latency_limit: the answer came in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score

if TYPE_CHECKING:
    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

_UNKNOWN = Score(None, "the answer's latency is not known")


@dataclass(frozen=True, slots=True)
class LatencyLimit:
    """1.0 when the call that answered took at most the option `seconds` (required), else 0.0.

    Waiting before the call and calls that failed are not in it (see `domain.Answer`). Recorded answers have
    no latency: unscored.
    """

    seconds: float

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(options.number("seconds", required=True))

    def score(self, question: Question, answer: Answer) -> Score:
        if answer.latency_seconds is None:
            return _UNKNOWN
        return Score(float(answer.latency_seconds <= self.seconds))
