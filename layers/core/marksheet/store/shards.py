"""Shard items: who works on a shard (lease), which generation of it counts, and what was counted.

Exactly-once rests on three conditional writes: the lease keeps two workers from asking the same questions,
the write-once part (S3) fixes what the marks of a generation are, and `complete` moves the counters in the
same transaction that marks the shard done, so a shard that is worked on twice counts once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marksheet.domain import Counts
from marksheet.store import layout
from marksheet.store.table import ConditionFailed, Item, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

DONE = "DONE"
OPEN = "OPEN"
_NAMES = {"#state": "state"}


@dataclass(frozen=True, slots=True)
class ShardKey:
    """One shard of one run."""

    organization: str
    evaluation_id: str
    position: int
    number: int
    """From 1."""

    @property
    def item(self) -> tuple[str, str]:
        return (
            layout.evaluation(self.organization, self.evaluation_id),
            layout.shard(self.position, self.number),
        )


@dataclass(frozen=True, slots=True)
class Holder:
    """A worker invocation: the Map child it works for, and which retry of it this is."""

    execution: str
    retry: int


@dataclass(frozen=True, slots=True)
class Shard:
    """What stands in a shard's item."""

    number: int
    done: bool
    generation: int
    """1, and one more each time a resume reopens the shard for its errored trials."""
    counts: Counts
    carry: str | None
    """S3 key of an earlier generation's part, whose answered trials are kept."""
    fresh: bool = False
    """Nobody had this generation before, so there is neither a checkpoint nor a part of it."""


class ShardBusy(Exception):
    """Another worker holds the lease; it runs out at `until` (Unix seconds) unless renewed."""

    def __init__(self, until: float) -> None:
        super().__init__("shard is leased")
        self.until = until


class ShardDone(Exception):
    """The shard is counted already."""


class LeaseLost(Exception):
    """A later invocation took the shard over."""


class Shards:
    def __init__(self, table: Table) -> None:
        self._table = table

    def lease(self, key: ShardKey, holder: Holder, *, now: float, seconds: float) -> Shard:
        """Take a shard for some seconds.

        It can be taken when nobody holds it, when the holder's lease ran out, and by a later retry of the
        same Map child at once: the state machine has then seen the earlier try fail. A second delivery of the
        same try is refused. Raises `ShardBusy` or `ShardDone`.
        """
        values = {
            ":execution": holder.execution,
            ":retry": holder.retry,
            ":until": now + seconds,
            ":now": now,
            ":done": DONE,
            ":one": 1,
        }
        try:
            item = self._table.update(
                *key.item,
                "SET holder = :execution, retry = :retry, lease_until = :until, "
                "generation = if_not_exists(generation, :one) ADD leases :one",
                values,
                names=_NAMES,
                condition="attribute_not_exists(PK) OR "
                "((attribute_not_exists(#state) OR #state <> :done) AND "
                "(lease_until < :now OR (holder = :execution AND retry < :retry)))",
            )
        except ConditionFailed as lost:
            held = lost.item or self._table.get(*key.item) or {}
            if held.get("state") == DONE:
                raise ShardDone from lost
            raise ShardBusy(float(held.get("lease_until", now))) from lost
        return _to_shard(item)

    def renew(self, key: ShardKey, holder: Holder, *, until: float) -> None:
        """Move the end of a lease; `until` 0 gives the shard back. Raises `LeaseLost` when it is somebody
        else's.
        """
        try:
            self._table.update(
                *key.item,
                "SET lease_until = :until",
                {":until": until, ":execution": holder.execution, ":retry": holder.retry, ":done": DONE},
                names=_NAMES,
                condition="holder = :execution AND retry = :retry "
                "AND (attribute_not_exists(#state) OR #state <> :done)",
            )
        except ConditionFailed as lost:
            raise LeaseLost from lost

    def complete(self, key: ShardKey, generation: int, counts: Counts) -> bool:
        """Mark a shard done and move its run's counters, together and once; False when that had happened
        before.
        """
        values = {":done": DONE, ":generation": generation, **_count_values(counts)}
        done = self._table.to_update(
            *key.item,
            "SET #state = :done, #right = :right, #wrong = :wrong, #unscored = :unscored, "
            "#errored = :errored REMOVE lease_until, holder, retry, carry",
            values,
            names={**_NAMES, **_COUNT_NAMES},
            condition="generation = :generation AND (attribute_not_exists(#state) OR #state <> :done)",
        )
        try:
            self._table.transact([done, self._add(key, counts)])
        except ConditionFailed:
            return False
        return True

    def reopen(self, key: ShardKey, shard: Shard, carry: str) -> bool:
        """Take a done shard's counts back and open its next generation, together; False when it changed
        meanwhile.
        """
        values = {
            ":open": OPEN,
            ":done": DONE,
            ":generation": shard.generation,
            ":next": shard.generation + 1,
            ":carry": carry,
            ":none": 0,
        }
        reopened = self._table.to_update(
            *key.item,
            "SET #state = :open, generation = :next, carry = :carry, lease_until = :none, leases = :none",
            values,
            names=_NAMES,
            condition="#state = :done AND generation = :generation",
        )
        try:
            self._table.transact([reopened, self._add(key, -shard.counts)])
        except ConditionFailed:
            return False
        return True

    def list_all(
        self, organization: str, evaluation_id: str, position: int, first: int = 1, last: int = 999_999
    ) -> Iterator[Shard]:
        """The shards of a run that somebody has worked on, in order."""
        items = self._table.query(
            layout.evaluation(organization, evaluation_id),
            between=(layout.shard(position, first), layout.shard(position, last)),
        )
        return map(_to_shard, items)

    def _add(self, key: ShardKey, counts: Counts) -> Item:
        return self._table.to_update(
            layout.evaluation(key.organization, key.evaluation_id),
            layout.counter(key.position, key.number),
            "ADD #right :right, #wrong :wrong, #unscored :unscored, #errored :errored",
            _count_values(counts),
            names=_COUNT_NAMES,
        )


_COUNT_NAMES = {f"#{name}": name for name in ("right", "wrong", "unscored", "errored")}


def _count_values(counts: Counts) -> dict[str, Any]:
    return {
        ":right": counts.right,
        ":wrong": counts.wrong,
        ":unscored": counts.unscored,
        ":errored": counts.errored,
    }


def _to_shard(item: Item) -> Shard:
    return Shard(
        number=int(item["SK"].split("#")[2]),
        done=item.get("state") == DONE,
        generation=item["generation"],
        counts=Counts(*(item.get(name, 0) for name in ("right", "wrong", "unscored", "errored"))),
        carry=item.get("carry"),
        fresh=item.get("leases") == 1,
    )
