"""What requests of this dialect share: sizes that come as text, labels, the digest of what they say."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from marksheet.dialects.fields import ONE_LINE
from marksheet.dialects.reading import (
    IDENTIFIER,
    IDENTIFIER_WORDS,
    StrictModel,
    of_form,
    read_object,
    validate,
)
from marksheet.errors import TooLarge

LARGEST_BODY = 1 << 20
"""Bytes. No request of this dialect carries data; files are sent elsewhere."""
LARGEST_NUMBER = (1 << 63) - 1

_DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)

RequestT = TypeVar("RequestT", bound=StrictModel)


def _whole(value: Any) -> Any:
    """A number in digits as the number it is: protocol buffers write 64 bits as text."""
    if not isinstance(value, str):
        return value
    if not _DIGITS.fullmatch(value):
        raise PydanticCustomError("int_parsing", "Input should be a whole number, as such or as text")
    return int(value)


FileSize = Annotated[
    int,
    Field(ge=1),
    BeforeValidator(_whole),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^0*[1-9][0-9]{0,18}$"}]}
    ),
]
"""Bytes."""
Identifier = Annotated[str, Field(pattern=of_form(f"^{IDENTIFIER}$", IDENTIFIER_WORDS))]
Label = Annotated[str, Field(max_length=200, pattern=ONE_LINE)]
"""One line; empty says nothing."""
PathLabel = Annotated[
    str,
    Field(
        max_length=200,
        pattern=of_form(
            r"^[-\w .~()'!*:@,;=+&$%<>\[\]{}|^]*$", 'a label without / ? # " \\ and signs beyond letters'
        ),
    ),
]
"""A label that can be part of a path: these are the characters that routes take."""


def read_request(model: type[RequestT], body: bytes) -> RequestT:
    """What a body asks for. Raises InvalidRequest, and TooLarge before it is read."""
    if len(body) > LARGEST_BODY:
        raise TooLarge(f"the body has {len(body):,} bytes; {LARGEST_BODY:,} are allowed")
    return validate(model, read_object(body), "body")


def fingerprint(request: StrictModel) -> str:
    """SHA-256 of what is asked for: spelling and the order of fields make no difference."""
    canonical = orjson.dumps([type(request).__name__, request.model_dump()], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(canonical).hexdigest()
