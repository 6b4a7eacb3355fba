"""Eval specs: make, change, share, list, delete. A version is immutable; a change makes the next one.

A spec belongs to the API key that made it. Other keys of the organization may use it when it is shared with
them, and are told `Forbidden` when it is not; for other organizations it does not exist.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from marksheet.domain import EvalSpec
from marksheet.errors import Conflict, Forbidden, InvalidRequest, NotFound, Problem
from marksheet.grading import judges_of, parse_graders
from marksheet.identifiers import new_id
from marksheet.pages import cut
from marksheet.store.table import ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from marksheet.application import Application
    from marksheet.domain import Caller, ListedSpec

MAXIMUM_NAME = 200
MOST_SHARED = 100
LARGEST_BYTES = 240_000
"""Of the graders as JSON text. An item of the table may have 400 KB, and a job's snapshot holds its spec."""
EVERYBODY = "*"
_LISTED_A_REQUEST = 100
"""However short a page is: what the caller may not use is read on the way to it."""


@dataclass(frozen=True, slots=True)
class NewSpec:
    """A spec as somebody wants to have it."""

    name: str
    graders: object
    """The wire form, not checked yet."""
    description: str | None = None
    model: str | None = None
    embedding_model: str | None = None
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SpecPage:
    """Some of the specs that a key may use, oldest spec first."""

    specs: tuple[ListedSpec, ...]
    next_after: str | None
    """What to continue after; None when these are the last ones."""


def create(app: Application, caller: Caller, new: NewSpec) -> EvalSpec:
    """Make a spec's first version. Raises `InvalidRequest`, or `Conflict` when the name is taken."""
    spec = _first(app, caller, new)
    try:
        app.store.eval_specs.add_version(spec)
    except ConditionFailed as lost:
        raise Conflict(
            f"there is an eval spec named {new.name!r} already; change it, or choose another name"
        ) from lost
    return spec


def update(app: Application, caller: Caller, spec_id: str, new: NewSpec) -> EvalSpec:
    """Make the next version of a spec, or give the latest back when it says the same.

    The name stays. Raises `NotFound`, `Forbidden` for a key that does not own it, `InvalidRequest`, or
    `Conflict` when another change came in between.
    """
    latest = _owned(app, caller, spec_id)
    if new.name != latest.name:
        message = f"a spec keeps its name, which is {latest.name!r}; make another spec for another name"
        raise InvalidRequest(Problem(("body", "name"), message))
    if new.shared_with:
        message = f"is for a create; PUT /v1/eval/specs/{spec_id}/sharing changes it"
        raise InvalidRequest(Problem(("body", "shared_with"), message))
    wanted = _first(app, caller, new)
    candidate = replace(
        wanted,
        spec_id=latest.spec_id,
        version=latest.version + 1,
        owner=latest.owner,
        shared_with=latest.shared_with,
    )
    if replace(candidate, version=latest.version, created_at=latest.created_at) == latest:
        return latest
    try:
        app.store.eval_specs.add_version(candidate)
    except ConditionFailed as lost:
        raise Conflict("the spec was changed meanwhile; look at it again") from lost
    return candidate


def get(app: Application, caller: Caller, spec_id: str, version: int | None = None) -> EvalSpec:
    """A version that the caller may use, or the latest. Raises `NotFound`, or `Forbidden` for a key it is not
    shared with.
    """
    spec = app.store.eval_specs.find(caller.organization, spec_id, version)
    if spec is None:
        if version is not None:
            get(app, caller, spec_id)
            raise NotFound(f"Version {version} of the eval spec", spec_id)
        raise NotFound("Eval spec", spec_id)
    return _usable(caller, spec)


def versions(app: Application, caller: Caller, spec_id: str) -> list[EvalSpec]:
    """All versions, first to last. Raises as `get` does."""
    found = app.store.eval_specs.versions(caller.organization, spec_id)
    if not found:
        raise NotFound("Eval spec", spec_id)
    return [_usable(caller, spec) for spec in found]


def list_specs(app: Application, caller: Caller, limit: int, after: str | None = None) -> SpecPage:
    """Up to `limit` of the specs that the caller may use, from the first one behind the id `after`."""
    listed = app.store.eval_specs.list_latest(caller.organization, after=after, a_request=_LISTED_A_REQUEST)
    usable = (spec for spec in listed if spec.open_to(caller.key_id))
    return SpecPage(*cut(usable, limit, lambda spec: spec.spec_id))


def share(
    app: Application,
    caller: Caller,
    spec_id: str,
    *,
    shared_with: Sequence[str],
    owner: str | None = None,
) -> EvalSpec:
    """Say who else may use a spec, and hand it to another owner if one is named. All of them are keys of the
    organization, or "*" for every one.

    Raises `NotFound`, `Forbidden` for a key that does not own it, `InvalidRequest` for an unknown key, or
    `Conflict` when it was handed on meanwhile.
    """
    spec = _owned(app, caller, spec_id)
    _check_keys(app, caller, shared_with)
    if owner is not None:
        _check_key(app, caller, owner, ("body", "owner"))
    kept = app.store.eval_specs.share(
        caller.organization,
        spec_id,
        was=spec.owner,
        owner=owner or spec.owner,
        shared_with=list(dict.fromkeys(shared_with)),
    )
    changed = app.store.eval_specs.find(caller.organization, spec_id)
    if changed is None:
        raise NotFound("Eval spec", spec_id)
    if not kept:
        raise Conflict("the spec was changed meanwhile; look at it again")
    return changed


def delete(app: Application, caller: Caller, spec_id: str) -> None:
    """Delete all versions. Raises `NotFound`, or `Forbidden` for a key that does not own it."""
    _owned(app, caller, spec_id)
    app.store.eval_specs.delete(caller.organization, spec_id)


def models_of(spec: EvalSpec) -> list[str]:
    """Ids of the models that must be registered for it to grade."""
    return sorted(judges_of(spec.graders, model=spec.model, embedding_model=spec.embedding_model))


def _first(app: Application, caller: Caller, new: NewSpec) -> EvalSpec:
    """The spec that a request means, as its first version."""
    if not new.name.strip() or len(new.name) > MAXIMUM_NAME or not new.name.isprintable():
        message = f"use 1 to {MAXIMUM_NAME} printable characters on one line"
        raise InvalidRequest(Problem(("body", "name"), message))
    graders = parse_graders(new.graders, location=("body", "graders"))
    _check_size(graders)
    _check_keys(app, caller, new.shared_with)
    return EvalSpec(
        organization=caller.organization,
        spec_id=new_id("spec", app.clock()),
        version=1,
        name=new.name,
        graders=graders,
        created_at=app.now(),
        owner=caller.key_id,
        shared_with=tuple(dict.fromkeys(new.shared_with)),
        description=new.description,
        model=new.model,
        embedding_model=new.embedding_model,
    )


def _check_size(graders: Sequence[Any]) -> None:
    size = len(json.dumps(list(graders), ensure_ascii=False).encode(errors="surrogatepass"))
    if size > LARGEST_BYTES:
        message = f"have {size:,} bytes as JSON; {LARGEST_BYTES:,} are allowed"
        raise InvalidRequest(Problem(("body", "graders"), message))


def _check_keys(app: Application, caller: Caller, key_ids: Sequence[str]) -> None:
    if len(key_ids) > MOST_SHARED:
        message = f'names {len(key_ids)} keys; {MOST_SHARED} are allowed, or "*" for all'
        raise InvalidRequest(Problem(("body", "shared_with"), message))
    for position, key_id in enumerate(key_ids):
        if key_id != EVERYBODY:
            _check_key(app, caller, key_id, ("body", "shared_with", position))


def _check_key(app: Application, caller: Caller, key_id: str, location: tuple[str | int, ...]) -> None:
    if not app.store.api_keys.is_listed(caller.organization, key_id):
        message = f"there is no key {key_id!r} in this organization; `marksheet keys list` shows their ids"
        raise InvalidRequest(Problem(location, message, "not_found"))


def _owned(app: Application, caller: Caller, spec_id: str) -> EvalSpec:
    spec = get(app, caller, spec_id)
    if spec.owner != caller.key_id:
        raise Forbidden(f"This API key may use the eval spec {spec_id}, not change it")
    return spec


def _usable(caller: Caller, spec: EvalSpec) -> EvalSpec:
    if not spec.open_to(caller.key_id):
        raise Forbidden(f"This API key is not authorized for the eval spec {spec.spec_id}")
    return spec
