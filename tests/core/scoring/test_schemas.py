"""A schema is read whole, or refused with every place that is wrong."""

from __future__ import annotations

import pytest

from marksheet.scoring.schema_checks import Examination
from marksheet.scoring.schemas import BadSchema, read_schema


def problems(schema):
    with pytest.raises(BadSchema) as caught:
        read_schema(schema)
    return dict(caught.value.problems)


def keeps(schema, value):
    return Examination().keeps(read_schema(schema), value)


@pytest.mark.parametrize(
    ("schema", "path", "message"),
    [
        ({"type": "text"}, ("type",), "must be one or a list of null, boolean,"),
        ({"type": []}, ("type",), "must be a list that is not empty"),
        ({"minimum": "1"}, ("minimum",), "must be a number"),
        ({"exclusiveMinimum": True}, ("exclusiveMinimum",), "must be a number"),
        ({"multipleOf": 0}, ("multipleOf",), "must be above 0"),
        ({"minLength": -1}, ("minLength",), "must be a whole number from 0"),
        ({"maxItems": 1.5}, ("maxItems",), "must be a whole number from 0"),
        ({"uniqueItems": 1}, ("uniqueItems",), "must be true or false"),
        ({"required": "a"}, ("required",), "must be a list of texts"),
        ({"enum": []}, ("enum",), "must be a list that is not empty"),
        ({"allOf": {}}, ("allOf",), "must be a list that is not empty"),
        ({"properties": []}, ("properties",), "must be an object"),
        ({"properties": {"a": 1}}, ("properties", "a"), "must be a schema"),
        ({"items": {"anyOf": [True, {"type": 1}]}}, ("items", "anyOf", 1, "type"), "must be a list that"),
        ({"pattern": "("}, ("pattern",), "is no valid regular expression"),
        ({"pattern": 1}, ("pattern",), "must be a regular expression"),
        ({"patternProperties": {"(": True}}, ("patternProperties", "("), "is no valid regular expression"),
        ({"dependentRequired": {"a": 1}}, ("dependentRequired", "a"), "must be a list of texts"),
        ({"$defs": {"unused": {"type": 1}}}, ("$defs", "unused", "type"), "must be a list that is not empty"),
        ({"requird": ["a"]}, ("requird",), 'unknown keyword "requird"; did you mean "required"?'),
        ({"unevaluatedProperties": False}, ("unevaluatedProperties",), "unknown keyword"),
        ({"items": {"$id": "x"}}, ("items", "$id"), "may only stand at the top of the schema"),
        ({"$schema": "https://example.com/mine"}, ("$schema",), "must be the address of draft 4, 6, 7"),
        ({"$schema": 7}, ("$schema",), "must be the address of draft 4, 6, 7"),
    ],
)
def test_what_is_wrong_is_located(schema, path, message):
    [(where, said)] = problems(schema).items()
    assert where == path
    assert said.startswith(message)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest",
        "https://json-schema.org/draft/2020-12/schema",
        "file:///etc/passwd",
        "other.json",
        "//host/x",
        "#anchor",
        "",
        5,
    ],
)
def test_a_reference_out_of_the_schema_is_refused_and_never_followed(target):
    assert "nothing is fetched" in problems({"$ref": target})["$ref",]


@pytest.mark.parametrize("target", ["#/$defs/b", "#/$defs/a/1", "#/allOf/1", "#/allOf/x", "#/type/0"])
def test_a_reference_to_nothing_is_refused(target):
    schema = {"$defs": {"a": True}, "allOf": [True], "type": "object", "not": {"$ref": target}}
    assert problems(schema)["not", "$ref"] == f'"{target}" leads to nothing in this schema'


@pytest.mark.parametrize("target", ["#/type", "#/required"])
def test_a_reference_to_what_is_no_schema_is_refused(target):
    assert "must be a schema" in str(problems({"type": "object", "required": [], "not": {"$ref": target}}))


def test_a_reference_may_lead_to_places_with_odd_names():
    schema = {"$defs": {"a/b": {"~": {"%": True}}, "c d": {"type": "string"}}, "$ref": "#/$defs/c%20d"}
    schema["$defs"]["a/b"] = {"type": "integer"}
    assert not keeps(schema, 1)
    assert keeps({**schema, "$ref": "#/$defs/a~1b"}, 1)


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"allOf": [{"not": {"$ref": "#"}}]},
        {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"if": True, "then": {"$ref": "#/$defs/a"}}}},
        {"dependentSchemas": {"x": {"$ref": "#"}}},
        {"dependencies": {"x": {"anyOf": [{"$ref": "#"}]}}},
    ],
)
def test_a_schema_that_only_leads_back_to_itself_is_refused(schema):
    assert problems(schema) == {(): "leads back to itself without going on to a member or an element"}


def test_a_schema_may_lead_through_itself():
    tree = {"type": "object", "properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}}
    assert keeps(tree, {"left": {"left": {}}, "right": {}})
    assert not keeps(tree, {"left": {"left": 1}})


def chain(links):
    steps = {f"a{n}": {"$ref": f"#/$defs/a{n + 1}"} for n in range(links)}
    return {"$defs": {**steps, f"a{links}": {"type": "integer"}}, "$ref": "#/$defs/a0"}


def test_a_chain_of_references_leads_to_its_end():
    assert keeps(chain(100), 1)
    assert not keeps(chain(100), "1")


def test_a_chain_that_is_too_long_to_follow_leaves_answers_unscored(score):
    assert score("json_schema", None, "1", schema=chain(700)).value is None


def test_only_so_many_problems_are_told():
    assert len(problems({"properties": {f"p{n}": {"type": 1} for n in range(50)}})) == 10


def test_keywords_that_only_describe_are_read_over():
    schema = {"title": "t", "format": "email", "examples": [1], "x-mine": 1, "$comment": "c", "default": None}
    assert keeps(
        {**schema, "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:x"}, "no mail"
    )


@pytest.mark.parametrize("draft", ["draft-04", "draft-06", "draft-07"])
def test_up_to_draft_7_a_reference_stands_alone(draft):
    schema = {"definitions": {"a": {"type": "array"}}, "items": {"$ref": "#/definitions/a", "maxItems": 0}}
    assert not keeps(schema, [[1]])
    assert keeps({**schema, "$schema": f"http://json-schema.org/{draft}/schema#"}, [[1]])


def test_the_older_spellings_are_understood():
    assert not keeps({"items": [{"type": "string"}], "additionalItems": {"type": "integer"}}, ["a", "b"])
    assert keeps({"items": [{"type": "string"}], "additionalItems": {"type": "integer"}}, ["a", 1])
    assert keeps({"items": {"type": "string"}, "additionalItems": False}, ["a", "b"])
    assert not keeps({"dependencies": {"a": ["b"]}}, {"a": 1})
    assert not keeps({"dependencies": {"a": {"maxProperties": 1}}}, {"a": 1, "b": 2})
