"""Grading what was handed in: each grader's mark on a row, with what the models it asked used."""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from typing import TYPE_CHECKING

from marksheet.domain import Grade, Mark, Submission, Trial, TrialError
from marksheet.errors import ModelError, TransientModelError
from marksheet.grading import GRADER_FAILED, row_error, row_outcome
from marksheet.observability import logger
from marksheet.providers.calling import OUT_OF_TIME
from marksheet.worker.judging import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.domain import Judging, Question
    from marksheet.grading import Grader
    from marksheet.worker.judging import Judges


_LATE = TrialError(OUT_OF_TIME, "the time was up before it was graded", 0)


class Grading:
    """Makes the trials of a grading job: nobody is asked for answers, only judges for verdicts."""

    def __init__(self, graders: Sequence[Grader], judges: Judges) -> None:
        self._graders = graders
        self._judges = judges

    async def prepare(self, questions: Sequence[Question]) -> None:
        """Nothing is needed: a submission brings its output along."""

    async def make(self, question: Question, number: int, *, give_up_at: float) -> Trial:
        """The grades of one row. ERRORED where a model gave no answer, so that a resume asks again."""
        assert isinstance(question, Submission)
        grades = await grade_row(self._graders, question, self._judges, give_up_at=give_up_at)
        late = [grade for grade in grades if grade.error is not None and grade.error.code == OUT_OF_TIME]
        if late and not any(grade.judging or (grade.error and grade.error.attempts) for grade in grades):
            raise TransientModelError("its time was up before a judge was asked", code=OUT_OF_TIME)
        return to_trial(question, number, grades)

    def cost(self, trial: Trial) -> Decimal | None:
        return trial.judging.cost_usd if trial.judging else Decimal(0)

    async def close(self) -> None:
        await self._judges.close()


async def grade_row(
    graders: Sequence[Grader], submission: Submission, judges: Judges, *, give_up_at: float
) -> tuple[Grade, ...]:
    """What every grader says of a row, in the graders' order. Whatever goes wrong with one of them costs its
    own mark: those that ask models ask side by side.
    """
    if not any(grader.models for grader in graders):
        # Tasks would cost more than the comparisons.
        return tuple([await _grade(grader, submission, judges, give_up_at) for grader in graders])
    return tuple(
        await asyncio.gather(*(_grade(grader, submission, judges, give_up_at) for grader in graders))
    )


def not_graded(grader: Grader, error: TrialError) -> Grade:
    """Of a row that was not reached."""
    return Grade(
        grader.name, grader.kind, grader.points, Mark(None, reason=error.message), grader.models, error=error
    )


def to_trial(submission: Submission, number: int, grades: tuple[Grade, ...]) -> Trial:
    """A row's grades as the trial that is stored and counted."""
    error = next((grade.error for grade in grades if grade.error is not None), None)
    return Trial(
        ordinal=submission.ordinal,
        question_id=submission.question_id,
        trial=number,
        outcome=row_outcome(grades),
        output=None,  # It is in the job's rows already.
        scores={},
        error=None if error is None else TrialError(error.code, row_error(grades) or "", error.attempts),
        judging=_together(grades),
        grades=grades,
    )


async def _grade(grader: Grader, submission: Submission, judges: Judges, give_up_at: float) -> Grade:
    if time.monotonic() >= give_up_at:
        # One that asks nobody cannot be stopped; so many of them may take all the time there is.
        return not_graded(grader, _LATE)
    tally = Tally()
    error: TrialError | None = None
    try:
        mark = await _mark(grader, submission, judges, tally, give_up_at)
    except ModelError as failure:
        mark = Mark(None, reason=f"the model gave no answer: {failure.message}")
        error = TrialError(failure.code, failure.message, failure.attempts)
    except Exception as failure:
        logger().error("a grader failed in our own code", extra={"error": type(failure).__name__})
        message = f"the grader failed on it: {type(failure).__name__}"
        mark, error = Mark(None, reason=message), TrialError(GRADER_FAILED, message)
    return Grade(
        name=grader.name,
        kind=grader.kind,
        points=grader.points,
        mark=mark,
        models=grader.models,
        judging=tally.judging(),
        latency_seconds=tally.latency_seconds,
        error=error,
    )


async def _mark(
    grader: Grader, submission: Submission, judges: Judges, tally: Tally, give_up_at: float
) -> Mark:
    """Hand the grader the replies it wants, until it has its mark. Raises `ModelError`."""
    work = grader.grade(submission)
    try:
        wanted = next(work)
        while True:
            reply = await judges.ask(wanted.model, wanted.inquiry, tally, give_up_at=give_up_at)
            wanted = work.send(reply)
    except StopIteration as done:
        mark: Mark = done.value
        return mark
    finally:
        work.close()


def _together(grades: Sequence[Grade]) -> Judging | None:
    """What all graders of a row used; None when none asked anybody."""
    found = [grade.judging for grade in grades if grade.judging is not None]
    if not found:
        return None
    first, *others = found
    return sum(others, first)
