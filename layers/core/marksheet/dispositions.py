"""File names that come from outside: what is kept of one, and the header that offers a file under it."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

LONGEST_FILE_NAME = 255
"""Characters of a name that is taken; what file systems allow."""

_DROPPED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters, halves of surrogate pairs, separators of lines and paragraphs."""

_DROPPED = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of what follows, so that a name shows another ending than it has."""

_NOT_QUOTED = frozenset('"\\%')
"""Ends a quoted string, escapes in it, or is decoded by some browsers although it should not be."""


def kept_file_name(given: str) -> str | None:
    """What is kept of a file name: its last component, without control characters and outer white space.

    Both kinds of separator count, whatever system the name is from. None when nothing is left, or no more
    than dots.
    """
    component = given.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        character
        for character in component
        if unicodedata.category(character) not in _DROPPED_CATEGORIES and character not in _DROPPED
    ).strip()
    return kept if kept.strip(". ") else None


def attachment(file_name: str) -> str:
    """The value of a `Content-Disposition` header that has a file saved under this name (RFC 6266).

    Printable ASCII whatever the name holds: the name itself percent-encoded (RFC 8187), before it for old
    clients what ASCII can say of it.
    """
    encoded = quote(file_name.encode(errors="replace"), safe="")
    return f"attachment; filename=\"{_in_ascii(file_name)}\"; filename*=UTF-8''{encoded}"


def _in_ascii(file_name: str) -> str:
    """Accents dropped, and `_` for what ASCII does not have or a quoted string cannot hold as it is."""
    plain = (c for c in unicodedata.normalize("NFKD", file_name) if not unicodedata.combining(c))
    return "".join(c if " " <= c <= "~" and c not in _NOT_QUOTED else "_" for c in plain)
