"""Datasets: documents with the Markdown that was made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from marksheet.domain.evaluations import Status


@dataclass(frozen=True, slots=True)
class Dataset:
    """Documents that belong together; a benchmark may be based on one."""

    organization: str
    dataset_id: str
    name: str
    created_at: str
    description: str | None = None


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
