"""Answers that hold what clients handed in, word for word."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import orjson
from aws_lambda_powertools.event_handler import Response

from marksheet.errors import TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LARGEST_ANSWER_BYTES = 6_000_000
"""A Lambda may answer 6 MiB, headers included."""


def answer_with(body: Mapping[str, Any], *, instead: str) -> Response[str]:
    """A JSON answer. Raises `TooLarge`, which says to do `instead`, for more than a function may answer."""
    return _answer(_text_of(body), "application/json", instead)


def answer_lines(bodies: Iterable[Mapping[str, Any]], *, instead: str) -> Response[str]:
    """An answer of JSON lines. Raises `TooLarge` as `answer_with` does, and then reads no further."""
    lines: list[str] = []
    size = 0
    for body in bodies:
        lines.append(_text_of(body) + "\n")
        size += len(lines[-1])
        if size > LARGEST_ANSWER_BYTES:
            break
    return _answer("".join(lines), "application/jsonl", instead)


def _answer(text: str, content_type: str, instead: str) -> Response[str]:
    # What is sent is a text within a JSON text, a character of which takes twelve bytes at most.
    if len(text) > LARGEST_ANSWER_BYTES // 12 and (size := len(json.dumps(text))) > LARGEST_ANSWER_BYTES:
        raise TooLarge(f"the answer would have {size:,} bytes, of {LARGEST_ANSWER_BYTES:,}; {instead}")
    return Response(status_code=200, content_type=content_type, body=text, headers={})


def _text_of(body: Mapping[str, Any]) -> str:
    try:
        return orjson.dumps(body).decode()
    except TypeError:
        # An integer of more than 64 bits, half of a surrogate, or deep nesting.
        return json.dumps(_finite(body), separators=(",", ":"))


def _finite(value: Any) -> Any:
    """With null for what no JSON number is, as orjson writes it."""
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
