"""What all wires read in an endpoint's responses: JSON that is none, text, counts, vectors, waiting times.

Whatever is wrong with a body is a `TransientModelError` of code "bad_json" or "bad_response".
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from marksheet.errors import TransientModelError

_SECONDS = re.compile(r"\d{1,9}(\.\d{1,9})?\Z")


def read_json(body: bytes) -> Any:
    """The value of a JSON body; integers of more than 64 bits as floats."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        # Some servers write NaN among log probabilities, or half an emoji at the end of a cut answer.
        return json.loads(body)
    except (ValueError, RecursionError):
        raise TransientModelError("the endpoint's response is not JSON", code="bad_json") from None


def bad_response(problem: str) -> TransientModelError:
    """The error for a body of another shape than the wire's; `problem` begins with a verb."""
    return TransientModelError(f"the endpoint's response {problem}", code="bad_response")


def read_text(content: object) -> str | None:
    """Text as it is, or the texts of a list of parts; None for anything else."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [part.get("text") if isinstance(part, dict) else part for part in content]
    texts = [part for part in parts if isinstance(part, str)]
    return "".join(texts) if texts else None


def printable(text: str) -> str:
    """The text with lone surrogates, which cannot be stored, replaced."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_count(value: object) -> int | None:
    """A number of tokens; None for what is no count."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53:
        return value
    return None


def check_vectors(found: list[object], count: int) -> tuple[tuple[float, ...], ...]:
    """`count` vectors of finite numbers, all of one dimension."""
    if len(found) != count:
        raise bad_response(f"has {len(found)} embeddings instead of {count}")
    vectors = tuple(_vector(each) for each in found)
    if len({len(vector) for vector in vectors}) > 1:
        raise bad_response("has embeddings of different dimensions")
    return vectors


def _vector(found: object) -> tuple[float, ...]:
    if not isinstance(found, list) or not found:
        raise bad_response("has an embedding that is no list of numbers")
    # The exact type: a bool is an int, too.
    if any(type(number) not in {int, float} for number in found):
        raise bad_response("has an embedding that is no list of numbers")
    try:
        vector = tuple(map(float, found))
    except OverflowError:
        vector = (math.inf,)
    if not all(map(math.isfinite, vector)):
        raise bad_response("has an embedding with numbers that are not finite")
    return vector


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """The Retry-After header (RFC 9110, 10.2.3) as seconds from `now`, 0 or more; None if it says nothing."""
    if value is None:
        return None
    value = value.strip()
    if _SECONDS.match(value):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())
