"""numeric compares the answer's number with the expected one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

GSM8K = Path(__file__).parents[4] / "shared" / "data" / "gsm8k"


@pytest.mark.parametrize(
    ("output", "number"),
    [
        ("18", "18"),
        ("It takes 2+1=3 bolts.", "3"),
        ("3 bolts, not 4", "4"),
        ("The profit is $70,000.", "70000"),
        ("1,234,567.89 in all", "1234567.89"),
        ("1\u202f234", "1234"),
        ("1'234", "1234"),
        ("1_000", "1000"),
        ("1{,}000", "1000"),
        ("minus: -5", "-5"),
        ("\u22125", "-5"),
        ("-$5", "-5"),
        ("$-5.50", "-5.5"),
        ("€ 12", "12"),
        ("\\$12", "12"),
        (".5", "0.5"),
        ("It is .5.", "0.5"),
        ("18.", "18"),
        ("18.0", "18"),
        ("007", "7"),
        ("between 3-5", "5"),
        ("f(x)-5", "5"),
        ("6.02e23", "602000000000000000000000"),
        ("1E-3", "0.001"),
        ("1.5 × 10^3", "1500"),
        ("2 \\times 10^{-2}", "0.02"),
        ("50%", "50"),
        ("x = 4 for H2O", "4"),
        ("7 in version 1.2.3b", "1.2"),
        ("10,20,30", "30"),
        ("١٢", "12"),
        ("答案是5", "5"),
        ("**42**", "42"),
    ],
)
def test_the_last_number_is_read(score, output, number):
    assert score("numeric", number, output).value == 1.0


@pytest.mark.parametrize("output", ["", "none", "x2", "H2O", "9" * 1_001])
def test_an_answer_without_a_number_is_wrong_and_says_so(score, output):
    wrong = score("numeric", "2", output)
    assert (wrong.value, wrong.reason) == (0.0, "the answer has no number")


def test_the_marker_decides_which_number_counts(score):
    assert score("numeric", "26", "A: 25\nA: 26 eggs out of 30", marker="A:").value == 1.0


def test_an_answer_without_the_marker_is_wrong_and_says_so(score):
    wrong = score("numeric", "26", "It is 26", marker="A:")
    assert (wrong.value, wrong.reason) == (0.0, "the answer does not have the marker")


def test_a_number_before_the_marker_does_not_count(score):
    wrong = score("numeric", "26", "26 eggs\nA: many", marker="A:")
    assert (wrong.value, wrong.reason) == (0.0, "the answer has no number after the marker")


def test_the_expected_answer_may_hold_the_marker(score):
    assert score("numeric", "2 * 9 = 18\nA: 18", "A: 18", marker="A:").value == 1.0


@pytest.mark.parametrize("expected", ["none", "", "3 or 4", "1/2"])
def test_an_expected_answer_that_is_not_one_number_is_unscored(score, expected):
    unscored = score("numeric", expected, "3")
    assert (unscored.value, unscored.reason) == (None, "the expected answer is not one number")


def test_an_expected_answer_may_carry_its_unit(score):
    assert score("numeric", "$18 a day", "18").value == 1.0


def test_numbers_are_compared_exactly(score):
    assert score("numeric", "0.1", "0.1000000000000000055").value == 0.0
    assert score("numeric", "1" * 400, "1" * 399 + "2").value == 0.0


@pytest.mark.parametrize(("output", "value"), [("0.3", 1.0), ("0.1", 1.0), ("0.31", 0.0), ("0.09", 0.0)])
def test_the_tolerance_includes_its_end(score, output, value):
    assert score("numeric", "0.2", output, tolerance=0.1).value == value


@pytest.mark.parametrize(("output", "value"), [("-99", 1.0), ("-101", 1.0), ("-98.9", 0.0), ("99", 0.0)])
def test_the_relative_tolerance_is_a_share_of_the_expected_number(score, output, value):
    assert score("numeric", "-100", output, relative_tolerance=0.01).value == value


def test_the_larger_of_two_tolerances_counts(score):
    assert score("numeric", "10", "11", tolerance=1, relative_tolerance=0.01).value == 1.0


def test_percent_is_a_fraction_when_asked_for(score):
    assert score("numeric", "0.5", "50 %", percent_as_fraction=True).value == 1.0
    assert score("numeric", "50%", "0.5", percent_as_fraction=True).value == 1.0
    assert score("numeric", "0.5", "50%").value == 0.0


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("numeric", None, "3").reason == "no expected answer"


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=6),
    st.sampled_from(["{}", "{:,}", "${:,}", "= {}."]),
)
def test_every_decimal_is_read_back_as_it_was_written(score, number, form):
    assert score("numeric", str(number), form.format(number)).value == 1.0


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_texts_get_a_value_or_a_reason(score, expected, output):
    given_score = score("numeric", expected, output, tolerance=0.5)
    assert given_score.value in (0.0, 1.0) or given_score.reason


@pytest.mark.parametrize(("answers", "right"), [("6b_finetuning", 286), ("6b_verification", 515)])
def test_gsm8k_has_as_many_right_answers_as_published(score, answers, right):
    if not GSM8K.is_dir():
        pytest.skip(f"the GSM8K data is not beside the repository ({GSM8K.name})")
    expected = _by_id(GSM8K / "questions.jsonl", "expected_answer")
    outputs = _by_id(GSM8K / f"answers.{answers}.jsonl", "output")
    marks = [score("numeric", expected[key], outputs[key], marker="A:").value for key in expected]
    assert len(marks) == 1_319
    assert sum(marks) == right


def _by_id(path: Path, field: str) -> dict[str, str]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["question_id"]: row[field] for row in rows}
