"""The one retry layer between questions and a model: who calls now, who calls again, when it is over."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from marksheet.errors import ModelError, PermanentModelError, TransientModelError
from marksheet.providers.gate import Gate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from marksheet.domain import Answer, Question
    from marksheet.providers import Embedding, Provider

BACKOFF_SECONDS = 0.5
"""Longest wait after the first failure; doubles with each further one (full jitter: Brooker, 2015)."""
MAX_BACKOFF_SECONDS = 20.0
THROTTLE_PATIENCE_SECONDS = 300.0
"""How long nothing but throttling is borne with, and the longest pause a model may ask for."""
THROTTLED_COST = 0.2
"""What a throttled call costs of the attempts if others were answered meanwhile; nothing if none was."""
FATAL_REPEATS = 3
"""So many times in a row the same fatal error, and the model is not called any more."""
IDENTICAL_REPEATS = 20
"""So many times in a row the same status and words (a setting that the model does not take) from a model that
never answered, and it is not called any more either.
"""
OUT_OF_TIME = "out_of_time"
"""Code of the error for a question whose time was up before anything else went wrong."""

_FEWER_ATTEMPTS = {"bad_response": 2, "timeout": 3}
"""Errors that get fewer attempts: the first seldom changes, the second costs a whole timeout every time."""

Reply = TypeVar("Reply", "Answer", "Embedding")


@dataclass(slots=True)
class _Effort:
    """What one question has cost so far; a question is whatever is put to the model until it replies."""

    attempts: int = 0
    spent: float = 0.0
    """Attempts in the sense of `max_attempts`."""
    codes: Counter[str] = field(default_factory=Counter)
    throttled: int = 0
    last: ModelError | None = None
    answers_seen: int = 0
    """Answers to any question when this one was last throttled."""


class Calls:
    """Puts questions to one model, with no more than `max_in_flight` calls open.

    A question that waits, for its turn or before another attempt, holds no slot. Throttled calls are repeated
    as long as the model lets others through or recovers within `THROTTLE_PATIENCE_SECONDS`; other transient
    errors up to `max_attempts` calls. `clock`, `sleep` and `draw` (a random number in [0, 1)) are there to be
    replaced in tests.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        max_in_flight: int,
        max_attempts: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._provider = provider
        self._max_attempts = max_attempts
        self._clock = clock
        self._sleep = sleep
        self._draw = draw
        self._gate = Gate(max_in_flight, clock=clock, sleep=sleep, draw=draw)
        self._answers = 0
        self._throttled_since: float | None = None
        self._refusal: tuple[str, ...] | None = None
        """What the latest permanent error has in common with others of its kind."""
        self._refusals = 0
        """How often it came in a row."""
        self._over: ModelError | None = None

    async def answer(self, question: Question, trial: int, *, give_up_at: float) -> Answer:
        """The model's answer to one trial; see `call`."""
        return await self.call(partial(self._provider.ask, question, trial), give_up_at=give_up_at)

    async def call(self, attempt: Callable[[], Awaitable[Reply]], *, give_up_at: float) -> Reply:
        """What `attempt`, one call of the provider that is made as often as needed, brings back in the end,
        with the number of calls it took.

        Raises `ModelError` with `attempts` set: the last one met, or one of code `OUT_OF_TIME` when
        `give_up_at` (on the clock) came first. What is under way then is cancelled.
        """
        effort = _Effort(answers_seen=self._answers)
        try:
            async with asyncio.timeout(give_up_at - self._clock()) as limit:
                return await self._persist(attempt, effort, give_up_at)
        except TimeoutError:
            if not limit.expired():
                raise
        raise _given_up(effort)

    async def _persist(
        self, attempt: Callable[[], Awaitable[Reply]], effort: _Effort, give_up_at: float
    ) -> Reply:
        again = False
        while self._clock() < give_up_at:
            await self._gate.enter(first=again)
            try:
                return await self._attempt(attempt, effort)
            except TransientModelError as error:
                if not self._try_again(error, effort):
                    raise
                wait = self._backoff(error, effort)
            finally:
                self._gate.leave()
            again = True
            await self._sleep(wait)
        raise _given_up(effort)

    async def _attempt(self, attempt: Callable[[], Awaitable[Reply]], effort: _Effort) -> Reply:
        if self._over is not None:
            over = PermanentModelError(self._over.message, code=self._over.code, fatal=True)
            over.attempts = effort.attempts
            raise over
        effort.attempts += 1
        began = self._clock()
        try:
            reply = await attempt()
        except ModelError as error:
            error.attempts = effort.attempts
            effort.last = error
            self._learn(error, began)
            raise
        self._gate.answered(began)
        self._answers += 1
        self._throttled_since = self._refusal = None
        return reply if effort.attempts == 1 else replace(reply, attempts=effort.attempts)

    def _learn(self, error: ModelError, began: float) -> None:
        """Draw the conclusions for all other questions."""
        if isinstance(error, PermanentModelError):
            self._count_refusal(error)
        elif isinstance(error, TransientModelError) and error.throttled:
            now = self._clock()
            if self._throttled_since is None:
                self._throttled_since = now
            borne = now - self._throttled_since
            if max(borne, error.retry_after_seconds or 0.0) > THROTTLE_PATIENCE_SECONDS:
                self._stop(error)
            else:
                self._gate.throttled(began, error.retry_after_seconds)

    def _count_refusal(self, error: PermanentModelError) -> None:
        refusal = (error.code,) if error.fatal else (error.code, error.message)
        self._refusals = self._refusals + 1 if refusal == self._refusal else 1
        self._refusal = refusal
        # A status alone is the endpoint's; other codes, such as a filtered question's, tell of one question.
        of_the_model = error.code.startswith("http_") and not self._answers
        if (self._refusals >= FATAL_REPEATS and error.fatal) or (
            self._refusals >= IDENTICAL_REPEATS and of_the_model
        ):
            self._stop(error)

    def _stop(self, error: ModelError) -> None:
        self._over = error
        self._gate.open_wide()

    def _try_again(self, error: TransientModelError, effort: _Effort) -> bool:
        if self._over is not None:
            return False
        if error.throttled:
            effort.throttled += 1
            effort.spent += THROTTLED_COST if self._answers > effort.answers_seen else 0.0
            effort.answers_seen = self._answers
        else:
            effort.spent += 1
            effort.codes[error.code] += 1
        fewer = _FEWER_ATTEMPTS.get(error.code, self._max_attempts)
        return effort.spent < self._max_attempts and effort.codes[error.code] < fewer

    def _backoff(self, error: TransientModelError, effort: _Effort) -> float:
        times = effort.throttled if error.throttled else effort.codes.total()
        longest = min(MAX_BACKOFF_SECONDS, BACKOFF_SECONDS * 2.0 ** (times - 1))
        # The gate sees to Retry-After of throttled calls, for all questions.
        asked_for = 0.0 if error.throttled else error.retry_after_seconds or 0.0
        return max(longest * self._draw(), asked_for)


def _given_up(effort: _Effort) -> ModelError:
    error = effort.last or TransientModelError("its time was up before the model answered", code=OUT_OF_TIME)
    error.attempts = effort.attempts
    return error
