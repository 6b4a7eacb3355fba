"""ScoreShard: work through a lane of shards: ask, mark, checkpoint, write each shard's part once, count it
once.

One invocation keeps a fixed number of trials in flight across shard borders, so that a slow answer at the end
of one shard does not leave the others waiting. Whatever happens to it (killed, delivered twice, out of time,
cancelled), the next invocation takes up from checkpoints and parts; see docs/architecture.md, "Nothing lost,
nothing counted twice".
"""

from __future__ import annotations

import asyncio
import functools
import gc
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from marksheet.domain import BUDGET_REACHED, Status, Trial, TrialError
from marksheet.errors import ModelError
from marksheet.store import layout
from marksheet.store.shards import Holder, LeaseLost, ShardBusy, ShardDone
from marksheet.worker.allowance import open_allowance
from marksheet.worker.open_shards import OpenShard, OpenShards
from marksheet.worker.trials import open_maker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.application import Application
    from marksheet.domain import Evaluation, Question, Run
    from marksheet.worker.allowance import Allowance
    from marksheet.worker.trials import TrialMaker

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
    judges_in_flight: Mapping[str, int] = field(default_factory=dict)
    """By judge: its share of calls for this lane."""

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
            judges_in_flight=lane.get("judges_in_flight", {}),
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
    run = evaluation.all_runs[task.position]
    maker = open_maker(app, evaluation, run, in_flight=task.in_flight, judges=task.judges_in_flight)
    shards = task.last_shard - task.first_shard + 1
    allowance = open_allowance(app, evaluation, run, shards=shards, seconds_left=seconds_left)
    lane = _Lane(app, task, evaluation, run, maker, allowance, seconds_left)
    _collect_less_often()
    result = asyncio.run(lane.work())
    if app.store.evaluations.find_status(task.organization, task.evaluation_id) is None:
        # The deletion may have come before what this invocation wrote last.
        app.store.objects.delete_prefix(layout.run_prefix(task.organization, task.evaluation_id, run.run_id))
    return result


@functools.cache
def _collect_less_often() -> None:
    """Let the garbage collector look after 20,000 new objects instead of 700, and not at what is imported.

    A call leaves few cycles behind, and looking for them is a twelfth of a worker's processor time. Once a
    process: what is frozen is never collected, and a later invocation would freeze what an earlier one left.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


def _wanted(app: Application, task: LaneTask) -> bool:
    found = app.store.evaluations.find_status(task.organization, task.evaluation_id)
    return found == (Status.PROCESSING, task.attempt)


class _Lane:
    """One invocation at work. A producer opens shards and queues their missing trials, `in_flight` workers
    ask and mark them, a keeper saves marks, renews leases and watches for cancellation.
    """

    def __init__(
        self,
        app: Application,
        task: LaneTask,
        evaluation: Evaluation,
        run: Run,
        maker: TrialMaker,
        allowance: Allowance | None,
        seconds_left: float,
    ) -> None:
        self._app = app
        self._task = task
        self._evaluation = evaluation
        self._maker = maker
        self._allowance = allowance
        self._shards = OpenShards(app, evaluation, run, task.holder)
        self._open: dict[int, OpenShard] = {}
        self._queue: asyncio.Queue[tuple[OpenShard, Question, int] | None] = asyncio.Queue(task.in_flight)
        """Trials to ask; None tells one worker that there are no more."""
        self._busy_until = 0.0
        self._stopped = False
        self._unfinished = False
        # What nobody is called for costs nothing to have again.
        judges = evaluation.judges_of(run)
        calls = evaluation.calls_model(run) or bool(judges)
        self._saves_each = not app.settings.checkpoint_seconds and calls
        timeout = sum(
            float(model.settings.get("timeout_seconds", 0))
            for model in {run.model.model_id: run.model, **judges}.values()
        )
        self._cancel_at = time.monotonic() + max(1.0, seconds_left - MARGIN_SECONDS)
        # The last call fed may take its whole timeout; but at least three quarters of the time are for
        # feeding.
        self._feed_until = self._cancel_at - min(timeout, seconds_left / 4)
        self._patience = 0.9 * (self._cancel_at - time.monotonic())
        """Seconds one question may take with all its retries. Less than an invocation has, so that the next
        one, which begins with the questions this one had to give back, always gets through them.
        """

    async def work(self) -> LaneResult:
        try:
            await self._make_all()
        finally:
            await self._let_go()
        if self._stopped:
            return LaneResult(finished=True)
        if self._busy_until:
            return LaneResult(finished=False, wait_seconds=self._seconds_until_free())
        return LaneResult(finished=not self._unfinished)

    async def _let_go(self) -> None:
        """Save and give back what is open; what fails of it does not keep the rest from being given back."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._maker.close)
            if self._allowance is not None:
                stack.push_async_callback(self._allowance.close)
            for opened in list(self._open.values()):
                stack.push_async_callback(asyncio.to_thread, self._shards.give_back, opened)
                stack.push_async_callback(self._shards.save, opened)

    async def _make_all(self) -> None:
        """Run producer, workers and keeper until the lane is through, its time is up, or its evaluation is
        over.
        """
        tasks = [asyncio.create_task(self._produce())]
        tasks += [asyncio.create_task(self._work_off_queue()) for _ in range(self._task.in_flight)]
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

    async def _produce(self) -> None:
        """Open the lane's shards one after the other and queue what they lack; the queue's size is how far
        ahead.
        """
        first, last = self._task.first_shard, self._task.last_shard
        for number in await asyncio.to_thread(self._shards.unfinished, first, last):
            if time.monotonic() >= self._feed_until:
                self._unfinished = True
                break
            await self._produce_shard(number)
        for _ in range(self._task.in_flight):
            await self._queue.put(None)

    async def _produce_shard(self, number: int) -> None:
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
        await self._maker.prepare(list(wanted.values()))
        for question, trial in missing:
            await self._queue.put((opened, question, trial))

    async def _work_off_queue(self) -> None:
        while (item := await self._queue.get()) is not None:
            opened, question, number = item
            if opened.lost:
                continue
            if time.monotonic() >= self._feed_until:
                self._unfinished = True
                continue
            trial = await self._make(question, number)
            if trial is None:
                self._unfinished = True
                continue
            opened.add(trial)
            opened.dirty = True
            opened.missing -= 1
            if opened.missing == 0:
                await self._shards.finish(opened)
                self._open.pop(opened.key.number, None)
            elif self._saves_each:
                await self._shards.save(opened)

    async def _make(self, question: Question, number: int) -> Trial | None:
        """The trial, if the budget has the money for it.

        None when its time ran out before a call was made: that says nothing about the trial, so it goes back.
        """
        if self._allowance is None:
            return await self._made(question, number)
        held = await self._allowance.hold()
        if held is None:
            problem = TrialError(BUDGET_REACHED, "not asked: the evaluation's budget is used up", 0)
            return Trial.errored(question, number, problem)
        # A call that is cut off may have been paid for: then it costs what was held.
        cost: Decimal | None = None
        try:
            trial = await self._made(question, number)
            cost = Decimal(0) if trial is None else self._maker.cost(trial)
            return trial
        finally:
            self._allowance.settle(held, cost)

    async def _made(self, question: Question, number: int) -> Trial | None:
        try:
            return await self._maker.make(question, number, give_up_at=time.monotonic() + self._patience)
        except ModelError:
            return None

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
