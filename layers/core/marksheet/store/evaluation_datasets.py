"""Datasets of test cases: which benchmark has which UUID, and the file that it came in."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from marksheet.domain import EvaluationDataset
from marksheet.store import layout
from marksheet.store.idempotency import Idempotency
from marksheet.store.table import ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from marksheet.store.idempotency import IdempotencyRecord
    from marksheet.store.table import Item, Table


class EvaluationDatasets:
    def __init__(self, table: Table) -> None:
        self._table = table
        self._idempotency = Idempotency(table)

    def add(self, dataset: EvaluationDataset, record: IdempotencyRecord) -> None:
        """Store a dataset, or what is newly known of one, with its idempotency record, all or nothing.

        Raises `IdempotencyKeyUsed` when the record's key is taken and has not expired.
        """
        organization, dataset_id = dataset.organization, dataset.dataset_id
        item = {"PK": layout.evaluation_datasets(organization), "SK": dataset_id, **asdict(dataset)}
        writes = [
            self._table.to_put(item),
            self._idempotency.to_remember(organization, dataset_id, record),
        ]
        try:
            self._table.transact(writes)
        except ConditionFailed as lost:
            used = self._idempotency.find(organization, record.key, record.now)
            if used is None:
                raise
            raise used from lost

    def find(self, organization: str, dataset_id: str) -> EvaluationDataset | None:
        item = self._table.get(layout.evaluation_datasets(organization), dataset_id)
        return _to_dataset(item) if item else None

    def find_many(self, organization: str, dataset_ids: Sequence[str]) -> list[EvaluationDataset]:
        """Those datasets that there are, in the order of their ids; none may be told twice."""
        found = self._table.get_many(
            [(layout.evaluation_datasets(organization), each) for each in dataset_ids]
        )
        return [_to_dataset(item) for item in found if item is not None]

    def list_all(self, organization: str) -> Iterator[EvaluationDataset]:
        return map(_to_dataset, self._table.query(layout.evaluation_datasets(organization)))

    def delete(self, organization: str, dataset_id: str) -> None:
        self._table.delete(layout.evaluation_datasets(organization), dataset_id)


def _to_dataset(item: Item) -> EvaluationDataset:
    return EvaluationDataset(**{field.name: item[field.name] for field in fields(EvaluationDataset)})
