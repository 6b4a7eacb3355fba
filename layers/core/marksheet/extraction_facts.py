"""What the extraction of a document's text says of it, read as something from outside.

The extraction opens files that nobody vouches for, so what it writes is not trusted to be of the right form:
what goes into a header later, or before a person, is checked here.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from marksheet.domain import Extraction, Status

UNREADABLE = "its text could not be extracted"

_MIME = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,127}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LARGEST_NUMBER = 1 << 53
_LONGEST_SENTENCE = 500
_MOST_WARNINGS = 20


def read_facts(content: bytes) -> Extraction:
    """The content of an `.extracted` object, without `markdown_bytes`: the Markdown itself says that.

    What is not of the form, or not READY, is FAILED; this raises nothing.
    """
    try:
        facts = orjson.loads(content)
    except orjson.JSONDecodeError:
        facts = None
    if not isinstance(facts, dict):
        return Extraction(Status.FAILED, error=UNREADABLE)
    mime, sha256 = facts.get("mime"), facts.get("sha256")
    ready = facts.get("status") == Status.READY.value
    return Extraction(
        status=Status.READY if ready else Status.FAILED,
        mime=mime if isinstance(mime, str) and _MIME.fullmatch(mime) else None,
        size_bytes=_number(facts.get("size_bytes")),
        sha256=sha256 if isinstance(sha256, str) and _SHA256.fullmatch(sha256) else None,
        pages=_number(facts.get("pages")),
        characters=_number(facts.get("characters")),
        warnings=_sentences(facts.get("warnings")),
        error=None if ready else (_sentence(facts.get("error")) or UNREADABLE),
    )


def _number(value: Any) -> int | None:
    """A whole number that is not negative and that every reader of JSON knows exactly."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= _LARGEST_NUMBER else None


def _sentence(value: Any) -> str | None:
    """One printable line, cut where it is too long."""
    if not isinstance(value, str):
        return None
    line = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return line if len(line) <= _LONGEST_SENTENCE else line[: _LONGEST_SENTENCE - 1] + "…"


def _sentences(value: Any) -> tuple[str, ...]:
    given = value[:_MOST_WARNINGS] if isinstance(value, list) else []
    return tuple(line for line in map(_sentence, given) if line)
