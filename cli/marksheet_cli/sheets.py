"""Rows and fields laid out for the width there is: as a table, and where that is too narrow, as blocks.

No word is folded and no cell is cut: a table that does not fit loses the columns that can be spared, then its
rows become blocks of one field a line. What is wider than even that runs on, for the terminal to wrap.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

NOTHING = "-"
_GAP = 2
_WRAPPED_FROM = 24
"""A column of free text is made no narrower than this to make room for others."""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and how its cells are laid out."""

    heading: str
    right: bool = False
    free: bool = False
    """Its cells may be wrapped between words."""
    spared: int = 0
    """0: always shown. Else its turn to be left out when the table is too wide, 1 being the first."""

    def needs(self, cells: Sequence[str]) -> int:
        """The least width of the column with these cells."""
        lines = [line for text in (self.heading, *cells) for line in text.split("\n")]
        widest = max(map(cell_len, lines))
        if not self.free:
            return widest
        longest_word = max((cell_len(word) for line in lines for word in line.split()), default=0)
        return max(longest_word, min(widest, _WRAPPED_FROM))


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of cells below a title; the first `heads` columns say what a row is about."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    heads: int = 1

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.title:
            yield _text(self.title, options.max_width, "bold")
        shown = self._fitting(options.max_width)
        if shown:
            yield self._table(shown)
        else:
            yield from self._blocks(options.max_width)
        if self.title:
            yield Text()

    def _fitting(self, width: int) -> list[int]:
        """Numbers of the columns that fit; none when even those that are always shown do not.

        A column in which no row has anything is the first to go.
        """
        cells = [[row[i] for row in self.rows] for i in range(len(self.columns))]
        shown = list(range(len(self.columns)))
        can_go = [i for i in shown if self.columns[i].spared]
        order = sorted(can_go, key=lambda i: (any(c != NOTHING for c in cells[i]), self.columns[i].spared))
        for leaving in (None, *order):
            shown = [i for i in shown if i != leaving]
            needed = sum(self.columns[i].needs(cells[i]) for i in shown) + _GAP * (len(shown) - 1)
            if needed <= width:
                return shown
        return []

    def _table(self, shown: Sequence[int]) -> Table:
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _GAP - 1, 0, 0))
        for i in shown:
            column = self.columns[i]
            table.add_column(
                Text(column.heading),
                justify="right" if column.right else "left",
                no_wrap=not column.free,
                min_width=column.needs([row[i] for row in self.rows]),
            )
        sections = self.heads > 1 and len({row[0] for row in self.rows}) < len(self.rows)
        for _, group in groupby(self.rows, key=lambda row: row[0]):
            several = list(group)
            for number, row in enumerate(several, start=1):
                table.add_row(*(Text(row[i]) for i in shown), end_section=sections and number == len(several))
        return table

    def _blocks(self, width: int) -> RenderResult:
        fields = self.columns[self.heads :]
        names = [column.heading.replace("\n", "") for column in fields]
        wide = max(map(cell_len, names), default=0)
        for row in self.rows:
            yield _text(", ".join(row[: self.heads]), width, "bold")
            for name, cell in zip(names, row[self.heads :], strict=True):
                yield _text(cell, width, indent=f"  {name:<{wide}}  ", hang=wide + 2 * _GAP)


@dataclass(frozen=True, slots=True)
class Fields:
    """One thing, a field a line; the name above the value where they do not fit beside each other."""

    fields: Sequence[tuple[str, str]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        wide = max((cell_len(name) for name, _ in self.fields), default=0)
        longest = max((cell_len(word) for _, value in self.fields for word in value.split()), default=0)
        if wide + _GAP + longest <= options.max_width:
            table = Table(box=None, show_header=False, pad_edge=False, padding=(0, _GAP, 0, 0))
            table.add_column(style="bold", no_wrap=True)
            table.add_column()
            for name, value in self.fields:
                table.add_row(Text(name), Text(value))
            yield table
            return
        for name, value in self.fields:
            yield _text(name, options.max_width, "bold")
            yield _text(value, options.max_width, indent="  ", hang=2)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; its second line and those after it are two columns in."""

    text: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield _text(self.text, options.max_width, hang=_GAP)


def _text(text: str, width: int, style: str = "", *, indent: str = "", hang: int = 0) -> Text:
    """Lines that break between words only, all but the first `hang` columns in; a longer word runs on."""
    lines = textwrap.fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=" " * hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return Text(lines, style=style, overflow="ignore")
