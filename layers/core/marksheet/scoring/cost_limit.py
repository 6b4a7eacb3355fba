"""cost_limit: the answer was cheap enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.domain import Score

if TYPE_CHECKING:
    from decimal import Decimal

    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader

_UNKNOWN = Score(None, "the answer's cost is not known")


@dataclass(frozen=True, slots=True)
class CostLimit:
    """1.0 when the answer cost at most the option `usd` (required: a number, or decimal text), else 0.0.

    What judges cost is not in it. Unscored where the model has no price or gave no token counts.
    """

    usd: Decimal

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(options.amount("usd"))

    def score(self, question: Question, answer: Answer) -> Score:
        if answer.cost_usd is None:
            return _UNKNOWN
        return Score(float(answer.cost_usd <= self.usd))
