"""Benchmark files as a whole: formats, numbering, doubles, limits, and the canonical lines."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marksheet import questions
from marksheet.domain import Question, Submission
from marksheet.errors import InvalidUpload
from marksheet.questions import decode_question, encode_question, guess_format, read_questions

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
SOLID = TEXT.filter(str.strip)
METADATA = st.dictionaries(
    TEXT.filter(lambda name: name not in {"metadata"}),
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False),
    max_size=3,
)


@st.composite
def question_lists(draw):
    ids = draw(st.lists(TEXT, min_size=1, max_size=5, unique=True))
    return [
        Question(
            ordinal=ordinal,
            question_id=question_id,
            question=draw(SOLID),
            expected_answer=draw(st.none() | TEXT),
            context=tuple(draw(st.lists(TEXT, max_size=2))),
            choices=tuple(draw(st.just([]) | st.lists(TEXT, min_size=2, max_size=4))),
            cluster=draw(st.none() | TEXT),
            metadata=draw(METADATA),
        )
        for ordinal, question_id in enumerate(ids, 1)
    ]


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def error_of(data: bytes, form: str = "jsonl") -> InvalidUpload:
    with pytest.raises(InvalidUpload) as caught:
        list(read_questions([data], form))
    return caught.value


@given(question_lists())
def test_a_canonical_line_gives_back_its_question(given_questions):
    assert [decode_question(encode_question(q)) for q in given_questions] == given_questions


@settings(max_examples=50)
@given(question_lists(), st.integers(1, 50))
def test_a_canonical_file_is_itself_a_benchmark_file(given_questions, size):
    # The ordinal is a field of the stored line and of no other file.
    rows = [json.loads(encode_question(q)) for q in given_questions]
    for row in rows:
        del row["ordinal"]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    assert list(read_questions(pieces(lines, size), "jsonl")) == given_questions
    assert list(read_questions(pieces(json.dumps(rows).encode(), size), "json")) == given_questions


def test_the_canonical_line_has_sorted_keys_and_leaves_out_what_says_nothing():
    question = Question(2, "q2", "Why?", metadata={"b": 1, "a": 2})
    line = b'{"metadata":{"a":2,"b":1},"ordinal":2,"question":"Why?","question_id":"q2"}\n'
    assert encode_question(question) == line


def test_sources_of_chunks_are_kept_where_there_are_any():
    question = Question(1, "q1", "Why?", context=("a", "b"), sources=("log.md", ""))
    assert b'"sources":["log.md",""]' in encode_question(question)
    assert decode_question(encode_question(question)) == question


def test_a_submission_has_its_output_in_its_line_and_comes_back_as_one():
    row = Submission(1, "r1", "", output="", sample={"output_tools": [{"id": 1}]})
    line = (
        b'{"ordinal":1,"output":"","question":"","question_id":"r1","sample":{"output_tools":[{"id":1}]}}\n'
    )
    assert encode_question(row) == line
    assert decode_question(line) == row
    assert isinstance(decode_question(line), Submission)


def test_a_line_without_an_output_is_a_question():
    assert type(decode_question(encode_question(Question(1, "q1", "Why?")))) is Question


def test_an_empty_expected_answer_is_not_a_missing_one():
    (question,) = read_questions([b'{"question": "a", "answer": ""}'], "jsonl")
    assert question.expected_answer == ""
    assert decode_question(encode_question(question)) == question


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_byte_order_mark_crlf_and_blank_lines_change_nothing(size):
    data = b'\xef\xbb\xbf{"question": "a"}\r\n\r\n   \r\n{"question": "b"}\r\n\r\n'
    found = list(read_questions(pieces(data, size), "jsonl"))
    assert [(q.ordinal, q.question_id, q.question) for q in found] == [(1, "1", "a"), (2, "2", "b")]


def test_a_broken_line_is_named_as_an_editor_counts():
    data = b'{"question": "a"}\r\n\r\n{"question": "b"}\n\n\n\n{"question": \n'
    error = error_of(data)
    assert error.line == 7
    assert error.problems[0].location == ("body", "file", "line", 7)


def test_lines_before_the_broken_one_are_given_as_they_come():
    stream = read_questions([b'{"question": "a"}\n', b"broken\n"], "jsonl")
    assert next(stream).question == "a"
    with pytest.raises(InvalidUpload):
        next(stream)


def test_a_double_id_names_both_lines():
    error = error_of(b'{"question": "a", "id": "x"}\n\n{"question": "b", "id": "x"}')
    assert (error.line, error.field) == (3, "question_id")
    assert '"x" is also the id of line 1' in error.detail


def test_a_number_given_as_id_and_the_same_text_are_double():
    error = error_of(b'[{"question": "a", "id": 7}, {"question": "b", "id": "7"}]', "json")
    assert "element 1" in error.detail


def test_an_ordinal_given_as_id_may_not_meet_a_named_one():
    assert error_of(b'{"question": "a", "id": "2"}\n{"question": "b"}').line == 2


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"", "jsonl"),
        (b"\n\n", "jsonl"),
        (b"\xef\xbb\xbf", "jsonl"),
        (b"[]", "json"),
        (b" ", "json"),
        (b'{"questions": []}', "json"),
        (b"", "csv"),
        (b"question,answer\n\n", "csv"),
    ],
)
def test_a_file_without_questions_is_refused(data, form):
    error = error_of(data, form)
    assert error.line is None
    assert "at least one" in error.detail


def test_more_questions_than_allowed_are_refused(monkeypatch):
    monkeypatch.setattr(questions, "MAX_QUESTIONS", 2)
    error = error_of(b'{"question": "a"}\n' * 3)
    assert error.line == 3
    assert "more than 2 questions" in error.detail


def test_an_array_may_stand_alone_or_under_questions():
    rows = b'[{"question": "a"}, {"question": "b"}]'
    alone = list(read_questions([rows], "json"))
    assert alone == list(read_questions([b'\xef\xbb\xbf{"questions": ' + rows + b"}"], "json"))
    assert [q.ordinal for q in alone] == [1, 2]


def test_other_members_beside_questions_are_refused_not_ignored():
    error = error_of(b'{"questions": [{"question": "a"}], "scorers": []}', "json")
    assert '"scorers" is unknown' in error.detail


@pytest.mark.parametrize("form", ["jsonl", "json"])
def test_what_a_question_cites_is_read_with_the_file(form):
    row = b'{"question": "a", "context": [{"document": "log.md", "page": 2}]}'
    data = row if form == "jsonl" else b"[" + row + b"]"
    (question,) = read_questions([data], form, lambda cited: (f"page {cited['page']}", cited["document"]))
    assert (question.context, question.sources) == (("page 2",), ("log.md",))


@pytest.mark.parametrize(("form", "unit"), [("jsonl", "line"), ("json", "element")])
def test_a_citation_that_fails_is_named_by_its_place_in_the_file(form, unit):
    def cite(citation):
        raise InvalidUpload("log.md has 3 pages, not 9", field="page")

    rows = [{"question": "a"}, {"question": "b", "context": {"document": "log.md", "page": 9}}]
    lines = "\n".join(map(json.dumps, rows))
    data = (lines if form == "jsonl" else json.dumps(rows)).encode()
    with pytest.raises(InvalidUpload) as caught:
        list(read_questions([data], form, cite))
    error = caught.value
    assert (error.detail, error.line, error.field, error.unit) == (
        "log.md has 3 pages, not 9",
        2,
        "context",
        unit,
    )


@pytest.mark.parametrize("data", [b"3", b'"text"', b"{}", b'{"questions": {}}', b"null"])
def test_what_is_no_array_is_refused(data):
    assert "must be a list of objects" in error_of(data, "json").detail


def test_an_element_that_is_no_object_is_named_by_position():
    error = error_of(b'[{"question": "a"}, 3]', "json")
    assert error.line == 2
    assert "must be an object, not a number" in error.detail


def test_a_json_array_beyond_the_limit_is_told_to_come_as_lines(monkeypatch):
    monkeypatch.setattr(questions, "MAX_JSON_BYTES", 20)
    assert ".jsonl" in error_of(b'[{"question": "abcdefgh"}]', "json").detail


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b'{"question": "a", "answer": 1.50, "id": 007}'.replace(b"007", b"7"), "jsonl"),
        (b'[{"question": "a", "answer": 1.50, "id": 7}]', "json"),
        (b"question,answer,id\na,1.50,7\n", "csv"),
    ],
)
def test_a_number_given_as_answer_keeps_its_digits(data, form):
    (question,) = read_questions([data], form)
    assert (question.expected_answer, question.question_id) == ("1.50", "7")


def test_a_prompt_of_200_kilobytes_is_fine_in_every_format():
    text = "x" * 200_000
    for data, form in [
        (json.dumps({"question": text}), "jsonl"),
        (json.dumps([{"question": text}]), "json"),
        (f"question\n{text}\n", "csv"),
    ]:
        (question,) = read_questions([data.encode()], form)
        assert question.question == text


@pytest.mark.parametrize(
    ("filename", "start", "form"),
    [
        ("q.jsonl", b"[", "jsonl"),
        ("Q.NDJSON", b"", "jsonl"),
        ("q.csv", b"{", "csv"),
        ("q.json", b" [\n", "json"),
        ("q.json", b'\xef\xbb\xbf{"question": "a"}\n{"question": "b"}', "jsonl"),
        ("q.json", b'{"question": "a"}', "jsonl"),
        ("q.json", b'{ "questions" : [', "json"),
        ("q.json", b'{\n  "questions": [\n', "json"),
        ("q.json", b'{"question":\n "a"}', "json"),
        ("q.json", b"question,answer", "json"),
        (None, b"[", "json"),
        (None, b'{"question": "a"}\n', "jsonl"),
        ("q.txt", b"question,answer\n", "csv"),
        ("", b"", "csv"),
    ],
)
def test_the_format_follows_from_the_name_then_from_the_beginning(filename, start, form):
    assert guess_format(filename, start) == form


@given(st.text(max_size=10), st.binary(max_size=30))
def test_guessing_never_fails(filename, start):
    assert guess_format(filename, start) in {"json", "jsonl", "csv"}


@given(st.binary(max_size=60), st.sampled_from(["json", "jsonl", "csv"]), st.integers(1, 10))
def test_any_bytes_are_read_or_refused(data, form, size):
    try:
        found = list(read_questions(pieces(data, size), form))
    except InvalidUpload:
        return
    assert found
