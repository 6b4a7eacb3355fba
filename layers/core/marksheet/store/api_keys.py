"""API keys: one item the authorizer finds by the key's look-up part, and one in the organization's list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marksheet.store import layout
from marksheet.store.table import ConditionFailed, Item, Table

if TYPE_CHECKING:
    from collections.abc import Iterator


class ApiKeys:
    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, item: Item) -> None:
        """Store a key's item (fields: organization, lookup, secret_hash, scopes, name, created_at) in both
        places.

        The list's copy leaves out the hash. Raises `ConditionFailed` when the look-up part is taken.
        """
        pk, sk = layout.api_key(item["lookup"])
        listed = {k: v for k, v in item.items() if k != "secret_hash"}
        self._table.transact(
            [
                self._table.to_put({"PK": pk, "SK": sk, **item}, condition="attribute_not_exists(PK)"),
                self._table.to_put(
                    {"PK": layout.organization_keys(item["organization"]), "SK": item["lookup"], **listed}
                ),
            ]
        )

    def find(self, lookup: str) -> Item | None:
        """The authorizer's item of a key, or None; read consistently, so that a revoked key is refused at
        once.
        """
        return self._table.get(*layout.api_key(lookup))

    def list_all(self, organization: str) -> Iterator[Item]:
        return self._table.query(layout.organization_keys(organization))

    def is_listed(self, organization: str, lookup: str) -> bool:
        """Whether the organization has a key of this look-up part that is not revoked."""
        item = self.listed(organization, lookup)
        return item is not None and item.get("revoked_at") is None

    def listed(self, organization: str, lookup: str) -> Item | None:
        """A key of the organization as it is listed, revoked or not, or None."""
        return self._table.get(layout.organization_keys(organization), lookup)

    def revoke(self, organization: str, lookup: str, now: str) -> bool:
        """Delete the authorizer's item and note the time in the list; False when the organization has no such
        key.
        """
        try:
            self._table.update(
                layout.organization_keys(organization),
                lookup,
                "SET revoked_at = if_not_exists(revoked_at, :now)",
                {":now": now},
                condition="attribute_exists(PK)",
            )
        except ConditionFailed:
            return False
        self._table.delete(*layout.api_key(lookup))
        return True
