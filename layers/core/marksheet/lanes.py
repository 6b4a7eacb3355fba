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
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from marksheet import questions, uploads
from marksheet.domain import (
    Answer,
    Counts,
    Evaluation,
    Outcome,
    Question,
    Run,
    Status,
    Trial,
    TrialError,
)
from marksheet.errors import ModelError
from marksheet.observability import logger
from marksheet.providers import Provider, open_provider
from marksheet.providers.calling import OUT_OF_TIME, Calls
from marksheet.rows import decode_part, encode_trial
from marksheet.scoring.marking import Marking
from marksheet.store import layout
from marksheet.store.objects import ObjectExists
from marksheet.store.shards import Holder, LeaseLost, Shard, ShardBusy, ShardDone, ShardKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.application import Application

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


@dataclass(slots=True)
class _OpenShard:
    """A shard this invocation holds: the marks it has so far, and how many are missing."""

    key: ShardKey
    shard: Shard
    lines: dict[tuple[int, int], bytes] = field(default_factory=dict)
    """Encoded trials by (ordinal, trial); encoded once, however often they are checkpointed."""
    outcomes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    missing: int = 0
    dirty: bool = False
    lost: bool = False
    renewed_at: float = 0.0
    saving: asyncio.Lock = field(default_factory=asyncio.Lock)

    def add(self, trial: Trial) -> None:
        self.lines[trial.ordinal, trial.trial] = encode_trial(trial)
        self.outcomes[trial.outcome] += 1

    @property
    def counts(self) -> Counts:
        return Counts(**{outcome.value: number for outcome, number in self.outcomes.items()})

    @property
    def content(self) -> bytes:
        return b"".join(self.lines[key] for key in sorted(self.lines))


def score_lane(app: Application, task: LaneTask, *, seconds_left: float) -> LaneResult:
    """Work on a lane for at most so many seconds and say whether it is finished.

    An evaluation that is over (cancelled, deleted, resumed elsewhere) has nothing left to do: finished.
    """
    evaluation = app.store.evaluations.find(task.organization, task.evaluation_id)
    if not _wanted(app, task) or evaluation is None:
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
    ask and mark them, a keeper writes checkpoints, renews leases and watches for cancellation.
    """

    def __init__(
        self, app: Application, task: LaneTask, evaluation: Evaluation, run: Run, seconds_left: float
    ) -> None:
        self._app = app
        self._task = task
        self._evaluation = evaluation
        self._run = run
        self._marking = Marking(evaluation.scorers, evaluation.benchmark.domain_rules)
        self._open: dict[int, _OpenShard] = {}
        self._queue: asyncio.Queue[tuple[_OpenShard, Question, int] | None] = asyncio.Queue(task.in_flight)
        """Trials to ask; None tells one worker that there are no more."""
        self._busy_until = 0.0
        self._stop = asyncio.Event()
        self._unfinished = False
        timeout = float(run.model.settings.get("timeout_seconds", 0))
        self._cancel_at = time.monotonic() + max(1.0, seconds_left - MARGIN_SECONDS)
        # The last call fed may take its whole timeout; but at least three quarters of the time are for
        # feeding.
        self._feed_until = self._cancel_at - min(timeout, seconds_left / 4)
        self._budget = max(1.0, seconds_left / 2)
        """Seconds one question may take with all its retries: half an invocation, so that the next one, which
        begins with the questions this one had to give back, always gets through them.
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
        keeper = asyncio.create_task(self._keep())
        try:
            await self._ask_all(provider, calls)
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            await self._give_back()
            await provider.close()
        if self._stop.is_set():
            return LaneResult(finished=True)
        if self._busy_until:
            return LaneResult(finished=False, wait_seconds=self._seconds_until_free())
        return LaneResult(finished=not self._unfinished)

    async def _ask_all(self, provider: Provider, calls: Calls) -> None:
        """Run producer and workers until the lane is through, its time is up, or its evaluation is over."""
        tasks = [asyncio.create_task(self._produce(provider))]
        tasks += [asyncio.create_task(self._answer_queue(calls)) for _ in range(self._task.in_flight)]
        everything = asyncio.gather(*tasks)
        stop = asyncio.ensure_future(self._stop.wait())
        first_of: set[asyncio.Future[Any]] = {everything, stop}
        try:
            await asyncio.wait(
                first_of,
                timeout=max(0.0, self._cancel_at - time.monotonic()),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if everything.done():
                everything.result()
            else:
                self._unfinished = True
        finally:
            for task in (*tasks, stop):
                task.cancel()
            await asyncio.gather(*tasks, stop, everything, return_exceptions=True)

    async def _produce(self, provider: Provider) -> None:
        """Open the lane's shards one after the other and queue what they lack; the queue's size is how far
        ahead.
        """
        for number in await asyncio.to_thread(self._open_numbers):
            if time.monotonic() >= self._feed_until:
                self._unfinished = True
                break
            await self._produce_shard(provider, number)
        for _ in range(self._task.in_flight):
            await self._queue.put(None)

    async def _produce_shard(self, provider: Provider, number: int) -> None:
        try:
            opened, asked = await asyncio.to_thread(self._open_shard, number)
        except ShardDone:
            return
        except ShardBusy as busy:
            self._busy_until = max(self._busy_until, busy.until)
            return
        trials = range(1, self._evaluation.trials + 1)
        missing = [(q, t) for q in asked for t in trials if (q.ordinal, t) not in opened.lines]
        opened.missing = len(missing)
        if not missing:
            await asyncio.to_thread(self._close, opened)
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
                await asyncio.to_thread(self._close, opened)
                self._open.pop(opened.key.number, None)
            elif not self._app.settings.checkpoint_seconds:
                await self._save(opened)

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
        marks = self._marking.mark(question, answer.text)
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

    def _open_numbers(self) -> list[int]:
        task = self._task
        known = self._app.store.shards.list_all(
            task.organization, task.evaluation_id, task.position, task.first_shard, task.last_shard
        )
        done = {shard.number for shard in known if shard.done}
        return [n for n in range(task.first_shard, task.last_shard + 1) if n not in done]

    def _open_shard(self, number: int) -> tuple[_OpenShard, list[Question]]:
        """Lease a shard and collect the marks it has: carried, checkpointed, or whole but not yet counted."""
        task, objects = self._task, self._app.store.objects
        key = ShardKey(task.organization, task.evaluation_id, task.position, number)
        shard = self._app.store.shards.lease(
            key, task.holder, now=time.time(), seconds=self._app.settings.lease_seconds
        )
        opened = _OpenShard(key, shard, renewed_at=time.monotonic())
        kept: dict[tuple[int, int], Trial] = {}
        if shard.carry:
            carried = decode_part(objects.read(shard.carry))
            kept = {(t.ordinal, t.trial): t for t in carried if t.outcome is not Outcome.ERRORED}
        if not shard.fresh:
            found = objects.find(self._part_key(opened)) or objects.find(self._checkpoint_key(opened)) or b""
            kept |= {(trial.ordinal, trial.trial): trial for trial in decode_part(found)}
        for trial in kept.values():
            opened.add(trial)
        size = self._evaluation.shard_size
        first = (number - 1) * size + 1
        last = min(number * size, self._evaluation.total_questions)
        questions_key = self._evaluation.benchmark.questions_key
        start, end = uploads.question_range(objects, questions_key, first, last)
        lines = objects.read(questions_key, start, end).splitlines()
        return opened, [questions.decode_question(line) for line in lines]

    def _close(self, opened: _OpenShard) -> None:
        """Write the part once, then count it once. The part that stands is what counts, whoever wrote it."""
        counts = opened.counts
        try:
            self._app.store.objects.write_once(self._part_key(opened), opened.content)
        except ObjectExists:
            standing = _OpenShard(opened.key, opened.shard)
            for trial in decode_part(self._app.store.objects.read(self._part_key(opened))):
                standing.add(trial)
            counts = standing.counts
        self._app.store.shards.complete(opened.key, opened.shard.generation, counts)

    async def _keep(self) -> None:
        """Checkpoint, renew leases, and stop the lane when its evaluation is over."""
        settings = self._app.settings
        asked_at = time.monotonic()
        while True:
            await asyncio.sleep(
                max(_TICK_SECONDS, min(settings.checkpoint_seconds, settings.lease_seconds / 3))
            )
            for opened in list(self._open.values()):
                await self._save(opened)
                await asyncio.to_thread(self._renew, opened)
            if time.monotonic() - asked_at >= min(_STATUS_SECONDS, settings.lease_seconds / 3):
                asked_at = time.monotonic()
                if not await asyncio.to_thread(_wanted, self._app, self._task):
                    self._stop.set()
                    return

    async def _save(self, opened: _OpenShard) -> None:
        """Checkpoint what is new of a shard. Who comes while a write is under way shares the next one."""
        async with opened.saving:
            if not opened.dirty:
                return
            opened.dirty = False
            write = self._app.store.objects.write
            await asyncio.to_thread(
                write, self._checkpoint_key(opened), opened.content, "application/x-ndjson"
            )

    def _renew(self, opened: _OpenShard) -> None:
        seconds = self._app.settings.lease_seconds
        if time.monotonic() - opened.renewed_at < seconds / 3:
            return
        try:
            self._app.store.shards.renew(opened.key, self._task.holder, until=time.time() + seconds)
            opened.renewed_at = time.monotonic()
        except LeaseLost:
            # Another invocation has it now, or it is done. What we have is checkpointed; we leave the rest to
            # it, and look at it again when a lease from now would have run out.
            opened.lost = True
            self._open.pop(opened.key.number, None)
            self._busy_until = max(self._busy_until, time.time() + seconds)

    async def _give_back(self) -> None:
        """Checkpoint and release every shard that is still open."""
        for opened in list(self._open.values()):
            await self._save(opened)
            await asyncio.to_thread(self._release, opened)

    def _release(self, opened: _OpenShard) -> None:
        try:
            self._app.store.shards.renew(opened.key, self._task.holder, until=0)
        except LeaseLost:
            return

    def _seconds_until_free(self) -> int:
        return int(min(_BUSY_SECONDS, max(1.0, self._busy_until - time.time() + 0.5)))

    def _part_key(self, opened: _OpenShard) -> str:
        task = self._task
        return layout.part(
            task.organization,
            task.evaluation_id,
            self._run.run_id,
            opened.key.number,
            opened.shard.generation,
        )

    def _checkpoint_key(self, opened: _OpenShard) -> str:
        task = self._task
        return layout.checkpoint(
            task.organization,
            task.evaluation_id,
            self._run.run_id,
            opened.key.number,
            opened.shard.generation,
        )
