"""Answers about datasets and documents. Documented fields come first and in the documented order, ours after
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.dialects.doteval.page_tokens import encode_page_token
from marksheet.domain import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from marksheet.domain import Dataset, Document, ShownDocument


def encode_dataset(dataset: Dataset) -> dict[str, Any]:
    """One dataset; `documents` is how many it has, of any status."""
    return {
        "dataset_id": dataset.dataset_id,
        "name": dataset.name,
        "description": dataset.description,
        "documents": dataset.document_count,
        "created_at": dataset.created_at,
    }


def encode_dataset_list(datasets: Iterable[Dataset], next_after: str | None) -> dict[str, Any]:
    """A page of the organization's datasets."""
    return {
        "datasets": [encode_dataset(dataset) for dataset in datasets],
        "next_page_token": encode_page_token(next_after),
    }


def encode_added_document(
    document: Document,
    *,
    url: str,
    fields: Mapping[str, str],
    expires_seconds: int,
    maximum_bytes: int,
) -> dict[str, Any]:
    """How to send a document: POST a form of `fields`, then the file as a last field `file`, to `url`."""
    return {
        "document_id": document.document_id,
        "dataset_id": document.dataset_id,
        "filename": document.filename,
        "status": document.status.value,
        "upload": {"url": url, "fields": dict(fields)},
        "expires_in": expires_seconds,
        "maximum_bytes": maximum_bytes,
    }


def encode_document_list(
    dataset_id: str, documents: Iterable[Document], next_after: str | None
) -> dict[str, Any]:
    """A page of a dataset's documents, of any status."""
    return {
        "dataset_id": dataset_id,
        "documents": [_encode_document(document) for document in documents],
        "next_page_token": encode_page_token(next_after),
    }


def encode_document(shown: ShownDocument) -> dict[str, Any]:
    """One document; once it is READY with its text, or the address of that, and the address of its file."""
    body = {"dataset_id": shown.document.dataset_id, **_encode_document(shown.document)}
    if shown.document.status is Status.READY:
        body |= {
            "extracted_md": shown.markdown,
            "extracted_md_url": shown.markdown_url,
            "download_url": shown.download_url,
        }
    return body


def encode_documents_page(
    dataset_id: str, documents: Iterable[ShownDocument], next_after: str | None
) -> dict[str, Any]:
    """The READY documents of a dataset as the API's page has them.

    `extracted_md_url` and `next_page_token` are there only where a text is too large, or documents are left.
    """
    body: dict[str, Any] = {
        "dataset_id": dataset_id,
        "documents": [_encode_shown(shown) for shown in documents],
    }
    if next_after is not None:
        body["next_page_token"] = encode_page_token(next_after)
    return body


def encode_deleted(kind: str, identifier: str) -> dict[str, Any]:
    """The answer to a deletion."""
    return {"id": identifier, "message": f"Successfully deleted {kind}"}


def _encode_document(document: Document) -> dict[str, Any]:
    return {
        "document_id": document.document_id,
        "filename": document.filename,
        "status": document.status.value,
        "mime": document.mime,
        "size_bytes": document.size_bytes,
        "sha256": document.sha256,
        "pages": document.pages,
        "characters": document.characters,
        "warnings": list(document.warnings),
        "error": document.error,
        "created_at": document.created_at,
    }


def _encode_shown(shown: ShownDocument) -> dict[str, Any]:
    body = {
        "filename": shown.document.filename,
        "mime": shown.document.mime,
        "size_bytes": shown.document.size_bytes,
        "extracted_md": shown.markdown,
        "download_url": shown.download_url,
    }
    if shown.markdown is None:
        body["extracted_md_url"] = shown.markdown_url
    return body
