"""judge_correctness: a model compares the answer with the expected one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from marksheet.scoring.judge_scale import labels
from marksheet.scoring.llm_judge import LlmJudge
from marksheet.scoring.scorer import NO_EXPECTED_ANSWER

if TYPE_CHECKING:
    from collections.abc import Generator

    from marksheet.domain import Answer, Question, Score
    from marksheet.scoring.options import OptionReader
    from marksheet.scoring.scorer import Inquiry, Reply

RUBRIC = """\
Compare the answer with the expected answer. What the expected answer says counts as true, whatever you know
of the matter yourself. The question tells what has to be answered.

CORRECT: the answer states everything the expected answer states that the question asks for, and contradicts
none of it. Other words, another language, another order, a name in another usual form, a number rounded no
more than the question allows, or more detail than was asked for make no difference. Nor do doubts voiced
beside an answer that is given all the same.
INCORRECT: the answer contradicts the expected answer, leaves out a part of what the question asks for while
answering the rest, or offers several different answers, even if the right one is among them.
NOT_ATTEMPTED: the answer gives none: it is empty, declines, asks back, says that it does not know, or speaks
of other things, and it contradicts nothing in the expected answer.

Judge what is stated, not how well it is written. Where two verdicts seem possible, take INCORRECT over
CORRECT."""


@dataclass(frozen=True, slots=True)
class JudgeCorrectness:
    """1.0 for a correct answer, 0.0 for an incorrect one and for none, in the judgement of a model.

    The three verdicts are those of SimpleQA (Wei et al. 2024, arXiv 2411.04368); the rubric is our own. Not
    to have attempted the question is 0, since a model could otherwise raise its mean by declining what is
    hard; with the option `not_attempted_unscored` it is unscored, and the mean is that of what was attempted.
    Option `model` (required) is the id of the judge. Unscored without an expected answer.
    """

    embeds: ClassVar[bool] = False

    model: str
    not_attempted_unscored: bool = False

    @classmethod
    def read(cls, options: OptionReader) -> Self:
        return cls(options.model("model"), options.flag("not_attempted_unscored", default=False))

    def inquire(self, question: Question, answer: Answer) -> Generator[Inquiry, Reply, Score]:
        """The score, with the verdict and the judge's reason."""
        if question.expected_answer is None:
            return NO_EXPECTED_ANSWER
        not_attempted = None if self.not_attempted_unscored else 0.0
        scale = labels({"CORRECT": 1.0, "INCORRECT": 0.0, "NOT_ATTEMPTED": not_attempted})
        judge = LlmJudge(self.model, RUBRIC, scale, include_context=False)
        return (yield from judge.inquire(question, answer))
