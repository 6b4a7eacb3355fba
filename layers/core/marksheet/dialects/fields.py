"""Fields that requests of several dialects have: amounts of money, ids, the header that makes a create
repeatable.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marksheet.dialects.reading import IDENTIFIER, IDENTIFIER_WORDS, of_form
from marksheet.errors import InvalidRequest, Problem

_AMOUNT = re.compile(r"[0-9]{1,7}(\.[0-9]{1,6})?")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")

ModelId = Annotated[str, Field(pattern=of_form(f"^{IDENTIFIER}$", IDENTIFIER_WORDS))]
VersionedId = Annotated[
    str,
    Field(
        pattern=of_form(
            f"^{IDENTIFIER}(@[1-9][0-9]{{0,8}})?$", f"{IDENTIFIER_WORDS}; or such an id with a version, id@2"
        )
    ),
]
"""An id, or `id@version`."""

PROJECT_CHARACTERS = "A-Za-z0-9_.-"
PROJECT = f"[{PROJECT_CHARACTERS}]{{1,128}}"
"""What the project of an evaluation may be called: on one of the surfaces it is part of a path."""

Project = Annotated[str, Field(pattern=of_form(f"^{PROJECT}$", "1 to 128 letters, digits and _ . -"))]

ONE_LINE = of_form(r"^[^\x00-\x1f\x7f-\x9f]*$", "text on one line, without control characters")
"""The pattern of a name."""


def _dollars(value: Any) -> Decimal:
    """Numbers and decimal texts as the decimals they are written as."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number and not (isinstance(value, str) and _AMOUNT.fullmatch(value)):
        raise PydanticCustomError(
            "decimal_parsing",
            "Input should be an amount above 0 and up to 1000000: a number, or a text with up to 6 places "
            'such as "2.50"',
        )
    return Decimal(str(value))


Dollars = Annotated[
    Decimal, Field(gt=0, le=1_000_000, decimal_places=6, allow_inf_nan=False), BeforeValidator(_dollars)
]
"""An amount of money: a number, or a text such as "2.50"."""


def decode_idempotency_key(header: str | None) -> str | None:
    """The `Idempotency-Key` header: 1 to 255 visible ASCII characters, or absent. Raises InvalidRequest."""
    if header is None or _IDEMPOTENCY_KEY.fullmatch(header):
        return header
    message = "Input should be 1 to 255 visible ASCII characters without spaces"
    raise InvalidRequest(Problem(("header", "idempotency-key"), message))
