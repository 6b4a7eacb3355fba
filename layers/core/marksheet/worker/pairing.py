"""Making the trials of a pairwise comparison: a judge is shown both models' answers to a question."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from marksheet.domain import Trial, TrialError
from marksheet.errors import ModelError
from marksheet.observability import logger
from marksheet.providers.calling import OUT_OF_TIME
from marksheet.scoring.pairwise import encode_pair, prefer
from marksheet.worker.earlier_answers import EarlierAnswers
from marksheet.worker.judging import Judges, Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.application import Application
    from marksheet.domain import Evaluation, Pairwise, Question


class Pairing:
    """Compares the answers of an evaluation's two runs, which are in their parts already."""

    def __init__(self, app: Application, evaluation: Evaluation, pairwise: Pairwise, judges: Judges) -> None:
        self._answers = tuple(EarlierAnswers(app, evaluation, run) for run in evaluation.runs)
        self._pairwise = pairwise
        self._judges = judges

    async def prepare(self, questions: Sequence[Question]) -> None:
        for answers in self._answers:
            await answers.prepare(questions)

    async def make(self, question: Question, number: int, *, give_up_at: float) -> Trial:
        """The judge's verdict in both orders; ERRORED where one of the answers is missing, or the judge gives
        no answer, so that a resume asks again.
        """
        tally = Tally()
        try:
            base, compared = (answers.take(question, number) for answers in self._answers)
            inquiry = prefer(question, base, compared, self._pairwise.rubric)
            preference = await self._judges.run(self._pairwise.model, inquiry, tally, give_up_at=give_up_at)
            return encode_pair(question, number, preference, tally.judging())
        except ModelError as error:
            if error.code == OUT_OF_TIME and error.attempts == 0 and not tally.calls:
                raise
            problem = TrialError(error.code, error.message, error.attempts)
        except Exception as error:
            logger().error("a pair failed in our own code", extra={"error": type(error).__name__})
            problem = TrialError("internal_error", f"the worker failed on it: {type(error).__name__}")
        return Trial.errored(question, number, problem, tally.judging())

    def cost(self, trial: Trial) -> Decimal | None:
        return trial.judging.cost_usd if trial.judging else Decimal(0)

    async def close(self) -> None:
        await self._judges.close()
