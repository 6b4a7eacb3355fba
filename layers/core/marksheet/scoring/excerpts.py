"""Texts of models made fit to be sent on and kept."""

from __future__ import annotations


def cleaned(text: str) -> str:
    """The text as UTF-8 can carry it: a surrogate without its other half becomes a question mark."""
    return text.encode(errors="replace").decode()


def shortened(text: str, longest: int) -> str:
    """The cleaned text, or its two ends with a note between them of what was left out; at most `longest`
    characters (not fewer than 100).

    Both ends, because a model sets out at the beginning and concludes at the end.
    """
    if len(text) <= longest:
        return cleaned(text)
    note = f"\n[{len(text) - longest:,} characters and more left out]\n"
    head = (longest - len(note)) // 2
    tail = longest - len(note) - head
    return cleaned(text[:head]) + note + cleaned(text[-tail:])
