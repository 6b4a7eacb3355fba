"""Texts are fit to be sent on and kept."""

from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from marksheet.scoring.excerpts import cleaned, shortened

ANY_TEXT = st.text(st.characters(exclude_categories=()))


def test_half_a_surrogate_pair_becomes_a_question_mark():
    assert cleaned("a\ud83db") == "a?b"


def test_what_utf8_can_carry_stays_as_it_is():
    assert cleaned("naïve 🦊 \x00") == "naïve 🦊 \x00"


def test_a_long_text_keeps_both_ends_and_says_what_is_missing():
    text = shortened("begin" + "x" * 10_000 + "end", 200)
    assert text.startswith("beginx")
    assert text.endswith("xend")
    assert "[9,808 characters and more left out]" in text


@given(ANY_TEXT, st.integers(100, 150))
def test_an_excerpt_keeps_to_its_length_and_can_be_written(text, longest):
    excerpt = shortened(text * 10, longest)
    assert len(excerpt) <= longest
    assert orjson.loads(orjson.dumps(excerpt)) == excerpt


@given(ANY_TEXT)
def test_a_text_that_fits_is_only_cleaned(text):
    assert shortened(text, len(text)) == cleaned(text)
