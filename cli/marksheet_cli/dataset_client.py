"""The client of datasets: documents that belong together, and the Markdown that is made of them.

docs/documents.md describes the shapes; how a request is sent, and what goes wrong, is `service`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from marksheet_cli.service import Service, segment

if TYPE_CHECKING:
    from marksheet_cli.refusals import Json


class DatasetClient(Service):
    """Datasets and their documents. Use as a context manager."""

    def create_dataset(self, name: str, description: str | None = None) -> Json:
        body = {"name": name} | ({} if description is None else {"description": description})
        return self._send("POST", "/v1/datasets", json=body)

    def list_datasets(self) -> list[Json]:
        return self._all_rows("/v1/datasets", "datasets")

    def dataset(self, dataset_id: str) -> Json:
        return self._send("GET", f"/v1/datasets/{segment(dataset_id)}")

    def delete_dataset(self, dataset_id: str) -> Json:
        return self._send("DELETE", f"/v1/datasets/{segment(dataset_id)}")

    def request_document(self, dataset_id: str, filename: str, size_bytes: int) -> Json:
        """A document to be, and the presigned form for its file: {"document_id", "upload", ...}."""
        body = {"filename": filename, "size_bytes": size_bytes}
        return self._send("POST", f"/v1/datasets/{segment(dataset_id)}/documents", json=body)

    def list_documents(self, dataset_id: str) -> list[Json]:
        """All documents of a dataset."""
        return self._all_rows(f"/v1/datasets/{segment(dataset_id)}/documents", "documents")

    def document(self, dataset_id: str, document_id: str) -> Json:
        """One document; READY it has its Markdown as `extracted_md`, or where that is large its address as
        `extracted_md_url`.
        """
        path = f"/v1/datasets/{segment(dataset_id)}/documents/{segment(document_id)}"
        return self._send("GET", path)

    def delete_document(self, dataset_id: str, document_id: str) -> Json:
        path = f"/v1/datasets/{segment(dataset_id)}/documents/{segment(document_id)}"
        return self._send("DELETE", path)
