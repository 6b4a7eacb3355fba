"""Rows out of JSON Lines, JSON arrays and CSV, as the JSON Lines that are sent."""

from __future__ import annotations

import json

import pytest

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.grading_rows import open_rows


@pytest.fixture
def file(tmp_path):
    """Makes a file of rows."""

    def make(name: str, content: str | bytes):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def sent(path) -> list[str]:
    """The lines that a job would be sent."""
    with open_rows(path) as rows:
        return rows.lines.read_text().splitlines()


def test_json_lines_are_sent_as_they_are(file):
    path = file("rows.jsonl", '{"output": 1.10}\n\n{"output": 1e2}\n')
    with open_rows(path) as rows:
        assert rows.lines == path
        assert list(rows.places) == [1, 3]


def test_a_byte_order_mark_and_crlf_do_not_reach_the_request(file):
    path = file("rows.jsonl", b'\xef\xbb\xbf{"output": "a"}\r\n{"output": "b"}\r\n')
    with open_rows(path) as rows:
        body = rows.body({"eval_spec_id": "spec-1"})
    assert body == b'{"eval_spec_id": "spec-1", "dataset": [{"output": "a"},{"output": "b"}]}'


def test_an_array_becomes_a_line_for_each_element_with_its_digits(file):
    path = file("rows.json", '[{"output": 1.10,\n "input": "a\\nb"},\r\n{"output": 12345678901234567890}]\n')
    assert sent(path) == ['{"output": 1.10,  "input": "a\\nb"}', '{"output": 12345678901234567890}']


def test_json_lines_under_the_name_of_json_are_recognised(file):
    path = file("rows.json", '{"output": "a"}\n{"output": "b"}\n')
    with open_rows(path) as rows:
        assert (rows.unit, list(rows.places)) == ("line", [1, 2])


def test_csv_has_a_row_for_each_record_and_may_have_empty_outputs(file):
    path = file("rows.csv", 'id,input,output,expected_answer\n1,"a,\nb",x,y\n2,c,,\n')
    assert list(map(json.loads, sent(path))) == [
        {"id": "1", "input": "a,\nb", "output": "x", "expected_answer": "y"},
        {"id": "2", "input": "c", "output": ""},
    ]
    with open_rows(path) as rows:
        assert rows.line_in_source(2, "output") == "line 4, field output"


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("r.jsonl", '{"output": "a"}\n{"output": }\n', "line 2: is no JSON"),
        ("r.jsonl", '{"output": "a"}\n["b"]\n', "line 2: is no JSON object"),
        ("r.jsonl", b'{"output": "a"}\n{"output": "\xff"}\n', "line 2: is no UTF-8 text"),
        ("r.jsonl", '{"output": NaN}\n', "line 1: is no JSON: NaN is no JSON number"),
        ("r.jsonl", "\n \n", "holds no rows"),
        ("r.json", "[]", "holds no rows"),
        ("r.json", '[{"a": 1}, {"b": }]', "element 2: is no JSON"),
        ("r.json", '[{"a": 1} {"b": 2}]', "element 1: is no JSON: Expecting ',' or ']'"),
        ("r.json", '[{"a": 1},]', "element 2: is no JSON"),
        ("r.json", '[{"a": 1}', "element 1: is no JSON: Expecting ',' or ']'"),
        ("r.json", '[{"a": 1}, 2]', "element 2: is no JSON object"),
        ("r.json", '[{"a": 1}] x', "there is more after the end of the array"),
        ("r.json", "[" * 100_000, "element 1: is no JSON"),
        ("r.csv", "input\na\n", "has no output in any row"),
        ("r.csv", 'input,output\n"a,b\n', "r.csv, line 2: not valid CSV"),
        ("r.csv", "input,output\na\n", "r.csv, line 2: has 1 cells; the first line names 2 columns"),
        ("r.csv", "output,output\na,b\n", "r.csv, line 1, field output: names two columns"),
        ("r.csv", "input,output\n", "has no output in any row"),
    ],
)
def test_what_is_no_row_is_a_usage_error_that_names_its_place(file, name, content, place):
    with pytest.raises(CommandError) as raised, open_rows(file(name, content)):
        pass
    assert place in raised.value.message
    assert raised.value.code is ExitCode.USAGE


def test_positions_in_the_request_are_told_as_places_in_the_file(file):
    with open_rows(file("rows.jsonl", '\n{"output": "a"}\n\n{"output": "b"}\n')) as rows:
        assert rows.field_in_source("dataset[1].output") == "line 4, field output"
        assert rows.field_in_source("dataset[1]") == "line 4"
        assert rows.field_in_source("dataset[7].output") == "dataset[7].output"
        assert rows.field_in_source("model") == "model"
