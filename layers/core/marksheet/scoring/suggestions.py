"""Messages about a name nobody knows: what was sent, what may have been meant, what there is."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_QUOTE = 64
"""Characters of a caller's value that a message repeats."""


def quoted(value: str) -> str:
    """The value between quotes, cut to what a message can bear."""
    return f'"{value}"' if len(value) <= LONGEST_QUOTE else f'"{value[:LONGEST_QUOTE]}…"'


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that `name` is no `kind`, which of `known` comes nearest, and list them all."""
    names = list(known)
    near = get_close_matches(name[:LONGEST_QUOTE].lower(), names, n=1, cutoff=0.6)
    guess = f'; did you mean "{near[0]}"?' if near else ";"
    return f"unknown {kind} {quoted(name)}{guess} allowed: {', '.join(names) or 'none'}"
