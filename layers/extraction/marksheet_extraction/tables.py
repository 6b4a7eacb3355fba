"""Tables in the Markdown of GitHub. Merged cells repeat their text, so that every row can be read alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marksheet_extraction.extracted import Refused
from marksheet_extraction.limits import MOST_TABLE_CELLS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# The look-behinds keep a search from starting anew at every place of a long run.
_PIPE = re.compile(r"(?<!\\)(\\*)\|")
_NEWLINES = re.compile(r"(?<![ \t])[ \t]*\n\s*")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that may span some columns and rows."""

    text: str
    """Markdown of one or more lines."""
    wide: int = 1
    high: int = 1


def table(rows: Iterable[Sequence[str]]) -> str:
    """Rows of Markdown texts as a table, the first row as its head; short rows are filled up with blank
    cells.

    "" for no rows. Newlines in a cell become `<br>`, pipes are escaped.
    """
    lines = [[cell(text) for text in row] for row in rows]
    width = max(map(len, lines), default=0)
    if width == 0:
        return ""
    head, *body = [row + [""] * (width - len(row)) for row in lines]
    return "\n".join(_line(row) for row in (head, ["---"] * width, *body))


def cell(text: str) -> str:
    """Markdown as it stands in a table's cell: in one line, without a pipe that would end the cell."""
    escaped = _PIPE.sub(lambda found: found[1] * 2 + r"\|", text.strip())
    # A reader that pairs backslashes would take the last one for an escape of what follows the cell.
    escaped += "\\" * (len(escaped) - len(escaped.rstrip("\\")))
    return _NEWLINES.sub("<br>", escaped)


def spread(rows: Iterable[Iterable[Cell]]) -> list[list[str]]:
    """Rows of cells as they follow each other in HTML, as a grid in which a merged cell's text is repeated in
    all places that it covers.

    A cell that runs into one hanging down from above ends there. Raises `Refused` for a table of more than a
    million places.
    """
    grid = _Grid()
    for cells in rows:
        grid.add(cells)
    return grid.rows


class _Grid:
    """Rows so far, and what hangs down from them."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self._places = 0
        self._hanging: dict[int, tuple[str, int]] = {}
        """Column -> text of a cell from above, and how many more rows it covers, of the row being added."""
        self._below: dict[int, tuple[str, int]] = {}
        """The same of the row after it."""

    def add(self, cells: Iterable[Cell]) -> None:
        row: list[str] = []
        self._below = {}
        for found in cells:
            while len(row) in self._hanging:
                self._place_hanging(row)
            for _ in range(max(1, found.wide)):
                if len(row) in self._hanging:
                    break
                self._place(row, found.text, found.high - 1)
        last = max(self._hanging, default=-1)
        while len(row) <= last:
            self._place_hanging(row)
        self.rows.append(row)
        self._hanging = self._below

    def _place_hanging(self, row: list[str]) -> None:
        text, more = self._hanging.get(len(row), ("", 0))
        self._place(row, text, more - 1)

    def _place(self, row: list[str], text: str, more: int) -> None:
        if more > 0:
            self._below[len(row)] = (text, more)
        row.append(text)
        self._places += 1
        if self._places > MOST_TABLE_CELLS:
            raise Refused(f"a table has more than {MOST_TABLE_CELLS:,} cells")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
