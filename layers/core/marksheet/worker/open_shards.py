"""The shards one worker invocation holds: opened with a lease, saved, written once, counted once, or given
back.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marksheet.domain import Counts, Outcome
from marksheet.rows import decode_part, encode_trial
from marksheet.store import layout
from marksheet.store.objects import ObjectExists
from marksheet.store.shards import Holder, LeaseLost, Shard, ShardKey
from marksheet.worker.question_slices import QuestionSlices

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Evaluation, Question, Run, Trial


@dataclass(slots=True)
class OpenShard:
    """A shard, the marks it has so far, and how many are missing."""

    key: ShardKey
    shard: Shard
    questions: list[Question] = field(default_factory=list)
    lines: dict[tuple[int, int], bytes] = field(default_factory=dict)
    """Encoded trials by (ordinal, trial); encoded once, however often they are saved."""
    outcomes: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    missing: int = 0
    dirty: bool = False
    """Whether there are marks that no checkpoint has."""
    saved: bool = False
    """Whether there is a checkpoint."""
    lost: bool = False
    """Whether another invocation holds it now."""
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
        """Its marks as a part, ordered by ordinal, then trial."""
        return b"".join(self.lines[key] for key in sorted(self.lines))


class OpenShards:
    """Opens and closes the shards of one run for one holder. Calls that are not `async` block, and run in
    threads.
    """

    def __init__(self, app: Application, evaluation: Evaluation, run: Run, holder: Holder) -> None:
        self._app = app
        self._evaluation = evaluation
        self._run = run
        self._holder = holder
        self._last = 0
        self._slices = QuestionSlices(
            app.store.objects,
            evaluation.benchmark.questions_key,
            shard_size=evaluation.shard_size,
            total=evaluation.total_questions,
        )

    def unfinished(self, first: int, last: int) -> list[int]:
        """Numbers of the shards from `first` to `last`, which are the lane's, that are not done."""
        self._last = last
        organization, evaluation_id = self._evaluation.organization, self._evaluation.evaluation_id
        known = self._app.store.shards.list_all(organization, evaluation_id, self._run.position, first, last)
        done = {shard.number for shard in known if shard.done}
        return [number for number in range(first, last + 1) if number not in done]

    def open(self, number: int) -> OpenShard:
        """Lease a shard and collect the marks it has: carried, saved, or whole but not yet counted.

        Raises `ShardBusy` or `ShardDone`.
        """
        objects = self._app.store.objects
        key = ShardKey(
            self._evaluation.organization, self._evaluation.evaluation_id, self._run.position, number
        )
        shard = self._app.store.shards.lease(
            key, self._holder, now=time.time(), seconds=self._app.settings.lease_seconds
        )
        opened = OpenShard(key, shard, self._slices.read(number, self._last), renewed_at=time.monotonic())
        kept: dict[tuple[int, int], Trial] = {}
        if shard.carry:
            carried = decode_part(objects.read(shard.carry))
            kept = {(t.ordinal, t.trial): t for t in carried if t.outcome is not Outcome.ERRORED}
        if not shard.fresh:
            saved = objects.find(self._checkpoint_key(opened))
            opened.saved = saved is not None
            part = objects.find(self._part_key(opened))
            found = decode_part(part or saved or b"")
            # A checkpoint may be the attempt's before, of which errored trials are asked again.
            errors_too = part is not None or self._evaluation.attempt == 1
            kept |= {(t.ordinal, t.trial): t for t in found if errors_too or t.outcome is not Outcome.ERRORED}
        for trial in kept.values():
            opened.add(trial)
        return opened

    async def save(self, opened: OpenShard) -> None:
        """Checkpoint what is new of a shard. Who comes while a write is under way shares the next one."""
        async with opened.saving:
            if not opened.dirty:
                return
            opened.dirty = False
            opened.saved = True
            write = self._app.store.objects.write
            await asyncio.to_thread(
                write, self._checkpoint_key(opened), opened.content, "application/x-ndjson"
            )

    async def finish(self, opened: OpenShard) -> None:
        """Close a shard once no checkpoint of it is under way, or that would be there after it; none is begun
        later.
        """
        async with opened.saving:
            await asyncio.to_thread(self.close, opened)
            opened.dirty = False

    def renew(self, opened: OpenShard) -> None:
        """Keep the lease of a shard when a third of it has passed. Raises `LeaseLost`."""
        seconds = self._app.settings.lease_seconds
        if time.monotonic() - opened.renewed_at >= seconds / 3:
            self._app.store.shards.renew(opened.key, self._holder, until=time.time() + seconds)
            opened.renewed_at = time.monotonic()

    def close(self, opened: OpenShard) -> None:
        """Write the part once, count it once, and drop the checkpoint.

        The part that stands is what counts, whoever wrote it.
        """
        counts = opened.counts
        try:
            self._app.store.objects.write_once(self._part_key(opened), opened.content)
        except ObjectExists:
            standing = OpenShard(opened.key, opened.shard)
            for trial in decode_part(self._app.store.objects.read(self._part_key(opened))):
                standing.add(trial)
            counts = standing.counts
        self._app.store.shards.complete(opened.key, opened.shard.generation, counts)
        if opened.saved:
            self._app.store.objects.delete(self._checkpoint_key(opened))

    def give_back(self, opened: OpenShard) -> None:
        """Let the next invocation have a shard at once."""
        try:
            self._app.store.shards.renew(opened.key, self._holder, until=0)
        except LeaseLost:
            return

    def _part_key(self, opened: OpenShard) -> str:
        key = opened.key
        return layout.part(
            key.organization, key.evaluation_id, self._run.run_id, key.number, opened.shard.generation
        )

    def _checkpoint_key(self, opened: OpenShard) -> str:
        key = opened.key
        return layout.checkpoint(
            key.organization, key.evaluation_id, self._run.run_id, key.number, opened.shard.generation
        )
