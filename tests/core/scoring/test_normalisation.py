"""Forms of texts are as documented, and remembering them is bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a

from marksheet.scoring.normalisation import (
    REMEMBERED,
    REMEMBERED_CHARACTERS,
    REMEMBERED_TABLE_CHARACTERS,
    REMEMBERED_TABLES,
    folded,
    mteval_words,
    remember,
    remember_table,
    spaced,
    vocabulary,
)


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert folded(folded(text)) == folded(text)


@given(st.text())
def test_folded_texts_have_single_spaces_and_no_ends(text):
    assert folded(text) == " ".join(folded(text).split())


def test_spacing_keeps_case():
    assert spaced(" Ａ  b\n") == "A b"


def test_a_short_text_is_worked_out_once():
    seen = []
    form = remember(lambda text: seen.append(text) or text)
    assert [form("cat"), form("cat")] == ["cat", "cat"]
    assert seen == ["cat"]


def test_a_long_text_is_not_kept():
    seen = []
    form = remember(lambda text: seen.append(len(text)))
    for _ in range(2):
        form("x" * (REMEMBERED_CHARACTERS + 1))
    assert seen == [REMEMBERED_CHARACTERS + 1] * 2


def test_the_oldest_text_is_forgotten_first():
    seen = []
    form = remember(seen.append)
    for number in [*range(REMEMBERED + 1), 0]:
        form(str(number))
    assert seen.count("0") == 2


def test_tables_depend_on_their_settings():
    seen = []
    form = remember_table(lambda text, n: seen.append((text, n)) or text * n)
    assert [form("ab", 1), form("ab", 2), form("ab", 1)] == ["ab", "abab", "ab"]
    assert seen == [("ab", 1), ("ab", 2)]


def test_fewer_tables_are_kept_and_of_shorter_texts():
    seen = []
    form = remember_table(seen.append)
    long = "x" * (REMEMBERED_TABLE_CHARACTERS + 1)
    for text in [*map(str, range(REMEMBERED_TABLES + 1)), "0", long, long]:
        form(text)
    assert (seen.count("0"), seen.count("1"), seen.count(long)) == (2, 1, 2)


@given(st.text() | st.text(alphabet="a1.,-&;ltgq \n<>uo{}'\"", max_size=30))
def test_words_are_those_of_tokeniser_13a(text):
    assert list(mteval_words(text)) == Tokenizer13a()(text.rstrip()).split()


def test_entities_become_characters_before_words_are_cut():
    assert mteval_words("a&lt;b &quot;c&quot; x&amp;y <skipped>in-\nto 3.5, 2-1.") == (
        *("a", "<", "b", '"', "c", '"', "x", "&", "y", "into", "3.5", ",", "2", "-", "1", "."),
    )


@given(st.text())
def test_a_vocabulary_is_that_of_the_folded_text(text):
    assert vocabulary(text) == vocabulary(folded(text))


@given(st.text(), st.text())
def test_two_texts_together_have_the_words_of_both(first, second):
    assert vocabulary(f"{first}\n{second}") == vocabulary(first) | vocabulary(second)


@given(st.text())
def test_words_have_no_space_in_them_and_none_is_empty(text):
    assert all(word and not set(word) & set(" \t\n,;") for word in vocabulary(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("One, two.Three", {"one", "two", "three"}),
        ("1,250,000 m, not 1.25,30 or .5.", {"1250000", "m", "not", "1.25", "30", "or", "5"}),
        ("snake_case e-mail it's", {"snake", "case", "e", "mail", "it", "s"}),
        ("red灯塔 blue", {"red", "灯塔", "blue"}),
        ("ไทย", {"ไท", "ทย"}),
        ("灯", {"灯"}),
    ],
)
def test_a_vocabulary_has_each_word_once(text, words):
    assert vocabulary(text) == words
