"""Datasets: documents with the Markdown that was made of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from marksheet.domain.evaluations import Status

LONGEST_WAIT = timedelta(hours=1)
"""From a document's form to its text. An upload begins before the form expires; reading takes minutes."""

NEVER_READ = (
    "no file arrived within an hour, or it could not be read in the time there is; "
    "delete this document, and send the file under a new one"
)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Documents that belong together; a benchmark may be based on one."""

    organization: str
    dataset_id: str
    name: str
    created_at: str
    description: str | None = None
    document_count: int = 0
    """Documents of any status."""


@dataclass(frozen=True, slots=True)
class Document:
    """One uploaded file. PROCESSING until its text was extracted; FAILED says why it could not be."""

    organization: str
    dataset_id: str
    document_id: str
    filename: str
    """As the caller named it; never part of a key."""
    status: Status
    created_at: str
    mime: str | None = None
    """What its content is, once READY; a name proves nothing."""
    size_bytes: int | None = None
    sha256: str | None = None
    """Of the file."""
    pages: int | None = None
    characters: int | None = None
    """Of its Markdown."""
    markdown_bytes: int | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None
    """Why it FAILED, for a person to read."""

    def seen_at(self, now: datetime) -> Document:
        """As it is shown at `now`: who has waited for an hour is told that it FAILED.

        Follows from the time alone, so nothing has to be written when a file never comes; one that is read
        later after all is READY then.
        """
        waited = now - datetime.fromisoformat(self.created_at)
        if self.status is not Status.PROCESSING or waited <= LONGEST_WAIT:
            return self
        return replace(self, status=Status.FAILED, error=NEVER_READ)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What came of reading a document's file: READY with what is known of it, or FAILED with the reason."""

    status: Status
    mime: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    pages: int | None = None
    characters: int | None = None
    markdown_bytes: int | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document with its text and where its file can be had; both only once it is READY."""

    document: Document
    markdown: str | None = None
    """None where it is too large for an answer."""
    markdown_url: str | None = None
    """A presigned address, where `markdown` is None."""
    download_url: str | None = None
    """A presigned address of the file as it was sent."""
