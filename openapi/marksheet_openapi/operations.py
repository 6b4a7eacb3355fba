"""How a route is described."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from edge import READ, WRITE

from marksheet_openapi.surfaces import NUGEN, Surface

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel

__all__ = ["READ", "WRITE", "Described", "Operation", "Redirect"]


class Described(NamedTuple):
    """A field of a request whose type the request's model leaves open."""

    text: str
    type: Any
    """Any annotation; it stands in the document instead of the model's."""


class Redirect(NamedTuple):
    """An answer that is an address."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One route. What follows from a part (422 from a body, 401 and 403 from a scope, 404 from an id in the
    path) is not said again."""

    tag: str
    summary: str
    description: str = ""
    surface: Surface = NUGEN
    scope: str | None = None
    """What the key needs; None for a route without a key."""
    bodies: tuple[type[BaseModel], ...] = ()
    """The models that read the JSON body."""
    discriminator: str | None = None
    """The field that tells which of them."""
    body_required: bool = True
    form: type[BaseModel] | None = None
    """The model that reads a form's fields, beside its `file`."""
    file: str = "JSON, JSON Lines or CSV."
    """What that is."""
    query: type[BaseModel] | None = None
    fields: Mapping[str, str | Described] = field(default_factory=dict)
    """What the fields of body, form and query mean; a field's docstring in its model does as well."""
    parameters: tuple[Mapping[str, Any], ...] = ()
    """Further parameters, as OpenAPI has them."""
    answer: type[BaseModel] | str = ""
    """The body of a success: a model of it, or its media type."""
    text: str = ""
    """What a success is; the answer's own docstring without it."""
    headers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Of a success, beside X-Request-Id."""
    redirect: Redirect | None = None
    refusals: Mapping[int, str] = field(default_factory=dict)
    """Status code -> when."""
    examples: tuple[str, ...] = ()
    """Golden files of the dialect, without `.response.json`; a `.request.json` beside one is an example
    too.
    """
    request_examples: Mapping[str, Any] = field(default_factory=dict)
    """JSON bodies by name, where no golden file has any."""
