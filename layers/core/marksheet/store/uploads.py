"""Uploads: what a presigned POST is for, and what became of the file."""

from __future__ import annotations

from typing import Any

from marksheet.domain import Status
from marksheet.store import layout
from marksheet.store.table import ConditionFailed, Item, Table


class Uploads:
    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, organization: str, upload_id: str, item: Item, *, expires_at: int) -> None:
        """Remember an upload until `expires_at` (Unix seconds; the table's time to live)."""
        key = {"PK": layout.uploads(organization), "SK": upload_id}
        self._table.put(
            {
                **key,
                **item,
                "upload_id": upload_id,
                "status": Status.PROCESSING.value,
                "expires_at": expires_at,
            }
        )

    def find(self, organization: str, upload_id: str) -> Item | None:
        return self._table.get(layout.uploads(organization), upload_id)

    def delete(self, organization: str, upload_id: str) -> None:
        self._table.delete(layout.uploads(organization), upload_id)

    def finish(self, organization: str, upload_id: str, status: Status, outcome: dict[str, Any]) -> bool:
        """Move an upload out of PROCESSING, once; False when somebody did already."""
        names = {"#status": "status", "#outcome": "outcome"}
        try:
            self._table.update(
                layout.uploads(organization),
                upload_id,
                "SET #status = :status, #outcome = :outcome",
                {":status": status.value, ":outcome": outcome, ":processing": Status.PROCESSING.value},
                names=names,
                condition="#status = :processing",
            )
        except ConditionFailed:
            return False
        return True
