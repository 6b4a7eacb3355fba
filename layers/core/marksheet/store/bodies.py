"""What clients hand in, in the items of the table: itself, or where it lies in S3 when it is too large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marksheet.store.objects import Objects
    from marksheet.store.table import Item

LARGEST_BODY = 350_000
"""Bytes in an item, which may have 400 KB."""


def keep_body(objects: Objects, body: bytes, key: str) -> dict[str, Any]:
    """What an item has of a body; one that is too large is written under `key`."""
    if len(body) <= LARGEST_BODY:
        return {"body": body}
    objects.write(key, body)
    return {"object": key}


def read_body(objects: Objects, item: Item) -> bytes:
    """The body of an item."""
    body: bytes = item["body"] if "body" in item else objects.read(item["object"])
    return body
