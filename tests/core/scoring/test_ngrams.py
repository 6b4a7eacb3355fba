"""N-grams are made, counted and shared."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from marksheet.scoring.ngrams import grams, number_of_grams, shared_grams, table, tables

WORDS = st.lists(st.sampled_from("abc"), max_size=12)


def test_ngrams_are_the_runs_of_n():
    assert list(grams(["a", "b", "c"], 2)) == [("a", "b"), ("b", "c")]
    assert list(grams("abc", 3)) == [("a", "b", "c")]
    assert list(grams("ab", 3)) == []


@given(WORDS, st.integers(1, 5))
def test_there_are_as_many_as_are_said(words, n):
    assert number_of_grams(words, n) == len(list(grams(words, n))) == sum(table(words, n).values())


def test_there_is_a_table_for_every_n():
    assert tables("aab", 2) == ({("a",): 2, ("b",): 1}, {("a", "a"): 1, ("a", "b"): 1})


@given(WORDS, WORDS, st.integers(1, 4))
def test_each_ngram_is_shared_as_often_as_both_have_it(one, other, n):
    both = Counter(grams(one, n)) & Counter(grams(other, n))
    assert shared_grams(table(one, n), other, n) == sum(both.values())


def test_the_table_is_left_as_it_was():
    expected = table("abab", 1)
    assert [shared_grams(expected, "aa", 1) for _ in range(2)] == [2, 2]
