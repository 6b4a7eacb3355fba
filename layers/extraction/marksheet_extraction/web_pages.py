"""HTML: headings, paragraphs, lists, tables, quotations, code and links.

Written as the page is read, without a tree of it: a page of 10 MB takes as many megabytes, where a tree takes
a thousand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from marksheet_extraction.extracted import Extracted
from marksheet_extraction.html_reading import read_html
from marksheet_extraction.markup import (
    code_span,
    fenced,
    inert,
    link,
    literal_starts,
    one_line,
    visible,
    without_code,
)
from marksheet_extraction.tables import Cell, spread, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet_extraction.text_decoding import DecodedText

HTML = "text/html"

_MARKS = {"b": "**", "strong": "**", "em": "*", "i": "*", "del": "~~", "s": "~~"}
_CODE = frozenset(("code", "kbd", "samp", "tt"))
_INLINE = frozenset((*_MARKS, *_CODE, "a"))
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TRANSPARENT = frozenset(("dl", "dt", "p", "tbody", "tfoot", "thead", "tr"))
"""Elements that only part their content from what is around it."""
_ONE_LINE = frozenset((*_HEADINGS, "td", "th"))
"""Elements in which a line begins no block."""


def read(decoded: DecodedText) -> Extracted:
    """The page as Markdown. Nothing of it is loaded from elsewhere, and links lead to http, https and mailto
    only.
    """
    writer = _Writer()
    read_html(decoded.text, writer)
    return Extracted(HTML, writer.markdown(), warnings=decoded.warnings)


@dataclass(slots=True)
class _Inline:
    """Text of a line that is being read: of a paragraph (without a tag), or of an element within one."""

    tag: str = ""
    address: str = ""
    pieces: list[str] = field(default_factory=list)
    """Markdown."""
    plain: list[str] = field(default_factory=list)
    """Text read since. Escaped as one, because escaping looks at neighbours."""

    def add(self, markdown: str) -> None:
        """Put Markdown after what was read so far."""
        self._escape(followed=True)
        if markdown.startswith("`") and self.pieces and self.pieces[-1].endswith("`"):
            # The backticks of two codes side by side would be read as one fence, and open what is in them.
            self.pieces.append(" ")
        self.pieces.append(markdown)

    def markdown(self, *, followed: bool) -> str:
        """All of it; `followed` says that more Markdown will come right after it."""
        self._escape(followed=followed)
        return "".join(self.pieces)

    def _escape(self, *, followed: bool) -> None:
        if self.plain:
            self.pieces.append(without_code(inert(visible("".join(self.plain)), followed=followed)))
            self.plain.clear()

    def last(self) -> str:
        """What was read last, "" when nothing was."""
        return (self.plain or self.pieces or [""])[-1]


class _Text(NamedTuple):
    """A block that ended."""

    markdown: str
    is_list: bool = False


@dataclass(slots=True)
class _Block:
    """An element that holds blocks."""

    tag: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    number: int = 1
    """Of the next item, in a list with numbers."""
    blocks: list[_Text] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    """Of a table."""


class _Writer:
    """Listens to a page and writes it down. The last of `_blocks` holds the paragraph that is being read; the
    elements that are open in that are `_inline`, outermost first, after the paragraph itself.
    """

    def __init__(self) -> None:
        self._blocks = [_Block()]
        self._inline = [_Inline()]
        self._ignored = 0
        """Open elements that are not written, because they are in code."""

    def markdown(self) -> str:
        self._end_paragraph()
        return _joined(self._blocks[0].blocks) + "\n"

    def begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _INLINE:
            if self._ignored or self._blocks[-1].tag == "pre" or self._inline[-1].tag in _CODE:
                self._ignored += 1
            else:
                self._inline.append(_Inline(tag, attributes.get("href", "")))
            return
        self._end_paragraph()
        if tag == "tr" and self._blocks[-1].tag == "table":
            self._blocks[-1].rows.append([])
        elif tag not in _TRANSPARENT:
            self._blocks.append(_Block(tag, attributes, _number(attributes.get("start"), 1)))

    def end(self, tag: str) -> None:
        if tag not in _INLINE:
            self._end_paragraph()
            if tag not in _TRANSPARENT:
                self._put(self._blocks.pop())
        elif self._ignored:
            self._ignored -= 1
        elif self._inline[-1].tag == tag:  # else a block began in it, and it was ended there
            self._end_inline()

    def text(self, text: str) -> None:
        if self._blocks[-1].tag != "pre" and text.startswith(" ") and self._is_after_blank():
            text = text[1:]
        if text:
            self._inline[-1].plain.append(text)

    def line_break(self) -> None:
        self._inline[-1].plain.append("\n")

    def rule(self) -> None:
        self._end_paragraph()
        self._blocks[-1].blocks.append(_Text("---"))

    def _is_after_blank(self) -> bool:
        """Whether the paragraph so far ends with a blank, or has not begun."""
        last = next(filter(None, (inline.last() for inline in reversed(self._inline))), " ")
        return last.endswith((" ", "\n"))

    def _end_inline(self) -> None:
        ended = self._inline.pop()
        if ended.tag in _CODE:
            self._inline[-1].add(code_span("".join(ended.plain)))
            return
        text = ended.markdown(followed=True)
        inner = text.strip()
        if ended.tag == "a":
            inner = link(one_line(inner), ended.address)
        elif inner:
            inner = f"{_MARKS[ended.tag]}{inner}{_MARKS[ended.tag]}"
        before, after = " " * (text[:1].isspace()), " " * (text[-1:].isspace())
        self._inline[-1].add(f"{before}{inner}{after}" if inner else before)

    def _end_paragraph(self) -> None:
        """What was read since the last block ended is a paragraph."""
        while len(self._inline) > 1:
            self._end_inline()
        paragraph, self._inline = self._inline[0], [_Inline()]
        block = self._blocks[-1]
        if block.tag == "pre":
            block.blocks.append(_Text(visible("".join(paragraph.plain))))
            return
        text = "\n".join(line.strip() for line in paragraph.markdown(followed=False).strip().split("\n"))
        if text:
            block.blocks.append(_Text(text if block.tag in _ONE_LINE else literal_starts(text)))

    def _put(self, ended: _Block) -> None:
        """Write an element that ended into the one that it is in."""
        into = self._blocks[-1]
        if ended.tag in ("li", "dd"):
            marker = "-"
            if into.tag == "ol":
                marker, into.number = f"{into.number}.", into.number + 1
            into.blocks.append(_Text(_item(marker, ended.blocks)))
        elif ended.tag in ("td", "th") and into.tag == "table":
            if not into.rows:
                into.rows.append([])
            wide, high = (_number(ended.attributes.get(name), 1) for name in ("colspan", "rowspan"))
            into.rows[-1].append(Cell("\n".join(block.markdown for block in ended.blocks), wide, high))
        elif any(block.tag in ("td", "th") for block in self._blocks):
            into.blocks += _in_cell(ended)
        else:
            into.blocks += _alone(ended)


def _alone(ended: _Block) -> list[_Text]:
    """What an element is, outside of tables."""
    tag, blocks = ended.tag, ended.blocks
    if tag == "table":
        found = table(spread(ended.rows))
        return [*blocks, _Text(found)] if found else blocks
    if tag == "pre":
        code = "".join(block.markdown for block in blocks).strip("\n")
        return [_Text(fenced(code, ""))] if code.strip() else []
    if not blocks:
        return []
    if tag in _HEADINGS:
        return [_Text(f"{'#' * _HEADINGS[tag]} {one_line(' '.join(block.markdown for block in blocks))}")]
    if tag in ("ul", "ol"):
        apart = "\n\n" if any("\n\n" in block.markdown for block in blocks) else "\n"
        return [_Text(apart.join(block.markdown for block in blocks), is_list=True)]
    if tag == "blockquote":
        return [_Text("\n".join(f"> {line}".rstrip() for line in _joined(blocks).split("\n")))]
    return blocks


def _in_cell(ended: _Block) -> list[_Text]:
    """What an element is in a table's cell: lines."""
    if ended.tag == "table":
        return [*ended.blocks, *(_Text("; ".join(filter(None, row))) for row in spread(ended.rows))]
    if ended.tag == "pre":
        code = "".join(block.markdown for block in ended.blocks)
        return [_Text(code_span(line)) for line in code.split("\n") if line.strip()]
    return ended.blocks


def _item(marker: str, blocks: list[_Text]) -> str:
    """An item of a list: its first block behind the marker, the others below and as far in."""
    first, *others = _joined(blocks, in_item=True).split("\n")
    further = " " * (len(marker) + 1)
    return "\n".join([f"{marker} {first}", *(further + line if line else "" for line in others)])


def _joined(blocks: list[_Text], *, in_item: bool = False) -> str:
    """Blocks with a blank line between them; in an item a list follows the text at once."""
    pieces: list[str] = []
    for block in blocks:
        if pieces:
            pieces.append("\n" if in_item and block.is_list else "\n\n")
        pieces.append(block.markdown)
    return "".join(pieces)


def _number(given: str | None, default: int) -> int:
    found = int(given) if given and given.isdecimal() and len(given) < 9 else 0
    return min(found, 1_000_000) or default
