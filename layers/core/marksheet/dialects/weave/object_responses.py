"""Answers about objects, tables and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.domain import OPERATION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marksheet.domain import ObjectVersion


def encode_kept_object(version: ObjectVersion) -> dict[str, Any]:
    """The version that an object is."""
    return {"digest": version.digest, "object_id": version.object_id}


def encode_object(project_id: str, version: ObjectVersion, *, with_value: bool = True) -> dict[str, Any]:
    """A version, with its value or without."""
    return {
        "obj": {
            "project_id": project_id,
            "object_id": version.object_id,
            "created_at": version.created_at,
            "deleted_at": None,
            "digest": version.digest,
            "version_index": version.number,
            "is_latest": int(version.latest),
            "kind": "op" if version.kind == OPERATION else "object",
            "base_object_class": version.kind or None,
            "leaf_object_class": version.leaf or None,
            "val": version.value if with_value else {},
            "wb_user_id": None,
        }
    }


def encode_kept_table(digest: str, row_digests: list[str]) -> dict[str, Any]:
    """The digests of a table and of its rows in order."""
    return {"digest": digest, "row_digests": row_digests}


def encode_table_rows(rows: Iterable[tuple[str, Any, int]]) -> dict[str, Any]:
    """Rows of a table, each with its digest and its place in the table."""
    return {
        "rows": [{"digest": digest, "val": value, "original_index": index} for digest, value, index in rows]
    }


def encode_table_count(count: int) -> dict[str, Any]:
    """How many rows a table has."""
    return {"count": count}


def encode_digest(digest: str) -> dict[str, Any]:
    """What was kept, by its digest."""
    return {"digest": digest}
