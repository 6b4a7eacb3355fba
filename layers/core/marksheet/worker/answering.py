"""Making a trial: ask the model, or take the answer it gave before; have judges asked; mark."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from marksheet import prices
from marksheet.domain import Trial, TrialError
from marksheet.errors import ModelError, PermanentModelError
from marksheet.observability import logger
from marksheet.providers import open_provider
from marksheet.providers.calling import OUT_OF_TIME, Calls
from marksheet.scoring.marking import Marking
from marksheet.worker.earlier_answers import NO_EARLIER_ANSWER, EarlierAnswers
from marksheet.worker.judging import Judges, Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.application import Application
    from marksheet.domain import Answer, Evaluation, Question, Run


class _AnswerSource(Protocol):
    """Where a run's answers come from."""

    async def prepare(self, questions: Sequence[Question]) -> None: ...

    async def answer(self, question: Question, number: int, *, give_up_at: float) -> Answer: ...

    async def close(self) -> None: ...


class Answering:
    """Makes the trials of a run."""

    def __init__(self, evaluation: Evaluation, run: Run, source: _AnswerSource, judges: Judges) -> None:
        self._calls_model = evaluation.calls_model(run)
        self._settings = run.model.settings
        self._priced = self._calls_model and prices.has_price(run.model)
        self._marking = Marking(evaluation.scorers, evaluation.benchmark.domain_rules)
        self._source = source
        self._judges = judges

    async def prepare(self, questions: Sequence[Question]) -> None:
        await self._source.prepare(questions)

    async def make(self, question: Question, number: int, *, give_up_at: float) -> Trial:
        """Whatever goes wrong with a trial costs this trial alone."""
        try:
            answer = await self._source.answer(question, number, give_up_at=give_up_at)
            if self._priced:
                cost = prices.cost(self._settings, answer.prompt_tokens, answer.completion_tokens)
                answer = replace(answer, cost_usd=cost)
            return await self._marked(question, number, answer, give_up_at)
        except ModelError as error:
            if error.code == OUT_OF_TIME and error.attempts == 0:
                raise
            problem = TrialError(error.code, error.message, error.attempts)
        except Exception as error:
            logger().error("a trial failed in our own code", extra={"error": type(error).__name__})
            problem = TrialError("internal_error", f"the worker failed on it: {type(error).__name__}")
        return Trial.errored(question, number, problem)

    def cost(self, trial: Trial) -> Decimal | None:
        judges = trial.judging.cost_usd if trial.judging else Decimal(0)
        answer = trial.cost_usd if self._calls_model and trial.output is not None else Decimal(0)
        return None if judges is None or answer is None else judges + answer

    async def close(self) -> None:
        await self._source.close()
        await self._judges.close()

    async def _marked(self, question: Question, number: int, answer: Answer, give_up_at: float) -> Trial:
        tally = Tally()
        asked = None
        if self._marking.asking:
            scores = await asyncio.gather(
                *(
                    self._judges.score(scorer, question, answer, tally, give_up_at=give_up_at)
                    for _, scorer in self._marking.asking
                )
            )
            asked = {metric: s for (metric, _), s in zip(self._marking.asking, scores, strict=True)}
        marks = self._marking.mark(question, answer, asked)
        return Trial(
            ordinal=question.ordinal,
            question_id=question.question_id,
            trial=number,
            outcome=marks.outcome,
            output=answer.text,
            scores=marks.scores,
            violations=marks.violations,
            latency_seconds=answer.latency_seconds,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            finish_reason=answer.finish_reason,
            cost_usd=answer.cost_usd,
            judging=tally.judging(),
        )


class FromModel:
    """Answers that the run's model gives now, or brought along."""

    def __init__(
        self, app: Application, evaluation: Evaluation, run: Run, *, in_flight: int, secret: str | None
    ) -> None:
        self._trials = evaluation.trials
        self._provider = open_provider(
            run.model,
            benchmark=evaluation.benchmark,
            secret=secret,
            read=app.store.objects.read,
            allow_private=app.settings.allow_private_endpoints,
            bedrock_endpoint=app.settings.aws_endpoint_url_bedrock_runtime,
        )
        self._calls = Calls(
            self._provider,
            max_in_flight=in_flight,
            max_attempts=int(run.model.settings.get("max_attempts", 1)),
        )

    async def prepare(self, questions: Sequence[Question]) -> None:
        await self._provider.prepare(questions, self._trials)

    async def answer(self, question: Question, number: int, *, give_up_at: float) -> Answer:
        return await self._calls.answer(question, number, give_up_at=give_up_at)

    async def close(self) -> None:
        await self._provider.close()


class FromEarlier:
    """Answers of an earlier evaluation, marked again."""

    def __init__(self, app: Application, source: Evaluation | None, run: Run) -> None:
        """`source` is the earlier evaluation, None when it is gone; `run` is the new one's."""
        self._answers = EarlierAnswers(app, source, source_run(source, run)) if source else None

    async def prepare(self, questions: Sequence[Question]) -> None:
        if self._answers is not None:
            await self._answers.prepare(questions)

    async def answer(self, question: Question, number: int, *, give_up_at: float) -> Answer:
        if self._answers is None:
            message = "the earlier evaluation was deleted, and its answers with it"
            raise PermanentModelError(message, code=NO_EARLIER_ANSWER)
        return replace(self._answers.take(question, number), cost_usd=None)

    async def close(self) -> None:
        """Nothing is open."""


def source_run(source: Evaluation, run: Run) -> Run:
    """The run of an earlier evaluation whose answers a run takes: that of the same model, and of the same
    position where both are of one model.
    """
    same = [earlier for earlier in source.runs if earlier.model.model_id == run.model.model_id]
    return next((earlier for earlier in same if earlier.position == run.position), same[0])
