from __future__ import annotations

from bench.questions import MARKER, as_lines, make_questions
from marksheet.questions import read_questions


def test_the_same_number_makes_the_same_questions() -> None:
    assert list(make_questions(20)) == list(make_questions(20))
    assert list(make_questions(20))[:5] == list(make_questions(5))


def test_they_are_a_benchmark_file() -> None:
    read = list(read_questions([as_lines(make_questions(100))], "jsonl"))
    assert [question.ordinal for question in read] == list(range(1, 101))
    assert len({question.question_id for question in read}) == 100
    assert all(question.expected_answer for question in read)


def test_answers_are_right_wrapped_and_wrong() -> None:
    rows = [(row["expected_answer"], row["question"].partition(MARKER)[2]) for row in make_questions(1000)]
    exact = sum(expected == answer for expected, answer in rows)
    within = sum(expected in answer for expected, answer in rows)
    assert 200 < exact < 300
    assert 700 < within < 800
