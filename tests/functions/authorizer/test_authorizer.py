"""The authorizer: a good key gets its context, anything else an empty one, and a broken store nobody in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from authorizer.handler import handler

from marksheet.domain import Caller
from marksheet.keys import create_key, revoke_key
from marksheet.settings import MissingSetting

if TYPE_CHECKING:
    from collections.abc import Callable

    from marksheet.application import Application

KEY = "msk_abcdefghijklmnop_0123456789012345678901234567890123456789ABC"
CALLER = Caller("acme", "abcdefghijklmnop", frozenset({"evaluations:write", "evaluations:read"}))


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch, deployed: Application) -> list[str]:
    """Plays the look-up of keys: knows one, and remembers which it was asked for."""
    asked: list[str] = []

    def authenticate(_store: object, token: str) -> Caller | None:
        asked.append(token)
        return CALLER if token == KEY else None

    monkeypatch.setattr("marksheet.keys.authenticate", authenticate)
    return asked


@pytest.mark.parametrize("case", ["bearer", "api_key", "basic"])
def test_a_good_key_gets_its_context_in_every_scheme(
    case: str, load_event: Callable[[str, str], dict[str, Any]], keys: list[str]
) -> None:
    assert handler(load_event("authorizer", case), None) == {
        "isAuthorized": True,
        "context": {
            "organization": "acme",
            "key_id": "abcdefghijklmnop",
            "scopes": "evaluations:read evaluations:write",
        },
    }
    assert keys == [KEY]


@pytest.mark.parametrize("case", ["missing", "doubled", "too_long"])
def test_a_header_without_a_key_gets_an_empty_context_and_no_look_up(
    case: str, load_event: Callable[[str, str], dict[str, Any]], keys: list[str]
) -> None:
    assert handler(load_event("authorizer", case), None) == {"isAuthorized": True, "context": {}}
    assert keys == []


@pytest.mark.parametrize(
    "headers",
    [
        None,
        {},
        {"authorization": ""},
        {"authorization": "Bearer schlüssel"},
        {"authorization": f"Bearer {KEY[:-1]}!"},
        {"Authorization": f"Bearer {KEY}", "authorization": f"Bearer {KEY}"},
    ],
)
def test_a_strange_header_gets_an_empty_context(headers: Any, keys: list[str]) -> None:
    assert handler({"headers": headers}, None) == {"isAuthorized": True, "context": {}}


def test_an_unknown_key_gets_an_empty_context(keys: list[str]) -> None:
    unknown = {"headers": {"Authorization": f"Bearer {KEY[:-1]}D"}}
    assert handler(unknown, None) == {"isAuthorized": True, "context": {}}
    assert len(keys) == 1


def test_a_key_that_cannot_be_looked_up_lets_nobody_in(
    monkeypatch: pytest.MonkeyPatch, load_event: Callable[[str, str], dict[str, Any]], deployed: Application
) -> None:
    def broken(_store: object, _token: str) -> Caller | None:
        raise RuntimeError("the table is gone")

    monkeypatch.setattr("marksheet.keys.authenticate", broken)
    with pytest.raises(RuntimeError, match="the table is gone"):
        handler(load_event("authorizer", "bearer"), None)


def test_a_deployment_without_settings_lets_nobody_in(
    load_event: Callable[[str, str], dict[str, Any]],
) -> None:
    with pytest.raises(MissingSetting):
        handler(load_event("authorizer", "bearer"), None)


def test_a_key_that_was_created_opens_and_a_revoked_one_does_not(deployed: Application) -> None:
    created = create_key(deployed.store, organization="acme", now=deployed.clock())
    asked = {"headers": {"authorization": f"Bearer {created.key}"}}
    assert handler(asked, None)["context"]["organization"] == "acme"
    revoke_key(deployed.store, "acme", created.api_key.lookup, now=deployed.clock())
    assert handler(asked, None) == {"isAuthorized": True, "context": {}}
