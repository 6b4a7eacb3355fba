"""How much of an endpoint's own error message may be repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.providers.quoting import MAX_QUOTED_CHARACTERS, harmless

PROMPT = "Explain in your own words why the lighthouse of Skerryvore was built where it stands."
SECRET = "sk-very-secret-0123456789"


def quoted(message: object, *asked: str) -> str:
    return harmless(message, asked=asked or ("Be brief.", PROMPT), secret=SECRET)


def test_a_long_message_is_cut():
    assert len(quoted("a b " * 1000)) == MAX_QUOTED_CHARACTERS


@pytest.mark.parametrize("message", [None, 3, ["x"], {}])
def test_what_is_no_text_is_not_quoted(message):
    assert quoted(message) == ""


@pytest.mark.parametrize(
    "message",
    [
        f"bad key {SECRET}",
        f"bad header Authorization: Bearer {SECRET}",
        "bad key sk-some-other-key-1234",
        f"{'x ' * 95}{SECRET}",
        "no role arn:aws:iam::111122223333:role/marksheet",
        "key id AKIAIOSFODNN7EXAMPLE is unknown",
        "got AWS4-HMAC-SHA256 Credential=x/y, SignedHeaders=host, Signature=0a0b",
    ],
)
def test_no_key_role_or_signature_is_passed_on(message):
    found = quoted(message)
    assert "***" in found or "sk-" not in found
    for part in (SECRET, "sk-some", "very-secret", "111122223333", "AKIAI", "0a0b"):
        assert part not in found


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (PROMPT, f"cannot answer: {PROMPT}"),
        (PROMPT, f"flagged: {PROMPT[20:60]} ..."),
        (PROMPT.replace(" ", "\n"), f"flagged: {PROMPT}"),
        ("2+2?", "what is 2+2? supposed to mean"),
    ],
)
def test_a_message_that_repeats_what_was_asked_is_not_passed_on(asked, message):
    assert quoted(message, "Be brief.", asked) == ""


def test_an_empty_text_among_those_asked_hides_nothing():
    assert quoted("context too long", "", PROMPT) == "context too long"


@given(st.text(max_size=60), st.text(min_size=24, max_size=60))
def test_no_long_piece_of_what_was_asked_is_ever_quoted(before, asked):
    found = quoted(before + asked, asked)
    pieces = {asked[i : i + 24] for i in range(len(asked) - 23)}
    assert not any(piece in found for piece in pieces)
