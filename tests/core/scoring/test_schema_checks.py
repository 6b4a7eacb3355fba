"""Values are checked as the jsonschema package checks them, within a number of steps."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from marksheet.scoring.json_texts import read_json
from marksheet.scoring.schema_checks import Breach, Examination, Undecided
from marksheet.scoring.schemas import read_schema


def breach(schema, value):
    return Examination().breach(read_schema(schema), read_json(json.dumps(value)))


NAMES = st.sampled_from(["a", "b", "ab"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, 1.0, 2.0]), st.text("ab", max_size=3)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
TYPES = st.sampled_from(["null", "boolean", "integer", "number", "string", "array", "object"])
PATTERNS = st.sampled_from(["a", "^b", "a.*b", "^$"])
SMALL = st.integers(0, 3)


def schemas_around(inner):
    schemas = st.lists(inner, min_size=1, max_size=3)
    members = st.dictionaries(NAMES, inner, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True),
            "const": VALUES,
            "enum": st.lists(VALUES, min_size=1, max_size=3),
            "minimum": st.integers(-2, 2),
            "maximum": st.integers(-2, 2),
            "exclusiveMinimum": st.integers(-2, 2),
            "exclusiveMaximum": st.integers(-2, 2),
            "multipleOf": st.sampled_from([1, 2, 0.5]),
            "minLength": SMALL,
            "maxLength": SMALL,
            "pattern": PATTERNS,
            "minItems": SMALL,
            "maxItems": SMALL,
            "uniqueItems": st.booleans(),
            "prefixItems": schemas,
            "items": inner,
            "contains": inner,
            "minContains": SMALL,
            "maxContains": SMALL,
            "minProperties": SMALL,
            "maxProperties": SMALL,
            "required": st.lists(NAMES, max_size=2, unique=True),
            "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=2),
            "dependentSchemas": members,
            "propertyNames": inner,
            "properties": members,
            "patternProperties": st.dictionaries(PATTERNS, inner, max_size=2),
            "additionalProperties": inner,
            "not": inner,
            "allOf": schemas,
            "anyOf": schemas,
            "oneOf": schemas,
            "if": inner,
            "then": inner,
            "else": inner,
            "$ref": st.just("#/$defs/shared"),
        },
    )


SCHEMAS = st.recursive(
    st.booleans() | st.builds(lambda told: {"type": told}, TYPES), schemas_around, max_leaves=5
)
SHARED = st.sampled_from([True, {"type": "string"}, {"items": {"$ref": "#/$defs/shared"}, "maxItems": 1}])


@given(schemas_around(SCHEMAS), SHARED, VALUES)
def test_any_schema_holds_for_what_it_holds_for_in_jsonschema(schema, shared, value):
    schema = {**schema, "$defs": {"shared": shared}}
    assert (breach(schema, value) is None) == Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (False, 1, Breach("false")),
        ({"type": "object"}, [], Breach("type")),
        ({"properties": {"a": {"items": {"minimum": 1}}}}, {"a": [1, 0]}, Breach("minimum", ("a", 1))),
        ({"prefixItems": [True, {"type": "null"}]}, [1, 2], Breach("type", (1,))),
        ({"additionalProperties": False}, {"b": 1}, Breach("false", ("b",))),
        ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, Breach("maxLength", ("ab",))),
        ({"allOf": [True, {"required": ["a"]}]}, {}, Breach("required")),
        ({"anyOf": [{"type": "null"}, False]}, 1, Breach("anyOf")),
        ({"if": True, "then": {"const": 2}}, 1, Breach("const")),
    ],
)
def test_the_first_breach_is_named_with_its_place(schema, value, expected):
    assert breach(schema, value) == expected


@pytest.mark.parametrize(
    ("divisor", "value", "whole"),
    [(0.1, 0.3, True), (0.01, 4.02, True), (0.1, 0.35, False), (1e-7, 1e300, True), (3, 10**30, False)],
)
def test_multiples_are_exact(divisor, value, whole):
    assert (breach({"multipleOf": divisor}, value) is None) is whole


def test_a_number_without_fraction_is_an_integer():
    assert breach({"type": "integer"}, 2.0) is None
    assert breach({"type": "integer"}, 2.5) == Breach("type")
    assert Examination().breach(read_schema({"type": "integer"}), Decimal("1E+400")) is None


def test_true_is_not_1():
    assert breach({"const": 1}, True) == Breach("const")
    assert breach({"type": "number"}, True) == Breach("type")
    assert breach({"uniqueItems": True}, [1, True]) is None


def towers(levels):
    value = 1
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "object", "properties": {"a": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}}}, towers(40)),
        (
            {
                "$defs": {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)}
                | {"a40": {"type": "integer"}},
                "$ref": "#/$defs/a0",
            },
            1,
        ),
        ({"items": {"not": {"enum": [list(range(100))]}}}, [list(range(1_000))] * 300),
        ({"items": {"uniqueItems": True}}, [[[n] for n in range(1_000)]] * 200),
        ({"items": {"not": {"required": [str(n) for n in range(1_000)]}}}, [{}] * 300),
        ({"items": {"allOf": [True] * 1_000}}, [1] * 300),
        ({"items": {"patternProperties": {f"x{n}": True for n in range(20)}}}, [{"a": 1}] * 20_000),
        ({"items": {"pattern": "^(?:a|aa|a.)+$"}}, ["a" * 50 + "b" * 50] * 1_000),
        ({"patternProperties": {"^(?:a|aa|a.)+$": True}}, {"a" * 50 + "b" * 50: 1}),
    ],
)
def test_a_check_that_would_take_too_long_ends_undecided(schema, value):
    node = read_schema(schema)
    with pytest.raises(Undecided):
        Examination().breach(node, value)


def test_the_order_of_keywords_does_not_decide_what_is_affordable():
    node = read_schema({"items": {"$ref": "#"}, "type": "array"})
    with pytest.raises(Undecided):
        Examination(steps=10).breach(node, [[]] * 10)
    assert Examination(steps=100).keeps(node, [[]] * 10)
