"""Where a list continues: the id it goes on after, as a token that says nothing to anybody else.

A forged token is harmless: it only ever moves within the list that is asked for.
"""

from __future__ import annotations

import base64
import re

_ID = re.compile(r"[a-z]{1,16}-[0-9a-hjkmnp-tv-z]{26}")
"""As `identifiers.new_id` makes them."""


def encode_page_token(after: str | None) -> str | None:
    """The token of the next page, or None when there is none."""
    return None if after is None else base64.urlsafe_b64encode(after.encode()).decode().rstrip("=")


def decode_page_token(token: str) -> str:
    """The id that a token stands for. Raises `ValueError` for a text that is not the token of an id."""
    try:
        padded = token + "=" * (-len(token) % 4)
        after = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except ValueError:  # no base64, or not of ASCII
        after = ""
    if not _ID.fullmatch(after) or encode_page_token(after) != token:
        raise ValueError("not a page token")
    return after
