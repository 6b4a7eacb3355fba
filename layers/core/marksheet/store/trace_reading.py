"""Reading a trace: its calls put together from their records, each trial with the calls below it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from marksheet.store import layout
from marksheet.store.bodies import read_body
from marksheet.store.call_records import decode_call, decode_end, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from marksheet.domain import Call
    from marksheet.store.objects import Objects
    from marksheet.store.table import Item, Table

_GROUPS_AT_ONCE = 100


@dataclass(slots=True)
class Records:
    """What came in of one call, by kind."""

    call_id: str
    items: dict[str, Item] = field(default_factory=dict)

    @property
    def deleted(self) -> bool:
        return layout.CALL_DELETED in self.items

    @property
    def lacks_end(self) -> bool:
        """Whether it has started, and the end may have come apart."""
        return layout.CALL_STARTED in self.items and layout.CALL_COMPLETE not in self.items


@dataclass(slots=True)
class Group:
    """A call and those that lie beside it, by id."""

    group_id: str
    records: dict[str, Records]


class TraceReader:
    """The traces of a project."""

    def __init__(self, table: Table, objects: Objects, organization: str, project: str) -> None:
        self._table = table
        self._objects = objects
        self._organization = organization
        self._project = project

    def trials(self, trace_id: str, run_id: str) -> Iterator[tuple[Call, list[Call]]]:
        """The trials of a run that are in a trace, each with the calls below it. Memory does not grow with
        them.
        """
        for call, children in self._read(self._groups(trace_id)):
            if call is not None and call.is_trial and call.parent_id == run_id:
                yield call, children

    def group(self, trace_id: str, group_id: str) -> tuple[Call | None, list[Call]]:
        """A call, None where it is deleted or not there, and the calls below it."""
        items = self._table.query(self._partition(trace_id), prefix=layout.group_of_calls(group_id))
        return next(self._read([_group(group_id, items)]))

    def call(self, records: Records) -> Call | None:
        """What the records of a call come to; None when it is deleted, or its start is unknown."""
        if records.deleted:
            return None
        started, complete, ended = (
            records.items.get(kind) for kind in (layout.CALL_STARTED, layout.CALL_COMPLETE, layout.CALL_ENDED)
        )
        if complete is not None:
            return decode_call(read_body(self._objects, complete))
        if started is None:
            return None
        end = decode_end(read_body(self._objects, ended)) if ended else None
        return merged(decode_call(read_body(self._objects, started)), end)

    def items(self, trace_id: str) -> Iterator[Item]:
        """Every record of a trace's calls."""
        return self._table.query(self._partition(trace_id), after=layout.BEFORE_CALLS)

    def _groups(self, trace_id: str) -> Iterator[Group]:
        for group_id, items in groupby(self.items(trace_id), key=lambda item: item["SK"].split("#")[0]):
            yield _group(group_id, items)

    def _read(self, groups: Iterable[Group]) -> Iterator[tuple[Call | None, list[Call]]]:
        """The calls of groups, the ends of some hundred fetched together."""
        waiting: list[Group] = []
        for group in groups:
            waiting.append(group)
            if len(waiting) == _GROUPS_AT_ONCE:
                yield from self._put_together(waiting)
                waiting = []
        yield from self._put_together(waiting)

    def _put_together(self, groups: list[Group]) -> Iterator[tuple[Call | None, list[Call]]]:
        open_ones = [r for group in groups for r in group.records.values() if r.lacks_end and not r.deleted]
        keys = [(self._by_id(records.call_id), layout.CALL_ENDED) for records in open_ones]
        for records, end in zip(open_ones, self._table.get_many(keys), strict=True):
            if end is not None:
                records.items[layout.CALL_ENDED] = end
        for group in groups:
            own = group.records.pop(group.group_id, None)
            children = [self.call(records) for records in group.records.values()]
            yield self.call(own) if own else None, [child for child in children if child is not None]

    def _partition(self, trace_id: str) -> str:
        return layout.trace(self._organization, self._project, trace_id)

    def _by_id(self, call_id: str) -> str:
        return layout.call(self._organization, self._project, call_id)


def _group(group_id: str, items: Iterable[Item]) -> Group:
    records: dict[str, Records] = {}
    for item in items:
        _, call_id, kind = item["SK"].split("#")
        records.setdefault(call_id, Records(call_id)).items[kind] = item
    return Group(group_id, records)
