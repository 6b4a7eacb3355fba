"""Calls of logged runs: they arrive in batches, in any order and more than once.

Every record of a call is a put of its own under a key made of what the record itself says, so that a batch
that comes again changes nothing; what belongs together is put together by whoever reads. Of two records of
one kind for one call the later one counts. A trial lies beside the calls below it, in the partition of its
trace; a run, and an end that came apart from its start, is found by the call's id. See
docs/adr/0018-logged-runs.md.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from marksheet.domain import Call, CallEnd, LoggedRun
from marksheet.store import layout
from marksheet.store.bodies import keep_body
from marksheet.store.call_batches import Batch, Place
from marksheet.store.call_records import encode_record
from marksheet.store.table import ConditionFailed
from marksheet.store.trace_deleting import TraceDeleter
from marksheet.store.trace_reading import Records, TraceReader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from marksheet.store.objects import Objects
    from marksheet.store.table import Item, Table

_HIDDEN_SECONDS = 30 * 24 * 3600
"""How long what comes in of a deleted run is hidden, longer than any client tries to send it."""


@dataclass(slots=True)
class _Known:
    """What lies under the id of a call; of a run its traces too, and what became of it."""

    records: Records
    traces: list[str] = field(default_factory=list)
    results: Item = field(default_factory=dict)
    place: Place | None = None

    @property
    def settled(self) -> Mapping[str, Any]:
        """What is known of the calls that are in the results; empty before there are any."""
        return self.results.get("settled") or {}


class Calls:
    def __init__(self, table: Table, objects: Objects) -> None:
        self._table = table
        self._objects = objects

    def add(
        self,
        organization: str,
        project: str,
        *,
        starts: Sequence[Call] = (),
        completes: Sequence[Call] = (),
        ends: Sequence[CallEnd] = (),
        found_by_id: bool = False,
    ) -> set[str]:
        """Take in what came of some calls, in any order and any number of times.

        Gives the ids of the runs that are over and of which something came in. All of it is stored once this
        returns; whoever had an error has to send it again. `found_by_id` has every call found without its
        trace, at the price of a write each.
        """
        batch = Batch(organization, project)
        for kind, calls in ((layout.CALL_STARTED, starts), (layout.CALL_COMPLETE, completes)):
            for call in calls:
                batch.add(call, kind, self._keep(batch, call), found_by_id=found_by_id)
        for end in ends:
            batch.add_end(end, self._keep(batch, end))
        self._table.put_many(batch.items.values())
        over = batch.runs_complete | self._ended(batch, ends)
        # Counted only now: who has the count has read, or will read, all that was counted.
        for trace_id in batch.traces:
            self._count(organization, project, trace_id)
        touched = self._runs_in(organization, project, batch.traces)
        touched |= batch.runs_started | batch.runs_complete | {end.call_id for end in ends}
        return over | self._over(organization, project, touched - batch.places.keys())

    def find_runs(self, organization: str, project: str, run_ids: Iterable[str]) -> dict[str, LoggedRun]:
        """Those of the runs of which anything came in, by id."""
        known = {run_id: self._known(organization, project, run_id) for run_id in dict.fromkeys(run_ids)}
        counts = self.changes(organization, project, {t for run in known.values() for t in run.traces})
        return {
            run_id: LoggedRun(
                run_id=run_id,
                call=self._reader(organization, project).call(run.records),
                evaluation_id=run.results.get("evaluation_id"),
                planned=(run.results.get("planned") or {}).get("attempt"),
                settled=run.settled.get("changes") == {trace: counts[trace] for trace in run.traces},
                dangling=run.settled.get("dangling", False),
                deleted=run.records.deleted,
            )
            for run_id, run in known.items()
            if run.records.items or run.traces
        }

    def list_runs(self, organization: str, project: str) -> Iterator[tuple[str, str]]:
        """Id and start of every run that was logged in a project."""
        for item in self._table.query(layout.logged_runs(organization, project)):
            yield item["SK"], item["started_at"]

    def trials_of(self, organization: str, project: str, run_id: str) -> Iterator[tuple[Call, list[Call]]]:
        """Each trial of a run with the calls below it, by id and not by start; what is deleted is left out.
        Memory does not grow with their number.
        """
        run = self._known(organization, project, run_id)
        if run.records.deleted:
            return
        for trace_id in run.traces:
            yield from self._reader(organization, project).trials(trace_id, run_id)

    def find_place(self, organization: str, project: str, call_id: str) -> Place | None:
        """Where a call lies in its trace; None for one that is not there or is not found by its id."""
        return self._known(organization, project, call_id).place

    def find(self, organization: str, project: str, call_id: str) -> Call | None:
        """A call that is below no other, as far as it is there and not deleted."""
        known = self._known(organization, project, call_id)
        return self._reader(organization, project).call(known.records)

    def find_group(self, organization: str, project: str, place: Place) -> tuple[Call | None, list[Call]]:
        """The call that others lie beside, None where it is deleted or not there, and those below it."""
        return self._reader(organization, project).group(place.trace_id, place.group)

    def find_trace(self, organization: str, project: str, call_id: str) -> str | None:
        """The trace of a call that is found by its id: a run, or one whose start came apart."""
        known = self._known(organization, project, call_id)
        if known.place is not None:
            return known.place.trace_id
        call = self._reader(organization, project).call(known.records)
        return call.trace_id if call else None

    def changes_of_run(self, organization: str, project: str, run_id: str) -> dict[str, int]:
        """By trace of a run, how often calls came in."""
        return self.changes(organization, project, self._known(organization, project, run_id).traces)

    def changes(self, organization: str, project: str, traces: Collection[str]) -> dict[str, int]:
        """How often calls of these traces came in."""
        wanted = sorted(traces)
        found = self._table.get_many(
            [(layout.trace(organization, project, trace), layout.TRACE_CHANGES) for trace in wanted]
        )
        return {trace: item["changes"] if item else 0 for trace, item in zip(wanted, found, strict=True)}

    def delete(
        self, organization: str, project: str, call_id: str, place: Place | None, *, now: int
    ) -> set[str]:
        """Hide a call, and what comes in of it in the next 30 days, and delete what there is; `now` in Unix
        seconds. With a trial goes all that lies beside it. Gives the ids of the runs that are over and had
        it.
        """
        gone = {"SK": layout.CALL_DELETED, "expires_at": now + _HIDDEN_SECONDS}
        deleter = TraceDeleter(self._table, self._objects, organization, project)
        if place is None:
            self._table.put({"PK": layout.call(organization, project, call_id), **gone})
            deleter.delete_alone(call_id)
            return set()
        trace = layout.trace(organization, project, place.trace_id)
        self._table.put({"PK": trace, **gone, "SK": layout.traced(place.group, call_id, layout.CALL_DELETED)})
        if place.group == call_id:
            deleter.delete_group(place.trace_id, call_id)
        else:
            deleter.delete_call(place.trace_id, place.group, call_id)
        self._count(organization, project, place.trace_id)
        runs = self._runs_in(organization, project, {place.trace_id})
        return self._over(organization, project, runs)

    def delete_run(self, organization: str, project: str, run_id: str, *, now: int) -> None:
        """Hide a run and delete what there is, and what comes in of it in the next 30 days; `now` in Unix
        seconds. A deletion cut short can be repeated.
        """
        self.hide_run(organization, project, run_id, now=now)
        self._empty(organization, project, run_id)

    def hide_run(self, organization: str, project: str, run_id: str, *, now: int) -> None:
        """Hide a run that is about to be deleted."""
        gone = {"SK": layout.CALL_DELETED, "expires_at": now + _HIDDEN_SECONDS}
        self._table.put({"PK": layout.call(organization, project, run_id), **gone})
        self._table.delete(layout.logged_runs(organization, project), run_id)

    def claim(self, organization: str, project: str, run_id: str, evaluation_id: str) -> str:
        """Say which evaluation is to be made of a run that is over; gives the one that was said first."""
        item = self._table.update(
            layout.call(organization, project, run_id),
            layout.RUN_RESULTS,
            "SET evaluation_id = if_not_exists(evaluation_id, :evaluation)",
            {":evaluation": evaluation_id},
        )
        return str(item["evaluation_id"])

    def plan(
        self,
        organization: str,
        project: str,
        run_id: str,
        attempt: int,
        *,
        changes: Mapping[str, int],
        dangling: bool,
    ) -> None:
        """Note by trace what had come in when an attempt at a run's results began to read it, and whether a
        reference led nowhere. Raises `ConditionFailed` for a run that was deleted.
        """
        self._table.update(
            layout.call(organization, project, run_id),
            layout.RUN_RESULTS,
            "SET planned = :planned",
            {":planned": {"attempt": attempt, "changes": dict(changes), "dangling": dangling}},
            condition="attribute_exists(evaluation_id)",
        )

    def settle(self, organization: str, project: str, run_id: str, attempt: int) -> None:
        """Note that what was planned is in the results, unless a later attempt was planned."""
        with suppress(ConditionFailed):
            self._table.update(
                layout.call(organization, project, run_id),
                layout.RUN_RESULTS,
                "SET settled = planned",
                {":attempt": attempt},
                condition="planned.attempt = :attempt",
            )

    def _ended(self, batch: Batch, ends: Sequence[CallEnd]) -> set[str]:
        """The runs of a batch whose start and end are both there now. The traces of calls that ended, and lie
        in one, join those that changed.
        """
        asked = batch.runs_started | {end.call_id for end in ends} - batch.places.keys()
        kinds = (layout.CALL_STARTED, layout.CALL_ENDED, layout.CALL_PLACE)
        call_ids = sorted(asked)
        found = self._table.get_many(
            [(self._pk(batch, call_id), kind) for call_id in call_ids for kind in kinds]
        )
        over = set()
        for number, call_id in enumerate(call_ids):
            started, ended, place = found[3 * number : 3 * number + 3]
            if place is not None:
                batch.traces.add(place["trace_id"])
            if started is not None and started["run"] and ended is not None:
                over.add(call_id)
        return over

    def _empty(self, organization: str, project: str, run_id: str) -> None:
        """Delete all of a run but that it is deleted."""
        own = layout.call(organization, project, run_id)
        self._table.delete(layout.logged_runs(organization, project), run_id)
        known = self._known(organization, project, run_id)
        deleter = TraceDeleter(self._table, self._objects, organization, project)
        for trace_id in known.traces:
            deleter.delete_run(trace_id, run_id)
        items = list(self._table.query(own))
        for item in items:
            if "object" in item:
                self._objects.delete(item["object"])
        self._table.delete_all((own, item["SK"]) for item in items if item["SK"] != layout.CALL_DELETED)

    def _runs_in(self, organization: str, project: str, traces: Iterable[str]) -> set[str]:
        """The runs that have trials in these traces."""
        return {
            item["SK"].removeprefix(layout.RUN_PREFIX)
            for trace_id in traces
            for item in self._table.query(
                layout.trace(organization, project, trace_id), prefix=layout.RUN_PREFIX
            )
        }

    def _over(self, organization: str, project: str, run_ids: Iterable[str]) -> set[str]:
        """Those of the runs that are over. What came in of one that is deleted is deleted again."""
        wanted = sorted(run_ids)
        kinds = (layout.RUN_RESULTS, layout.CALL_DELETED)
        found = self._table.get_many(
            [(layout.call(organization, project, run_id), kind) for run_id in wanted for kind in kinds]
        )
        over = set()
        for run_id, results, deleted in zip(wanted, found[::2], found[1::2], strict=True):
            if results is not None:
                over.add(run_id)
            if deleted is not None:
                self._empty(organization, project, run_id)
        return over

    def _count(self, organization: str, project: str, trace_id: str) -> None:
        self._table.update(
            layout.trace(organization, project, trace_id),
            layout.TRACE_CHANGES,
            "ADD changes :one",
            {":one": 1},
        )

    def _known(self, organization: str, project: str, call_id: str) -> _Known:
        known = _Known(Records(call_id))
        for item in self._table.query(layout.call(organization, project, call_id)):
            sort_key = item["SK"]
            if sort_key.startswith(layout.TRACE_PREFIX):
                known.traces.append(sort_key.removeprefix(layout.TRACE_PREFIX))
            elif sort_key == layout.RUN_RESULTS:
                known.results = item
            elif sort_key == layout.CALL_PLACE:
                known.place = Place(item["trace_id"], item["group"])
            else:
                known.records.items[sort_key] = item
        return known

    def _keep(self, batch: Batch, record: Call | CallEnd) -> dict[str, Any]:
        """A record as it goes into an item: itself, or where it lies."""
        body = encode_record(record)
        key = layout.call_object(batch.organization, batch.project, hashlib.sha256(body).hexdigest())
        return keep_body(self._objects, body, key)

    def _reader(self, organization: str, project: str) -> TraceReader:
        return TraceReader(self._table, self._objects, organization, project)

    @staticmethod
    def _pk(batch: Batch, call_id: str) -> str:
        return layout.call(batch.organization, batch.project, call_id)
