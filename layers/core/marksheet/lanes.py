"""ScoreShard: work through a lane of shards: ask, mark, checkpoint, write each shard's part once, count it
once.

One invocation keeps a fixed number of trials in flight across shard borders, so that a slow answer at the end
of one shard does not leave the others waiting. Whatever happens to it (killed, delivered twice, out of time,
cancelled), the next invocation takes up from checkpoints and parts; see docs/architecture.md, "Nothing lost,
nothing counted twice".
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marksheet.domain import Outcome, ProviderName, Status, Trial, TrialError
from marksheet.errors import ModelError
from marksheet.observability import logger
from marksheet.open_shards import OpenShard, OpenShards
from marksheet.providers import Provider, open_provider
from marksheet.providers.calling import OUT_OF_TIME, Calls
from marksheet.scoring.marking import Marking
from marksheet.store.shards import Holder, LeaseLost, ShardBusy, ShardDone

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.application import Application
    from marksheet.domain import Answer, Evaluation, Question, Run

MARGIN_SECONDS = 10.0
"""Kept free at the end of an invocation for the last checkpoints."""
_TICK_SECONDS = 0.2
"""The shortest time between two rounds of checkpoints."""
_BUSY_SECONDS = 5
"""How often a lane looks again at a shard that another worker holds; most are given back before their lease
ends.
"""
_STATUS_SECONDS = 5.0
"""How often a worker asks whether its evaluation still wants it."""


@dataclass(frozen=True, slots=True)
class LaneTask:
    """One entry of the manifest, and who is working on it."""

    organization: str
    evaluation_id: str
    attempt: int
    position: int
    first_shard: int
    last_shard: int
    in_flight: int
    holder: Holder

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> LaneTask:
        """Decode what the state machine sends: the evaluation, the manifest's entry, and the invocation's
        identity.
        """
        lane, invocation = event["lane"], event["invocation"]
        return cls(
            organization=event["organization"],
            evaluation_id=event["evaluation_id"],
            attempt=event["attempt"],
            position=lane["position"],
            first_shard=lane["first_shard"],
            last_shard=lane["last_shard"],
            in_flight=lane["in_flight"],
            holder=Holder(invocation["execution"], invocation["retry"]),
        )


@dataclass(frozen=True, slots=True)
class LaneResult:
    """Whether the lane needs another invocation, and how long the state machine should wait before it."""

    finished: bool
    wait_seconds: int = 0


def score_lane(app: Application, task: LaneTask, *, seconds_left: float) -> LaneResult:
    """Work on a lane for at most so many seconds and say whether it is finished.

    An evaluation that is over (cancelled, deleted, resumed elsewhere) has nothing left to do: finished.
    """
    evaluation = app.store.evaluations.find(task.organization, task.evaluation_id)
    if evaluation is None or (evaluation.status, evaluation.attempt) != (Status.PROCESSING, task.attempt):
        return LaneResult(finished=True)
    run = evaluation.runs[task.position]
    return asyncio.run(_Lane(app, task, evaluation, run, seconds_left).work(_secret(app, run)))


def _secret(app: Application, run: Run) -> str | None:
    """The model's key; None when it has none, or it was deleted, which the endpoint's refusals will
    then say.
    """
    if run.model.secret_name is None:
        return None
    try:
        return app.credentials.read(run.model.secret_name)
    except KeyError:
        return None


def _wanted(app: Application, task: LaneTask) -> bool:
    found = app.store.evaluations.find_status(task.organization, task.evaluation_id)
    return found == (Status.PROCESSING, task.attempt)


class _Lane:
    """One invocation at work. A producer opens shards and queues their missing trials, `in_flight` workers
    ask and mark them, a keeper saves marks, renews leases and watches for cancellation.
    """

    def __init__(
        self, app: Application, task: LaneTask, evaluation: Evaluation, run: Run, seconds_left: float
    ) -> None:
        self._app = app
        self._task = task
        self._evaluation = evaluation
        self._run = run
        self._marking = Marking(evaluation.scorers, evaluation.benchmark.domain_rules)
        self._shards = OpenShards(app, evaluation, run, task.holder)
        self._open: dict[int, OpenShard] = {}
        self._queue: asyncio.Queue[tuple[OpenShard, Question, int] | None] = asyncio.Queue(task.in_flight)
        """Trials to ask; None tells one worker that there are no more."""
        self._busy_until = 0.0
        self._stopped = False
        self._unfinished = False
        # Recorded answers cost nothing to ask for again.
        recorded = run.model.provider is ProviderName.RECORDED
        self._saves_each = not app.settings.checkpoint_seconds and not recorded
        timeout = float(run.model.settings.get("timeout_seconds", 0))
        self._cancel_at = time.monotonic() + max(1.0, seconds_left - MARGIN_SECONDS)
        # The last call fed may take its whole timeout; but at least three quarters of the time are for
        # feeding.
        self._feed_until = self._cancel_at - min(timeout, seconds_left / 4)
        self._budget = 0.9 * (self._cancel_at - time.monotonic())
        """Seconds one question may take with all its retries. Less than an invocation has, so that the next
        one, which begins with the questions this one had to give back, always gets through them.
        """

    async def work(self, secret: str | None) -> LaneResult:
        provider = open_provider(
            self._run.model,
            benchmark=self._evaluation.benchmark,
            secret=secret,
            read=self._app.store.objects.read,
            allow_private=self._app.settings.allow_private_endpoints,
        )
        calls = Calls(
            provider,
            max_in_flight=self._task.in_flight,
            max_attempts=int(self._run.model.settings.get("max_attempts", 1)),
        )
        try:
            await self._ask_all(provider, calls)
        finally:
            for opened in list(self._open.values()):
                await self._shards.save(opened)
                await asyncio.to_thread(self._shards.give_back, opened)
            await provider.close()
        if self._stopped:
            return LaneResult(finished=True)
        if self._busy_until:
            return LaneResult(finished=False, wait_seconds=self._seconds_until_free())
        return LaneResult(finished=not self._unfinished)

    async def _ask_all(self, provider: Provider, calls: Calls) -> None:
        """Run producer, workers and keeper until the lane is through, its time is up, or its evaluation is
        over.
        """
        tasks = [asyncio.create_task(self._produce(provider))]
        tasks += [asyncio.create_task(self._answer_queue(calls)) for _ in range(self._task.in_flight)]
        everything = asyncio.gather(*tasks)
        keeper = asyncio.ensure_future(self._keep())
        first_of: set[asyncio.Future[Any]] = {everything, keeper}
        try:
            await asyncio.wait(
                first_of,
                timeout=max(0.0, self._cancel_at - time.monotonic()),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if everything.done():
                everything.result()
            elif keeper.done():
                keeper.result()
                self._stopped = True
            else:
                self._unfinished = True
        finally:
            for task in (*tasks, keeper):
                task.cancel()
            await asyncio.gather(*tasks, keeper, everything, return_exceptions=True)

    async def _produce(self, provider: Provider) -> None:
        """Open the lane's shards one after the other and queue what they lack; the queue's size is how far
        ahead.
        """
        first, last = self._task.first_shard, self._task.last_shard
        for number in await asyncio.to_thread(self._shards.unfinished, first, last):
            if time.monotonic() >= self._feed_until:
                self._unfinished = True
                break
            await self._produce_shard(provider, number)
        for _ in range(self._task.in_flight):
            await self._queue.put(None)

    async def _produce_shard(self, provider: Provider, number: int) -> None:
        try:
            opened = await asyncio.to_thread(self._shards.open, number)
        except ShardDone:
            return
        except ShardBusy as busy:
            self._busy_until = max(self._busy_until, busy.until)
            return
        trials = range(1, self._evaluation.trials + 1)
        missing = [(q, t) for q in opened.questions for t in trials if (q.ordinal, t) not in opened.lines]
        opened.missing = len(missing)
        if not missing:
            await asyncio.to_thread(self._shards.close, opened)
            return
        self._open[number] = opened
        wanted = {question.ordinal: question for question, _ in missing}
        await provider.prepare(list(wanted.values()), self._evaluation.trials)
        for question, trial in missing:
            await self._queue.put((opened, question, trial))

    async def _answer_queue(self, calls: Calls) -> None:
        while (item := await self._queue.get()) is not None:
            opened, question, number = item
            if opened.lost:
                continue
            if time.monotonic() >= self._feed_until:
                self._unfinished = True
                continue
            trial = await self._answer(calls, question, number)
            if trial is None:
                self._unfinished = True
                continue
            opened.add(trial)
            opened.dirty = True
            opened.missing -= 1
            if opened.missing == 0:
                await asyncio.to_thread(self._shards.close, opened)
                self._open.pop(opened.key.number, None)
            elif self._saves_each:
                await self._shards.save(opened)

    async def _answer(self, calls: Calls, question: Question, number: int) -> Trial | None:
        """Ask and mark one trial. Whatever goes wrong with it costs this trial alone.

        None when its time ran out before the model took a call: that says nothing about the trial, so it goes
        back.
        """
        try:
            answer = await calls.answer(question, number, give_up_at=time.monotonic() + self._budget)
            return self._marked(question, number, answer)
        except ModelError as error:
            if error.code == OUT_OF_TIME and error.attempts == 0:
                return None
            problem = TrialError(error.code, error.message, error.attempts)
        except Exception as error:
            logger().error("a trial failed in our own code", extra={"error": type(error).__name__})
            problem = TrialError("internal_error", f"the worker failed on it: {type(error).__name__}")
        return Trial(
            ordinal=question.ordinal,
            question_id=question.question_id,
            trial=number,
            outcome=Outcome.ERRORED,
            output=None,
            scores={},
            error=problem,
        )

    def _marked(self, question: Question, number: int, answer: Answer) -> Trial:
        marks = self._marking.mark(question, answer)
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
        )

    async def _keep(self) -> None:
        """Save marks and renew leases until the evaluation is over."""
        settings = self._app.settings
        pause = max(_TICK_SECONDS, min(settings.checkpoint_seconds, settings.lease_seconds / 3))
        wanted_at = time.monotonic()
        while True:
            await asyncio.sleep(pause)
            for opened in list(self._open.values()):
                await self._shards.save(opened)
                await self._renew(opened)
            if time.monotonic() - wanted_at >= min(_STATUS_SECONDS, settings.lease_seconds / 3):
                wanted_at = time.monotonic()
                if not await asyncio.to_thread(_wanted, self._app, self._task):
                    return

    async def _renew(self, opened: OpenShard) -> None:
        try:
            await asyncio.to_thread(self._shards.renew, opened)
        except LeaseLost:
            # Another invocation has it now, or it is done. We leave the rest to that one, and look at the
            # shard again when a lease from now would have run out.
            opened.lost = True
            self._open.pop(opened.key.number, None)
            self._busy_until = max(self._busy_until, time.time() + self._app.settings.lease_seconds)

    def _seconds_until_free(self) -> int:
        return int(min(_BUSY_SECONDS, max(1.0, self._busy_until - time.time() + 0.5)))
