"""Forms of texts are as documented, and remembering them is bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from marksheet.scoring.normalisation import REMEMBERED, REMEMBERED_CHARACTERS, folded, remember, spaced


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
