"""HTML: headings, paragraphs, lists, tables, quotations, code and links.

Written as the page is read, without a tree of it: a page of 10 MB takes as many megabytes, where a tree takes a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marksheet_extraction.extracted import Extracted
from marksheet_extraction.html_reading import read_html
from marksheet_extraction.markup import code_span, fenced, inert, link, literal_starts, visible
from marksheet_extraction.tables import Cell, spread, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet_extraction.text_decoding import DecodedText

HTML = "text/html"

_MARKS = {"b": "**", "strong": "**", "em": "*", "i": "*", "del": "~~", "s": "~~"}
_CODE = frozenset(("code", "kbd", "samp", "tt"))
_INLINE = frozenset((*_MARKS, *_CODE, "a"))
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ROWS = frozenset(("tbody", "tfoot", "thead", "tr"))


def read(decoded: DecodedText) -> Extracted:
    """The page as Markdown. Nothing of it is loaded from elsewhere, and links lead to http, https and mailto only."""
    writer = _Writer()
    read_html(decoded.text, writer)
    return Extracted(HTML, writer.markdown(), warnings=decoded.warnings)


@dataclass(slots=True)
class _Inline:
    """Text of a line that is being read: of a paragraph, or of an element within one."""

    tag: str
    address: str = ""
    pieces: list[str] = field(default_factory=list)
    """Markdown."""
    plain: list[str] = field(default_factory=list)
    """Text read since, not yet escaped, since what must be escaped can be cut in two by a reference."""


@dataclass(slots=True)
class _Block:
    """An element that holds blocks."""

    tag: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    """Markdown of those that ended."""
    rows: list[list[Cell]] = field(default_factory=list)
    """Of a table."""
    number: int = 1
    """Of the next item of a list."""


class _Writer:
    """Listens to a page and writes it down. The last of `_blocks` holds the paragraph that is being read, the elements open in
    that are `_inline`, outermost first.
    """

    def __init__(self) -> None:
        self._blocks = [_Block("")]
        self._inline = [_Inline("")]

    def markdown(self) -> str:
        self._end_paragraph()
        return "\n\n".join(self._blocks[0].blocks) + "\n"

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _INLINE:
            self._inline.append(_Inline(tag, attributes.get("href", "")))
            return
        self._end_paragraph()
        if tag in _ROWS and self._table() is not None:
            if tag == "tr":
                self._table_rows().append([])
            return
        start = attributes.get("start", "")
        number = int(start) if tag == "ol" and start.isdecimal() and len(start) < 9 else 1
        self._blocks.append(_Block(tag, attributes, number=number))

    def end(self, tag: str) -> None:
        if tag in _INLINE:
            self._end_inline(tag)
            return
        self._end_paragraph()
        if tag in _ROWS and self._blocks[-1].tag != tag:
            return
        ended = self._blocks.pop()
        self._put(ended)

    def text(self, text: str) -> None:
        if self._blocks[-1].tag != "pre" and text.startswith(" ") and self._ends_with_blank():
            text = text[1:]
        if text:
            self._inline[-1].plain.append(text)

    def line_break(self) -> None:
        self._inline[-1].plain.append("\n")

    def rule(self) -> None:
        self._end_paragraph()
        self._blocks[-1].blocks.append("---")
