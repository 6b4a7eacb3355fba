"""Eval specs: a head item that knows who may use it and what a list tells of the latest version, an item per
version, and one per name.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from marksheet.domain import EvalSpec, ListedSpec
from marksheet.store import layout
from marksheet.store.table import ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from marksheet.store.table import Item, Table


class EvalSpecs:
    def __init__(self, table: Table) -> None:
        self._table = table

    def find_id(self, organization: str, name: str) -> str | None:
        """The id of the spec of this name, or None."""
        item = self._table.get(layout.eval_spec_names(organization), name)
        return item["spec_id"] if item else None

    def find(self, organization: str, spec_id: str, version: int | None = None) -> EvalSpec | None:
        """A version, or the latest, with who may use it now."""
        head = self._table.get(layout.eval_specs(organization), spec_id)
        if head is None:
            return None
        number = layout.version(version or head["latest"])
        item = self._table.get(layout.eval_spec_versions(organization, spec_id), number)
        return to_spec(item, head) if item else None

    def versions(self, organization: str, spec_id: str) -> list[EvalSpec]:
        """All versions, first to last; none when there is no such spec."""
        head = self._table.get(layout.eval_specs(organization), spec_id)
        if head is None:
            return []
        items = self._table.query(layout.eval_spec_versions(organization, spec_id))
        return [to_spec(item, head) for item in items]

    def list_latest(
        self, organization: str, *, after: str | None = None, a_request: int | None = None
    ) -> Iterator[ListedSpec]:
        """What the heads know of each spec's latest version, oldest spec first, from behind the id `after`;
        as far as the caller reads, `a_request` at a time.

        No version is read: their graders may be large, and a list only counts them.
        """
        partition = layout.eval_specs(organization)
        return map(_to_listed, self._table.query(partition, after=after, a_request=a_request))

    def owned_by(self, organization: str, owner: str) -> Iterator[Item]:
        """Heads (spec_id, name, latest, owner, shared_with) of the specs that a key owns, oldest first."""
        return self._table.query(
            layout.eval_specs(organization),
            filter_expression="#owner = :owner",
            values={":owner": owner},
            names={"#owner": "owner"},
        )

    def add_version(self, spec: EvalSpec) -> None:
        """Store a version and make it the latest, all or nothing.

        Version 1 also claims the name. Raises `ConditionFailed` when the name or this version number was
        taken meanwhile.
        """
        organization, spec_id = spec.organization, spec.spec_id
        head = {"PK": layout.eval_specs(organization), "SK": spec_id}
        version_key = {
            "PK": layout.eval_spec_versions(organization, spec_id),
            "SK": layout.version(spec.version),
        }
        told = {
            "latest": spec.version,
            "description": spec.description,
            "grader_count": len(spec.graders),
            "created_at": spec.created_at,
        }
        new = "attribute_not_exists(PK)"
        writes = [self._table.to_put({**version_key, **from_spec(spec)}, condition=new)]
        if spec.version == 1:
            name_key = {"PK": layout.eval_spec_names(organization), "SK": spec.name}
            access = {"owner": spec.owner, "shared_with": list(spec.shared_with)}
            writes += [
                self._table.to_put({**name_key, "spec_id": spec_id}, condition=new),
                self._table.to_put(
                    {**head, "spec_id": spec_id, "name": spec.name, **told, **access}, condition=new
                ),
            ]
        else:
            writes.append(
                self._table.to_update(
                    head["PK"],
                    head["SK"],
                    "SET " + ", ".join(f"{name} = :{name}" for name in told),
                    {**{f":{name}": value for name, value in told.items()}, ":old": spec.version - 1},
                    condition="latest = :old",
                )
            )
        self._table.transact(writes)

    def share(
        self,
        organization: str,
        spec_id: str,
        *,
        was: str,
        owner: str,
        shared_with: Sequence[str],
        was_shared_with: Sequence[str] | None = None,
    ) -> bool:
        """Say who owns a spec and who may use it; False when it is gone, or `was` owns it no more, or it is
        not shared as `was_shared_with` says.
        """
        condition, values = "#owner = :was", {":was": was, ":owner": owner, ":keys": list(shared_with)}
        if was_shared_with is not None:
            condition += " AND shared_with = :shared"
            values[":shared"] = list(was_shared_with)
        try:
            self._table.update(
                layout.eval_specs(organization),
                spec_id,
                "SET #owner = :owner, shared_with = :keys",
                values,
                names={"#owner": "owner"},
                condition=condition,
            )
        except ConditionFailed:
            return False
        return True

    def delete(self, organization: str, spec_id: str) -> None:
        """Delete a spec's items; jobs that pinned a version keep their own snapshot of it.

        Its head and its name go together: one that was freed may be another's.
        """
        head = self._table.get(layout.eval_specs(organization), spec_id)
        if head is None:
            return
        partition = layout.eval_spec_versions(organization, spec_id)
        with suppress(ConditionFailed):  # Somebody else has deleted it.
            self._table.transact(
                [
                    self._table.to_delete(
                        layout.eval_specs(organization), spec_id, condition="attribute_exists(PK)"
                    ),
                    self._table.to_delete(
                        layout.eval_spec_names(organization),
                        head["name"],
                        condition="attribute_not_exists(PK) OR spec_id = :id",
                        values={":id": spec_id},
                    ),
                ]
            )
        self._table.delete_all((partition, item["SK"]) for item in self._table.query(partition))


def from_spec(spec: EvalSpec) -> Item:
    """A version without who may use it, which is in the head and changes."""
    return {
        "organization": spec.organization,
        "spec_id": spec.spec_id,
        "version": spec.version,
        "name": spec.name,
        # As text: a map of the table takes neither an empty name nor every number that JSON does.
        "graders": json.dumps(list(spec.graders), ensure_ascii=False),
        "created_at": spec.created_at,
        "description": spec.description,
        "model": spec.model,
        "embedding_model": spec.embedding_model,
    }


def to_spec(item: Mapping[str, Any], head: Mapping[str, Any] | None = None) -> EvalSpec:
    """The inverse of `from_spec`. Without its head, as in a job's snapshot, nobody owns it."""
    spec = EvalSpec(
        organization=item["organization"],
        spec_id=item["spec_id"],
        version=item["version"],
        name=item["name"],
        graders=tuple(json.loads(item["graders"])),
        created_at=item["created_at"],
        owner="",
        description=item["description"],
        model=item["model"],
        embedding_model=item["embedding_model"],
    )
    if head is None:
        return spec
    return replace(spec, owner=head["owner"], shared_with=tuple(head["shared_with"]))


def _to_listed(head: Mapping[str, Any]) -> ListedSpec:
    return ListedSpec(
        spec_id=head["spec_id"],
        version=head["latest"],
        name=head["name"],
        description=head["description"],
        grader_count=head["grader_count"],
        created_at=head["created_at"],
        owner=head["owner"],
        shared_with=tuple(head["shared_with"]),
    )
