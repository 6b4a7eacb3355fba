"""Datasets and documents as stored maps and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.domain import Dataset, Document, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import Extraction


def from_dataset(dataset: Dataset) -> dict[str, Any]:
    return {
        "organization": dataset.organization,
        "dataset_id": dataset.dataset_id,
        "name": dataset.name,
        "created_at": dataset.created_at,
        "description": dataset.description,
        "document_count": dataset.document_count,
    }


def to_dataset(item: Mapping[str, Any]) -> Dataset:
    return Dataset(
        organization=item["organization"],
        dataset_id=item["dataset_id"],
        name=item["name"],
        created_at=item["created_at"],
        description=item["description"],
        document_count=item["document_count"],
    )


def from_document(document: Document) -> dict[str, Any]:
    return {
        "organization": document.organization,
        "dataset_id": document.dataset_id,
        "document_id": document.document_id,
        "filename": document.filename,
        "created_at": document.created_at,
        **from_extraction(document),
    }


def from_extraction(known: Document | Extraction) -> dict[str, Any]:
    """What reading the file brings; until then all of it but the status is null."""
    return {
        "status": known.status.value,
        "mime": known.mime,
        "size_bytes": known.size_bytes,
        "sha256": known.sha256,
        "pages": known.pages,
        "characters": known.characters,
        "markdown_bytes": known.markdown_bytes,
        "warnings": list(known.warnings),
        "error": known.error,
    }


def to_document(item: Mapping[str, Any]) -> Document:
    return Document(
        organization=item["organization"],
        dataset_id=item["dataset_id"],
        document_id=item["document_id"],
        filename=item["filename"],
        status=Status(item["status"]),
        created_at=item["created_at"],
        mime=item["mime"],
        size_bytes=item["size_bytes"],
        sha256=item["sha256"],
        pages=item["pages"],
        characters=item["characters"],
        markdown_bytes=item["markdown_bytes"],
        warnings=tuple(item["warnings"]),
        error=item["error"],
    )
