"""Idempotency keys: what was created with which, so that a request that comes again creates nothing more."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from marksheet.store import layout

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from marksheet.store.table import Item, Table


class IdempotencyKeyUsed(Exception):
    """Something was created with this key before: an evaluation, a grading job, a dataset, a test case."""

    def __init__(self, evaluation_id: str, fingerprint: str) -> None:
        super().__init__(evaluation_id)
        self.evaluation_id = evaluation_id
        self.fingerprint = fingerprint


@dataclass(frozen=True, slots=True)
class IdempotencyRecord:
    """A client's key, what its request said, and for how long we remember (Unix seconds)."""

    key: str
    fingerprint: str
    now: int
    expires_at: int

    @classmethod
    def of(cls, key: str, fingerprint: str, now: datetime, window: timedelta) -> Self:
        """What is to be remembered from `now` on, for as long as `window` says."""
        return cls(key, fingerprint, int(now.timestamp()), int((now + window).timestamp()))


class Idempotency:
    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, organization: str, key: str, now: int) -> IdempotencyKeyUsed | None:
        """What was created with this key before, unless that is forgotten by `now` (Unix seconds)."""
        item = self._table.get(layout.idempotency(organization), _digest(key))
        if item is None or item["expires_at"] < now:
            return None
        return IdempotencyKeyUsed(item["evaluation_id"], item["fingerprint"])

    def to_remember(self, organization: str, evaluation_id: str, record: IdempotencyRecord) -> Item:
        """The write that remembers a key, for the transaction that stores what it creates. It fails where the
        key is taken and has not expired.
        """
        remembered = {
            "PK": layout.idempotency(organization),
            "SK": _digest(record.key),
            "evaluation_id": evaluation_id,
            "fingerprint": record.fingerprint,
            "expires_at": record.expires_at,
        }
        return self._table.to_put(
            remembered,
            # The table's time to live deletes late, up to days after the hour.
            condition="attribute_not_exists(PK) OR expires_at < :now",
            values={":now": record.now},
        )


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
