"""What is told about an extraction, as a value and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_WARNINGS = 20
LONGEST_SENTENCE = 500
"""Characters of an error or a warning; a document could bring names of any length into one."""


@dataclass(frozen=True, slots=True)
class Facts:
    """READY with a text, or FAILED with the reason."""

    status: Literal["READY", "FAILED"]
    error: str | None = None
    """Why it failed, for the person who uploaded the document."""
    mime: str | None = None
    """What the document is; None when it failed before that was known, or because of it."""
    pages: int | None = None
    characters: int | None = None
    """Of the Markdown."""
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The fields by name, warnings as a list."""
        return {**asdict(self), "warnings": list(self.warnings)}


def failed(reason: str) -> Facts:
    """The facts of a document that was not read."""
    return Facts("FAILED", error=_shortened(reason))


def encode(facts: Facts) -> bytes:
    """The facts as JSON, with no more and no longer warnings than are kept."""
    kept = [_shortened(warning) for warning in facts.warnings]
    if len(kept) > MOST_WARNINGS:
        kept[MOST_WARNINGS - 1 :] = [f"{len(kept) - MOST_WARNINGS + 1} more warnings were left out"]
    return json.dumps(facts.as_json() | {"warnings": kept}, ensure_ascii=False).encode("utf-8", "replace")


def decode(content: bytes) -> Facts:
    """The facts in a file that the child wrote. Raises `ValueError` for anything that `encode` does not
    write: whoever took the child over would write what he likes.
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError("not facts") from error
    if not isinstance(found, dict) or found.keys() != set(Facts.__slots__):
        raise ValueError("not facts")
    return _checked(found)


def _checked(found: Mapping[str, Any]) -> Facts:
    error, mime, warnings = found["error"], found["mime"], found["warnings"]
    sentences = isinstance(warnings, list) and all(isinstance(warning, str) for warning in warnings)
    counts = all(
        found[name] is None or (type(found[name]) is int and found[name] >= 0)
        for name in ("pages", "characters")
    )
    texts = all(value is None or isinstance(value, str) for value in (error, mime))
    whole = found["status"] == "READY" and error is None and mime and found["characters"] is not None
    if not (sentences and counts and texts and (whole or (found["status"] == "FAILED" and error))):
        raise ValueError("not facts")
    return Facts(
        found["status"],
        error and _shortened(error),
        mime and mime[:100],
        found["pages"],
        found["characters"],
        tuple(map(_shortened, warnings[:MOST_WARNINGS])),
    )


def _shortened(sentence: str) -> str:
    return sentence if len(sentence) <= LONGEST_SENTENCE else sentence[: LONGEST_SENTENCE - 1] + "…"
