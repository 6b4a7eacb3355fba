"""A document's bytes -> its Markdown: recognise, check, hand to the reader of that kind."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, NamedTuple

from marksheet_extraction.extracted import Extracted, Refused
from marksheet_extraction.kinds import Kind, recognise
from marksheet_extraction.limits import LONGEST_MARKDOWN

if TYPE_CHECKING:
    from collections.abc import Callable


class _Reader(NamedTuple):
    name: str
    """For messages: "this <name> is damaged"."""
    read: Callable[[bytes], Extracted]


def extract(content: bytes, *, hint: str | None = None) -> Extracted:
    """The document as Markdown.

    `hint` is the name that the file was uploaded under. It only chooses among the kinds of text that bytes
    cannot tell apart (Markdown, CSV, JSON, HTML, plain text); a PDF is a PDF under any name. Raises
    `Refused`, with a reason for a person, for all that is no readable document; `MemoryError` when memory
    ends.
    """
    name = "file"
    try:
        reader = _reader(content, hint)
        name = reader.name
        # Readers warn programmers; what a person should know is in `Extracted.warnings`.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = reader.read(content)
    except (Refused, MemoryError):
        raise
    except RecursionError as error:
        raise Refused(f"this {name} is nested too deeply to be read") from error
    except Exception as error:  # of whatever kind its reader raises on a file that is not what it should be
        if _is_end_of_memory(error):
            raise MemoryError from error
        raise Refused(f"this {name} is damaged and cannot be read") from error
    if len(found.markdown) > LONGEST_MARKDOWN:
        raise Refused(f"it has more than {LONGEST_MARKDOWN:,} characters of text")
    if not found.markdown.strip():
        raise Refused(f"this {name} has no text")
    return found


def _is_end_of_memory(error: Exception) -> bool:
    """Whether a reader of XML in C ran out of it: libxml2 calls that an error of the XML, with this code."""
    return type(error).__name__ == "XMLSyntaxError" and getattr(error, "code", 0) == 2


def _reader(content: bytes, hint: str | None) -> _Reader:
    """What reads these bytes; what only some documents need is imported here."""
    kind = recognise(content)
    if kind is Kind.PDF:
        from marksheet_extraction import pdf

        return _Reader("PDF", pdf.read)
    if kind is Kind.ARCHIVE:
        return _office_reader(content)
    from marksheet_extraction import texts

    return _Reader("file", lambda text: texts.read(text, hint))


def _office_reader(content: bytes) -> _Reader:
    from marksheet_extraction import office_files
    from marksheet_extraction.archives import check_archive

    with check_archive(content) as archive:
        mime = office_files.office_kind(archive)
    if mime == office_files.DOCX:
        from marksheet_extraction import word_documents

        return _Reader("Word document", word_documents.read)
    if mime == office_files.XLSX:
        from marksheet_extraction import workbooks

        return _Reader("workbook", workbooks.read)
    from marksheet_extraction import presentations

    return _Reader("presentation", presentations.read)
