"""llm_judge: a registered model gives a verdict by a rubric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from marksheet.domain import Score
from marksheet.scoring.judge_inquiry import ask_judge, question_parts, too_long
from marksheet.scoring.judge_scale import CORRECT_OR_NOT, Scale, read_scale

if TYPE_CHECKING:
    from collections.abc import Generator

    from marksheet.domain import Answer, Question
    from marksheet.scoring.options import OptionReader
    from marksheet.scoring.scorer import Inquiry, Reply

LONGEST_RUBRIC = 10_000
"""Characters. A benchmark's scorers are stored in one item of the table, which may have 400 KB."""

_TASK = "You mark one answer to one question, by a rubric."


@dataclass(frozen=True, slots=True)
class LlmJudge:
    """The value of the verdict that a model gives by the option `rubric`; see docs/judges.md.

    Options: `model`, the id of a registered model, and `rubric`, both required. The verdicts it may give are
    `labels`, an object of labels and values from 0 to 1, or null for an answer that is not to be scored; or
    `scale`, `{"min": 1, "max": 5}`, whole numbers mapped onto 0 to 1; or else CORRECT (1) and INCORRECT (0).
    `include_expected_answer` and `include_context` (both true) show the judge these where a question has
    them. Unscored where two replies hold no verdict, and without asking for an answer of more than 50,000
    characters.
    """

    embeds: ClassVar[bool] = False

    model: str
    rubric: str
    scale: Scale = CORRECT_OR_NOT
    include_expected_answer: bool = True
    include_context: bool = True

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(
            options.model("model"),
            options.text("rubric", longest=LONGEST_RUBRIC, required=True) or "",
            read_scale(options),
            include_expected_answer=options.flag("include_expected_answer", default=True),
            include_context=options.flag("include_context", default=True),
        )

    def inquire(self, question: Question, answer: Answer) -> Generator[Inquiry, Reply, Score]:
        """A value of the scale with the verdict and the judge's reason, or none with what it replied."""
        if reason := too_long(answer):
            return Score(None, reason)
        parts = question_parts(
            question, expected_answer=self.include_expected_answer, context=self.include_context
        )
        ruling = yield from ask_judge(
            _TASK, self.rubric, self.scale, question, [*parts, ("answer", answer.text)]
        )
        if ruling.verdict is None:
            return Score(None, ruling.reason, ruling.raw)
        value = self.scale.values[ruling.verdict]
        told = ruling.verdict if value is not None else f"{ruling.verdict}, which is not scored"
        return Score(value, f"{told}: {ruling.reason}" if ruling.reason else told)
