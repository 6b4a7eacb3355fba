"""Blocks of Markdown put together, and lists among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marksheet_extraction.markup import literal_starts, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

DEEPEST_ITEM = 8
"""Levels of a list, from 0. Office has nine."""


def item(text: str, marker: str, level: int) -> str:
    """An item of a list (its text is Markdown) with its marker, `-` or `3.`, at a level from 0.

    Four blanks a level are within what Markdown takes for a list in an item, be its marker `-` or a number
    below 100.
    """
    return f"{'    ' * min(level, DEEPEST_ITEM)}{marker} {literal_starts(one_line(text))}"


def joined(blocks: Iterable[str]) -> str:
    """Blocks with a blank line between them, but not between the items of a list; blank ones are left out."""
    pieces: list[str] = []
    before = ""
    for block in filter(None, blocks):
        if pieces:
            pieces.append("\n" if _is_item(before) and _is_item(block) else "\n\n")
        pieces.append(block)
        before = block
    return "".join(pieces) + "\n"


def _is_item(block: str) -> bool:
    marker = block[: block.find(" ", len(block) - len(block.lstrip(" ")))].lstrip(" ")
    return marker == "-" or (marker.endswith(".") and marker[:-1].isdecimal())
