"""Words of a page -> its lines, in the order in which a person reads them.

A file writes the words of a page in any order. Most write column after column, which is right; some write
line after line across all columns, which makes nonsense of each sentence. So columns are looked for by their
shape: strips of the page that hardly any line crosses, with prose on every side of them. Where there are
columns, each is read from its top to its foot, and whatever crosses them (a title, a wide picture's caption)
parts what is above it from what is below. Where there are none the order of the file stands, unless it jumps
up and down the page.

A table is no set of columns: its cells are short, and it is read row by row.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from marksheet_extraction.pdf_words import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marksheet_extraction.pdf_words import Word

GAP = 0.8
"""In font sizes: words further apart than this belong to different fragments. Justified text stays below."""
_STRIPS = 200
"""How finely the width of a page is looked at for strips without text."""
_LEAST_ROWS = 4
"""Rows that a column has, at least."""
_LEAST_WORDS = 3
"""Words that half of its rows have, at least."""
_LEAST_FILL = 0.4
"""How much of its width half of its rows fill, at least."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(slots=True)
class Fragment:
    """Words that stand side by side. Lengths in points, seen upright."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """A row of fragments from the first that is read to the last."""

    fragments: tuple[Fragment, ...]
    region: int
    """Lines of one column between two things that cross it have the same number."""
    text: str
    left: float
    right: float
    top: float
    size: float
    """Of most of its characters."""


def line_of(fragments: tuple[Fragment, ...], region: int) -> Line:
    """The line that these fragments make."""
    return Line(
        fragments,
        region,
        " ".join(fragment.text for fragment in fragments),
        min(fragment.left for fragment in fragments),
        max(fragment.right for fragment in fragments),
        max(fragment.top for fragment in fragments),
        max(fragments, key=lambda fragment: len(fragment.text)).size,
    )


def lines_in_order(words: Sequence[Word]) -> list[Line]:
    """The lines of a page. What is written in another direction than most of it comes last, in the order of
    the file.
    """
    quarter = Counter(word.quarter for word in words if word.quarter is not None).most_common(1)
    upright = quarter[0][0] if quarter else 0
    fragments = _fragments(_turned(word, upright or 0) for word in words if word.quarter == upright)
    lines = _arranged(fragments)
    aslant = _fragments(word for word in words if word.quarter != upright)
    return lines + [line_of((fragment,), -1 - number) for number, fragment in enumerate(aslant)]


def is_right_to_left(text: str) -> bool:
    """Whether it is mostly Hebrew, Arabic or another script of that direction."""
    return not text.isascii() and len(_RIGHT_TO_LEFT.findall(text)) * 2 > len(text)


def _turned(word: Word, quarter: int) -> Word:
    """The word as it stands on a page that is turned so that most of its words are upright."""
    if quarter == 0:
        return word
    left, bottom, right, top = word.left, word.bottom, word.right, word.top
    if quarter == 1:
        left, bottom, right, top = bottom, -right, top, -left
    elif quarter == 2:
        left, bottom, right, top = -right, -top, -left, -bottom
    elif quarter == 3:
        left, bottom, right, top = -top, left, -bottom, right
    return word._replace(left=left, bottom=bottom, right=right, top=top)


def _fragments(words: Iterable[Word]) -> list[Fragment]:
    """Words that follow each other on a line with no more than a blank between them, as one."""
    found: list[Fragment] = []
    for word in words:
        last = found[-1] if found else None
        if last and not last.text.endswith(BROKEN) and _continues(last, word):
            last.text += f" {word.text}"
            last.left, last.right = min(last.left, word.left), max(last.right, word.right)
            last.bottom, last.top = min(last.bottom, word.bottom), max(last.top, word.top)
        else:
            found.append(Fragment(word.text, word.left, word.bottom, word.right, word.top, word.size))
    return found


def _continues(last: Fragment, word: Word) -> bool:
    gap = last.left - word.right if is_right_to_left(word.text) else word.left - last.right
    size = max(last.size, word.size)
    return -0.5 * size < gap < GAP * size and _beside(last, word)


def _beside(one: Fragment, other: Fragment | Word) -> bool:
    """Whether two stand on the same line: they share half of the height of the lower one, which is not that
    of a letter three lines high.
    """
    low, high = sorted((one.top - one.bottom, other.top - other.bottom))
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    return shared > 0.5 * low and high <= 2.5 * low


def _arranged(fragments: list[Fragment]) -> list[Line]:
    gutters = _gutters(fragments)
    if not gutters:
        return [line_of(row, 0) for row in _rows_as_read(fragments)]
    columns = len(gutters) + 1
    across: list[Fragment] = []
    within: list[tuple[int, Fragment]] = []
    for fragment in fragments:
        column = bisect_left(gutters, fragment.left)
        if bisect_left(gutters, fragment.right) == column:
            within.append((column, fragment))
        else:
            across.append(fragment)
    crossing = _rows(across)
    # From the foot of the page up, so that they can be searched.
    heights = [max(fragment.middle for fragment in row) for row in reversed(crossing)]
    regions: dict[int, list[Fragment]] = {}
    for column, fragment in within:
        band = len(crossing) - bisect_left(heights, fragment.middle)
        regions.setdefault(band * columns + column, []).append(fragment)
    lines: list[Line] = []
    for band in range(len(crossing) + 1):
        for region in range(band * columns, (band + 1) * columns):
            lines += [line_of(row, region) for row in _rows_as_read(regions.get(region, []))]
        if band < len(crossing):
            lines.append(line_of(crossing[band], (len(crossing) + 1) * columns))
    return lines


def _rows_as_read(fragments: list[Fragment]) -> list[tuple[Fragment, ...]]:
    """Rows in the order of the file, or from the top down where that order jumps."""
    jumps = sum(later.middle > earlier.middle + 0.5 * later.size for earlier, later in pairwise(fragments))
    if jumps > max(1, len(fragments) // 10):
        return _rows(fragments)
    rows: list[list[Fragment]] = []
    for fragment in fragments:
        if rows and _beside(rows[-1][0], fragment):
            rows[-1].append(fragment)
        else:
            rows.append([fragment])
    return [_as_read(row) for row in rows]


def _rows(fragments: Iterable[Fragment]) -> list[tuple[Fragment, ...]]:
    """Fragments that stand on the same line, from the top of the page down."""
    rows: list[list[Fragment]] = []
    for fragment in sorted(fragments, key=lambda fragment: -fragment.middle):
        if rows and _beside(rows[-1][0], fragment):
            rows[-1].append(fragment)
        else:
            rows.append([fragment])
    return [_as_read(row) for row in rows]


def _as_read(row: list[Fragment]) -> tuple[Fragment, ...]:
    backwards = is_right_to_left("".join(fragment.text for fragment in row))
    return tuple(sorted(row, key=lambda fragment: -fragment.right if backwards else fragment.left))


def _gutters(fragments: list[Fragment]) -> list[float]:
    """Where columns of prose part from each other, from left to right; [] for a page without columns."""
    if len(fragments) < 2 * _LEAST_ROWS:
        return []
    strips = _empty_strips(fragments)
    if len(strips) > 1 and _are_columns(fragments, strips):
        return strips
    return next(([strip] for strip in strips if _are_columns(fragments, [strip])), [])


def _empty_strips(fragments: list[Fragment]) -> list[float]:
    """The middles of upright strips inside the page that few fragments cross."""
    start = min(fragment.left for fragment in fragments)
    width = max(fragment.right for fragment in fragments) - start
    if width <= 0:
        return []
    changes = [0] * (_STRIPS + 2)
    for fragment in fragments:
        changes[int((fragment.left - start) / width * _STRIPS)] += 1
        changes[int((fragment.right - start) / width * _STRIPS) + 1] -= 1
    covered: list[int] = []
    for change in changes[:_STRIPS]:
        covered.append(change + (covered[-1] if covered else 0))
    few = max(covered) * 0.3
    least = 0.5 * median(fragment.size for fragment in fragments) / width * _STRIPS
    strips: list[float] = []
    at = 0
    while at < _STRIPS:
        end = at
        while end < _STRIPS and covered[end] <= few:
            end += 1
        if end - at >= least and at > 0.1 * _STRIPS and end < 0.9 * _STRIPS:
            lowest = min(covered[at:end])
            inner = [strip for strip in range(at, end) if covered[strip] == lowest]
            strips.append(start + (inner[len(inner) // 2] + 0.5) * width / _STRIPS)
        at = max(end, at + 1)
    return strips


def _are_columns(fragments: list[Fragment], gutters: list[float]) -> bool:
    """Whether every side of the gutters holds a column of prose, beside each other."""
    sides: list[list[Fragment]] = [[] for _ in range(len(gutters) + 1)]
    for fragment in fragments:
        column = bisect_left(gutters, fragment.left)
        if bisect_left(gutters, fragment.right) == column:
            sides[column].append(fragment)
    if not all(map(_is_prose, sides)):
        return False
    tops = [max(fragment.top for fragment in side) for side in sides]
    feet = [min(fragment.bottom for fragment in side) for side in sides]
    shared = min(tops) - max(feet)
    return shared > 0.5 * min(top - foot for top, foot in zip(tops, feet, strict=True))


def _is_prose(side: list[Fragment]) -> bool:
    rows = _rows(side)
    if len(rows) < _LEAST_ROWS:
        return False
    width = max(fragment.right for fragment in side) - min(fragment.left for fragment in side)
    filled = median(row[-1].right - row[0].left for row in rows)
    words = median(sum(_words(fragment.text) for fragment in row) for row in rows)
    return (
        width > 0 and filled >= _LEAST_FILL * width and words >= _LEAST_WORDS and median(map(len, rows)) == 1
    )


def _words(text: str) -> int:
    """About how many; a script without blanks has one in six characters."""
    return max(text.count(" ") + 1, len(text) // 6)
