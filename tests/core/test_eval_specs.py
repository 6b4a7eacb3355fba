from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from marksheet import eval_specs
from marksheet.application import Application
from marksheet.domain import Caller, EvalSpec
from marksheet.errors import Conflict, Forbidden, InvalidRequest, NotFound
from marksheet.eval_specs import NewSpec
from marksheet.keys import SCOPES, create_key, revoke_key
from marksheet.store.table import Item, Table

EXACT = {"type": "scorer", "name": "right", "scorer": "exact_match"}
TOWN = {"requirement": "It names the town.", "points": 2}


@pytest.fixture
def colleague(app: Application, caller: Caller) -> Caller:
    """Another key of the same organization."""
    made = create_key(app.store, organization=caller.organization, now=datetime.now(UTC))
    return Caller(caller.organization, made.api_key.lookup, SCOPES)


@pytest.fixture
def spec(app: Application, caller: Caller) -> EvalSpec:
    return eval_specs.create(app, caller, NewSpec("towns", [EXACT, TOWN], model="judge"))


def test_a_spec_begins_at_version_one_and_belongs_to_its_maker(caller: Caller, spec: EvalSpec) -> None:
    assert (spec.version, spec.owner, spec.shared_with) == (1, caller.key_id, ())
    assert spec.spec_id.startswith("spec-")


def test_a_spec_is_kept_as_it_was_sent(app: Application, caller: Caller, spec: EvalSpec) -> None:
    assert eval_specs.get(app, caller, spec.spec_id) == spec


def test_the_models_that_must_be_registered_are_told(spec: EvalSpec) -> None:
    assert eval_specs.models_of(spec) == ["judge"]


def test_a_spec_without_judges_needs_no_model(app: Application, caller: Caller) -> None:
    assert eval_specs.models_of(eval_specs.create(app, caller, NewSpec("exact", [EXACT]))) == []


def test_a_criterion_without_any_judge_is_stored_and_needs_one_later(
    app: Application, caller: Caller
) -> None:
    assert eval_specs.models_of(eval_specs.create(app, caller, NewSpec("towns", [TOWN]))) == []


def test_a_name_is_taken_once(app: Application, caller: Caller, spec: EvalSpec) -> None:
    with pytest.raises(Conflict, match="named 'towns' already"):
        eval_specs.create(app, caller, NewSpec("towns", [EXACT]))


def test_another_organization_may_have_a_spec_of_the_same_name(
    app: Application, stranger: Caller, spec: EvalSpec
) -> None:
    assert eval_specs.create(app, stranger, NewSpec("towns", [EXACT])).version == 1


def test_a_change_makes_the_next_version_and_leaves_the_first(
    app: Application, caller: Caller, spec: EvalSpec
) -> None:
    changed = eval_specs.update(app, caller, spec.spec_id, NewSpec("towns", [EXACT]))
    assert (changed.version, len(changed.graders)) == (2, 1)
    assert eval_specs.get(app, caller, spec.spec_id) == changed
    assert eval_specs.get(app, caller, spec.spec_id, 1) == spec
    assert [version.version for version in eval_specs.versions(app, caller, spec.spec_id)] == [1, 2]


def test_the_same_content_again_is_no_new_version(app: Application, caller: Caller, spec: EvalSpec) -> None:
    again = eval_specs.update(app, caller, spec.spec_id, NewSpec("towns", [EXACT, TOWN], model="judge"))
    assert again == spec


def test_a_change_keeps_who_may_use_it(
    app: Application, caller: Caller, colleague: Caller, spec: EvalSpec
) -> None:
    eval_specs.share(app, caller, spec.spec_id, shared_with=[colleague.key_id])
    eval_specs.update(app, caller, spec.spec_id, NewSpec("towns", [EXACT]))
    assert eval_specs.get(app, colleague, spec.spec_id).version == 2


def test_a_spec_keeps_its_name(app: Application, caller: Caller, spec: EvalSpec) -> None:
    with pytest.raises(InvalidRequest, match="keeps its name"):
        eval_specs.update(app, caller, spec.spec_id, NewSpec("villages", [EXACT]))


def test_two_changes_at_once_do_not_both_make_version_two(
    app: Application, caller: Caller, spec: EvalSpec
) -> None:
    eval_specs.update(app, caller, spec.spec_id, NewSpec("towns", [EXACT]))
    stale = replace(spec, version=2, graders=(TOWN,))
    with pytest.raises(Exception, match="conditional write refused"):
        app.store.eval_specs.add_version(stale)


def test_a_colleague_is_refused_until_it_is_shared(
    app: Application, caller: Caller, colleague: Caller, spec: EvalSpec
) -> None:
    with pytest.raises(Forbidden, match="not authorized for the eval spec"):
        eval_specs.get(app, colleague, spec.spec_id)
    assert eval_specs.list_specs(app, colleague, 10).specs == ()
    eval_specs.share(app, caller, spec.spec_id, shared_with=[colleague.key_id])
    assert eval_specs.get(app, colleague, spec.spec_id).spec_id == spec.spec_id
    assert [found.spec_id for found in eval_specs.list_specs(app, colleague, 10).specs] == [spec.spec_id]


def test_specs_are_listed_page_by_page_without_those_of_others(
    app: Application, caller: Caller, colleague: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marksheet.eval_specs._LISTED_A_REQUEST", 2)
    made = []
    for number in range(5):
        made.append(eval_specs.create(app, caller, NewSpec(f"mine {number}", [EXACT, TOWN])).spec_id)
        eval_specs.create(app, colleague, NewSpec(f"not mine {number}", [EXACT]))
    made.sort()
    first = eval_specs.list_specs(app, caller, 2)
    assert [(spec.spec_id, spec.grader_count) for spec in first.specs] == [(made[0], 2), (made[1], 2)]
    assert first.next_after == made[1]
    second = eval_specs.list_specs(app, caller, 3, first.next_after)
    assert ([spec.spec_id for spec in second.specs], second.next_after) == (made[2:], None)


def test_a_page_that_is_followed_by_specs_of_others_alone_is_the_last(
    app: Application, caller: Caller, colleague: Caller, spec: EvalSpec
) -> None:
    app.store.eval_specs.add_version(
        replace(spec, spec_id="spec-zzzzzzzzzzzzzzzzzzzzzzzzzz", name="last", owner=colleague.key_id)
    )
    page = eval_specs.list_specs(app, caller, 1)
    assert ([found.spec_id for found in page.specs], page.next_after) == ([spec.spec_id], None)


def test_the_list_counts_the_graders_of_the_latest_version(
    app: Application, caller: Caller, spec: EvalSpec
) -> None:
    changed = eval_specs.update(app, caller, spec.spec_id, NewSpec("towns", [EXACT], description="shorter"))
    (listed,) = eval_specs.list_specs(app, caller, 10).specs
    assert (listed.version, listed.grader_count, listed.description) == (2, 1, "shorter")
    assert listed.created_at == changed.created_at


def test_sharing_with_everybody_covers_keys_to_come(app: Application, caller: Caller, spec: EvalSpec) -> None:
    eval_specs.share(app, caller, spec.spec_id, shared_with=["*"])
    assert eval_specs.get(app, Caller(caller.organization, "k" * 16, SCOPES), spec.spec_id)


def test_a_shared_spec_is_read_only(
    app: Application, caller: Caller, colleague: Caller, spec: EvalSpec
) -> None:
    eval_specs.share(app, caller, spec.spec_id, shared_with=[colleague.key_id])
    with pytest.raises(Forbidden, match="may use the eval spec"):
        eval_specs.update(app, colleague, spec.spec_id, NewSpec("towns", [EXACT]))
    with pytest.raises(Forbidden):
        eval_specs.share(app, colleague, spec.spec_id, shared_with=["*"])
    with pytest.raises(Forbidden):
        eval_specs.delete(app, colleague, spec.spec_id)


def test_sharing_can_be_taken_back(
    app: Application, caller: Caller, colleague: Caller, spec: EvalSpec
) -> None:
    eval_specs.share(app, caller, spec.spec_id, shared_with=[colleague.key_id])
    eval_specs.share(app, caller, spec.spec_id, shared_with=[])
    with pytest.raises(Forbidden):
        eval_specs.get(app, colleague, spec.spec_id)


def test_an_owner_can_hand_a_spec_on(
    app: Application, caller: Caller, colleague: Caller, spec: EvalSpec
) -> None:
    eval_specs.share(app, caller, spec.spec_id, shared_with=[], owner=colleague.key_id)
    assert eval_specs.update(app, colleague, spec.spec_id, NewSpec("towns", [EXACT])).version == 2
    with pytest.raises(Forbidden):
        eval_specs.get(app, caller, spec.spec_id)


def test_only_keys_of_the_organization_can_be_named(
    app: Application, caller: Caller, stranger: Caller, spec: EvalSpec
) -> None:
    other = create_key(app.store, organization=stranger.organization, now=datetime.now(UTC))
    with pytest.raises(InvalidRequest, match="no key"):
        eval_specs.share(app, caller, spec.spec_id, shared_with=[other.api_key.lookup])


def test_a_revoked_key_cannot_be_named(
    app: Application, caller: Caller, colleague: Caller, spec: EvalSpec
) -> None:
    revoke_key(app.store, caller.organization, colleague.key_id, now=datetime.now(UTC))
    with pytest.raises(InvalidRequest, match="no key"):
        eval_specs.share(app, caller, spec.spec_id, shared_with=[colleague.key_id])


def test_another_organizations_spec_does_not_exist(
    app: Application, stranger: Caller, spec: EvalSpec
) -> None:
    for use in (eval_specs.get, eval_specs.versions, eval_specs.delete):
        with pytest.raises(NotFound, match="Eval spec not found"):
            use(app, stranger, spec.spec_id)


def test_an_unknown_version_is_told_from_an_unknown_spec(
    app: Application, caller: Caller, spec: EvalSpec
) -> None:
    with pytest.raises(NotFound, match="Version 7 of the eval spec not found"):
        eval_specs.get(app, caller, spec.spec_id, 7)


def test_sharing_does_not_take_back_a_spec_that_was_handed_on_meanwhile(
    app: Application, caller: Caller, spec: EvalSpec, colleague: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = app.store.api_keys.is_listed

    def handed_on(organization: str, key_id: str) -> bool:
        monkeypatch.setattr(app.store.api_keys, "is_listed", check)
        eval_specs.share(app, caller, spec.spec_id, shared_with=["*"], owner=colleague.key_id)
        return check(organization, key_id)

    monkeypatch.setattr(app.store.api_keys, "is_listed", handed_on)
    with pytest.raises(Conflict, match="changed meanwhile"):
        eval_specs.share(app, caller, spec.spec_id, shared_with=[colleague.key_id])
    assert eval_specs.get(app, colleague, spec.spec_id).owner == colleague.key_id


def test_of_two_deletions_the_later_one_leaves_a_new_spec_its_name(
    app: Application, caller: Caller, spec: EvalSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = Table.get
    made: list[EvalSpec] = []

    def deleted_meanwhile(self: Table, pk: str, sk: str, **more: bool) -> Item | None:
        head = find(self, pk, sk, **more)
        monkeypatch.setattr(Table, "get", find)
        eval_specs.delete(app, caller, spec.spec_id)
        made.append(eval_specs.create(app, caller, NewSpec("towns", [EXACT])))
        return head

    monkeypatch.setattr(Table, "get", deleted_meanwhile)
    app.store.eval_specs.delete(caller.organization, spec.spec_id)
    assert app.store.eval_specs.find_id(caller.organization, "towns") == made[0].spec_id


def test_a_deleted_spec_is_gone_and_its_name_is_free(
    app: Application, caller: Caller, spec: EvalSpec
) -> None:
    eval_specs.update(app, caller, spec.spec_id, NewSpec("towns", [EXACT]))
    eval_specs.delete(app, caller, spec.spec_id)
    with pytest.raises(NotFound):
        eval_specs.get(app, caller, spec.spec_id, 1)
    assert eval_specs.create(app, caller, NewSpec("towns", [EXACT])).version == 1


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 201])
def test_a_name_is_one_printable_line(app: Application, caller: Caller, name: str) -> None:
    with pytest.raises(InvalidRequest, match="printable characters"):
        eval_specs.create(app, caller, NewSpec(name, [EXACT]))


def test_python_is_refused(app: Application, caller: Caller) -> None:
    own = {"type": "python", "source": "def grade(sample, item): return 1.0"}
    with pytest.raises(InvalidRequest, match="python"):
        eval_specs.create(app, caller, NewSpec("own", [own]))


def test_graders_too_large_for_the_table_are_refused(app: Application, caller: Caller) -> None:
    # Characters that take three bytes each, so that the limit of characters is kept.
    long = [{"requirement": "→" * 10_000, "name": f"c{n}"} for n in range(9)]
    with pytest.raises(InvalidRequest, match="bytes as JSON"):
        eval_specs.create(app, caller, NewSpec("long", long))
