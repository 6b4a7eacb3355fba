"""Answers that hold what clients handed in, word for word."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import edge
import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_lambda_powertools.event_handler import Response


def answer_with(body: Mapping[str, Any], *, instead: str) -> Response[str]:
    """A JSON answer. Raises `TooLarge`, which says to do `instead`, for more than a function may answer."""
    return edge.large_text(_text_of(body), "application/json", instead=instead)


def answer_lines(bodies: Iterable[Mapping[str, Any]], *, instead: str) -> Response[str]:
    """An answer of JSON lines. Raises `TooLarge` as `answer_with` does, and then reads no further."""
    lines: list[str] = []
    size = 0
    for body in bodies:
        lines.append(_text_of(body) + "\n")
        size += len(lines[-1])
        if size > edge.LARGEST_ANSWER_BYTES:
            break
    return edge.large_text("".join(lines), "application/jsonl", instead=instead)


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
