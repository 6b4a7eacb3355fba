from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.dialects.doteval.page_tokens import decode_page_token, encode_page_token
from marksheet.identifiers import new_id


def encoded(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def test_a_token_stands_for_the_id_it_was_made_of() -> None:
    for prefix in ("doc", "dataset"):
        identifier = new_id(prefix, datetime.now(UTC))
        token = encode_page_token(identifier)
        assert token is not None
        assert identifier not in token
        assert decode_page_token(token) == identifier


def test_the_last_page_has_no_next_token() -> None:
    assert encode_page_token(None) is None


@pytest.mark.parametrize(
    "token",
    [
        "",
        "!",
        "A",
        "doc-01kdy2m8r80000000000000001",
        encoded(b"doc-01kdy2m8r80000000000000001") + "=",
        encoded(b"doc-01kdy2m8r80000000000000001") + "\n",
        encoded(b"doc-01kdy2m8r8000000000000000"),
        encoded(b"doc-01kdy2m8r8000000000000000i"),
        encoded(b"doc-01kdy2m8r80000000000000001#x"),
        encoded(b"DOC-01kdy2m8r80000000000000001"),
        encoded(b"\xff" * 30),
        "Ä" * 40,
    ],
)
def test_a_text_that_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="not a page token"):
        decode_page_token(token)


@given(st.text(max_size=60) | st.binary(max_size=40).map(encoded))
def test_a_forged_token_is_an_id_or_refused(token: str) -> None:
    try:
        after = decode_page_token(token)
    except ValueError:
        return
    assert encode_page_token(after) == token
