"""Schedules, and what became of their ticks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from marksheet.domain import Schedule
from marksheet.store import layout
from marksheet.store.table import ConditionFailed, Item, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT_AFTER_END = timedelta(days=30)
"""So long one can read what became of a schedule that is over."""


class Schedules:
    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, schedule: Schedule) -> None:
        """Raises `ConditionFailed` when the organization has a schedule of this id."""
        self._table.put(_from_schedule(schedule), unless_exists=True)

    def find(self, organization: str, schedule_id: str) -> Schedule | None:
        item = self._table.get(layout.schedules(organization), schedule_id)
        return _to_schedule(item) if item else None

    def list_all(self, organization: str) -> Iterator[Schedule]:
        return map(_to_schedule, self._table.query(layout.schedules(organization)))

    def set_armed(self, schedule: Schedule) -> Schedule | None:
        """Note that EventBridge Scheduler has it as it is now; None when it was deleted meanwhile."""
        return self._change(
            schedule.organization,
            schedule.schedule_id,
            "SET armed = :yes, enabled = :enabled",
            {":yes": True, ":enabled": schedule.enabled},
        )

    def note_start(self, organization: str, schedule_id: str, tick: str, evaluation_id: str) -> None:
        """Remember what the latest tick has started; an earlier one that comes late changes nothing."""
        self._change(
            organization,
            schedule_id,
            "SET last_tick = :tick, last_evaluation_id = :evaluation",
            {":tick": tick, ":evaluation": evaluation_id},
            "(attribute_not_exists(last_tick) OR last_tick <= :tick)",
        )

    def note_failure(self, organization: str, schedule_id: str, tick: str, error: str) -> None:
        """Remember why a tick did not start anything, once however often it is delivered."""
        self._change(
            organization,
            schedule_id,
            "SET last_failed_tick = :tick, last_error = :error ADD failed_ticks :one",
            {":tick": tick, ":error": error, ":one": 1},
            "(attribute_not_exists(last_failed_tick) OR last_failed_tick < :tick)",
        )

    def delete(self, organization: str, schedule_id: str) -> None:
        self._table.delete(layout.schedules(organization), schedule_id)

    def _change(
        self,
        organization: str,
        schedule_id: str,
        expression: str,
        values: dict[str, Any],
        condition: str = "",
    ) -> Schedule | None:
        """The schedule as it is then; None when it is gone, or the condition does not hold."""
        conditions = ["attribute_exists(PK)", *([condition] if condition else [])]
        try:
            changed = self._table.update(
                layout.schedules(organization),
                schedule_id,
                expression,
                values,
                condition=" AND ".join(conditions),
            )
        except ConditionFailed:
            return None
        return _to_schedule(changed)


def _from_schedule(schedule: Schedule) -> Item:
    """What is not known yet is left out, so that a condition can tell."""
    fields = {name: getattr(schedule, name) for name in Schedule.__slots__}
    item = {
        "PK": layout.schedules(schedule.organization),
        "SK": schedule.schedule_id,
        **{name: value for name, value in fields.items() if value is not None},
    }
    if schedule.ends_at is not None:
        over = datetime.fromisoformat(schedule.ends_at) + KEPT_AFTER_END
        item["expires_at"] = int(over.timestamp())
    return item


def _to_schedule(item: Item) -> Schedule:
    return Schedule(**{name: item[name] for name in Schedule.__slots__ if name in item})
