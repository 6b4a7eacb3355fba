"""levenshtein is the share of characters that need no edit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.scoring import levenshtein

WORDS = st.text(alphabet="abc ", max_size=12)


@pytest.mark.parametrize(
    ("expected", "output", "value"),
    [
        ("kitten", "sitting", 4 / 7),
        ("Paris", " paris ", 1.0),
        ("", "", 1.0),
        ("abc", "", 0.0),
        ("ab", "ba", 0.0),
    ],
)
def test_the_ratio_of_kept_characters(score, expected, output, value):
    assert score("levenshtein", expected, output).value == pytest.approx(value, abs=1e-15)


@given(WORDS, WORDS)
def test_the_ratio_follows_the_textbook_distance(score, one, other):
    one, other = " ".join(one.split()), " ".join(other.split())
    longest = max(len(one), len(other))
    ratio = 1 - _distance(one, other) / longest if longest else 1.0
    assert score("levenshtein", one, other).value == pytest.approx(ratio, abs=1e-12)


def test_case_counts_when_asked_for(score):
    assert score("levenshtein", "ab", "aB", ignore_case=False).value == 0.5


def test_texts_too_long_to_compare_are_unscored(score, monkeypatch):
    monkeypatch.setattr(levenshtein, "LONGEST_COMPARED", 3)
    assert score("levenshtein", "abc", "abc").value == 1.0
    assert score("levenshtein", "abc", "abcd").value is None
    assert score("levenshtein", "abcd", "abc").value is None


def test_texts_that_are_long_once_they_are_normalised_are_unscored_too(score):
    # One character that NFKC writes as eighteen.
    assert score("levenshtein", "\ufdfa" * 6_000, "\ufdfb" * 6_000).value is None


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("levenshtein", None, "cat").reason == "no expected answer"


def _distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
