"""Uploads: what a presigned POST is for, and what became of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.domain import Status
from marksheet.store import layout
from marksheet.store.idempotency import Idempotency
from marksheet.store.table import ConditionFailed, Item, Table

if TYPE_CHECKING:
    from marksheet.store.idempotency import IdempotencyRecord


class Uploads:
    def __init__(self, table: Table) -> None:
        self._table = table
        self._idempotency = Idempotency(table)

    def add(
        self,
        organization: str,
        upload_id: str,
        item: Item,
        *,
        expires_at: int,
        record: IdempotencyRecord | None = None,
    ) -> None:
        """Remember an upload until `expires_at` (Unix seconds; the table's time to live), with its
        idempotency record, all or nothing.

        Raises `IdempotencyKeyUsed` when the record's key is taken and has not expired.
        """
        remembered = {
            "PK": layout.uploads(organization),
            "SK": upload_id,
            **item,
            "upload_id": upload_id,
            "status": Status.PROCESSING.value,
            "expires_at": expires_at,
        }
        if record is None:
            self._table.put(remembered)
            return
        writes = [
            self._table.to_put(remembered),
            self._idempotency.to_remember(organization, upload_id, record),
        ]
        try:
            self._table.transact(writes)
        except ConditionFailed as lost:
            used = self._idempotency.find(organization, record.key, record.now)
            if used is None:
                raise
            raise used from lost

    def to_begin(self, organization: str, upload_id: str) -> Item:
        """The write that lets what a file becomes be stored with it, in one transaction: it fails where the
        upload is deleted, or over.
        """
        return self._table.to_update(
            layout.uploads(organization),
            upload_id,
            "SET begun = :yes",
            {":yes": True, ":processing": Status.PROCESSING.value},
            names={"#status": "status"},
            condition="#status = :processing",
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
