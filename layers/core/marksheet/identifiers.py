"""Ids that sort by the time they were made."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

_NAMESPACE = uuid.UUID("6d61726b-7368-4565-8074-2e7575696473")
"""Of the UUIDs that stand for something with another name."""


def new_id(prefix: str, now: datetime) -> str:
    """`<prefix>-` and 26 characters: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32 (a
    ULID).

    Ids of one prefix sort by creation time to the millisecond.
    """
    number = (int(now.timestamp() * 1000) << 80) | secrets.randbits(80)
    return _spelled(prefix, number)


def derived_id(prefix: str, text: str) -> str:
    """The id that stands for a text: the same every time, and no two texts share one. It does not sort by
    time.
    """
    return _spelled(prefix, int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))


def new_uuid(now: datetime) -> str:
    """A UUID that sorts by creation time to the millisecond (version 7 of RFC 9562)."""
    number = (int(now.timestamp() * 1000) << 80) | secrets.randbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    return str(uuid.UUID(int=number & ~(0x3 << 62) | 0x2 << 62))


def derived_uuid(*names: str) -> str:
    """The UUID that stands for something by its names: the same every time (version 5)."""
    return str(uuid.uuid5(_NAMESPACE, "\n".join(names)))


def timestamp(now: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, ending in Z: the one form in which times are stored."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _spelled(prefix: str, number: int) -> str:
    return f"{prefix}-" + "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
