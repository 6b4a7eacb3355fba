"""Datasets, one item each and one for its name, and their documents, one partition for each dataset."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from marksheet.domain import Status
from marksheet.store import layout
from marksheet.store.document_items import (
    from_dataset,
    from_document,
    from_extraction,
    to_dataset,
    to_document,
)
from marksheet.store.table import ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marksheet.domain import Dataset, Document, Extraction
    from marksheet.store.table import Table


class DatasetFull(Exception):
    """A dataset has as many documents as one may have."""


class Datasets:
    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, dataset: Dataset) -> None:
        """Store a dataset and claim its name, or neither. Raises `ConditionFailed` when the name is taken."""
        name_key = {"PK": layout.dataset_names(dataset.organization), "SK": dataset.name}
        key = {"PK": layout.datasets(dataset.organization), "SK": dataset.dataset_id}
        self._table.transact(
            [
                self._table.to_put(
                    {**name_key, "dataset_id": dataset.dataset_id}, condition="attribute_not_exists(PK)"
                ),
                self._table.to_put({**key, **from_dataset(dataset)}, condition="attribute_not_exists(PK)"),
            ]
        )

    def find(self, organization: str, dataset_id: str) -> Dataset | None:
        item = self._table.get(layout.datasets(organization), dataset_id)
        return to_dataset(item) if item else None

    def list_all(
        self, organization: str, *, after: str | None = None, a_request: int | None = None
    ) -> Iterator[Dataset]:
        """Oldest first, from behind the id `after`; as far as the caller reads, `a_request` at a time."""
        partition = layout.datasets(organization)
        return map(to_dataset, self._table.query(partition, after=after, a_request=a_request))

    def delete(self, dataset: Dataset) -> None:
        """Delete a dataset with its name and all of its documents.

        Documents go first, so that a deletion which was cut off can be asked for again; and once more at the
        end, because until the dataset itself is gone, documents may be added to it. Dataset and name go
        together: a name without its dataset could never be freed, and one that was freed may be another's.
        """
        self._delete_documents(dataset)
        with suppress(ConditionFailed):  # Somebody else has deleted it.
            self._table.transact(
                [
                    self._table.to_delete(
                        layout.datasets(dataset.organization),
                        dataset.dataset_id,
                        condition="attribute_exists(PK)",
                    ),
                    self._table.to_delete(
                        layout.dataset_names(dataset.organization),
                        dataset.name,
                        condition="attribute_not_exists(PK) OR dataset_id = :id",
                        values={":id": dataset.dataset_id},
                    ),
                ]
            )
        self._delete_documents(dataset)

    def add_document(self, document: Document, *, most: int) -> bool:
        """Store a document and count it; False when its dataset is gone.

        Raises `DatasetFull` when the dataset has `most` documents.
        """
        organization, dataset_id = document.organization, document.dataset_id
        key = {"PK": layout.documents(organization, dataset_id), "SK": document.document_id}
        try:
            self._table.transact(
                [
                    self._table.to_put(
                        {**key, **from_document(document)}, condition="attribute_not_exists(PK)"
                    ),
                    self._table.to_update(
                        layout.datasets(organization),
                        dataset_id,
                        "SET document_count = document_count + :one",
                        {":one": 1, ":most": most},
                        condition="document_count < :most",
                    ),
                ]
            )
        except ConditionFailed as lost:
            if self.find(organization, dataset_id) is None:
                return False
            raise DatasetFull from lost
        return True

    def find_document(self, organization: str, dataset_id: str, document_id: str) -> Document | None:
        item = self._table.get(layout.documents(organization, dataset_id), document_id)
        return to_document(item) if item else None

    def list_documents(
        self,
        organization: str,
        dataset_id: str,
        *,
        after: str | None = None,
        a_request: int | None = None,
    ) -> Iterator[Document]:
        """Oldest first, from behind the id `after`; as far as the caller reads, `a_request` at a time."""
        partition = layout.documents(organization, dataset_id)
        return map(to_document, self._table.query(partition, after=after, a_request=a_request))

    def record_extraction(
        self, organization: str, dataset_id: str, document_id: str, extraction: Extraction
    ) -> bool:
        """Move a document out of PROCESSING, once; False when that was done already, or it is gone."""
        fields = from_extraction(extraction)
        try:
            self._table.update(
                layout.documents(organization, dataset_id),
                document_id,
                "SET " + ", ".join(f"#{name} = :{name}" for name in fields),
                {
                    **{f":{name}": value for name, value in fields.items()},
                    ":processing": Status.PROCESSING.value,
                },
                names={f"#{name}": name for name in fields},
                condition="#status = :processing",
            )
        except ConditionFailed:
            return False
        return True

    def delete_document(self, document: Document) -> bool:
        """Delete a document and count it out; False when somebody did already."""
        organization, dataset_id = document.organization, document.dataset_id
        try:
            self._table.transact(
                [
                    self._table.to_delete(
                        layout.documents(organization, dataset_id),
                        document.document_id,
                        condition="attribute_exists(PK)",
                    ),
                    self._table.to_update(
                        layout.datasets(organization),
                        dataset_id,
                        "SET document_count = document_count - :one",
                        {":one": 1},
                        condition="attribute_exists(PK)",
                    ),
                ]
            )
        except ConditionFailed:
            return False
        return True

    def _delete_documents(self, dataset: Dataset) -> None:
        partition = layout.documents(dataset.organization, dataset.dataset_id)
        self._table.delete_all((partition, item["SK"]) for item in self._table.query(partition))
