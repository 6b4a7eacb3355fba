"""All specs of a key go to another: which ones, with whom they stay shared, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from marksheet import eval_specs
from marksheet.application import Application
from marksheet.domain import Caller, EvalSpec
from marksheet.errors import Conflict, Forbidden, InvalidRequest, NotFound
from marksheet.eval_specs import NewSpec
from marksheet.handing_over import OwnedSpec, hand_over, owned_by
from marksheet.keys import SCOPES, create_key, revoke_key
from marksheet.store.table import Table

EXACT = {"type": "scorer", "name": "right", "scorer": "exact_match"}
NOW = datetime(2026, 1, 2, tzinfo=UTC)

MakeKey = Callable[[], Caller]
Change = Callable[[Callable[[], None]], None]


@pytest.fixture
def make_key(app: Application) -> MakeKey:
    def make() -> Caller:
        made = create_key(app.store, organization="acme", now=NOW)
        return Caller("acme", made.api_key.lookup, SCOPES)

    return make


@pytest.fixture
def old(make_key: MakeKey) -> Caller:
    return make_key()


@pytest.fixture
def new(make_key: MakeKey) -> Caller:
    return make_key()


@pytest.fixture
def spec(app: Application, old: Caller) -> EvalSpec:
    return eval_specs.create(app, old, NewSpec("towns", [EXACT]))


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Change:
    """Does something once, between the look at the specs and the first write."""

    def arrange(change: Callable[[], None]) -> None:
        update = Table.update

        def changed_before(self: Table, *arguments: object, **more: object) -> object:
            monkeypatch.setattr(Table, "update", update)
            change()
            return update(self, *arguments, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(Table, "update", changed_before)

    return arrange


def test_a_revoked_keys_specs_can_be_changed_and_deleted_again(
    app: Application, old: Caller, new: Caller, spec: EvalSpec
) -> None:
    revoke_key(app.store, "acme", old.key_id, now=NOW)
    assert hand_over(app.store, "acme", old.key_id, new.key_id) == [OwnedSpec(spec.spec_id, "towns", 1, ())]
    changed = eval_specs.update(app, new, spec.spec_id, NewSpec("towns", [EXACT], description="of Spain"))
    assert (changed.version, changed.owner) == (2, new.key_id)
    eval_specs.delete(app, new, spec.spec_id)
    assert eval_specs.create(app, new, NewSpec("towns", [EXACT])).version == 1


def test_the_giver_keeps_nothing(app: Application, old: Caller, new: Caller, spec: EvalSpec) -> None:
    hand_over(app.store, "acme", old.key_id, new.key_id)
    assert owned_by(app.store, "acme", old.key_id) == []
    with pytest.raises(Forbidden):
        eval_specs.get(app, old, spec.spec_id)


def test_every_spec_is_told_with_its_versions_and_those_of_others_stay(
    app: Application, old: Caller, new: Caller, make_key: MakeKey, spec: EvalSpec
) -> None:
    eval_specs.update(app, old, spec.spec_id, NewSpec("towns", [EXACT], description="of Spain"))
    other = eval_specs.create(app, make_key(), NewSpec("rivers", [EXACT]))
    second = eval_specs.create(app, old, NewSpec("lakes", [EXACT]))
    handed = hand_over(app.store, "acme", old.key_id, new.key_id)
    assert handed == [OwnedSpec(spec.spec_id, "towns", 2, ()), OwnedSpec(second.spec_id, "lakes", 1, ())]
    found = app.store.eval_specs.find("acme", other.spec_id)
    assert found is not None
    assert found.owner == other.owner


def test_it_stays_shared_with_whom_it_was_but_not_with_its_new_owner(
    app: Application, old: Caller, new: Caller, make_key: MakeKey, spec: EvalSpec
) -> None:
    friend = make_key().key_id
    eval_specs.share(app, old, spec.spec_id, shared_with=[new.key_id, friend, "*"])
    hand_over(app.store, "acme", old.key_id, new.key_id)
    assert eval_specs.get(app, new, spec.spec_id).shared_with == (friend, "*")


def test_a_second_time_there_is_nothing_to_give(
    app: Application, old: Caller, new: Caller, spec: EvalSpec
) -> None:
    hand_over(app.store, "acme", old.key_id, new.key_id)
    assert hand_over(app.store, "acme", old.key_id, new.key_id) == []


def test_a_spec_that_its_owner_hands_on_meanwhile_stays_where_it_went(
    app: Application, old: Caller, new: Caller, make_key: MakeKey, spec: EvalSpec, meanwhile: Change
) -> None:
    third = make_key()

    def hand_on() -> None:
        eval_specs.share(app, old, spec.spec_id, shared_with=["*"], owner=third.key_id)

    meanwhile(hand_on)
    assert hand_over(app.store, "acme", old.key_id, new.key_id) == []
    kept = eval_specs.get(app, third, spec.spec_id)
    assert (kept.owner, kept.shared_with) == (third.key_id, ("*",))


def test_a_spec_that_is_deleted_meanwhile_does_not_come_back(
    app: Application, old: Caller, new: Caller, spec: EvalSpec, meanwhile: Change
) -> None:
    meanwhile(lambda: eval_specs.delete(app, old, spec.spec_id))
    assert hand_over(app.store, "acme", old.key_id, new.key_id) == []
    with pytest.raises(NotFound):
        eval_specs.get(app, new, spec.spec_id)


def test_a_spec_that_is_shared_meanwhile_goes_over_as_it_is_shared_then(
    app: Application, old: Caller, new: Caller, make_key: MakeKey, spec: EvalSpec, meanwhile: Change
) -> None:
    friend = make_key().key_id

    def share() -> None:
        eval_specs.share(app, old, spec.spec_id, shared_with=[friend])

    meanwhile(share)
    assert len(hand_over(app.store, "acme", old.key_id, new.key_id)) == 1
    assert eval_specs.get(app, new, spec.spec_id).shared_with == (friend,)


def test_a_spec_that_is_made_meanwhile_goes_over_too(
    app: Application, old: Caller, new: Caller, spec: EvalSpec, meanwhile: Change
) -> None:
    def make() -> None:
        eval_specs.create(app, old, NewSpec("lakes", [EXACT]))

    meanwhile(make)
    handed = hand_over(app.store, "acme", old.key_id, new.key_id)
    assert [given.name for given in handed] == ["towns", "lakes"]


def test_a_key_gives_nothing_to_itself(app: Application, old: Caller, spec: EvalSpec) -> None:
    with pytest.raises(InvalidRequest, match="name another one"):
        hand_over(app.store, "acme", old.key_id, old.key_id)


def test_a_revoked_key_gets_nothing(app: Application, old: Caller, new: Caller, spec: EvalSpec) -> None:
    revoke_key(app.store, "acme", new.key_id, now=NOW)
    with pytest.raises(Conflict, match="is revoked"):
        hand_over(app.store, "acme", old.key_id, new.key_id)
    assert eval_specs.get(app, old, spec.spec_id).owner == old.key_id


def test_another_organizations_key_neither_gives_nor_gets(
    app: Application, old: Caller, spec: EvalSpec
) -> None:
    other = create_key(app.store, organization="umbrella", now=NOW).api_key.lookup
    with pytest.raises(NotFound, match=other):
        hand_over(app.store, "acme", old.key_id, other)
    with pytest.raises(NotFound, match=other):
        hand_over(app.store, "acme", other, old.key_id)
    with pytest.raises(NotFound, match=old.key_id):
        hand_over(app.store, "umbrella", old.key_id, other)
    assert eval_specs.get(app, old, spec.spec_id).owner == old.key_id


def test_specs_are_found_beyond_one_page_of_the_table(
    app: Application, old: Caller, new: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"spec {number}" for number in range(5)]
    for name in names:
        eval_specs.create(app, old, NewSpec(name, [EXACT]))
    query = Table.query

    def two_at_once(self: Table, pk: str, **more: object) -> object:
        return query(self, pk, **{**more, "a_request": 2})  # type: ignore[arg-type]

    monkeypatch.setattr(Table, "query", two_at_once)
    assert [given.name for given in hand_over(app.store, "acme", old.key_id, new.key_id)] == names
