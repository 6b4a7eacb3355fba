"""What a batch of calls is in the table: items under keys that follow from the calls alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marksheet.store import layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import Call, CallEnd
    from marksheet.store.table import Item

_ASKS = ("predict", "invoke")
"""What the name of an operation has that asks a model."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call lies within its trace."""

    trace_id: str
    group: str
    """The call it lies beside: a trial and the calls below it all beside the trial."""


@dataclass(slots=True)
class Batch:
    """The items of some calls, each key once: of two records of one kind for a call the later one counts."""

    organization: str
    project: str
    items: dict[tuple[str, str], Item] = field(default_factory=dict)
    traces: set[str] = field(default_factory=set)
    """Those of which calls came in."""
    runs_started: set[str] = field(default_factory=set)
    runs_complete: set[str] = field(default_factory=set)
    places: dict[str, Place] = field(default_factory=dict)
    """Of the calls that lie in a trace, by their ids."""

    def add(self, call: Call, kind: str, body: Mapping[str, object], *, found_by_id: bool) -> None:
        """Take in a call that started or is complete. `found_by_id` has it found without its trace."""
        if call.is_run or call.parent_id is None:
            self._put(self._by_id(call.call_id), kind, {**body, "run": call.is_run})
            if call.is_run:
                self._list(call)
                (self.runs_complete if kind == layout.CALL_COMPLETE else self.runs_started).add(call.call_id)
            return
        place = Place(call.trace_id, call.call_id if call.is_trial else call.parent_id)
        self.places[call.call_id] = place
        self.traces.add(call.trace_id)
        self._put(self._trace(call.trace_id), layout.traced(place.group, call.call_id, kind), body)
        if call.is_trial:
            self._put(self._by_id(call.parent_id), layout.trace_of_run(call.trace_id))
            self._put(self._trace(call.trace_id), layout.run_of_trace(call.parent_id))
        # A start waits for its end, which may say no more than the call's id. What asks a model may be read.
        if found_by_id or kind == layout.CALL_STARTED or _asks(call):
            found = {"trace_id": place.trace_id, "group": place.group}
            self._put(self._by_id(call.call_id), layout.CALL_PLACE, found)

    def add_end(self, end: CallEnd, body: Mapping[str, object]) -> None:
        """Take in an end that came apart from its start."""
        self._put(self._by_id(end.call_id), layout.CALL_ENDED, body)

    def _list(self, call: Call) -> None:
        listed = layout.logged_runs(self.organization, self.project)
        self._put(listed, call.call_id, {"started_at": call.started_at})

    def _by_id(self, call_id: str) -> str:
        return layout.call(self.organization, self.project, call_id)

    def _trace(self, trace_id: str) -> str:
        return layout.trace(self.organization, self.project, trace_id)

    def _put(self, pk: str, sk: str, values: Mapping[str, object] | None = None) -> None:
        self.items[pk, sk] = {"PK": pk, "SK": sk, **(values or {})}


def _asks(call: Call) -> bool:
    """Whether a call may be the one of a trial that asks the model."""
    if call.is_trial or call.is_score:
        return False
    name = call.operation.lower()
    return "self" in call.inputs or any(word in name for word in _ASKS)
