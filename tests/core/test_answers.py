"""Files of recorded answers and their index."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet import answers
from marksheet.answers import AnswerIndex, Range, coalesce, decode_answer, index_answers
from marksheet.domain import Answer
from marksheet.errors import InvalidUpload

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def lines(*rows: dict) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows)


def error_of(data: bytes) -> InvalidUpload:
    with pytest.raises(InvalidUpload) as caught:
        index_answers([data])
    return caught.value


def look_up(data: bytes, index: AnswerIndex, question_id: str, trial: int) -> list[str]:
    """Texts of the rows found that are of this question."""
    rows = [decode_answer(data[found.offset : found.end]) for found in index.find(question_id, trial)]
    return [row.answer.text for row in rows if row.question_id == question_id]


@given(
    rows=st.dictionaries(st.tuples(TEXT, st.integers(1, 3)), st.text(max_size=10), min_size=1, max_size=8),
    bom=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    ending=st.sampled_from([b"\n", b"\r\n", b"\n\r\n"]),
    size=st.integers(1, 40),
)
def test_every_row_is_found_again_however_the_file_is_cut(rows, bom, ending, size):
    # ASCII escapes keep lone surrogates, which are refused elsewhere, out of the file.
    texts = {key: text.encode(errors="replace").decode() for key, text in rows.items()}
    data = bom + ending.join(
        json.dumps({"question_id": question_id, "trial": trial, "output": text}).encode()
        for (question_id, trial), text in texts.items()
    )
    index = index_answers(data[start : start + size] for start in range(0, len(data), size))
    assert len(index) == len(rows)
    assert len(index.data) == 20 * len(rows)
    for (question_id, trial), text in texts.items():
        assert look_up(data, index, question_id, trial) == [text]


def test_the_index_survives_being_stored():
    data = lines({"question_id": "a", "output": "x"}, {"question_id": "b", "output": "y"})
    stored = AnswerIndex(index_answers([data]).data)
    assert look_up(data, stored, "b", 1) == ["y"]
    assert stored.find("c", 1) == []


def test_a_row_without_trial_answers_every_trial():
    data = lines({"question_id": "a", "output": "x"})
    index = index_answers([data])
    assert [look_up(data, index, "a", trial) for trial in (1, 2, 100)] == [["x"]] * 3


def test_where_rows_name_trials_the_others_have_no_answer():
    data = lines(
        {"question_id": "a", "trial": 1, "output": "x"}, {"question_id": "a", "trial": 3, "output": "z"}
    )
    index = index_answers([data])
    assert [look_up(data, index, "a", trial) for trial in (1, 2, 3)] == [["x"], [], ["z"]]


def test_coinciding_keys_give_all_their_rows(monkeypatch):
    monkeypatch.setattr(answers, "_key", lambda digest, trial: trial)
    data = lines(*({"question_id": name, "output": name} for name in "abc"))
    index = index_answers([data])
    assert len(index.find("b", 1)) == 3
    assert look_up(data, index, "b", 1) == ["b"]


def test_keys_wrap_around_at_the_end_of_64_bits():
    assert answers._key(b"\xff" * 16, 3) == 2


def test_a_row_carries_measurements():
    row = {"id": 7, "answer": 1.50, "latency_seconds": 2, "prompt_tokens": 3, "completion_tokens": 0}
    found = decode_answer(json.dumps({**row, "finish_reason": "length", "rationale": "because"}).encode())
    assert found == ("7", None, Answer("1.5", 2, 3, 0, "length"))


def test_digits_of_a_number_stay_as_written_and_an_empty_answer_is_one():
    assert decode_answer(b'{"question_id": "a", "output": 1.50}').answer.text == "1.50"
    assert decode_answer(b'{"question_id": "a", "output": ""}\r\n').answer.text == ""


@pytest.mark.parametrize(
    ("row", "field", "message"),
    [
        ({"output": "x"}, "question_id", "is missing"),
        ({"question_id": "", "output": "x"}, "question_id", "1 to 256 characters"),
        ({"question_id": "x" * 257, "output": "x"}, "question_id", "1 to 256 characters"),
        ({"question_id": True, "output": "x"}, "question_id", "must be text or a number, not true or false"),
        ({"question_id": "a"}, "output", "is missing; give it as output or answer"),
        ({"question_id": "a", "output": None}, "output", "is missing"),
        ({"question_id": "a", "answer": ["x"]}, "answer", "must be text or a number, not a list"),
        ({"question_id": "a", "output": "x", "trial": 0}, "trial", "whole number from 1"),
        ({"question_id": "a", "output": "x", "trial": True}, "trial", "whole number from 1"),
        ({"question_id": "a", "output": "x", "trial": 1.0}, "trial", "whole number from 1"),
        ({"question_id": "a", "output": "x", "trial": 1_000_001}, "trial", "whole number from 1"),
        ({"question_id": "a", "output": "x", "latency_seconds": -1}, "latency_seconds", "0 or more"),
        ({"question_id": "a", "output": "x", "latency_seconds": "1"}, "latency_seconds", "a number"),
        ({"question_id": "a", "output": "x", "prompt_tokens": 1.5}, "prompt_tokens", "whole number"),
        ({"question_id": "a", "output": "x", "completion_tokens": -1}, "completion_tokens", "0 or more"),
        ({"question_id": "a", "output": "x", "finish_reason": 1}, "finish_reason", "must be text"),
    ],
)
def test_what_is_wrong_is_named_with_line_and_field(row, field, message):
    error = error_of(lines({"question_id": "fine", "output": "x"}) + b"\n\n" + lines(row))
    assert (error.line, error.field) == (3, field)
    assert message in error.detail


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ({}, {}, "was answered on line 2"),
        ({"trial": 2}, {"trial": 2}, "trial 2 of this question was answered on line 2"),
        ({}, {"trial": 1}, "line 2 one names a trial and one does not"),
        ({"trial": 5}, {}, "line 2 one names a trial and one does not"),
    ],
)
def test_rows_that_do_not_go_together_are_named_both(first, second, message):
    row = {"question_id": "a", "output": "x"}
    other = [{"question_id": name, "output": "x"} for name in "bcd"]
    error = error_of(lines(other[0], {**row, **first}, other[1], {**row, **second}, other[2]))
    assert (error.line, error.field) == (4, "question_id")
    assert message in error.detail


def test_of_several_doubles_the_first_in_the_file_is_named():
    rows = [{"question_id": name, "output": "x"} for name in "abcdcb"]
    error = error_of(lines(*rows))
    assert error.line == 5
    assert "on line 3" in error.detail


@pytest.mark.parametrize("data", [b"", b"\r\n\n", b"\xef\xbb\xbf"])
def test_a_file_without_answers_is_refused(data):
    assert "at least one" in error_of(data).detail


def test_a_broken_line_is_named():
    assert error_of(b'{"question_id": "a", "output": "x"}\n\n{"question_id"').line == 3


def test_more_answers_than_allowed_are_refused(monkeypatch):
    monkeypatch.setattr(answers, "MAX_ANSWERS", 1)
    error = error_of(lines({"question_id": "a", "output": ""}, {"question_id": "b", "output": ""}))
    assert error.line == 2
    assert "more than 1 answers" in error.detail


@given(
    ranges=st.lists(st.builds(Range, st.integers(0, 200), st.integers(1, 30)), max_size=20),
    gap=st.integers(0, 20),
    most=st.integers(1, 100),
)
def test_groups_hold_each_range_once_in_order_within_the_bounds(ranges, gap, most):
    groups = coalesce(ranges, gap, most)
    assert [found for group in groups for found in group] == sorted(set(ranges))
    for group in groups:
        assert len(group) == 1 or max(found.end for found in group) - group[0].offset <= most
        reached = group[0].end
        for found in group[1:]:
            assert found.offset - reached <= gap
            reached = max(reached, found.end)


def test_neighbours_become_one_group_and_distant_ones_do_not():
    near, next_to_it, far = Range(0, 10), Range(12, 5), Range(40, 1)
    assert coalesce([far, next_to_it, near, near], gap=2) == [[near, next_to_it], [far]]
    assert coalesce([near, next_to_it], gap=1) == [[near], [next_to_it]]
