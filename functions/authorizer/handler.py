"""The gateway's authorizer: whose key a request carries.

A request without a good key is let through with an empty context, and the API answers 401 in its dialect's
form: an HTTP API can turn a refusal here into nothing but a 403 of its own. When the key cannot be looked up
at all, the error leaves the function: nobody gets in, the gateway answers 500 and remembers nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet import keys
from marksheet.application import application
from marksheet.authorization import parse_authorization

if TYPE_CHECKING:
    from collections.abc import Mapping


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """The simple response of payload format 2.0, with context `organization`, `key_id` and `scopes` (space
    separated)."""
    token = parse_authorization(_authorization(event))
    if token is None:
        return {"isAuthorized": True, "context": {}}
    caller = keys.authenticate(application().store, token)
    if caller is None:
        return {"isAuthorized": True, "context": {}}
    scopes = " ".join(sorted(caller.scopes))
    return {
        "isAuthorized": True,
        "context": {"organization": caller.organization, "key_id": caller.key_id, "scopes": scopes},
    }


def _authorization(event: Mapping[str, Any]) -> str | None:
    """The header's value, whatever its case; several are joined as the gateway joins them."""
    headers = event.get("headers") or {}
    values = [value for name, value in headers.items() if name.lower() == "authorization"]
    return ",".join(values) if values else None
