"""Registered models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marksheet.domain import Model, Status
from marksheet.store import layout
from marksheet.store.items import from_model, to_model
from marksheet.store.table import ConditionFailed, Table

if TYPE_CHECKING:
    from collections.abc import Iterator


class Models:
    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, model: Model) -> None:
        """Raises `ConditionFailed` when the organization has a model of this id."""
        key = {"PK": layout.models(model.organization), "SK": model.model_id}
        self._table.put({**key, **from_model(model)}, unless_exists=True)

    def find(self, organization: str, model_id: str) -> Model | None:
        item = self._table.get(layout.models(organization), model_id)
        return to_model(item) if item else None

    def list_all(self, organization: str) -> Iterator[Model]:
        return map(to_model, self._table.query(layout.models(organization)))

    def delete(self, organization: str, model_id: str) -> None:
        self._table.delete(layout.models(organization), model_id)

    def set_answers(self, organization: str, model_id: str, answers_key: str, count: int) -> bool:
        """Point a recorded model at its answers; False when it was deleted meanwhile."""
        return self._change(
            organization,
            model_id,
            "SET answers_key = :key, answer_count = :count, #status = :status, #error = :none",
            {":key": answers_key, ":count": count, ":status": Status.READY.value, ":none": None},
        )

    def set_failed(self, organization: str, model_id: str, error: str) -> bool:
        """Say why a recorded model has no answers; one that has some keeps them."""
        return self._change(
            organization,
            model_id,
            "SET #status = :status, #error = :error",
            {":status": Status.FAILED.value, ":error": error, ":ready": Status.READY.value},
            extra_condition=" AND #status <> :ready",
        )

    def _change(
        self,
        organization: str,
        model_id: str,
        expression: str,
        values: dict[str, object],
        extra_condition: str = "",
    ) -> bool:
        try:
            self._table.update(
                layout.models(organization),
                model_id,
                expression,
                values,
                names={"#status": "status", "#error": "error"},
                condition="attribute_exists(PK)" + extra_condition,
            )
        except ConditionFailed:
            return False
        return True
