"""judge_relevance: a model says how far the answer addresses the question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from marksheet.scoring.judge_scale import numbers
from marksheet.scoring.llm_judge import LlmJudge

if TYPE_CHECKING:
    from collections.abc import Generator

    from marksheet.domain import Answer, Question, Score
    from marksheet.scoring.options import OptionReader
    from marksheet.scoring.scorer import Inquiry, Reply

RUBRIC = """\
How far does the answer address what the question asks? Whether it is true does not matter here: a wrong
answer to the question is relevant, a true statement about something else is not.

5: it answers the question, all of it, and nearly everything in it serves that.
4: it answers the question, with some parts beside the point or a small part of the question left open.
3: it answers a part of the question, or the answer has to be picked out of much that is beside the point.
2: it is about the question's subject but does not answer what is asked.
1: it is about something else, declines, says nothing, or cannot be understood.

Length is no merit. Where two numbers seem possible, take the lower."""

_SCALE = numbers(1, 5)


@dataclass(frozen=True, slots=True)
class JudgeRelevance:
    """How far the answer addresses the question, in the judgement of a model: 1 to 5, mapped onto 0 to 1.

    The judge sees the question and the answer alone. Option `model` (required) is its id.
    """

    embeds: ClassVar[bool] = False

    model: str

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(options.model("model"))

    def inquire(self, question: Question, answer: Answer) -> Generator[Inquiry, Reply, Score]:
        """The score, with the verdict and the judge's reason."""
        judge = LlmJudge(self.model, RUBRIC, _SCALE, include_expected_answer=False, include_context=False)
        return (yield from judge.inquire(question, answer))
