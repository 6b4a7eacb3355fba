"""Reading what the clients send word for word: what is logged comes back as it was."""

from __future__ import annotations

import json
import math
from typing import Any

from pydantic import BaseModel, ConfigDict

from marksheet.dialects.reading import nesting_exceeds
from marksheet.errors import InvalidRequest, Problem

DEEPEST_NESTING = 100
"""Arrays and objects inside one another. What an agent's framework logs has more of them than other requests;
what writes answers bears 254.
"""


class Logged(BaseModel):
    """What a client hands in. Fields that nobody here knows are passed over: its next version has more."""

    model_config = ConfigDict(strict=True, frozen=True)


def read_exactly(body: bytes) -> dict[str, Any]:
    """The JSON object of a request's body, its integers of any size, and 1 apart from 1.0.

    Raises InvalidRequest for anything else, for NaN and Infinity, which are no JSON, for numbers as large as
    that, and for what is nested deeper than 100 levels.
    """
    if not body.strip():
        raise InvalidRequest(Problem(("body",), "Field required", "missing"))
    try:
        value = json.loads(body, parse_constant=_refuse, parse_float=_finite)
    except json.JSONDecodeError as error:
        message = f"JSON decode error: {error.msg} (line {error.lineno}, column {error.colno})"
        raise InvalidRequest(Problem(("body", error.pos), message, "json_invalid")) from error
    except (RecursionError, ValueError) as error:
        # Too deep, not UTF-8, an integer of more than 4,300 digits, or no number.
        raise InvalidRequest(Problem(("body",), f"JSON decode error: {error}", "json_invalid")) from error
    if not isinstance(value, dict):
        message = "Input should be a valid dictionary or object to extract fields from"
        raise InvalidRequest(Problem(("body",), message, "model_attributes_type"))
    if nesting_exceeds(value, DEEPEST_NESTING):
        message = f"JSON decode error: nested deeper than {DEEPEST_NESTING} levels"
        raise InvalidRequest(Problem(("body",), message, "json_invalid"))
    return value


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is larger than any number here")
    return number


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
