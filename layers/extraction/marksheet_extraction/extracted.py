"""What becomes of a document: its text, or a reason why not."""

from __future__ import annotations

from dataclasses import dataclass


class Refused(Exception):
    """The document is not read. `reason` is written for the person who uploaded it: part of a sentence,
    without the words of a library, a path or a trace.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Extracted:
    """A document as Markdown."""

    mime: str
    """What the document is, decided by its content."""
    markdown: str
    """Ends with a newline. Nothing in it makes a reader of Markdown load a picture or run a script."""
    pages: int | None = None
    """Pages of a PDF or slides of a presentation, each of which begins with its page mark; None for what has
    no pages.
    """
    warnings: tuple[str, ...] = ()
    """What is missing or was guessed, in words for the person who uploaded it."""


def page_mark(number: int) -> str:
    """The line that stands before the text of each page, from 1: `<!-- page 3 -->`."""
    return f"<!-- page {number} -->"
