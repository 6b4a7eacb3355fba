"""Calls as they are stored: JSON text, compressed."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from marksheet.domain import Call, CallEnd

if TYPE_CHECKING:
    from collections.abc import Iterator


def encode_record(record: Call | CallEnd) -> bytes:
    """A record as JSON text, which tells 1, 1.0 and true apart and keeps integers of any size and halves of
    surrogates. Compressed, a usual call is one write unit instead of two.
    """
    kept = {name: value for name, value in _fields(record) if value is not None}
    return zlib.compress(json.dumps(kept, separators=(",", ":")).encode())


def decode_call(body: bytes) -> Call:
    """The inverse of `encode_record` for a call."""
    told = json.loads(zlib.decompress(body).decode())
    return Call(parent_id=told.pop("parent_id", None), **told)


def decode_end(body: bytes) -> CallEnd:
    """The inverse of `encode_record` for an end."""
    return CallEnd(**json.loads(zlib.decompress(body)))


def merged(start: Call, end: CallEnd | None) -> Call:
    """A call whose start and end came apart."""
    if end is None:
        return start
    return replace(
        start, ended_at=end.ended_at, output=end.output, exception=end.exception, summary=end.summary
    )


def _fields(record: Call | CallEnd) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(record, name)) for name in type(record).__slots__)
