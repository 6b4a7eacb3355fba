"""Lines of a PDF -> Markdown: paragraphs, headings by the size of their letters, lists by their marks, and
tables by the alignment of their cells.

A PDF says none of this, only where letters stand. What is made here is therefore modest: a line is a heading
when its letters are clearly larger than those of most of the document, and a table takes two rows at least
with cells one below the other.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from marksheet_extraction.blocks import DEEPEST_ITEM, item, joined
from marksheet_extraction.markup import heading, inert, literal_starts, one_line
from marksheet_extraction.pdf_words import BROKEN
from marksheet_extraction.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from marksheet_extraction.reading_order import Fragment, Line

_LARGER = 1.15
"""How many times the usual size a heading has, at least."""
_MOST_LEVELS = 4
_LONGEST_HEADING = 200
"""Characters; longer ones are a paragraph in large letters."""
_NEW_PARAGRAPH = 1.3
"""How many times the usual distance two lines of different paragraphs have, at least."""
_SHORT_LINE = 0.7
"""Of the width of its column: after a shorter line the next does not belong to the same sentence of a
paragraph that is set to its full width, such as in an address.
"""
_CELL_GAP = 1.5
"""In font sizes: cells of a table are further apart than this."""
_BULLET = re.compile(r"[•◦▪▫‣⁃∙·●○■□–—*-]\s+(?=\S)")
_NUMBERED = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*$")
_UNSPACED = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


class Layout:
    """What is usual in a document, and its pages by that measure."""

    def __init__(self, pages: Sequence[Sequence[Line]]) -> None:
        sizes: Counter[float] = Counter()
        for page in pages:
            for line in page:
                sizes[_rounded(line.size)] += len(line.text)
        self._usual = max(sizes, key=lambda size: (sizes[size], -size), default=10.0)
        larger = sorted((size for size in sizes if size >= self._usual * _LARGER), reverse=True)
        self._levels = {size: min(level, _MOST_LEVELS) for level, size in enumerate(larger, 1)}
        self._pitch = _usual_pitch(pages)

    def page(self, lines: Sequence[Line]) -> str:
        """Markdown of one page, "" for none."""
        return joined(self._blocks(lines)).strip("\n") if lines else ""

    def _blocks(self, lines: Sequence[Line]) -> Iterator[str]:
        regions = _regions(lines)
        at = 0
        while at < len(lines):
            rows = _table_rows(lines, at)
            if rows:
                yield table([inert(one_line(cell)) for cell in row] for row in rows)
                at += len(rows)
                continue
            end, left = at + 1, lines[at].left
            while end < len(lines) and self._continues(lines[end - 1], lines[end], end - at, left):
                here = lines[end].left
                left = min(left, here) if lines[end].region == lines[end - 1].region else here
                end += 1
            yield self._block(lines[at:end], regions[lines[at].region])
            at = end

    def _continues(self, before: Line, line: Line, count: int, left: float) -> bool:
        """Whether a line belongs to the paragraph, heading or list item of the line before it, of which so
        many lines are known, the outermost beginning at `left`.
        """
        if abs(line.size - before.size) > 0.1 * before.size or _marked(line.text) or _cells(line):
            return False
        if before.text.endswith(BROKEN):
            return True
        if line.region != before.region or line.top > before.top:
            # It may go on in the next column.
            return not _SENTENCE_END.search(before.text) and line.text[:1].islower()
        if before.top - line.top > self._pitch * _NEW_PARAGRAPH * line.size:
            return False
        indented = line.left - left > line.size
        return not (indented and count > 1 and _SENTENCE_END.search(before.text))

    def _block(self, block: Sequence[Line], region: _Region) -> str:
        text = _run_together(block, region)
        level = self._levels.get(_rounded(block[0].size), 0)
        if level and len(text) <= _LONGEST_HEADING and any(map(str.isalpha, text)):
            return heading(text, level)
        bullet, numbered = _BULLET.match(text), _NUMBERED.match(text)
        if bullet:
            return item(inert(one_line(text[bullet.end() :])), "-", region.depth(block[0]))
        if numbered:
            return item(inert(one_line(text[numbered.end() :])), f"{numbered[1]}.", region.depth(block[0]))
        return literal_starts(inert(text))


@dataclass(frozen=True, slots=True)
class _Region:
    """What the lines of a column have in common."""

    left: float
    right: float
    steps: tuple[float, ...]
    """Where list items begin, from the outermost in."""

    def depth(self, line: Line) -> int:
        """Level of a list item, from 0."""
        return sum(step < line.left - 0.5 * line.size for step in self.steps)

    def is_short(self, line: Line) -> bool:
        return line.right - self.left < _SHORT_LINE * (self.right - self.left)


def _regions(lines: Sequence[Line]) -> dict[int, _Region]:
    grouped: dict[int, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.region, []).append(line)
    found: dict[int, _Region] = {}
    for number, members in grouped.items():
        size = median(line.size for line in members)
        starts = sorted(line.left for line in members if _marked(line.text))
        steps = [start for start, after in pairwise([*starts, float("inf")]) if after - start > size]
        left, right = min(line.left for line in members), max(line.right for line in members)
        found[number] = _Region(left, right, tuple(steps[:DEEPEST_ITEM]))
    return found


def _run_together(block: Sequence[Line], region: _Region) -> str:
    """The text of lines as one, words that a hyphen parted put together again."""
    text = ""
    before: Line | None = None
    for line in block:
        following = one_line(line.text.replace(BROKEN, "")) + (BROKEN if line.text.endswith(BROKEN) else "")
        if before is None:
            text = following
        elif text.endswith(BROKEN):
            text = text[:-1] + following
        elif _UNSPACED.match(text[-1:]) and _UNSPACED.match(following[:1]):
            text += following
        elif region.is_short(before):
            text += "\n" + following
        else:
            text += " " + following
        before = line
    return text.removesuffix(BROKEN) + ("-" if text.endswith(BROKEN) else "")


def _marked(text: str) -> bool:
    return bool(_BULLET.match(text) or _NUMBERED.match(text))


def _table_rows(lines: Sequence[Line], start: int) -> list[list[str]]:
    """The rows of a table that begins at a line: lines of several cells each, every cell of which is below or
    above cells of one column alone. [] when there are not two.
    """
    columns: list[tuple[float, float]] = [(cell.left, cell.right) for cell in _cells(lines[start])]
    rows: list[list[str]] = []
    for line in lines[start:]:
        cells = _cells(line)
        if not cells or line.region != lines[start].region or len(cells) > len(columns):
            break
        places = [_column_of(cell, columns) for cell in cells]
        if None in places or len(set(places)) < len(places):
            break
        row = [""] * len(columns)
        for place, cell in zip(places, cells, strict=True):
            assert place is not None
            row[place] = cell.text
            columns[place] = (min(columns[place][0], cell.left), max(columns[place][1], cell.right))
        rows.append(row)
    return rows if len(rows) > 1 else []


def _column_of(cell: Fragment, columns: list[tuple[float, float]]) -> int | None:
    touched = [
        number for number, (left, right) in enumerate(columns) if cell.left < right and left < cell.right
    ]
    return touched[0] if len(touched) == 1 else None


def _cells(line: Line) -> list[Fragment]:
    """The fragments of a line that are far enough apart for cells, or [] for a line that is no row."""
    gaps = [later.left - earlier.right for earlier, later in pairwise(line.fragments)]
    if not gaps or min(gaps) < _CELL_GAP * line.size or _marked(line.text):
        return []
    return list(line.fragments)


def _usual_pitch(pages: Sequence[Sequence[Line]]) -> float:
    """The usual distance between two lines of a paragraph, in font sizes."""
    found = [
        (earlier.top - later.top) / later.size
        for page in pages
        for earlier, later in pairwise(page)
        if earlier.region == later.region and abs(earlier.size - later.size) < 0.1 * later.size
    ]
    near = [pitch for pitch in found if 0.5 < pitch < 2.5]
    return median(near) if near else 1.2


def _rounded(size: float) -> float:
    return round(size * 2) / 2
