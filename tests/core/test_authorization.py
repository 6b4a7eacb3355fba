"""The Authorization header: three schemes, one key, and nothing else gets through."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.authorization import parse_authorization

KEY = "msk_abcdefghijklmnop_0123456789-0123456789_0123456789_0123456789A"


def basic(credentials: str | bytes) -> str:
    content = credentials.encode() if isinstance(credentials, str) else credentials
    return "Basic " + base64.b64encode(content).decode()


@pytest.mark.parametrize(
    "header",
    [
        f"Bearer {KEY}",
        f"bearer {KEY}",
        f"BEARER   {KEY}",
        f" Bearer {KEY} ",
        f"Api-Key {KEY}",
        f"api-key {KEY}",
        basic(f"api:{KEY}"),
        basic(f"api:{KEY}").replace("Basic", "BASIC"),
    ],
)
def test_a_key_is_found_in_each_scheme_whatever_its_case(header: str) -> None:
    assert parse_authorization(header) == KEY


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        "Bearer",
        "Bearer ",
        KEY,
        f"Token {KEY}",
        f"Bearer{KEY}",
        f"Bearer {KEY} {KEY}",
        f"Bearer {KEY},Bearer {KEY}",
        f"Bearer {KEY}, Bearer {KEY}",
        f"Bearer {KEY}\r\nX-Other: 1",
        f"Bearer {KEY}\n",
        f"Bearer\t{KEY}",
        "Bearer schlüssel",
        "Bearer ключ",
        "Bearer msk_" + "a" * 10_240,
        basic(f"admin:{KEY}"),
        basic(f"API:{KEY}"),
        basic("api:"),
        basic("api"),
        basic(b"api:\xff"),
        "Basic not-base64",
        "Basic =",
    ],
)
def test_anything_else_carries_no_key(header: str | None) -> None:
    assert parse_authorization(header) is None


def test_a_header_of_exactly_the_longest_length_is_still_read() -> None:
    longest = "Bearer " + "a" * 1017
    assert parse_authorization(longest) == "a" * 1017
    assert parse_authorization(longest + "a") is None


@given(st.text(max_size=200))
def test_no_text_is_anything_but_a_key_or_none(header: str) -> None:
    token = parse_authorization(header)
    assert token is None or (token and token.isascii() and "," not in token)
