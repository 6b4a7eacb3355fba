"""Test cases: a head item with the latest version's number and the counts of runs, an item per version, and
one per evaluation that was started from a version.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from marksheet.domain import EvaluationCase, StarMetric
from marksheet.store import layout
from marksheet.store.idempotency import Idempotency
from marksheet.store.items import from_scorer, to_scorer
from marksheet.store.table import ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from marksheet.domain import CaseVersion, Evaluation
    from marksheet.store.idempotency import IdempotencyRecord
    from marksheet.store.table import Item, Table

_NEW = "attribute_not_exists(PK)"


class EvaluationCases:
    def __init__(self, table: Table) -> None:
        self._table = table
        self._idempotency = Idempotency(table)

    def find(self, organization: str, case_id: str, version: int | None = None) -> EvaluationCase | None:
        """A version, or the latest, with the counts of runs as they are now."""
        head = self._table.get(layout.test_cases(organization), case_id)
        if head is None:
            return None
        number = layout.version(version or head["latest"])
        item = self._table.get(layout.test_case(organization, case_id), number)
        return _to_case(item, head) if item else None

    def find_many(self, organization: str, versions: list[CaseVersion]) -> dict[CaseVersion, EvaluationCase]:
        """Those versions that there are."""
        wanted = list(dict.fromkeys(versions))
        case_ids = list(dict.fromkeys(case_id for case_id, _ in wanted))
        found = self._table.get_many([(layout.test_cases(organization), case_id) for case_id in case_ids])
        heads = dict(zip(case_ids, found, strict=True))
        items = self._table.get_many(
            [
                (layout.test_case(organization, case_id), layout.version(version))
                for case_id, version in wanted
            ]
        )
        return {
            asked: _to_case(item, head)
            for asked, item in zip(wanted, items, strict=True)
            if (head := heads[asked.case_id]) is not None and item is not None
        }

    def list_latest(self, organization: str) -> list[EvaluationCase]:
        """The latest version of each, oldest test case first."""
        heads = list(self._table.query(layout.test_cases(organization)))
        items = self._table.get_many(
            [(layout.test_case(organization, head["SK"]), layout.version(head["latest"])) for head in heads]
        )
        pairs = zip(items, heads, strict=True)
        return [_to_case(item, head) for item, head in pairs if item is not None]

    def add_version(self, case: EvaluationCase, record: IdempotencyRecord | None = None) -> None:
        """Store a version and make it the latest, with its idempotency record, all or nothing.

        Raises `IdempotencyKeyUsed` when the record's key is taken and has not expired, `ConditionFailed` when
        the version's number was taken meanwhile.
        """
        organization, case_id = case.organization, case.case_id
        head = layout.test_cases(organization), case_id
        version_key = {
            "PK": layout.test_case(organization, case_id),
            "SK": layout.version(case.version),
        }
        writes = [self._table.to_put({**version_key, **_from_case(case)}, condition=_NEW)]
        if case.version == 1:
            told = {
                "latest": 1,
                "total_runs": 0,
                "created_at": case.created_at,
                "workspace_id": case.workspace_id,
                "workspace_name": case.workspace_name,
            }
            writes.append(self._table.to_put({"PK": head[0], "SK": head[1], **told}, condition=_NEW))
        else:
            values = {":new": case.version, ":old": case.version - 1}
            writes.append(
                self._table.to_update(*head, "SET latest = :new", values, condition="latest = :old")
            )
        if record is not None:
            writes.append(self._idempotency.to_remember(organization, case_id, record))
        try:
            self._table.transact(writes)
        except ConditionFailed as lost:
            used = record and self._idempotency.find(organization, record.key, record.now)
            if not used:
                raise
            raise used from lost

    def to_note(self, evaluation: Evaluation) -> list[Item]:
        """The writes that note an evaluation with the test case that it was started from."""
        if evaluation.test_case is None:
            return []
        organization, (case_id, version) = evaluation.organization, evaluation.test_case
        key = {
            "PK": layout.test_case(organization, case_id),
            "SK": layout.case_evaluation(version, evaluation.evaluation_id),
        }
        return [self._table.to_put(key, condition=_NEW), self._to_count(organization, case_id, version, 1)]

    def forget(self, organization: str, evaluation_id: str, version: CaseVersion) -> None:
        """Forget an evaluation that was started from a test case; repeating it changes nothing."""
        partition = layout.test_case(organization, version.case_id)
        noted = layout.case_evaluation(version.version, evaluation_id)
        with suppress(ConditionFailed):
            self._table.transact(
                [
                    self._table.to_delete(partition, noted, condition="attribute_exists(PK)"),
                    self._to_count(organization, *version, -1),
                ]
            )

    def evaluation_ids(self, organization: str, case_id: str, version: int | None, most: int) -> list[str]:
        """Up to `most` evaluations that were started from a version, or from all, the newest first."""
        prefix = layout.CASE_EVALUATIONS if version is None else layout.case_evaluations(version)
        found = self._table.query(layout.test_case(organization, case_id), prefix=prefix)
        ids = sorted((item["SK"].rpartition("#")[2] for item in found), reverse=True)
        return ids[:most]

    def _to_count(self, organization: str, case_id: str, version: int, change: int) -> Item:
        return self._table.to_update(
            layout.test_cases(organization),
            case_id,
            f"ADD total_runs :change, {_runs_of(version)} :change",
            {":change": change},
            condition="attribute_exists(PK)",
        )


def _runs_of(version: int) -> str:
    """The attribute of the head that counts a version's runs."""
    return f"runs_{version:06d}"


def _from_case(case: EvaluationCase) -> Item:
    """What a version says by itself."""
    star = case.star
    return {
        "case_id": case.case_id,
        "version": case.version,
        "name": case.name,
        "description": case.description,
        "dataset_id": case.dataset_id,
        "dataset_name": case.dataset_name,
        "benchmark_id": case.benchmark_id,
        "benchmark_version": case.benchmark_version,
        "scorers": [from_scorer(spec) for spec in case.scorers],
        "star": {"metric": star.metric, "threshold": star.threshold, "in_percent": star.in_percent}
        if star
        else None,
        "updated_at": case.updated_at,
    }


def _to_case(item: Mapping[str, Any], head: Mapping[str, Any]) -> EvaluationCase:
    star = item["star"]
    return EvaluationCase(
        organization=head["PK"].split("#")[1],
        case_id=item["case_id"],
        version=item["version"],
        name=item["name"],
        dataset_id=item["dataset_id"],
        dataset_name=item["dataset_name"],
        benchmark_id=item["benchmark_id"],
        benchmark_version=item["benchmark_version"],
        scorers=tuple(map(to_scorer, item["scorers"])),
        created_at=head["created_at"],
        updated_at=item["updated_at"],
        description=item["description"],
        star=StarMetric(star["metric"], float(star["threshold"]), star["in_percent"]) if star else None,
        workspace_id=head["workspace_id"],
        workspace_name=head["workspace_name"],
        total_runs=head["total_runs"],
        latest_runs=head.get(_runs_of(head["latest"]), 0),
    )
