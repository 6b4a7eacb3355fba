"""PDF: the text of every page after its mark, in reading order.

Nothing is drawn and no picture is decoded, so a scanned page has no text here; it is said so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw as pdfium

from marksheet_extraction.extracted import Extracted, Refused, page_mark
from marksheet_extraction.limits import LONGEST_MARKDOWN, MOST_PAGES
from marksheet_extraction.pdf_layout import Layout
from marksheet_extraction.pdf_structure import count_pages
from marksheet_extraction.pdf_words import page_words
from marksheet_extraction.reading_order import lines_in_order

if TYPE_CHECKING:
    from marksheet_extraction.reading_order import Line

PDF = "application/pdf"

FEWEST_CHARACTERS = 20
"""A page with fewer, and with a picture, is taken for a scanned one; a page number is often added to those.
"""
_SCANNED = "this PDF is scanned: its pages are pictures without text; run text recognition first"


def read(content: bytes) -> Extracted:
    """The pages as Markdown. A PDF that a password protects only against changes opens without one, and is
    read.

    Raises `Refused` for a PDF that asks for a password, is damaged, has more than `MOST_PAGES` pages or no
    text at all.
    """
    walked = count_pages(content)
    document = _opened(content)
    try:
        count = len(document) if walked is None else min(walked, len(document))
        if count > MOST_PAGES:
            raise Refused(f"this PDF has more than {MOST_PAGES:,} pages")
        if count == 0:
            raise Refused("this PDF is damaged: it has no pages")
        return _read_pages(document, count)
    finally:
        document.close()


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise Refused("this PDF is protected with a password") from error
        raise Refused("this PDF is damaged and cannot be read") from error


def _read_pages(document: pypdfium2.PdfDocument, count: int) -> Extracted:
    pages: list[list[Line]] = []
    bare: list[int] = []
    unreadable: list[int] = []
    characters = 0
    for number in range(1, count + 1):
        try:
            lines, is_bare = _read_page(document, number)
        except pypdfium2.PdfiumError:
            lines, is_bare = [], False
            unreadable.append(number)
        pages.append(lines)
        characters += sum(len(line.text) for line in lines)
        if characters > LONGEST_MARKDOWN:
            raise Refused(f"it has more than {LONGEST_MARKDOWN:,} characters of text")
        if is_bare:
            bare.append(number)
    if len(unreadable) == count:
        raise Refused("this PDF is damaged: none of its pages can be read")
    if not characters or len(bare) + len(unreadable) == count:
        raise Refused(_SCANNED)
    layout = Layout(pages)
    blocks = [
        f"{page_mark(number)}\n\n{layout.page(lines)}".rstrip() for number, lines in enumerate(pages, 1)
    ]
    warnings = []
    if bare:
        warnings.append(
            f"{len(bare):,} of {count:,} pages have hardly any text and may be scanned: {_numbers(bare)}"
        )
    if unreadable:
        warnings.append(f"pages that are damaged and were left out: {_numbers(unreadable)}")
    return Extracted(PDF, "\n\n".join(blocks) + "\n", pages=count, warnings=tuple(warnings))


def _read_page(document: pypdfium2.PdfDocument, number: int) -> tuple[list[Line], bool]:
    """(lines, whether it is a picture with hardly any text) of one page."""
    page = document[number - 1]
    try:
        text = page.get_textpage()
        try:
            words = page_words(text)
        finally:
            text.close()
        short = sum(len(word.text) for word in words) < FEWEST_CHARACTERS
        return lines_in_order(words), short and (not words or _has_picture(page))
    finally:
        page.close()


def _has_picture(page: pypdfium2.PdfPage) -> bool:
    return any(page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=4))


def _numbers(pages: list[int]) -> str:
    shown = ", ".join(map(str, pages[:10]))
    return shown if len(pages) <= 10 else f"{shown} and {len(pages) - 10:,} more"
