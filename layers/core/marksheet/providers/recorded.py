"""Answers that were recorded elsewhere and uploaded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from marksheet.answers import AnswerIndex, Range, coalesce, decode_answer
from marksheet.errors import PermanentModelError
from marksheet.providers import NO_SAMPLING
from marksheet.store import layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.domain import Answer, Question
    from marksheet.providers import Embedding, Read

_GAP_BYTES = 64 << 10
"""Unwanted bytes worth reading to save a request: a request takes about as long as reading these."""


@dataclass(slots=True)
class _Prepared:
    """The answers to one question, held until each of its trials was asked."""

    trials_left: int
    answers: dict[int | None, Answer] = field(default_factory=dict)
    """By trial; None stands for every trial."""


class RecordedProvider:
    """Finds answers by question id in an uploaded file, by a few range reads for many questions."""

    def __init__(self, answers_key: str | None, read: Read) -> None:
        self._key = answers_key
        self._read = read
        self._index: AnswerIndex | None = None
        self._prepared: dict[str, _Prepared] = {}
        self._gone = answers_key is None

    async def prepare(self, questions: Sequence[Question], trials: int) -> None:
        """Read the rows of these questions; that an answer does not exist is for `ask` to tell."""
        self._prepared |= {question.question_id: _Prepared(trials) for question in questions}
        if self._key is None:
            return
        try:
            if self._index is None:
                index_key = layout.answers_index(self._key)
                self._index = AnswerIndex(await asyncio.to_thread(self._read, index_key, None, None))
            wanted = {
                found
                for question in questions
                for trial in range(1, trials + 1)
                for found in self._index.find(question.question_id, trial)
            }
            await asyncio.gather(*(self._load(self._key, rows) for rows in coalesce(wanted, _GAP_BYTES)))
        except KeyError:
            self._gone = True

    async def ask(self, question: Question, trial: int) -> Answer:
        """The recorded answer. Raises `PermanentModelError`, fatal when the model's file is gone."""
        if self._gone:
            raise PermanentModelError(
                "the model's recorded answers do not exist any more", code="no_recorded_answers", fatal=True
            )
        prepared = self._prepared[question.question_id]
        prepared.trials_left -= 1
        if prepared.trials_left == 0:
            del self._prepared[question.question_id]
        answer = prepared.answers.get(trial) or prepared.answers.get(None)
        if answer is None:
            raise PermanentModelError("no answer was recorded for this question", code="no_recorded_answer")
        return answer

    async def chat(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        trial: int = 1,
        sampling: Mapping[str, Any] = NO_SAMPLING,
    ) -> Answer:
        """Nobody is there to talk to: a fatal `PermanentModelError`."""
        raise _only_recorded()

    async def embed(self, texts: Sequence[str]) -> Embedding:
        """As `chat`."""
        raise _only_recorded()

    async def close(self) -> None:
        """Nothing is open."""

    async def _load(self, key: str, ranges: list[Range]) -> None:
        start = ranges[0].offset
        end = max(row.end for row in ranges)
        content = await asyncio.to_thread(self._read, key, start, end)
        for row in ranges:
            question_id, trial, answer = decode_answer(content[row.offset - start : row.end - start])
            if question_id in self._prepared:
                self._prepared[question_id].answers[trial] = answer


def _only_recorded() -> PermanentModelError:
    return PermanentModelError(
        "a recorded model answers the questions it has answers for, and nothing else",
        code="recorded_model",
        fatal=True,
    )
