"""Which evaluation a run belongs to: runs are asked for by their own ids on some surfaces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marksheet.store import layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marksheet.domain import Evaluation
    from marksheet.store.table import Item, Table


@dataclass(frozen=True, slots=True)
class RunPlace:
    """Where a run is found."""

    run_id: str
    evaluation_id: str
    position: int
    project: str


class Runs:
    def __init__(self, table: Table) -> None:
        self._table = table

    def to_add(self, evaluation: Evaluation) -> list[Item]:
        """The writes that make an evaluation's runs known by their ids."""
        return [
            self._table.to_put(
                {
                    "PK": layout.runs(evaluation.organization),
                    "SK": run.run_id,
                    "evaluation_id": evaluation.evaluation_id,
                    "position": run.position,
                    "project": evaluation.project,
                },
                condition="attribute_not_exists(PK)",
            )
            for run in evaluation.runs
        ]

    def find(self, organization: str, run_ids: Sequence[str]) -> dict[str, RunPlace]:
        """The places of those runs that there are, by id."""
        wanted = list(dict.fromkeys(run_ids))
        found = self._table.get_many([(layout.runs(organization), run_id) for run_id in wanted])
        return {item["SK"]: _to_place(item) for item in found if item is not None}

    def delete(self, organization: str, run_ids: Iterable[str]) -> None:
        """Forget the runs."""
        self._table.delete_all((layout.runs(organization), run_id) for run_id in run_ids)


def _to_place(item: Item) -> RunPlace:
    return RunPlace(item["SK"], item["evaluation_id"], item["position"], item["project"])
