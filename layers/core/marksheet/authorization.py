"""The Authorization header: which API key it carries, whatever the scheme a client was built for."""

from __future__ import annotations

import base64
import binascii
import re

LONGEST_HEADER = 1024
"""A key has 64 characters; nothing that carries one is near this."""

BASIC_USER = "api"

_CREDENTIALS = re.compile(r"([A-Za-z-]+) +([A-Za-z0-9._~+/-]+=*)")
"""Scheme and token68 of RFC 9110, section 11.4. A header sent twice has a comma in it, which neither may."""


def parse_authorization(header: str | None) -> str | None:
    """The API key of `Bearer <key>`, `Api-Key <key>`, or `Basic` with user `api` and the key as password.

    The scheme's case does not matter. None for a header that is missing, given twice, longer than 1,024
    characters or of another form.
    """
    if header is None or len(header) > LONGEST_HEADER:
        return None
    match = _CREDENTIALS.fullmatch(header.strip(" \t"))
    if match is None:
        return None
    scheme, credentials = match[1].lower(), match[2]
    if scheme in {"bearer", "api-key"}:
        return credentials
    return _basic_password(credentials) if scheme == "basic" else None


def _basic_password(credentials: str) -> str | None:
    """The password of RFC 7617 credentials, when the user is `api`."""
    try:
        user, _, password = base64.b64decode(credentials, validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return password if user == BASIC_USER and password else None
