"""Answers that are in the parts of an evaluation already: marked again, or compared with each other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from marksheet.domain import Answer, Outcome
from marksheet.errors import PermanentModelError
from marksheet.rows import decode_part
from marksheet.store import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.application import Application
    from marksheet.domain import Evaluation, Question, Run, Trial

NO_EARLIER_ANSWER = "no_earlier_answer"
"""Code of the error of a trial whose answer is not there, or is none."""


class EarlierAnswers:
    """The answers of one run of an evaluation whose shards are done."""

    def __init__(self, app: Application, evaluation: Evaluation, run: Run) -> None:
        self._app = app
        self._evaluation = evaluation
        self._run = run
        self._found: dict[tuple[int, int], Trial] = {}

    async def prepare(self, questions: Sequence[Question]) -> None:
        """Read the parts these questions are in."""
        ordinals = {question.ordinal for question in questions}
        size = self._evaluation.shard_size
        for number in sorted({(ordinal - 1) // size + 1 for ordinal in ordinals}):
            content = await asyncio.to_thread(self._read_part, number)
            self._found |= {
                (trial.ordinal, trial.trial): trial
                for trial in decode_part(content)
                if trial.ordinal in ordinals
            }

    def take(self, question: Question, number: int) -> Answer:
        """The answer to one trial, once. Raises `PermanentModelError` where there is none."""
        trial = self._found.pop((question.ordinal, number), None)
        if trial is None:
            raise PermanentModelError("the earlier evaluation's answers are gone", code=NO_EARLIER_ANSWER)
        if trial.outcome is Outcome.ERRORED or trial.output is None:
            code = trial.error.code if trial.error else "unknown"
            message = f"the earlier evaluation has no answer to it: {code}"
            raise PermanentModelError(message, code=NO_EARLIER_ANSWER)
        return Answer(
            text=trial.output,
            latency_seconds=trial.latency_seconds,
            prompt_tokens=trial.prompt_tokens,
            completion_tokens=trial.completion_tokens,
            finish_reason=trial.finish_reason,
            cost_usd=trial.cost_usd,
        )

    def _read_part(self, number: int) -> bytes:
        """The part of a done shard; empty when it, or its evaluation, is gone."""
        organization, evaluation_id = self._evaluation.organization, self._evaluation.evaluation_id
        shards = self._app.store.shards.list_all(
            organization, evaluation_id, self._run.position, number, number
        )
        for shard in shards:
            if shard.done:
                key = layout.part(organization, evaluation_id, self._run.run_id, number, shard.generation)
                return self._app.store.objects.find(key) or b""
        return b""
