"""What clients keep beside their calls, so that these can refer to it: objects, tables of rows, files."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from marksheet.domain import OPERATION, ObjectVersion
from marksheet.errors import Conflict, NotFound
from marksheet.row_digests import content_digest, value_digest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from marksheet.application import Application
    from marksheet.domain import Caller

LATEST = "latest"
_NUMBER = re.compile(r"v[0-9]{1,9}", re.ASCII)
_ROOTS = ("Object", "BaseObject")


class KeptTable(NamedTuple):
    """A table that was kept."""

    digest: str
    row_digests: list[str]


class TableRow(NamedTuple):
    """A row of a table."""

    digest: str
    value: Any
    place: int
    """From 0, in the table."""


def keep_object(
    app: Application,
    caller: Caller,
    project: str,
    object_id: str,
    value: Any,
    *,
    expected_digest: str | None = None,
) -> ObjectVersion:
    """Keep a version of an object; an equal value is the version that is there. Raises `Conflict` where it
    has another digest than expected.
    """
    digest = _checked(value_digest(value), expected_digest)
    kind, leaf = classes_of(value)
    version = ObjectVersion(object_id, digest, value, app.now(), kind, leaf)
    return app.store.logged_objects.add(caller.organization, project, version)


def get_object(app: Application, caller: Caller, project: str, object_id: str, digest: str) -> ObjectVersion:
    """A version by its digest, its number (`v0`) or as the `latest`. Raises `NotFound`, also for one that was
    deleted.
    """
    if digest == LATEST or _NUMBER.fullmatch(digest):
        return _numbered(app, caller, project, object_id, digest)
    found = app.store.logged_objects.find(caller.organization, project, [(object_id, digest)])
    version = found.get((object_id, digest))
    if version is None or version.deleted:
        raise NotFound("Object", f"{object_id}:{digest}")
    return version


def keep_table(
    app: Application, caller: Caller, project: str, rows: Sequence[Any], *, expected_digest: str | None = None
) -> KeptTable:
    """Keep rows as a table. Raises `Conflict` where it has another digest than expected."""
    digests = [value_digest(row) for row in rows]
    digest = _checked(table_digest(digests), expected_digest)
    pairs = list(zip(digests, rows, strict=True))
    app.store.logged_objects.write_table(caller.organization, project, digest, pairs)
    return KeptTable(digest, digests)


def join_table(
    app: Application,
    caller: Caller,
    project: str,
    row_digests: Sequence[str],
    *,
    expected_digest: str | None = None,
) -> str:
    """The digest of the table of these rows, which has to be there. The clients ask for it after they have
    sent rows in pieces, be it a single one. Raises `NotFound`, or `Conflict` where it has another digest than
    expected.
    """
    digest = _checked(table_digest(row_digests), expected_digest)
    if row_digests and not app.store.logged_objects.has_table(caller.organization, project, digest):
        raise NotFound("Table of all these rows", digest)
    return digest


def query_table(
    app: Application,
    caller: Caller,
    project: str,
    digest: str,
    *,
    row_digests: Collection[str] | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> list[TableRow]:
    """Rows of a table in its order. Raises `NotFound`."""
    rows = app.store.logged_objects.read_table(caller.organization, project, digest)
    if rows is None:
        raise NotFound("Table", digest)
    found = [
        TableRow(row_digest, value, place)
        for place, (row_digest, value) in enumerate(rows)
        if row_digests is None or row_digest in row_digests
    ]
    return found[offset:] if limit is None else found[offset : offset + limit]


def count_table(app: Application, caller: Caller, project: str, digest: str) -> int:
    """How many rows a table has. Raises `NotFound`."""
    count = app.store.logged_objects.count_rows(caller.organization, project, digest)
    if count is None:
        raise NotFound("Table", digest)
    return count


def keep_file(
    app: Application, caller: Caller, project: str, content: bytes, *, expected_digest: str | None = None
) -> str:
    """Keep a file; gives its digest. Raises `Conflict` where that is another than expected."""
    digest = _checked(content_digest(content), expected_digest)
    app.store.logged_objects.write_file(caller.organization, project, digest, content)
    return digest


def get_file(app: Application, caller: Caller, project: str, digest: str) -> bytes:
    """A file's content. Raises `NotFound`."""
    content = app.store.logged_objects.read_file(caller.organization, project, digest)
    if content is None:
        raise NotFound("File", digest)
    return content


def table_digest(row_digests: Sequence[str]) -> str:
    """The digest of a table, which follows from those of its rows in order."""
    return hashlib.sha256("".join(row_digests).encode()).hexdigest()


def classes_of(value: Any) -> tuple[str, str]:
    """The class that a client's object is of, and the one it is of itself: (`Model`, `MyModel`)."""
    if not isinstance(value, dict):
        return "", ""
    custom = value.get("weave_type")
    if value.get("_type") == "CustomWeaveType" and isinstance(custom, dict):
        return (OPERATION, OPERATION) if custom.get("type") == OPERATION else ("", "")
    bases, leaf = value.get("_bases"), value.get("_class_name")
    if not isinstance(leaf, str) or not isinstance(bases, list) or not all(isinstance(b, str) for b in bases):
        return "", ""
    if len(bases) < 2 or bases[-1] != "BaseModel" or bases[-2] not in _ROOTS:
        return "", ""
    return (bases[-3] if len(bases) > 2 else leaf), leaf


def _numbered(app: Application, caller: Caller, project: str, object_id: str, told: str) -> ObjectVersion:
    """A version by its number or as the latest; of an operation where nothing else has the name."""
    there = app.store.logged_objects.list_all(caller.organization, project, object_id=object_id)
    others = [version for version in there if version.kind != OPERATION]
    for version in reversed(others or there):
        if told in (LATEST, f"v{version.number}"):
            return version
    raise NotFound("Object", f"{object_id}:{told}")


def _checked(digest: str, expected: str | None) -> str:
    if expected is not None and expected != digest:
        raise Conflict(f"the digest of what was sent is {digest}, and not {expected}")
    return digest
