"""References, by which clients name what they keep, and the rows that they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marksheet.application import Application

SCHEME = "weave:///"
_OF_ROW = ("attr", "rows", "id")

_Dataset = tuple[str, str, str]
"""Project, name and digest of a version."""
_Table = tuple[str, str]
"""Project and digest."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reference says."""

    organization: str
    project: str
    kind: str
    """`object`, `op`, `table` or `call`."""
    name: str
    """Of an object or operation; the id of a call; empty for a table."""
    digest: str
    """Of the version, or of the table; empty for a call."""
    within: tuple[str, ...] = ()
    """The way on from there, such as attr, rows, id and a row's digest."""

    def __str__(self) -> str:
        named = ":".join(part for part in (self.name, self.digest) if part)
        return "/".join([f"{SCHEME}{self.organization}", self.project, self.kind, named, *self.within])


def read_reference(text: Any) -> Reference | None:
    """What a reference says; None for what is none."""
    if not isinstance(text, str) or not text.startswith(SCHEME):
        return None
    organization, _, rest = text.removeprefix(SCHEME).partition("/")
    project, *parts = rest.split("/")
    if len(parts) < 2:
        return None
    kind, named, *within = map(unquote, parts)
    name, _, digest = named.rpartition(":") if kind in ("object", "op") else ("", "", named)
    if kind == "call":
        name, digest = digest, ""
    return Reference(unquote(organization), unquote(project), kind, name, digest, tuple(within))


def resolve_rows(
    app: Application, organization: str, project: str, references: Iterable[str]
) -> dict[str, Any]:
    """The rows of logged datasets that references lead to, by reference, of any project of the organization.

    One that leads nowhere is not among them; that of a deleted dataset is None.
    """
    return RowResolver(app, organization).resolve(references)


class RowResolver:
    """Follows references to rows, and keeps the table it read last: rows come in the order of a dataset."""

    def __init__(self, app: Application, organization: str) -> None:
        self._app = app
        self._organization = organization
        self._table_of: dict[tuple[str, str, str], _Table | None] = {}
        self._kept: tuple[_Table, dict[str, Any]] | None = None

    def resolve(self, references: Iterable[str]) -> dict[str, Any]:
        """As `resolve_rows`."""
        wanted: dict[_Dataset, dict[str, str]] = {}
        for text in references:
            found = read_reference(text)
            if found is not None and self._is_row(found):
                dataset = (found.project, found.name, found.digest)
                wanted.setdefault(dataset, {})[text] = found.within[-1]
        self._look_up(wanted)
        resolved: dict[str, Any] = {}
        for dataset, rows in wanted.items():
            if dataset in self._table_of:
                table = self._table_of[dataset]
                known = {} if table is None else self._rows(table)
                resolved |= {
                    text: known.get(digest)
                    for text, digest in rows.items()
                    if table is None or digest in known
                }
        return resolved

    def _is_row(self, reference: Reference) -> bool:
        ours = reference.organization == self._organization and reference.kind == "object"
        return ours and reference.within[:-1] == _OF_ROW

    def _look_up(self, datasets: Iterable[_Dataset]) -> None:
        """Learn the tables of datasets; of a deleted one there is none, one that never was is left out."""
        by_project: dict[str, list[tuple[str, str]]] = {}
        for project, name, digest in datasets:
            if (project, name, digest) not in self._table_of:
                by_project.setdefault(project, []).append((name, digest))
        for project, named in by_project.items():
            found = self._app.store.logged_objects.find(self._organization, project, named)
            for (name, digest), version in found.items():
                rows = version.value.get("rows") if isinstance(version.value, dict) else None
                table = read_reference(rows)
                if version.deleted:
                    self._table_of[project, name, digest] = None
                elif table and table.organization == self._organization and table.kind == "table":
                    self._table_of[project, name, digest] = (table.project, table.digest)

    def _rows(self, table: _Table) -> dict[str, Any]:
        if self._kept is None or self._kept[0] != table:
            rows = self._app.store.logged_objects.read_table(self._organization, *table)
            self._kept = (table, dict(rows or ()))
        return self._kept[1]
