"""The words of a PDF's page, each with its place, size and direction."""

from __future__ import annotations

import ctypes
import math
import re
from typing import TYPE_CHECKING, NamedTuple

import pypdfium2.raw as pdfium

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

BROKEN = "\ufffe"
"""Ends a word that goes on in the next line: it stands where the line had a hyphen."""

# Of two code points where a hyphen at the end of a line was, the one that this version of the library gives.
_WORD = re.compile("[^\\s\ufffe\x02]+[\ufffe\x02]?")
_NO_CHARACTER = " "


class Word(NamedTuple):
    """A run of characters without white space. Lengths are points (1/72 inch), from the lower left corner of
    the page.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    size: float
    """Of its letters as they appear, in points."""
    quarter: int | None
    """Direction of writing in quarter turns to the left: 0 is upright, None is aslant."""


def page_words(page: PdfTextPage) -> list[Word]:
    """The words of a page in the order in which the file writes them."""
    reader = _Reader(page)
    return [word for found in _WORD.finditer(reader.text()) if (word := reader.word(found)) is not None]


class _Reader:
    """Asks for the characters of one page. A page has thousands, so what is passed to the library is made
    once.
    """

    def __init__(self, page: PdfTextPage) -> None:
        self._page = page.raw
        self._box = pdfium.FS_RECTF()
        self._matrix = pdfium.FS_MATRIX()
        self._to_box, self._to_matrix = ctypes.byref(self._box), ctypes.byref(self._matrix)

    def text(self) -> str:
        """One code point for every character of the page, so that places in it are those of the library."""
        count = pdfium.FPDFText_CountChars(self._page)
        if count <= 0:
            return ""
        units = (ctypes.c_ushort * (count + 1))()
        written = pdfium.FPDFText_GetText(self._page, 0, count, units)
        text = bytes(units)[: 2 * count].decode("utf-16-le", "replace")
        if written == count + 1 and len(text) == count and "\ufffd" not in text:
            return text
        # Characters beyond the first 65,536, each told as two, or some that the text leaves out: one by one.
        return "".join([_character(pdfium.FPDFText_GetUnicode(self._page, index)) for index in range(count)])

    def word(self, found: re.Match[str]) -> Word | None:
        """The word at a place of the text, or None where the library does not know where it stands."""
        text = found[0] if found[0].isascii() else _whole(found[0])
        broken = text.endswith(("\ufffe", "\x02"))
        first, last = found.start(), found.end() - (2 if broken else 1)
        start = self._place(first)
        end = self._place(last) if last > first else start
        if start is None or end is None or not text:
            return None
        return Word(
            text[:-1] + BROKEN if broken else text,
            min(start[0], end[0]),
            min(start[1], end[1]),
            max(start[2], end[2]),
            max(start[3], end[3]),
            self._size(first),
            _quarter(pdfium.FPDFText_GetCharAngle(self._page, first)),
        )

    def _place(self, index: int) -> tuple[float, float, float, float] | None:
        """(left, bottom, right, top) of a character, as wide as it moves the pen and as high as its font."""
        box = self._box
        if not pdfium.FPDFText_GetLooseCharBox(self._page, index, self._to_box):
            return None
        left, right, bottom, top = box.left, box.right, box.bottom, box.top
        if not math.isfinite(left + right + bottom + top):
            return None
        return (min(left, right), min(bottom, top), max(left, right), max(bottom, top))

    def _size(self, index: int) -> float:
        """The font's size times the scale of the text: many programs write size 1 and scale it."""
        size: float = pdfium.FPDFText_GetFontSize(self._page, index)
        if pdfium.FPDFText_GetMatrix(self._page, index, self._to_matrix):
            size *= math.hypot(self._matrix.c, self._matrix.d)
        return min(max(size, 0.1), 10_000.0) if math.isfinite(size) else 0.1


def _quarter(angle: float) -> int | None:
    """Radians to the right as quarter turns to the left."""
    turns = -angle / (math.pi / 2)
    nearest = round(turns)
    return nearest % 4 if abs(turns - nearest) < 0.1 else None


def _character(code: int) -> str:
    return chr(code) if 0 < code < 0x110000 else _NO_CHARACTER


def _whole(text: str) -> str:
    """A text whose characters may be in halves (surrogates), with them whole; single halves go."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
