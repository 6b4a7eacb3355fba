"""Scorers, custom metrics and domain rules as requests send them and answers show them.

Which options a scorer has is asked of the scorer itself, by giving it something that no option can be.
"""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, GetJsonSchemaHandler, RootModel

from marksheet.domain import Role
from marksheet.scoring import rules
from marksheet.scoring.custom_metrics import MOST_ENTRIES
from marksheet.scoring.options import OptionReader
from marksheet.scoring.specs import _LABEL, MOST_SCORERS, RESERVED_METRICS
from marksheet.scoring.table import SCORERS
from marksheet_openapi.bodies import Body, absent

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

_TYPES = {
    "bool_type": "boolean",
    "dict_type": "object",
    "enum": "string",
    "float_type": "number",
    "int_type": "integer",
    "list_type": "array",
    "string_pattern_mismatch": "string",
    "string_type": "string",
}
"""How an option is refused that has the wrong type -> its type."""


class _Refusals(OptionReader):
    """Gives a scorer the same value for every option, and notes for each how it is refused first."""

    def __init__(self, value: object) -> None:
        super().__init__({}, ())
        self.found: dict[str, tuple[str, str]] = {}
        self._given = value

    def refuse(self, name: str, message: str, kind: str = "value_error", **_: Any) -> None:
        self.found.setdefault(name, (kind, message))

    def _value(self, name: str) -> Any:
        return self._given


def _refusals(scorer: str, value: object) -> dict[str, tuple[str, str]]:
    reader = _Refusals(value)
    _class(scorer).read(reader)
    return reader.found


def _options(scorer: str) -> dict[str, Any]:
    """The schema of a scorer's options: their types, in the words in which the scorer refuses another one."""
    required = sorted(name for name, (kind, _) in _refusals(scorer, None).items() if kind == "missing")
    properties = {
        name: {**_type(kind, required=name in required), "description": message}
        for name, (kind, message) in _refusals(scorer, object()).items()
    }
    return {
        "type": "object",
        "description": inspect.getdoc(_class(scorer)),
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _type(kind: str, *, required: bool) -> dict[str, Any]:
    if kind not in _TYPES:
        return {}
    return {"type": _TYPES[kind] if required else [_TYPES[kind], "null"]}


def _class(scorer: str) -> Any:
    module, _, name = SCORERS[scorer].partition(":")
    return getattr(import_module(module), name)


def components() -> dict[str, Any]:
    """Schemas that others refer to: each scorer's options, and what may be said of every scorer."""
    return {
        "ScorerRole": {"anyOf": [{"enum": [role.value for role in Role]}, {"type": "null"}]},
        "ScorerLabel": {
            "type": ["string", "null"],
            "pattern": f"^{_LABEL.pattern}$",
            "not": {"enum": list(RESERVED_METRICS)},
        },
        "ScorerThreshold": {"type": ["number", "null"], "exclusiveMinimum": 0, "maximum": 1},
        **{_name(scorer): _options(scorer) for scorer in SCORERS},
    }


def _name(scorer: str) -> str:
    return f"{_class(scorer).__name__}Options"


def _reference(component: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{component}"}


def _settings(scorer: str) -> dict[str, Any]:
    """What a request says of a scorer beside its name."""
    return {
        "role": _reference("ScorerRole"),
        "label": _reference("ScorerLabel"),
        "threshold": _reference("ScorerThreshold"),
        "options": {"anyOf": [_reference(_name(scorer)), {"type": "null"}]},
    }


def _wish(scorer: str) -> dict[str, Any]:
    """A scorer as an object, in a list."""
    needed = ["options"] if "required" in _options(scorer) else []
    return {
        "type": "object",
        "properties": {"name": {"const": scorer}, **_settings(scorer)},
        "required": ["name", *needed],
        "additionalProperties": False,
    }


def _named(scorer: str) -> dict[str, Any]:
    """What an object of scorers may say under a scorer's name."""
    settings = {
        "type": "object",
        "properties": _settings(scorer),
        "minProperties": 1,
        "additionalProperties": False,
    }
    return {"anyOf": [{"const": True}, {"type": "null"}, _reference(_name(scorer)), settings]}


class ScorerWish(RootModel[Any]):
    """A scorer by its name, or with settings. `label` names its metric, `threshold` is for the scorer with
    the role correctness alone: a value at or above it is right."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        names = {"type": "string", "enum": list(SCORERS)}
        return {
            "description": inspect.getdoc(cls),
            "anyOf": [names, *(_wish(scorer) for scorer in SCORERS)],
        }


class ScorersByName(RootModel[Any]):
    """Scorers by name, each with true, its options, or an object of `role`, `label`, `threshold` and
    `options`.
    """

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {
            "description": inspect.getdoc(cls),
            "type": "object",
            "properties": {scorer: _named(scorer) for scorer in SCORERS},
            "minProperties": 1,
            "maxProperties": MOST_SCORERS,
            "additionalProperties": False,
        }


Scorers = Annotated[list[ScorerWish], Field(min_length=1, max_length=MOST_SCORERS)] | ScorersByName | None
CustomMetrics = (
    Annotated[list[str | ScorerWish], Field(max_length=MOST_ENTRIES)]
    | Annotated[dict[str, Any], Field(max_length=MOST_ENTRIES)]
    | None
)
"""Names may also be those of a benchmark's metrics, which no schema knows."""


class ScorerEntry(Body):
    """A scorer of a benchmark."""

    name: str
    role: Role
    label: str = absent()
    """Its metric's name; the scorer's name without one."""
    threshold: Annotated[float, Field(gt=0, le=1)] = absent()
    """Role correctness only: a value at or above it is right."""
    options: dict[str, Any] = absent()


class ScorerUsed(Body):
    """A scorer that marked."""

    name: str
    role: Role
    metric: str
    """Its metric's name."""
    threshold: float | None
    """Role correctness only: a value at or above it is right."""
    options: dict[str, Any]


class DomainRule(Body):
    """A rule that every answer has to keep: at least one of its conditions."""

    name: Annotated[str, Field(min_length=1, max_length=rules.LONGEST_NAME)]
    forbid: str = absent()
    """A regular expression that must not be found in the answer."""
    require: str = absent()
    """A regular expression that must be found in the answer."""
    max_characters: Annotated[int, Field(ge=1)] = absent()
    """The longest an answer may be."""


DomainRules = Annotated[list[DomainRule], Field(max_length=rules.MOST_RULES)] | None
