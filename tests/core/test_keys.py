from __future__ import annotations

from datetime import UTC, datetime

import pytest

from marksheet import aws
from marksheet.application import Application
from marksheet.errors import InvalidRequest, NotFound
from marksheet.keys import authenticate, create_key, list_keys, revoke_key

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def test_a_key_tells_whose_it_is(app: Application) -> None:
    created = create_key(app.store, organization="acme", name="ci", now=NOW)
    caller = authenticate(app.store, created.key)
    assert caller is not None
    assert (caller.organization, caller.key_id) == ("acme", created.api_key.lookup)
    assert caller.scopes == {"evaluations:read", "evaluations:write"}


@pytest.mark.parametrize("name", ["gen-ai", "email"])
def test_an_organization_is_not_called_like_a_part_of_another_surfaces_path(
    name: str, app: Application
) -> None:
    with pytest.raises(InvalidRequest, match="is reserved; choose another name") as refused:
        create_key(app.store, organization=name, now=NOW)
    assert [problem.location for problem in refused.value.problems] == [("organization",)]
    assert aws.client("dynamodb").scan(TableName="marksheet-test")["Items"] == []


@pytest.mark.parametrize("name", ["gen-ai-2", "genai", "emails", "gen"])
def test_only_those_names_are_reserved(name: str, app: Application) -> None:
    assert create_key(app.store, organization=name, now=NOW).api_key.organization == name


def test_a_key_carries_the_scopes_it_was_given(app: Application) -> None:
    created = create_key(app.store, organization="acme", scopes=frozenset({"evaluations:read"}), now=NOW)
    caller = authenticate(app.store, created.key)
    assert caller is not None
    assert caller.scopes == {"evaluations:read"}


def test_the_secret_is_nowhere_in_the_table(app: Application) -> None:
    created = create_key(app.store, organization="acme", now=NOW)
    secret = created.key.split("_", 2)[2]
    stored = aws.client("dynamodb").scan(TableName="marksheet-test")["Items"]
    assert len(stored) == 2
    assert secret not in str(stored)


def test_a_wrong_secret_an_unknown_lookup_and_nonsense_are_nobody(app: Application) -> None:
    key = create_key(app.store, organization="acme", now=NOW).key
    other = "A" if key[-1] != "A" else "B"
    for wrong in (
        key[:-1] + other,
        "msk_" + "a" * 16 + key[20:],
        "",
        "msk_",
        key + "x",
        key.upper(),
        "é" * 64,
    ):
        assert authenticate(app.store, wrong) is None


def test_a_revoked_key_is_nobodys_and_stays_listed(app: Application) -> None:
    created = create_key(app.store, organization="acme", name="old", now=NOW)
    revoke_key(app.store, "acme", created.api_key.lookup, now=NOW)
    assert authenticate(app.store, created.key) is None
    (listed,) = list_keys(app.store, "acme")
    assert (listed.name, listed.revoked_at) == ("old", "2026-01-02T00:00:00.000Z")


def test_one_organization_cannot_revoke_anothers_key(app: Application) -> None:
    created = create_key(app.store, organization="acme", now=NOW)
    with pytest.raises(NotFound):
        revoke_key(app.store, "umbrella", created.api_key.lookup, now=NOW)
    assert authenticate(app.store, created.key) is not None


@pytest.mark.parametrize("organization", ["", "Acme", "a" * 41, "-a", "a-", "a/b", "a#b"])
def test_an_organization_must_be_fit_for_a_key_prefix(app: Application, organization: str) -> None:
    with pytest.raises(InvalidRequest, match="organization"):
        create_key(app.store, organization=organization, now=NOW)


def test_an_unknown_scope_is_refused_by_name(app: Application) -> None:
    with pytest.raises(InvalidRequest, match="everything"):
        create_key(app.store, organization="acme", scopes=frozenset({"everything"}), now=NOW)
