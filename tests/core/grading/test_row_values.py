"""What a template finds in a row."""

from __future__ import annotations

import pytest

from marksheet.domain import Submission
from marksheet.grading.row_values import LONGEST_JSON, RowValues, read_json
from marksheet.grading.templates import MissingField, compile_template


def find(text, **fields):
    row = Submission(**{"ordinal": 1, "question_id": "r1", "question": "", **fields})
    return compile_template(text).render(RowValues(row))


@pytest.mark.parametrize("name", ["expected_answer", "expected", "target"])
def test_the_expected_answer_is_found_under_each_of_its_names(name):
    assert find(f"{{{{item.{name}}}}}", expected_answer="5") == "5"


def test_the_input_is_found_in_the_item():
    assert find("{{item.input}}", question="Why?") == "Why?"


def test_what_the_item_says_itself_comes_first():
    row = {"question": "Why?", "expected_answer": "5", "metadata": {"input": "How?", "target": "6"}}
    assert find("{{item.input}} {{item.target}} {{item.expected_answer}}", **row) == "How? 6 5"


@pytest.mark.parametrize("text", ["{{item.input}}", "{{item.expected_answer}}", "{{item.x}}"])
def test_nothing_and_null_are_missing(text):
    with pytest.raises(MissingField):
        find(text, metadata={"x": None})


def test_an_empty_text_is_there():
    assert (
        find(
            "<{{item.x}}{{item.expected_answer}}{{sample.output_text}}>",
            metadata={"x": ""},
            expected_answer="",
        )
        == "<>"
    )


def test_the_output_as_json_is_read_from_its_text():
    assert find("{{sample.output_json.a[0]}}", output=' {"a": [1.50, 2]}\n') == "1.5"


def test_no_digit_of_a_long_whole_number_is_lost():
    assert (
        find("{{sample.output_json}}", output="123456789012345678901234567890")
        == "123456789012345678901234567890"
    )


def test_the_samples_own_json_comes_first():
    assert find("{{sample.output_json.a}}", output='{"a": 1}', sample={"output_json": {"a": 2}}) == "2"


@pytest.mark.parametrize(
    "output",
    ["", "4 apples", "{'a': 1}", "NaN", '{"a": Infinity}', "null", "[" * 100_000, "1" * (LONGEST_JSON + 1)],
)
def test_an_output_that_is_no_json_has_none(output):
    with pytest.raises(MissingField, match=r"the row has no sample\.output_json"):
        find("{{sample.output_json}}", output=output)


def test_a_whole_namespace_is_written_as_json():
    row = {"question": "Why?", "metadata": {"x": 1}, "output": "so", "sample": {"choices": []}}
    assert find("{{item}}", **row) == '{"input":"Why?","x":1}'
    assert find("{{sample}}", **row) == '{"choices":[],"output_text":"so"}'


def test_json_is_read_with_white_space_around_it():
    assert read_json("\n [1] \n") == [1]
