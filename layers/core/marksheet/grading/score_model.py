"""score_model: a judge reads an author's messages and gives a number."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Self

from marksheet.domain import Mark
from marksheet.grading.fields import LARGEST_NUMBER
from marksheet.grading.grader import BaseGrader, put_to, unscored
from marksheet.grading.judge_messages import ask_author, read_messages
from marksheet.grading.sampling import read_sampling
from marksheet.scoring.judge_scale import NumberRange
from marksheet.scoring.options import is_number
from marksheet.scoring.verdicts import Verdict, read_json_field, read_number_alone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.grading.fields import GraderFields
    from marksheet.grading.grader import Marking, Terms
    from marksheet.grading.judge_messages import Message
    from marksheet.grading.row_values import RowValues

_JSON_NAMES = frozenset({"result"})
"""Where a reply in the form of OpenAI's judges has its number."""


class ModelScore(NumberRange):
    """A number, which to the second request may come as `{"result": 0.5, "steps": [...]}` too."""

    __slots__ = ()

    def read_alone(self, reply: str) -> Verdict | None:
        bare = read_json_field(reply, _JSON_NAMES)
        number = read_number_alone(reply if bare is None else bare, self.lowest, self.highest)
        return None if number is None else Verdict(number, "")


@dataclass(frozen=True, slots=True)
class ScoreModel(BaseGrader):
    """The number that a judge gives after reading the messages `input`, brought from `range` to 0 to 1.

    `pass_threshold` is in the judge's measure; without one it is the middle of the range. Unscored where two
    replies hold no number of the range: it is never clipped into it.
    """

    kind: ClassVar[str] = "score_model"

    messages: tuple[Message, ...]
    model: str
    lowest: float
    highest: float
    offer: ModelScore
    sampling: Mapping[str, Any]

    @classmethod
    def read(cls, terms: Terms, fields: GraderFields) -> Self:
        lowest, highest = _read_range(fields)
        threshold = fields.threshold(default=(lowest + highest) / 2, lowest=lowest, highest=highest)
        messages = read_messages(fields)
        model = fields.models.judge(fields.model_id())
        offer = ModelScore(_exact(lowest), _exact(highest))
        return cls(terms, threshold, messages, model, lowest, highest, offer, read_sampling(fields))

    @property
    def models(self) -> tuple[str, ...]:
        return (self.model,)

    def mark_row(self, row: RowValues) -> Marking:
        ruling = yield from put_to(self.model, ask_author(self.messages, row, self.offer, self.sampling))
        if ruling.verdict is None:
            return unscored(ruling.reason, ruling.raw)
        score = float(ruling.verdict)
        value = (score - self.lowest) / (self.highest - self.lowest)
        passed = self.passes(score)
        return Mark(min(1.0, max(0.0, value)), passed, score=score, reason=ruling.reason or None)


def _read_range(fields: GraderFields) -> tuple[float, float]:
    value = fields.given("range")
    if value is None:
        return 0.0, 1.0
    if isinstance(value, list) and len(value) == 2 and all(map(_is_end, value)) and value[0] < value[1]:
        return float(value[0]), float(value[1])
    fields.refuse(
        "range",
        f"must be two numbers [lowest, highest] up to {LARGEST_NUMBER:,} from 0, the first below the second",
        "list_type",
    )
    return 0.0, 1.0


def _exact(number: float) -> Decimal:
    """The decimal number that was written, which the float only comes near."""
    return Decimal(str(number)).normalize()


def _is_end(value: object) -> bool:
    return is_number(value) and abs(value) <= LARGEST_NUMBER
