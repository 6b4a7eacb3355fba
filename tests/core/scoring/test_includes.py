"""includes looks for a text in the answer."""

from __future__ import annotations

import time

import pytest


def test_the_expected_text_is_found_whatever_its_case_and_spacing(score):
    assert score("includes", "new york", "I like  New\nYork best.").value == 1.0


def test_an_absent_text_is_wrong(score):
    assert score("includes", "Paris", "It is London.").value == 0.0


def test_case_counts_when_asked_for(score):
    assert score("includes", "Paris", "paris", ignore_case=False).value == 0.0


@pytest.mark.parametrize(
    ("output", "value"), [("13", 0.0), ("It is 3.", 1.0), ("13 or 3", 1.0), ("3", 1.0), ("3rd", 0.0)]
)
def test_whole_words_do_not_lie_inside_others(score, output, value):
    assert score("includes", "3", output, whole_words=True).value == value


@pytest.mark.parametrize(("output", "value"), [("a cat", 1.0), ("a dog", 1.0), ("a bird", 0.0)])
def test_any_needs_one_of_its_texts(score, output, value):
    assert score("includes", None, output, any=["cat", "dog"]).value == value


@pytest.mark.parametrize(("output", "value"), [("cat and dog", 1.0), ("cat", 0.0), ("", 0.0)])
def test_all_needs_every_one_of_its_texts(score, output, value):
    assert score("includes", None, output, all=["cat", "dog"]).value == value


@pytest.mark.parametrize(("output", "value"), [("red cat", 1.0), ("red bird", 0.0), ("cat", 0.0)])
def test_any_and_all_must_both_hold(score, output, value):
    assert score("includes", None, output, any=["cat", "dog"], all=["red"]).value == value


def test_the_lists_replace_the_expected_answer(score):
    assert score("includes", "London", "Paris", any=["Paris"]).value == 1.0


def test_without_an_expected_answer_nothing_is_scored(score):
    assert score("includes", None, "Paris").reason == "no expected answer"


def test_a_blank_expected_answer_is_unscored_rather_than_always_found(score):
    blank = score("includes", " \n", "Paris")
    assert (blank.value, blank.reason) == (None, "the expected answer is blank")


@pytest.mark.parametrize(
    ("wanted", "output", "value"),
    [
        ("aa", "a" * 300, 0.0),
        ("aa", "a" * 300 + " aa", 1.0),
        ("aa", "aa " + "a" * 300, 1.0),
        ("a.", "a." * 300 + "a", 0.0),
        ("a.", "a." * 300, 1.0),
        (".a", "b" + ".a" * 300 + "b", 0.0),
        ("a b", "a ba b" * 200 + "a b", 0.0),
        ("a b", "a ba b" * 200 + "-a b", 1.0),
    ],
)
def test_a_whole_word_is_found_among_many_that_are_parts(score, wanted, output, value):
    assert score("includes", wanted, output, whole_words=True).value == value


def test_whole_words_take_time_by_the_length_of_the_texts_not_by_their_product(score):
    start = time.perf_counter()
    assert score("includes", "a" * 50_000, "a" * 250_000, whole_words=True).value == 0.0
    assert time.perf_counter() - start < 5
