"""How each keyword of JSON Schema is read: what it wants, checked and made ready for `schema_checks`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sized
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from marksheet.scoring import schema_checks as checks
from marksheet.scoring.json_texts import canonical
from marksheet.scoring.options import is_number
from marksheet.scoring.patterns import check_pattern, compiled

if TYPE_CHECKING:
    import regex

    from marksheet.scoring.schema_checks import Check, Node

Path = tuple[str | int, ...]
Schema = Mapping[str, Any]

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")


class Reading(Protocol):
    """The reading of a whole schema, as its keywords see it."""

    def node(self, schema: object, path: Path) -> Node:
        """The node of a schema inside; it is filled when its turn comes."""

    def target(self, reference: object, path: Path) -> Node:
        """The node that a reference leads to."""

    def refuse(self, path: Path, message: str) -> None:
        """Note what is wrong."""


def _reference(reading: Reading, schema: Schema, key: str, path: Path) -> Node:
    return reading.target(schema[key], (*path, key))


def _number(reading: Reading, schema: Schema, key: str, path: Path) -> Decimal:
    if is_number(schema[key]):
        return Decimal(str(schema[key]))
    reading.refuse((*path, key), "must be a number")
    return Decimal(1)


def _divisor(reading: Reading, schema: Schema, key: str, path: Path) -> Decimal:
    number = _number(reading, schema, key, path)
    if number <= 0:
        reading.refuse((*path, key), "must be above 0")
    return number


def _count(reading: Reading, schema: Schema, key: str, path: Path) -> int:
    number = _number(reading, schema, key, path)
    if number >= 0 and number == number.to_integral_value():
        return int(number)
    reading.refuse((*path, key), "must be a whole number from 0")
    return 0


def _flag(reading: Reading, schema: Schema, key: str, path: Path) -> bool:
    if not isinstance(schema[key], bool):
        reading.refuse((*path, key), "must be true or false")
    return bool(schema[key])


def _names(reading: Reading, schema: Schema, key: str, path: Path) -> list[str]:
    names = schema[key]
    if isinstance(names, list | tuple) and all(isinstance(name, str) for name in names):
        return list(names)
    reading.refuse((*path, key), "must be a list of texts")
    return []


def _mapping(reading: Reading, schema: Schema, key: str, path: Path) -> Schema:
    if isinstance(schema[key], Mapping):
        return dict(schema[key])
    reading.refuse((*path, key), "must be an object")
    return {}


def _values(reading: Reading, schema: Schema, key: str, path: Path) -> list[Any]:
    if isinstance(schema[key], list | tuple) and schema[key]:
        return list(schema[key])
    reading.refuse((*path, key), "must be a list that is not empty")
    return []


def _types(reading: Reading, schema: Schema, key: str, path: Path) -> frozenset[str]:
    told = [schema[key]] if isinstance(schema[key], str) else _values(reading, schema, key, path)
    if not all(isinstance(name, str) and name in TYPES for name in told):
        reading.refuse((*path, key), f"must be one or a list of {', '.join(TYPES)}")
        return frozenset()
    return frozenset((*told, "integer") if "number" in told else told)


def _pattern(reading: Reading, pattern: object, path: Path) -> regex.Pattern[str]:
    wrong = check_pattern(pattern) if isinstance(pattern, str) else "must be a regular expression"
    if wrong:
        reading.refuse(path, wrong)
    return compiled("" if wrong else str(pattern))


def _schema(reading: Reading, schema: Schema, key: str, path: Path) -> Node:
    return reading.node(schema[key], (*path, key))


def _schema_list(reading: Reading, schema: Schema, key: str, path: Path) -> list[Node]:
    where = (*path, key)
    return [reading.node(each, (*where, at)) for at, each in enumerate(_values(reading, schema, key, path))]


def _schemas(reading: Reading, schema: Schema, key: str, path: Path) -> dict[str, Node]:
    where = (*path, key)
    return {
        name: reading.node(each, (*where, name))
        for name, each in _mapping(reading, schema, key, path).items()
    }


def _patterns(
    reading: Reading, schema: Schema, key: str, path: Path
) -> list[tuple[regex.Pattern[str], Node]]:
    nodes = _schemas(reading, schema, key, path)
    return [(_pattern(reading, name, (*path, key, name)), node) for name, node in nodes.items()]


def _enumerated(reading: Reading, schema: Schema, key: str, path: Path) -> frozenset[Any]:
    return frozenset(map(canonical, _values(reading, schema, key, path)))


def _constant(reading: Reading, schema: Schema, key: str, path: Path) -> frozenset[Any]:
    return frozenset((canonical(schema[key]),))


def _length(reading: Reading, schema: Schema, key: str, path: Path) -> tuple[type[Sized], int]:
    kinds: dict[str, type[Sized]] = {"Length": str, "Items": list, "Properties": dict}
    return kinds[key[3:]], _count(reading, schema, key, path)


def _whole_pattern(reading: Reading, schema: Schema, key: str, path: Path) -> regex.Pattern[str]:
    return _pattern(reading, schema[key], (*path, key))


def _first_items(reading: Reading, schema: Schema, key: str, path: Path) -> tuple[list[Node], None, int]:
    return _schema_list(reading, schema, key, path), None, 0


def _items(reading: Reading, schema: Schema, key: str, path: Path) -> tuple[list[Node], Node | None, int]:
    """Schemas of the first elements, and the one of the elements from a position on."""
    if isinstance(schema[key], list | tuple):
        return _schema_list(reading, schema, key, path), None, 0
    listed = schema.get("prefixItems" if key == "items" else "items")
    if key == "additionalItems" and not isinstance(listed, list | tuple):
        return [], None, 0
    return [], _schema(reading, schema, key, path), len(listed) if isinstance(listed, list | tuple) else 0


def _contains(reading: Reading, schema: Schema, key: str, path: Path) -> tuple[Node, int, int | None]:
    least = _count(reading, schema, "minContains", path) if "minContains" in schema else 1
    most = _count(reading, schema, "maxContains", path) if "maxContains" in schema else None
    return _schema(reading, schema, key, path), least, most


def _additional(
    reading: Reading, schema: Schema, key: str, path: Path
) -> tuple[Node, frozenset[str], list[regex.Pattern[str]]]:
    names, patterns = schema.get("properties"), schema.get("patternProperties")
    return (
        _schema(reading, schema, key, path),
        frozenset(names if isinstance(names, Mapping) else ()),
        [_pattern(reading, p, (*path, key)) for p in (patterns if isinstance(patterns, Mapping) else ())],
    )


def _conditional(
    reading: Reading, schema: Schema, key: str, path: Path
) -> tuple[Node, Node | None, Node | None]:
    then, otherwise = (
        _schema(reading, schema, branch, path) if branch in schema else None for branch in ("then", "else")
    )
    return _schema(reading, schema, key, path), then, otherwise


def _dependent_names(reading: Reading, schema: Schema, key: str, path: Path) -> dict[str, list[str]]:
    told = _mapping(reading, schema, key, path)
    return {name: _names(reading, told, name, (*path, key)) for name in told}


def _dependencies(
    reading: Reading, schema: Schema, key: str, path: Path
) -> tuple[dict[str, list[str]], dict[str, Node]]:
    """Of older drafts: names or schemas."""
    told, where = _mapping(reading, schema, key, path), (*path, key)
    named = [name for name, wanted in told.items() if isinstance(wanted, list | tuple)]
    return (
        {name: _names(reading, told, name, where) for name in named},
        {name: _schema(reading, told, name, where) for name in told if name not in named},
    )


KEYWORDS: dict[str, tuple[Callable[[Reading, Schema, str, Path], Any], Check]] = {
    "type": (_types, checks.has_type),
    "const": (_constant, checks.is_among),
    "enum": (_enumerated, checks.is_among),
    "minimum": (_number, checks.at_least),
    "maximum": (_number, checks.at_most),
    "exclusiveMinimum": (_number, checks.above),
    "exclusiveMaximum": (_number, checks.below),
    "multipleOf": (_divisor, checks.multiple_of),
    "minLength": (_length, checks.has_least),
    "maxLength": (_length, checks.has_most),
    "pattern": (_whole_pattern, checks.has_pattern),
    "minItems": (_length, checks.has_least),
    "maxItems": (_length, checks.has_most),
    "uniqueItems": (_flag, checks.unique_items),
    "prefixItems": (_first_items, checks.items),
    "items": (_items, checks.items),
    "additionalItems": (_items, checks.items),
    "contains": (_contains, checks.contains),
    "minProperties": (_length, checks.has_least),
    "maxProperties": (_length, checks.has_most),
    "required": (_names, checks.required),
    "dependentRequired": (_dependent_names, checks.dependent_required),
    "propertyNames": (_schema, checks.property_names),
    "properties": (_schemas, checks.properties),
    "patternProperties": (_patterns, checks.pattern_properties),
    "additionalProperties": (_additional, checks.additional_properties),
    "$ref": (_reference, checks.same_as),
    "not": (_schema, checks.none_of),
    "allOf": (_schema_list, checks.all_of),
    "anyOf": (_schema_list, checks.any_of),
    "oneOf": (_schema_list, checks.one_of),
    "if": (_conditional, checks.conditional),
    "dependentSchemas": (_schemas, checks.dependent_schemas),
    "dependencies": (_dependencies, checks.dependencies),
    "$defs": (_schemas, checks.anything),
    "definitions": (_schemas, checks.anything),
}
"""How each keyword is read, and the check that what was read is for, in the order they are looked at."""
IN_PLACE: dict[str, Callable[[Any], Iterable[Node | None]]] = {
    "$ref": lambda node: [node],
    "not": lambda node: [node],
    "allOf": lambda nodes: nodes,
    "anyOf": lambda nodes: nodes,
    "oneOf": lambda nodes: nodes,
    "if": lambda branches: branches,
    "dependentSchemas": lambda nodes: nodes.values(),
    "dependencies": lambda names_and_nodes: names_and_nodes[1].values(),
}
"""Of the keywords that lay schemas on the value they stand at: which."""
