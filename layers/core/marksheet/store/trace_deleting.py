"""Deleting calls from traces: records, what is known of them by id, and what lies in S3 instead."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from marksheet.store import layout
from marksheet.store.trace_reading import TraceReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marksheet.store.objects import Objects
    from marksheet.store.table import Item, Table

_AT_ONCE = 100


class TraceDeleter:
    """The traces of a project."""

    def __init__(self, table: Table, objects: Objects, organization: str, project: str) -> None:
        self._table = table
        self._objects = objects
        self._organization = organization
        self._project = project
        self._reader = TraceReader(table, objects, organization, project)

    def delete_run(self, trace_id: str, run_id: str) -> None:
        """Delete what a trace has of a run: all of it where there is no other run in it."""
        partition = layout.trace(self._organization, self._project, trace_id)
        pointers = list(self._table.query(partition, prefix=layout.RUN_PREFIX))
        if any(item["SK"] != layout.run_of_trace(run_id) for item in pointers):
            trials = [call.call_id for call, _ in self._reader.trials(trace_id, run_id)]
            for call_id in trials:
                self.delete_group(trace_id, call_id)
            self._table.delete(partition, layout.run_of_trace(run_id))
            return
        self._delete(self._reader.items(trace_id))
        # What is left is known of the trace as a whole.
        self._table.delete_all((partition, item["SK"]) for item in self._table.query(partition))

    def delete_group(self, trace_id: str, call_id: str) -> None:
        """Delete a call that others lie beside, and all below it."""
        partition = layout.trace(self._organization, self._project, trace_id)
        waiting = [call_id]
        while waiting:
            group = waiting.pop()
            items = list(self._table.query(partition, prefix=layout.group_of_calls(group)))
            waiting += {item["SK"].split("#")[1] for item in items} - {group}
            self._delete(iter(items))

    def delete_call(self, trace_id: str, group: str, call_id: str) -> None:
        """Delete one call of a trace, and not what it called."""
        partition = layout.trace(self._organization, self._project, trace_id)
        self._delete(self._table.query(partition, prefix=layout.records_of(group, call_id)))

    def delete_alone(self, call_id: str) -> None:
        """Delete a call that lies in no trace."""
        own = layout.call(self._organization, self._project, call_id)
        items = [item for item in self._table.query(own) if item["SK"] != layout.CALL_DELETED]
        for item in items:
            if "object" in item:
                self._objects.delete(item["object"])
        self._table.delete_all((own, item["SK"]) for item in items)

    def _delete(self, items: Iterator[Item]) -> None:
        """Delete records, but not that a call is deleted."""
        while some := list(islice(items, _AT_ONCE)):
            ids = {item["SK"].split("#")[1] for item in some}
            by_id = [layout.call(self._organization, self._project, call_id) for call_id in sorted(ids)]
            ends = self._table.get_many([(pk, layout.CALL_ENDED) for pk in by_id])
            for item in chain(some, ends):
                if item is not None and "object" in item:
                    self._objects.delete(item["object"])
            known = ((pk, kind) for pk in by_id for kind in (layout.CALL_ENDED, layout.CALL_PLACE))
            records = ((item["PK"], item["SK"]) for item in some if not _says_deleted(item))
            self._table.delete_all(chain(records, known))


def _says_deleted(item: Item) -> bool:
    deleted: bool = item["SK"].split("#")[2] == layout.CALL_DELETED
    return deleted
