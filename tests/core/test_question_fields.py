"""One row of a benchmark file: names, types and sizes."""

import json

import pytest

from marksheet.domain import Question
from marksheet.errors import InvalidUpload
from marksheet.question_fields import build_question


def build(**row) -> Question:
    data = json.dumps(row)
    return build_question(row, lambda: json.loads(data, parse_int=str, parse_float=str), ordinal=3, line=9)


def error_of(**row) -> InvalidUpload:
    with pytest.raises(InvalidUpload) as caught:
        build(**row)
    assert caught.value.line == 9
    return caught.value


@pytest.mark.parametrize("name", ["question", "input", "prompt"])
def test_a_question_has_three_names(name):
    assert build(**{name: "Why?"}).question == "Why?"


@pytest.mark.parametrize("name", ["expected_answer", "answer", "expected", "target"])
def test_an_expected_answer_has_four_names(name):
    assert build(question="Why?", **{name: "so"}) == Question(3, "3", "Why?", "so")


@pytest.mark.parametrize("name", ["question_id", "id", "question_num"])
def test_an_id_has_three_names_and_may_be_a_number(name):
    assert build(question="Why?", **{name: 12}) == Question(3, "12", "Why?")


def test_our_own_name_wins_and_the_other_becomes_metadata():
    question = build(question="Why?", expected_answer="18", answer="because 9 + 9 = 18")
    assert question.expected_answer == "18"
    assert question.metadata == {"answer": "because 9 + 9 = 18"}


def test_two_foreign_names_for_one_field_are_refused():
    error = error_of(question="Why?", answer="a", target="b")
    assert error.field == "target"
    assert '"answer" and "target" both stand for expected_answer' in error.detail


def test_further_fields_go_into_metadata_and_null_ones_nowhere():
    question = build(question="Why?", metadata={"source": "x"}, level=[1, 2.5], note=None, answer=None)
    assert question.metadata == {"source": "x", "level": [1, 2.5]}
    assert question.expected_answer is None


def test_a_further_field_that_metadata_has_too_is_refused():
    assert '"level" is also a field' in error_of(question="Why?", metadata={"level": 1}, level=2).detail


def test_context_is_a_text_or_a_list():
    assert build(question="Why?", context="one").context == ("one",)
    assert build(question="Why?", context=["one", "two"]).context == ("one", "two")
    assert build(question="Why?", context=[]).context == ()


def test_choices_may_be_numbers_and_keep_their_digits():
    assert build(question="Why?", choices=["one", 2, 3.0]).choices == ("one", "2", "3.0")


def test_a_cluster_may_be_a_number():
    assert build(question="Why?", cluster=4).cluster == "4"


@pytest.mark.parametrize(
    ("row", "field", "message"),
    [
        ({"answer": "x"}, "question", 'is missing; give it as "question", "input" or "prompt"'),
        ({"question": None}, "question", "is missing"),
        ({"question": ""}, "question", "is empty"),
        ({"prompt": " \n\t"}, "prompt", "is empty"),
        ({"question": ["a"]}, "question", "must be text or a number, not a list"),
        ({"question": "q", "answer": True}, "answer", "must be text or a number, not true or false"),
        ({"question": "q", "target": {}}, "target", "not an object"),
        ({"question": "q", "id": ""}, "id", "has 0 characters; 1 to 256 are allowed"),
        ({"question": "q", "id": "x" * 257}, "id", "has 257 characters"),
        ({"question": "q", "cluster": "x" * 257}, "cluster", "has 257 characters"),
        ({"question": "q", "context": 3}, "context", "must be text or a list of texts, not a number"),
        ({"question": "q", "context": ["a", None]}, "context", "not null"),
        ({"question": "q", "context": ["x" * 300_000] * 2}, "context", "524,288 bytes together"),
        ({"question": "q", "choices": "a|b"}, "choices", "must be a list of texts, not text"),
        ({"question": "q", "choices": ["a"]}, "choices", "has 1 entries; 2 to 26 are allowed"),
        ({"question": "q", "choices": ["a"] * 27}, "choices", "has 27 entries"),
        ({"question": "q", "choices": ["a", False]}, "choices", "not true or false"),
        ({"question": "q", "metadata": "m"}, "metadata", "must be an object, not text"),
        ({"question": "q", "notes": "x" * 65_536}, "metadata", "65,536 are allowed"),
        ({"question": "x" * 262_145}, "question", "is 262,145 bytes long; 262,144 are allowed"),
        ({"question": "é" * 131_073}, "question", "is 262,146 bytes long"),
        ({"question": "q", "answer": "x" * 262_145}, "answer", "262,144 are allowed"),
        ({"question": "\ud800"}, "question", "surrogate"),
    ],
)
def test_what_is_wrong_is_named_with_its_field(row, field, message):
    error = error_of(**row)
    assert error.field == field
    assert message in error.detail


def test_metadata_nested_beyond_reason_is_refused():
    nested: list = []
    for _ in range(300):
        nested = [nested]
    assert "nested too deeply" in error_of(question="q", deep=nested).detail
