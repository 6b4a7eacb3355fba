"""Answers that many routes share, and what the gateway in front of them adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet_openapi.bodies import GatewayError
from marksheet_openapi.surfaces import SURFACES, Surface

if TYPE_CHECKING:
    from marksheet_openapi.operations import Operation

_TEXTS = {
    "Unauthenticated": "There is no key, or it is not a good one. Without the header, the gateway answers "
    "by itself.",
    "Forbidden": "The key lacks the scope.",
    "NotFound": "There is no such thing in this organization.",
    "TooLarge": "The request has too many bytes.",
    "Invalid": "The request is wrong. Nothing was stored or changed.",
    "TooMany": "Too many requests at once, which the gateway says by itself, or too many evaluations.",
    "Fault": "A fault of ours, about which nothing is told, or of the gateway's.",
    "Unavailable": "The gateway got no answer in time.",
}

_STATUS = {
    "Unauthenticated": 401,
    "Forbidden": 403,
    "NotFound": 404,
    "TooLarge": 413,
    "Invalid": 0,
    "TooMany": 429,
    "Fault": 500,
    "Unavailable": 503,
}
"""Of an invalid request each surface has its own."""

_BY_THE_GATEWAY_TOO = frozenset({"Unauthenticated", "TooLarge", "TooMany", "Fault"})


def shared_models(surface: Surface) -> dict[str, Any]:
    """Name of each shared answer of a surface -> its body. Where the gateway may be the one who answers,
    either form.
    """
    found: dict[str, Any] = {}
    for name in _STATUS:
        body: Any = surface.invalid if name == "Invalid" else surface.error
        if name in _BY_THE_GATEWAY_TOO:
            body = surface.error | GatewayError
        found[surface.prefix + name] = GatewayError if name == "Unavailable" else body
    return found


def shared_statuses(surface: Surface) -> dict[str, int]:
    """Name of each shared answer of a surface -> its status code."""
    return {surface.prefix + name: status or surface.invalid_status for name, status in _STATUS.items()}


MODELS = {name: model for surface in SURFACES for name, model in shared_models(surface).items()}
STATUS = {name: status for surface in SURFACES for name, status in shared_statuses(surface).items()}

REQUEST_ID: dict[str, Any] = {
    "description": "What to name when something is wrong. Answers that the gateway gives by itself do not "
    "have it.",
    "schema": {"type": "string", "minLength": 1},
}
_RETRY_AFTER: dict[str, Any] = {
    "Retry-After": {
        "description": "Seconds to wait. The gateway's own answer does not have it.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    }
}

SECURITY_SCHEMES: dict[str, Any] = {
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "For clients that can do nothing else: user `api`, and the key as password.",
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "msk_...",
        "description": "`Authorization: Bearer msk_...`; `Api-Key msk_...` is taken as well. Of the scopes "
        "that an operation names, the key must have one.",
    },
}
"""The page of Swagger UI shows them in this order, and awaits input in the last."""


def shared_answers(schemas: dict[str, Any]) -> dict[str, Any]:
    """`components.responses`; `schemas` has the schema of each of `MODELS`."""
    return {
        surface.prefix + name: {
            "description": text,
            "headers": {
                **request_id(required=GatewayError not in _members(MODELS[surface.prefix + name])),
                **_headers(surface, name),
            },
            "content": {"application/json": {"schema": schemas[surface.prefix + name]}},
        }
        for surface in SURFACES
        for name, text in _TEXTS.items()
    }


def _headers(surface: Surface, name: str) -> dict[str, Any]:
    if name == "Unauthenticated":
        scheme = {"description": "The scheme to use.", "schema": {"const": surface.scheme}}
        return {"WWW-Authenticate": scheme}
    return _RETRY_AFTER if name == "TooMany" else {}


def request_id(*, required: bool) -> dict[str, Any]:
    """The header X-Request-Id, under its name."""
    return {"X-Request-Id": {**REQUEST_ID, **({"required": True} if required else {})}}


def usual_refusals(operation: Operation, *, names_something: bool) -> list[str]:
    """Which of the shared answers a route may give."""
    sent = bool(operation.bodies or operation.form)
    read = sent or operation.query is not None or any(p["in"] == "header" for p in operation.parameters)
    given = {
        "Unauthenticated": operation.scope is not None,
        "Forbidden": operation.scope is not None,
        "NotFound": names_something,
        "TooLarge": sent,
        "Invalid": read,
    }
    return [operation.surface.prefix + name for name in _STATUS if given.get(name, True)]


def _members(model: Any) -> tuple[Any, ...]:
    return getattr(model, "__args__", (model,))
