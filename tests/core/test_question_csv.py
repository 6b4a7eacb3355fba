"""Benchmark files in CSV."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.errors import InvalidUpload
from marksheet.question_csv import read_records
from marksheet.textlines import MAX_LINE_BYTES

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), min_size=1, max_size=12)


def records(text: str | bytes, size: int = 1000) -> list[tuple[int, dict]]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_records(data[start : start + size] for start in range(0, len(data), size)))


def error_of(text: str | bytes) -> InvalidUpload:
    with pytest.raises(InvalidUpload) as caught:
        records(text)
    return caught.value


@given(
    rows=st.lists(st.tuples(CELL.filter(str.strip), CELL), min_size=1, max_size=5), size=st.integers(1, 20)
)
def test_what_a_csv_writer_wrote_is_read_back_with_the_line_each_record_begins_on(rows, size):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["question", "answer"])
    expected, line = [], 2
    for question, answer in rows:
        writer.writerow([question, answer])
        expected.append((line, {"question": question, "answer": answer}))
        line += 1 + question.count("\n") + answer.count("\n")
    assert records(out.getvalue(), size) == expected


def test_blank_lines_and_rows_of_empty_cells_are_skipped_and_counted():
    text = '\ufeffquestion,answer\r\n\r\n,\r\n"two\r\nlines",1\r\n  \r\nb,2'
    assert records(text) == [
        (4, {"question": "two\nlines", "answer": "1"}),
        (7, {"question": "b", "answer": "2"}),
    ]


def test_an_empty_cell_is_a_field_that_is_not_given():
    assert records("question,answer\na,\n") == [(2, {"question": "a"})]


def test_known_columns_are_known_in_any_case_and_others_kept_as_they_are():
    assert records(" Question ,Level\na,Hard\n") == [(2, {"question": "a", "Level": "Hard"})]


@pytest.mark.parametrize(
    ("cell", "choices"),
    [
        ("red | green|blue", ["red", "green", "blue"]),
        ('"[""a|b"", 2.50]"', ["a|b", "2.50"]),
        ("[a] | [b]", ["[a]", "[b]"]),
    ],
)
def test_choices_are_json_or_separated_by_bars(cell, choices):
    assert records(f"question,choices\nq,{cell}\n")[0][1]["choices"] == choices


@pytest.mark.parametrize(
    ("cell", "context"),
    [("one | chunk", "one | chunk"), ('"[""one"", ""two""]"', ["one", "two"]), ("[sic]", "[sic]")],
)
def test_context_is_a_text_or_a_json_list(cell, context):
    assert records(f"question,context\nq,{cell}\n")[0][1]["context"] == context


@pytest.mark.parametrize("cell", ['{"document": "log.md"}', '["one", ["two"]]', "[3]"])
def test_other_json_in_context_is_left_as_it_is_written(cell):
    ((_, row),) = records("question,context\nq," + '"' + cell.replace('"', '""') + '"\n')
    assert row["context"] == (json.loads(cell, parse_int=str) if cell.startswith("[") else cell)


def test_documents_are_not_cited_in_csv():
    error = error_of('question,context\nq,"[""one"", {""document"": ""log.md""}]"\n')
    assert (error.line, error.field) == (2, "context")
    assert "JSON Lines" in error.detail


def test_metadata_is_a_json_object():
    assert records('question,metadata\nq,"{""k"": 1}"\n')[0][1]["metadata"] == {"k": 1}
    error = error_of("question,metadata\nq,easy\n")
    assert (error.line, error.field) == (2, "metadata")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("question,answer\na,1\nb\n", 3, "has 1 cells; the first line names 2 columns"),
        ("question\na,1\n", 2, "has 2 cells"),
        ("question,Question\na,b\n", 1, "names two columns"),
        ("question,\na,b\n", 2, "no name in the first line"),
        ('question\nfine\n"open\nand\nopen\n', 3, "not valid CSV"),
        ('question\n"a"b\n', 2, "not valid CSV"),
        (b"question\nfine\n\xff\n", 3, "0xff"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text, line, message):
    error = error_of(text)
    assert error.line == line
    assert message in error.detail


def test_an_open_quotation_mark_does_not_gather_the_whole_file():
    error = error_of('question\n"' + ("x" * 1000 + "\n") * 1100)
    assert error.line == 2
    assert "quotation mark" in error.detail


def test_a_cell_may_be_as_long_as_a_line():
    ((_, row),) = records("question\n" + "x" * MAX_LINE_BYTES, size=65536)
    assert len(row["question"]) == MAX_LINE_BYTES
