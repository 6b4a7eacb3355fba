"""API keys: `msk_<lookup>_<secret>`. The look-up part finds the key, only a hash of the secret is stored."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marksheet.domain import Caller
from marksheet.errors import Conflict, InvalidRequest, NotFound, Problem
from marksheet.identifiers import timestamp
from marksheet.store.table import ConditionFailed

if TYPE_CHECKING:
    from datetime import datetime

    from marksheet.store import Store

SCOPES = frozenset({"evaluations:read", "evaluations:write"})
"""What a key may be allowed: to see, and to create, change and delete."""

_KEY = re.compile(r"msk_([a-z2-7]{16})_([A-Za-z0-9_-]{43})")
_ORGANIZATION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
RESERVED = frozenset({"gen-ai", "email"})
"""No organizations: /v2/<organization>/... would be another surface's path, or one that the local emulator
keeps for itself.
"""
_NO_HASH = hashlib.sha256(b"no such key").hexdigest()


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is listed: without its secret, which nobody can read again."""

    organization: str
    lookup: str
    name: str
    scopes: tuple[str, ...]
    created_at: str
    revoked_at: str | None = None


@dataclass(frozen=True, slots=True)
class CreatedApiKey:
    """A new key, and the only sight of its secret."""

    key: str
    api_key: ApiKey


def create_key(
    store: Store,
    *,
    organization: str,
    name: str = "",
    scopes: frozenset[str] = SCOPES,
    now: datetime,
) -> CreatedApiKey:
    """Make a key with 256 random bits for an organization, which exists from its first key on.

    Raises `InvalidRequest` for a name that is none, or is `RESERVED`, and for unknown scopes.
    """
    if not _ORGANIZATION.fullmatch(organization):
        raise InvalidRequest(
            Problem(("organization",), "use 1 to 40 lower-case letters, digits and inner hyphens")
        )
    if organization in RESERVED:
        raise InvalidRequest(Problem(("organization",), f"{organization!r} is reserved; choose another name"))
    if unknown := sorted(scopes - SCOPES):
        raise InvalidRequest(
            Problem(("scopes",), f"unknown scope {unknown[0]!r}; there are {', '.join(sorted(SCOPES))}")
        )
    lookup = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(16))
    secret = secrets.token_urlsafe(32)
    created = ApiKey(organization, lookup, name, tuple(sorted(scopes)), timestamp(now))
    try:
        store.api_keys.add(
            {
                "organization": organization,
                "lookup": lookup,
                "name": name,
                "scopes": list(created.scopes),
                "created_at": created.created_at,
                "secret_hash": _hash(secret),
            }
        )
    except ConditionFailed as lost:
        raise Conflict("this key exists already, try again") from lost
    return CreatedApiKey(f"msk_{lookup}_{secret}", created)


def list_keys(store: Store, organization: str) -> list[ApiKey]:
    """An organization's keys, revoked ones included."""
    return [
        ApiKey(
            organization=item["organization"],
            lookup=item["lookup"],
            name=item["name"],
            scopes=tuple(item["scopes"]),
            created_at=item["created_at"],
            revoked_at=item.get("revoked_at"),
        )
        for item in store.api_keys.list_all(organization)
    ]


def revoke_key(store: Store, organization: str, lookup: str, *, now: datetime) -> None:
    """Make a key worthless; the gateway may go on taking it until its authorizer cache runs out (60 s by
    default).
    """
    if not store.api_keys.revoke(organization, lookup, timestamp(now)):
        raise NotFound("API key", lookup)


def authenticate(store: Store, token: str) -> Caller | None:
    """Whose key this is, or None. The comparison takes the same time whether or not the look-up part is
    known.
    """
    parts = _KEY.fullmatch(token)
    if parts is None:
        return None
    lookup, secret = parts.groups()
    item = store.api_keys.find(lookup)
    stored = item["secret_hash"] if item else _NO_HASH
    if not hmac.compare_digest(_hash(secret), stored) or item is None:
        return None
    return Caller(item["organization"], lookup, frozenset(item["scopes"]))


def _hash(secret: str) -> str:
    # Plain SHA-256 is enough: the secret has 256 random bits, so there is nothing to slow down a guesser for.
    return hashlib.sha256(secret.encode()).hexdigest()
