"""Parts of a Markdown text that can be cited: what stands below a heading, on a page, between two offsets.

A page begins behind a line `<!-- page N -->`, as in the Markdown that is made of PDF files and slides.
Everything here is linear in the text's length, whatever the text is.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n|\Z)")
"""Markdown knows these endings alone; `str.splitlines` knows six more."""
_PAGE = re.compile(r"^[ \t]*<!--[ \t]*page[ \t]+([0-9]{1,9})[ \t]*-->[ \t]*\r?$", re.MULTILINE)
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
_FENCE = re.compile(r" {0,3}(?:(`{3,})[^`]*|(~{3,}).*)")
_NO_TITLE = re.compile(r" {0,3}(?:[-*+>|#<]|[0-9]{1,9}[.)]|\Z)|[ \t]*\Z| {4}| {0,3}\t")
"""A line that an underline makes no heading of: list, quote, table, HTML, indented code, blank."""
_EMPHASIS = re.compile(r"[*_`\\]")

_MOST_NAMED = 20


class Heading(NamedTuple):
    """A heading outside of fenced code."""

    level: int
    """From 1, the highest, to 6."""
    title: str
    start: int
    """Where in the text its first line begins."""


def headings(markdown: str) -> list[Heading]:
    """The headings of a text, in its order: with `#` before them, or one line underlined with `=` or `-`."""
    found: list[Heading] = []
    fence = ""
    above: tuple[str, int] | None = None
    """A line that is a paragraph so far, and where it begins: an underline makes it a heading."""
    between = True
    """Whether the next line begins a paragraph."""
    for match in _LINE.finditer(markdown):
        start, text = match.start(), match[0].rstrip("\r\n")
        title, above = above, None
        if fence:
            fence = "" if _closes(fence, text) else fence
            between = True
        elif opened := _FENCE.fullmatch(text):
            fence = opened[1] or opened[2]
        elif marked := _marked(text):
            found.append(Heading(*marked, start))
            between = True
        elif title and (rule := _UNDERLINE.fullmatch(text)):
            found.append(Heading(1 if rule[1][0] == "=" else 2, title[0].strip(), title[1]))
            between = True
        else:
            above = (text, start) if between and not _NO_TITLE.match(text) else None
            between = not text.strip() or text.rstrip().endswith("-->")
    return found


class Passages:
    """One text to cite from. What is where in it is looked up once, when it is first asked for.

    What cannot be cited is a `ValueError` that tells what the text does have, in words to follow "it has".
    """

    def __init__(self, markdown: str) -> None:
        self.markdown = markdown

    def section(self, title: str) -> str:
        """The text from a heading, itself included, up to the next one of its level or a higher one.

        A title is compared as it is written; when none is the same, without regard to case, white space and
        emphasis.
        """
        wanted = self._titles.get(title.strip()) or self._plain_titles.get(_plain(title)) or []
        if not wanted:
            titles = [heading.title for heading in self._headings]
            known = f"its headings are {listed(titles)}" if titles else "it has none"
            raise ValueError(f"no heading {listed([title])}; {known}")
        if len(wanted) > 1:
            starts = (self._headings[position].start for position in wanted[:_MOST_NAMED])
            lines = ", ".join(str(self.markdown.count("\n", 0, start) + 1) for start in starts)
            raise ValueError(
                f"{len(wanted)} headings {listed([title])}, on lines {lines}; cite a page or offsets instead"
            )
        chosen = self._headings[wanted[0]]
        later = (heading for heading in self._headings[wanted[0] + 1 :] if heading.level <= chosen.level)
        end = next((heading.start for heading in later), len(self.markdown))
        return _without_last_marker(self.markdown[chosen.start : end])

    def page(self, number: int) -> str:
        """The text of a page, without its marker."""
        if number in self._pages:
            start, end = self._pages[number]
            return self.markdown[start:end].strip("\r\n")
        if not self._pages:
            raise ValueError("no pages; cite a section or offsets instead")
        raise ValueError(f"no page {number}; it has the pages {min(self._pages)} to {max(self._pages)}")

    def span(self, start: int, end: int | None = None) -> str:
        """The characters from `start`, counted from 0, up to but not including `end`, or to the last."""
        stop = len(self.markdown) if end is None else end
        if not 0 <= start < stop <= len(self.markdown):
            raise ValueError(
                f"no characters from {start} to {stop}; it has {len(self.markdown)}, the first is 0, "
                'and "to" is behind the last one wanted'
            )
        return self.markdown[start:stop]

    @cached_property
    def _headings(self) -> list[Heading]:
        return headings(self.markdown)

    @cached_property
    def _titles(self) -> dict[str, list[int]]:
        return _positions([heading.title for heading in self._headings])

    @cached_property
    def _plain_titles(self) -> dict[str, list[int]]:
        return _positions([_plain(heading.title) for heading in self._headings])

    @cached_property
    def _pages(self) -> dict[int, tuple[int, int]]:
        """Where each page begins and ends; of two with one number the first."""
        marks = list(_PAGE.finditer(self.markdown))
        ends = [*(mark.start() for mark in marks[1:]), len(self.markdown)]
        found: dict[int, tuple[int, int]] = {}
        for mark, end in zip(marks, ends, strict=False):
            found.setdefault(int(mark[1]), (mark.end(), end))
        return found


def listed(values: Sequence[str]) -> str:
    """Values for a message: quoted, long ones cut, and the first of them where there are many."""
    shown = ", ".join(repr(value if len(value) <= 80 else value[:79] + "…") for value in values[:_MOST_NAMED])
    return f"{shown} and {len(values) - _MOST_NAMED} more" if len(values) > _MOST_NAMED else shown


def _marked(text: str) -> tuple[int, str] | None:
    """Level and title of a line that begins with `#`; those at its end are no part of the title."""
    bare = text.strip(" \t")
    title = bare.lstrip("#")
    level = len(bare) - len(title)
    if not 1 <= level <= 6 or _indented(text) or title[:1] not in ("", " ", "\t"):
        return None
    without = title.rstrip("#")
    return level, (without if without[-1:] in ("", " ", "\t") else title).strip(" \t")


def _closes(fence: str, text: str) -> bool:
    """Whether a line ends fenced code: the same character, as often or more, and nothing else."""
    bare = text.strip(" \t")
    return len(bare) >= len(fence) and set(bare) == set(fence) and not _indented(text)


def _indented(text: str) -> bool:
    """Whether a line is indented so far that it is code."""
    return text.startswith("    ") or "\t" in text[: len(text) - len(text.lstrip(" \t"))]


def _plain(title: str) -> str:
    return " ".join(_EMPHASIS.sub("", title).split()).casefold()


def _positions(values: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for position, value in enumerate(values):
        found.setdefault(value, []).append(position)
    return found


def _without_last_marker(text: str) -> str:
    """Without blank lines at the end, and without the marker of a page that begins right behind it."""
    end = len(text)
    for mark in reversed(list(_PAGE.finditer(text))):
        if text[mark.end() : end].strip():
            break
        end = mark.start()
    return text[:end].rstrip()
