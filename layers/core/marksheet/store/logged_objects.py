"""What clients keep beside their calls: versions of objects in the table, tables of rows and files in S3.

All of it is named by the digest of what it holds, so sending it again changes nothing.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from marksheet.domain import OPERATION, ObjectVersion
from marksheet.store import layout
from marksheet.store.bodies import keep_body, read_body
from marksheet.store.table import ConditionFailed, Item, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from marksheet.store.objects import Objects

_ROWS = "rows"
"""What the metadata of a table calls how many there are."""
_TRIES = 20


class LoggedObjects:
    def __init__(self, table: Table, objects: Objects) -> None:
        self._table = table
        self._objects = objects

    def add(self, organization: str, project: str, version: ObjectVersion) -> ObjectVersion:
        """Keep a version under the next number of its name; one that is there already keeps its own."""
        pk = layout.logged_objects(organization, project)
        sk = layout.object_version(version.object_id, version.digest)
        counter = _counter(version.object_id, version.kind)
        for _ in range(_TRIES):
            head, there = self._table.get_many([(pk, counter), (pk, sk)])
            if there is not None and not there.get("deleted"):
                return self._version(there, head)
            number = head["versions"] if head else 0
            item = {"PK": pk, "SK": sk, **self._item(organization, project, version), "number": number}
            counted = {"PK": pk, "SK": counter, "versions": number + 1}
            expected: dict[str, Any] = {"condition": "attribute_not_exists(PK)"}
            if head is not None:
                expected = {"condition": "versions = :known", "values": {":known": number}}
            try:
                self._table.transact(
                    [
                        self._table.to_put(
                            item, condition="attribute_not_exists(PK) OR attribute_exists(deleted)"
                        ),
                        self._table.to_put(counted, **expected),
                    ]
                )
            except ConditionFailed:
                continue
            return replace(version, number=number)
        raise RuntimeError("too many versions of one object are made at once")

    def find(
        self, organization: str, project: str, named: Iterable[tuple[str, str]]
    ) -> dict[tuple[str, str], ObjectVersion]:
        """Those versions that there are, or were before they were deleted, by name and digest."""
        pk = layout.logged_objects(organization, project)
        keys = list(dict.fromkeys(named))
        items = self._table.get_many([(pk, layout.object_version(*key)) for key in keys])
        found = {key: item for key, item in zip(keys, items, strict=True) if item is not None}
        counters = [(pk, _counter(name, item["kind"])) for (name, _), item in found.items()]
        heads = self._table.get_many(list(dict.fromkeys(counters)))
        by_counter = {head["SK"]: head for head in heads if head is not None}
        return {
            key: self._version(item, by_counter.get(_counter(key[0], item["kind"])))
            for key, item in found.items()
        }

    def list_all(
        self, organization: str, project: str, *, kind: str | None = None, object_id: str | None = None
    ) -> list[ObjectVersion]:
        """The versions of a kind, of a name, or of both, by name and number; deleted ones left out."""
        items = self._table.query(
            layout.logged_objects(organization, project),
            between=None if object_id is None else layout.all_of_object(object_id),
        )
        heads: dict[str, Item] = {}
        versions: list[Item] = []
        for item in items:
            if "#" not in item["SK"]:
                heads[item["SK"]] = item
            elif kind in (None, item["kind"]) and not item.get("deleted"):
                versions.append(item)
        read = [self._version(item, heads.get(_counter(_name(item), item["kind"]))) for item in versions]
        return sorted(read, key=lambda version: (version.object_id, version.number))

    def delete(self, organization: str, project: str, version: ObjectVersion, now: str) -> None:
        """Forget a version's value, and remember that it was there."""
        self._table.update(
            layout.logged_objects(organization, project),
            layout.object_version(version.object_id, version.digest),
            "SET deleted = :now REMOVE body, #object",
            {":now": now},
            names={"#object": "object"},
            condition="attribute_exists(PK)",
        )
        self._objects.delete(layout.object_value(organization, project, version.object_id, version.digest))

    def write_table(
        self, organization: str, project: str, digest: str, rows: Sequence[tuple[str, Any]]
    ) -> None:
        """Keep rows, each with its digest, under the digest of all."""
        lines = (json.dumps([row_digest, row], separators=(",", ":")) for row_digest, row in rows)
        content = zlib.compress("\n".join(lines).encode())
        key = layout.logged_table(organization, project, digest)
        self._objects.write(key, content, metadata={_ROWS: str(len(rows))})

    def read_table(self, organization: str, project: str, digest: str) -> list[tuple[str, Any]] | None:
        """The rows of a table in order, each with its digest; None where there is none."""
        content = self._objects.find(layout.logged_table(organization, project, digest))
        if content is None:
            return None
        lines = zlib.decompress(content).decode().split("\n")
        return [tuple(json.loads(line)) for line in lines if line]

    def count_rows(self, organization: str, project: str, digest: str) -> int | None:
        """How many rows a table has, without reading them; None where there is none."""
        try:
            with self._objects.open(layout.logged_table(organization, project, digest)) as table:
                return int(table.metadata[_ROWS])
        except KeyError:
            return None

    def has_table(self, organization: str, project: str, digest: str) -> bool:
        return self._objects.size(layout.logged_table(organization, project, digest)) is not None

    def delete_table(self, organization: str, project: str, digest: str) -> None:
        self._objects.delete(layout.logged_table(organization, project, digest))

    def write_file(self, organization: str, project: str, digest: str, content: bytes) -> None:
        self._objects.write(layout.logged_file(organization, project, digest), content)

    def read_file(self, organization: str, project: str, digest: str) -> bytes | None:
        """A file's content; None where there is none."""
        return self._objects.find(layout.logged_file(organization, project, digest))

    def _item(self, organization: str, project: str, version: ObjectVersion) -> dict[str, Any]:
        body = zlib.compress(json.dumps(version.value, separators=(",", ":")).encode())
        key = layout.object_value(organization, project, version.object_id, version.digest)
        kept = keep_body(self._objects, body, key)
        return {"kind": version.kind, "leaf": version.leaf, "created_at": version.created_at, **kept}

    def _version(self, item: Item, head: Mapping[str, Any] | None) -> ObjectVersion:
        deleted = bool(item.get("deleted"))
        value = None
        if not deleted:
            value = json.loads(zlib.decompress(read_body(self._objects, item)))
        name, _, digest = item["SK"].partition("#")
        return ObjectVersion(
            object_id=name,
            digest=digest,
            value=value,
            created_at=item["created_at"],
            kind=item["kind"],
            leaf=item["leaf"],
            number=item["number"],
            latest=head is None or item["number"] == head["versions"] - 1,
            deleted=deleted,
        )


def _counter(object_id: str, kind: str) -> str:
    return layout.object_counter(object_id, operation=kind == OPERATION)


def _name(item: Item) -> str:
    name: str = item["SK"].partition("#")[0]
    return name
