"""json_schema checks the answer's JSON against a schema."""

from __future__ import annotations

import json

import pytest

from marksheet.errors import InvalidRequest

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name"],
    "additionalProperties": False,
}


def test_an_answer_that_keeps_to_the_schema_is_right(score):
    assert score("json_schema", None, '{"name": "Ada", "age": 36}', schema=PERSON).value == 1.0


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ('{"age": 36}', 'the answer breaks "required" at the top'),
        ('{"name": "Ada", "age": -1}', 'the answer breaks "minimum" at "/age"'),
        ('{"name": "Ada", "town": "x"}', 'the answer breaks "false" at "/town"'),
        ("Ada", "the answer is no JSON: Expecting value at line 1 column 1"),
    ],
)
def test_an_answer_that_does_not_is_wrong_and_says_where(score, output, reason):
    wrong = score("json_schema", None, output, schema=PERSON)
    assert (wrong.value, wrong.reason) == (0.0, reason)


def test_a_fenced_answer_counts_when_asked_for(score):
    fenced = '```json\n{"name": "Ada"}\n```'
    assert score("json_schema", None, fenced, schema=PERSON, extract="fence").value == 1.0
    assert score("json_schema", None, fenced, schema=PERSON).value == 0.0


def test_an_answer_that_cannot_be_checked_within_bounds_is_unscored(score):
    schema = {"type": "object", "properties": {"a": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}}}
    unscored = score("json_schema", None, '{"a":' * 40 + "1" + "}" * 40, schema=schema)
    assert (unscored.value, unscored.reason) == (
        None,
        "the check takes too many steps, or a pattern too long",
    )


def test_a_chain_of_references_longer_than_the_stack_is_unscored(score):
    chain = {f"a{n}": {"$ref": f"#/$defs/a{n + 1}"} for n in range(800)} | {"a800": True}
    assert score("json_schema", None, "1", schema={"$defs": chain, "$ref": "#/$defs/a0"}).value is None


def test_an_answer_that_cannot_be_read_is_unscored(score):
    assert score("json_schema", None, "[" * 100 + "]" * 100, schema={}).value is None


@pytest.mark.parametrize(
    ("schema", "location"),
    [
        ({"type": "text"}, ("options", "schema", "type")),
        ({"items": {"$ref": "http://localhost/x"}}, ("options", "schema", "items", "$ref")),
        ({"$ref": "#"}, ("options", "schema")),
        ([], ("options", "schema")),
        ("{}", ("options", "schema")),
        ({"description": "x" * 32_000}, ("options", "schema")),
        (json.loads('{"not":' * 25 + "{}" + "}" * 25), ("options", "schema")),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_when_the_scorer_is_built(score, schema, location):
    with pytest.raises(InvalidRequest) as caught:
        score("json_schema", None, "{}", schema=schema)
    assert [problem.location[2:] for problem in caught.value.problems] == [location]


def test_a_schema_must_be_given(score):
    with pytest.raises(InvalidRequest) as caught:
        score("json_schema", None, "{}")
    assert [problem.kind for problem in caught.value.problems] == ["missing"]
