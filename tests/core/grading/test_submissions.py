"""Rows that are to be graded: what each field may be, and what is wrong with others."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Submission
from marksheet.errors import InvalidRequest, InvalidUpload
from marksheet.grading import read_dataset, read_submissions, submissions
from marksheet.grading.numerals import read_numerals
from marksheet.questions import decode_question, encode_question


def row(**fields):
    """The submission of an inline row."""
    [found] = read_dataset([fields])
    return found


def lines(*rows):
    """The submissions of a file of these lines."""
    return list(read_submissions(["\n".join(rows).encode()]))


def problem(**fields):
    with pytest.raises(InvalidRequest) as caught:
        read_dataset([fields])
    [found] = caught.value.problems
    assert found.location[:3] == ("body", "dataset", 0)
    return found.location[3:], found.message


def upload_error(data):
    with pytest.raises(InvalidUpload) as caught:
        list(read_submissions([data]))
    return caught.value


def test_a_row_of_the_apis_page():
    assert row(input="What is 2+2?", output="4") == Submission(1, "1", "What is 2+2?", output="4")


def test_a_row_with_everything():
    found = row(
        id="r7",
        input="Capital?",
        output="Paris",
        expected="Paris",
        context=["France is in Europe."],
        choices=["Paris", "Rome"],
        item={"difficulty": 2},
        sample={"output_text": "Paris", "output_tools": []},
        split="test",
    )
    assert found == Submission(
        1,
        "r7",
        "Capital?",
        "Paris",
        context=("France is in Europe.",),
        choices=("Paris", "Rome"),
        metadata={"difficulty": 2, "split": "test"},
        output="Paris",
        sample={"output_tools": []},
    )


def test_a_row_of_openais_evals_alone():
    found = row(item={"question": "Capital?", "label": "Paris"}, sample={"output_text": "Rome", "model": "m"})
    assert found == Submission(
        1,
        "1",
        "",
        metadata={"question": "Capital?", "label": "Paris"},
        output="Rome",
        sample={"model": "m"},
    )


@pytest.mark.parametrize("name", ["expected_answer", "expected", "target"])
def test_the_expected_answer_has_three_names(name):
    assert row(output="x", **{name: "y"}).expected_answer == "y"


def test_our_own_name_wins_and_the_other_is_a_further_field():
    found = row(output="x", expected_answer="y", target="z")
    assert (found.expected_answer, found.metadata) == ("y", {"target": "z"})


@pytest.mark.parametrize("name", ["question", "prompt", "answer", "metadata", "cluster"])
def test_what_no_field_claims_belongs_to_the_item(name):
    assert row(output="x", **{name: {"a": 1}}).metadata == {name: {"a": 1}}


@pytest.mark.parametrize("name", ["id", "question_id"])
def test_an_id_may_be_a_number_and_has_two_names(name):
    assert row(output="x", **{name: 12}).question_id == "12"


def test_ids_need_not_differ_and_default_to_the_position():
    found = read_dataset([{"output": "a", "id": "x"}, {"output": "b"}, {"output": "c", "id": "x"}])
    assert [(each.ordinal, each.question_id) for each in found] == [(1, "x"), (2, "2"), (3, "x")]


def test_null_is_not_given():
    assert row(
        input=None, output="x", expected=None, item={"a": None}, sample=None, extra=None
    ) == Submission(1, "1", "", output="x")


def test_an_empty_output_is_an_output():
    assert row(output="").output == ""


@pytest.mark.parametrize(
    ("written", "output"),
    [
        ("4", "4"),
        ("1.50", "1.50"),
        ("1e3", "1e3"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("true", "true"),
        ('{"a": [1.0, "b"]}', '{"a":[1.0,"b"]}'),
        ('"4"', "4"),
    ],
)
def test_an_output_of_a_file_is_graded_as_it_is_written(written, output):
    [found] = lines(f'{{"output": {written}, "expected": {written}}}')
    assert (found.output, found.expected_answer) == (output, output)


@pytest.mark.parametrize(
    ("value", "output"), [(4, "4"), (1.50, "1.5"), ([1.0, {"a": None}], '[1.0,{"a":null}]')]
)
def test_an_inline_output_is_written_as_python_writes_it(value, output):
    assert row(output=value).output == output


def test_an_inline_list_may_bring_its_numbers_as_they_were_written():
    body = b'[{"output": 1.50, "id": 7.0}, {"output": {"a": 2.0}, "input": 3.0}]'
    found = read_dataset(json.loads(body), lambda: read_numerals(body))
    assert [each.output for each in found] == ["1.50", '{"a":2.0}']
    assert (found[0].question_id, found[1].question) == ("7.0", "3.0")


@pytest.mark.parametrize("row", [b'{"input": 1, "output": ""}', b'{"output": 1}'])
def test_an_inline_list_that_is_nested_too_deeply_to_be_read_again_is_refused(row):
    body = b"[" + row + b", " + b"[" * 990 + b"]" * 990 + b"]"
    with pytest.raises(InvalidRequest, match="nested too deeply"):
        read_dataset([json.loads(row), {"output": "x"}], lambda: read_numerals(body))


@pytest.mark.parametrize(
    ("sample", "output", "rest"),
    [
        ({"output_text": "a"}, "a", {}),
        ({"output_text": 5}, "5", {}),
        ({"output_json": {"a": 1.5}}, '{"a":1.5}', {"output_json": {"a": 1.5}}),
        ({"output_text": None, "output_tools": [{"id": 1}]}, "", {"output_tools": [{"id": 1}]}),
        ({"output_text": "", "output_json": {"a": 1}}, "", {"output_json": {"a": 1}}),
    ],
)
def test_without_an_output_the_sample_has_it(sample, output, rest):
    found = row(item={"a": 1}, sample=sample)
    assert (found.output, found.sample) == (output, rest)


def test_item_and_row_may_say_the_same_twice():
    assert row(output="x", item={"a": 1, "b": 2}, a=1).metadata == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("fields", "where", "message"),
    [
        ({}, ("output",), 'is missing; give it as "output", or as output_text of "sample"'),
        ({"input": "x", "output": None}, ("output",), "is missing"),
        ({"sample": {"output_tools": []}}, ("output",), "is missing"),
        ({"output": "x", "input": ["a"]}, ("input",), "must be text or a number, not a list"),
        ({"output": "x", "item": "a"}, ("item",), "must be an object, not text"),
        ({"output": "x", "sample": []}, ("sample",), "must be an object, not a list"),
        ({"output": "x", "sample": {"output_text": "y"}}, ("sample",), "is not the row's output"),
        ({"output": "x", "item": {"a": 1}, "a": 2}, ("item",), '"a" is also a field of the row'),
        ({"output": "x", "id": ""}, ("id",), "1 to 256 are allowed"),
        ({"output": "x", "id": "i" * 257}, ("id",), "1 to 256 are allowed"),
        ({"output": "x", "id": ["a"]}, ("id",), "must be text or a number"),
        ({"output": "x", "choices": ["a"]}, ("choices",), "2 to 26 are allowed"),
        ({"output": "x", "context": 5}, ("context",), "must be text"),
        ({"output": "x", "context": {"document": "a"}}, ("context",), "rows to be graded cannot"),
        ({"output": "x", "expected": "a", "target": "b"}, ("target",), "both stand for expected_answer"),
        ({"output": "\ud800"}, ("output",), "half of a surrogate pair"),
        ({"output": "x" * (512 * 1024 + 1)}, ("output",), "524,288 are allowed"),
        ({"output": "x", "input": "x" * (256 * 1024 + 1)}, ("input",), "262,144 are allowed"),
        ({"output": "x", "item": {"a": "x" * 256 * 1024}}, ("item",), "262,144 are allowed"),
        ({"output": "x", "a": "x" * 256 * 1024}, ("a",), "with the row's further fields has"),
        ({"output": "x", "sample": {"a": "x" * 512 * 1024}}, ("sample",), "524,288 are allowed"),
    ],
)
def test_what_is_wrong_with_a_row_is_named(fields, where, message):
    location, told = problem(**fields)
    assert location == where
    assert message in told


def test_a_row_that_is_nested_too_deeply_is_refused():
    deep: object = "x"
    for _ in range(900):
        deep = [deep]
    assert problem(output="x", a=deep)[1].startswith("is nested too deeply")
    assert problem(output=deep)[1].startswith("is nested too deeply")


@pytest.mark.parametrize("rows", [None, [], {}, "x", {"rows": []}])
def test_a_dataset_is_a_list_of_at_least_one_row(rows):
    with pytest.raises(InvalidRequest) as caught:
        read_dataset(rows)
    [found] = caught.value.problems
    assert (found.location, found.message) == (("body", "dataset"), "is required: a list of at least one row")


def test_every_row_that_is_wrong_is_told():
    with pytest.raises(InvalidRequest) as caught:
        read_dataset([{"output": "x"}, {}, "x", {"output": "x", "id": []}])
    assert [found.location[2:] for found in caught.value.problems] == [(1, "output"), (2,), (3, "id")]


def test_not_more_than_a_hundred_wrong_rows_are_told():
    with pytest.raises(InvalidRequest) as caught:
        read_dataset([{}] * 1_000)
    assert len(caught.value.problems) == 100


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_byte_order_mark_crlf_and_blank_lines_change_nothing(size):
    data = b'\xef\xbb\xbf{"output": "a"}\r\n\r\n   \r\n{"output": "b"}\r\n\r\n'
    found = list(read_submissions([data[start : start + size] for start in range(0, len(data), size)]))
    assert [(each.ordinal, each.question_id, each.output) for each in found] == [(1, "1", "a"), (2, "2", "b")]


@pytest.mark.parametrize(
    ("data", "line", "field"),
    [
        (b'{"output": "a"}\n\n{"output": ', 3, None),
        (b'{"output": "a"}\n[]', 2, None),
        (b'{"output": "a"}\n{"input": "b"}', 2, "output"),
        (b'{"output": "a", "choices": [1]}', 1, "choices"),
        (b'{"output": NaN}', 1, None),
        (b"\n\n", None, None),
        (b"", None, None),
    ],
)
def test_what_is_wrong_with_a_file_is_named_by_line_and_field(data, line, field):
    error = upload_error(data)
    assert (error.line, error.field) == (line, field)


def test_a_line_whose_numbers_are_nested_too_deeply_is_named():
    assert upload_error(b'{"output": ' + b"[" * 990 + b"1" + b"]" * 990 + b"}").line == 1


def test_rows_before_the_broken_one_are_given_as_they_come():
    stream = read_submissions([b'{"output": "a"}\n', b"broken\n"])
    assert next(stream).output == "a"
    with pytest.raises(InvalidUpload):
        next(stream)


def test_more_rows_than_allowed_are_refused(monkeypatch):
    monkeypatch.setattr(submissions, "MAX_ROWS", 2)
    error = upload_error(b'{"output": "a"}\n' * 3)
    assert (error.line, "more than 2 rows" in error.detail) == (3, True)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)
ROWS = st.fixed_dictionaries(
    {"output": VALUES},
    optional={
        "input": TEXT,
        "expected": VALUES,
        "id": TEXT.filter(bool),
        "context": st.lists(TEXT, max_size=2),
        "item": st.dictionaries(TEXT, VALUES, max_size=2),
        "sample": st.dictionaries(TEXT.filter(lambda name: name != "output_text"), VALUES, max_size=2),
        "further": VALUES,
    },
)


@given(ROWS)
def test_a_row_survives_its_canonical_line(given_row):
    [found] = lines(json.dumps(given_row))
    assert found == row(**given_row)
    line = encode_question(found)
    assert decode_question(line) == found
    assert isinstance(decode_question(line), Submission)
    assert line.count(b"\n") == 1


@given(
    st.dictionaries(TEXT | st.sampled_from(["output", "input", "item", "sample", "id"]), VALUES, max_size=4)
)
def test_whatever_a_row_says_it_is_read_or_refused(given_row):
    try:
        found = read_dataset([given_row])
    except InvalidRequest as refused:
        told = refused.problems
    else:
        told = []
        assert isinstance(found[0].output, str)
    assert all(each.message for each in told)
