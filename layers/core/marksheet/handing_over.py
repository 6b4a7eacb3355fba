"""Handing all eval specs of one API key to another: without it, nobody could change, share or delete those of
a key that is revoked, and their names would be taken for good.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from marksheet.errors import Conflict, InvalidRequest, NotFound, Problem

if TYPE_CHECKING:
    from marksheet.store import Store


@dataclass(frozen=True, slots=True)
class OwnedSpec:
    """What tells a spec from others, and with whom it is shared."""

    spec_id: str
    name: str
    versions: int
    shared_with: tuple[str, ...]


def owned_by(store: Store, organization: str, key_id: str) -> list[OwnedSpec]:
    """The specs that a key owns, oldest first."""
    heads = store.eval_specs.owned_by(organization, key_id)
    # Versions are numbered from 1, and none is deleted alone: the latest one's number counts them.
    return [OwnedSpec(h["spec_id"], h["name"], h["latest"], tuple(h["shared_with"])) for h in heads]


def hand_over(store: Store, organization: str, giver: str, receiver: str) -> list[OwnedSpec]:
    """Make `receiver` the owner of every spec that `giver` owns, and give back those specs. Who else may use
    them stays.

    `giver` may be revoked. Raises `InvalidRequest` when both are the same key, `NotFound` for a key that the
    organization never had, or `Conflict` when `receiver` is revoked.
    """
    if giver == receiver:
        raise InvalidRequest(Problem(("to",), "is the key that owns them; name another one"))
    if store.api_keys.listed(organization, giver) is None:
        raise NotFound(f"API key {giver!r}", giver)
    if store.api_keys.listed(organization, receiver) is None:
        raise NotFound(f"API key {receiver!r}", receiver)
    if not store.api_keys.is_listed(organization, receiver):
        raise Conflict(f"the key {receiver} is revoked; name one that is in use")
    handed: dict[str, OwnedSpec] = {}
    # A giver that still works may share a spec or make another meanwhile, so this ends when it owns none.
    while specs := owned_by(store, organization, giver):
        for spec in specs:
            shared_with = [key_id for key_id in spec.shared_with if key_id != receiver]
            if store.eval_specs.share(
                organization,
                spec.spec_id,
                was=giver,
                was_shared_with=spec.shared_with,
                owner=receiver,
                shared_with=shared_with,
            ):
                handed[spec.spec_id] = replace(spec, shared_with=tuple(shared_with))
    return list(handed.values())
