"""How much of an endpoint's own error message may be repeated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from marksheet.providers.bodies import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_QUOTED_CHARACTERS = 200
"""Of the endpoint's own error message, this much is passed on."""

_OVERLAP_CHARACTERS = 24
"""A message that shares this much with what was asked is not passed on."""
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_SECRET_LIKE = re.compile(
    r"(?i)\b(bearer\s+\S+|aws4-hmac-.*|(AKIA|ASIA)[A-Z0-9]{12,}|arn:\S+"
    r"|(sk|key|pk|api)[-_][\w*.-]{6,}|[A-Za-z0-9+/_-]{40,})"
)


def harmless(message: object, *, asked: Iterable[str], secret: str | None) -> str:
    """A short piece of the message in one line, without keys and ARNs; empty when it repeats what it was
    asked, or is no text.
    """
    if not isinstance(message, str):
        return ""
    said = message.replace(secret, "***") if secret else message
    said = _SECRET_LIKE.sub("***", _UNPRINTABLE.sub(" ", said)).strip()
    said = printable(said)[:MAX_QUOTED_CHARACTERS]
    return "" if any(_overlap(said, _UNPRINTABLE.sub(" ", text).strip()) for text in asked) else said


def _overlap(said: str, text: str) -> bool:
    size = min(_OVERLAP_CHARACTERS, len(text))
    return size > 0 and any(said[start : start + size] in text for start in range(len(said) - size + 1))
