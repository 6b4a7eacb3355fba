"""Evaluations: a small listed item that changes, a snapshot that never does, and counters.

A terminal status is never left except by `reopen` (resume), and every change names the status it comes from.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from marksheet.domain import DEFAULT_PROJECT, CaseVersion, Counts, Evaluation, Status
from marksheet.errors import TooLarge
from marksheet.store import layout
from marksheet.store.budgets import Budgets
from marksheet.store.evaluation_cases import EvaluationCases
from marksheet.store.idempotency import Idempotency
from marksheet.store.items import from_evaluation, from_snapshot, to_evaluation
from marksheet.store.runs import Runs
from marksheet.store.table import ConditionFailed, Item, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from marksheet.store.idempotency import IdempotencyRecord

LARGEST_SNAPSHOT = 360_000
"""Bytes of JSON. DynamoDB takes items of 400 KB, in which lists and numbers count a little more."""
_NAMES = {"#status": "status"}


class Evaluations:
    def __init__(self, table: Table) -> None:
        self._table = table
        self._budgets = Budgets(table)
        self._idempotency = Idempotency(table)
        self._runs = Runs(table)
        self._cases = EvaluationCases(table)

    def add(
        self,
        evaluation: Evaluation,
        record: IdempotencyRecord | None = None,
        *,
        and_also: Sequence[Item] = (),
    ) -> None:
        """Store a new evaluation, with its idempotency record, its budget and further writes, all or nothing.

        Raises `TooLarge` when what it pins does not fit an item of the table, and `ConditionFailed` when it
        is there already or a further write is refused.
        Raises `IdempotencyKeyUsed` when the record's key is taken and has not expired.
        """
        organization, evaluation_id = evaluation.organization, evaluation.evaluation_id
        partition, sort_key = layout.listed(organization, evaluation_id)
        listed = {"PK": partition, "SK": sort_key, **from_evaluation(evaluation)}
        snapshot = {
            "PK": layout.evaluation(organization, evaluation_id),
            "SK": layout.SNAPSHOT,
            **from_snapshot(evaluation),
        }
        _check_size(snapshot)
        writes = [
            self._table.to_put(listed, condition="attribute_not_exists(PK)"),
            self._table.to_put(snapshot, condition="attribute_not_exists(PK)"),
        ]
        if record is not None:
            writes.append(self._idempotency.to_remember(organization, evaluation_id, record))
        if evaluation.max_cost_usd is not None:
            writes.append(self._budgets.to_open(evaluation))
        if evaluation.eval_spec is None:
            writes += self._runs.to_add(evaluation)
        if evaluation.test_case is not None:
            writes += self._cases.to_note(evaluation)
        writes += and_also
        try:
            self._table.transact(writes)
        except ConditionFailed as lost:
            if record is None or lost.failed != (2,):
                raise
            used = self._idempotency.find(organization, record.key, record.now)
            if used is None:
                raise
            raise used from lost

    def find(self, organization: str, evaluation_id: str, *, counts: bool = False) -> Evaluation | None:
        """An evaluation as created and as it stands; with `counts` its runs carry the trials
        counted so far.
        """
        item = self._table.get(*layout.listed(organization, evaluation_id))
        if item is None or item.get("deleted"):
            return None
        snapshot = self._table.get(layout.evaluation(organization, evaluation_id), layout.SNAPSHOT)
        if snapshot is None:
            return None
        evaluation = to_evaluation(item, snapshot)
        return self._with_counts(evaluation) if counts else evaluation

    def find_many(self, organization: str, evaluation_ids: Sequence[str]) -> list[Evaluation]:
        """Those evaluations that there are, in the order of their ids given, with their counts."""
        items = self._table.get_many([layout.listed(organization, each) for each in evaluation_ids])
        return self._assemble([item for item in items if item is not None and not item.get("deleted")])

    def made_in(self, organization: str, project: str) -> Iterator[tuple[str, str]]:
        """Id and time of every evaluation of a project that is not one of a logged run."""
        for item in self._table.query(layout.evaluations(organization)):
            here = item.get("project", DEFAULT_PROJECT) == project
            if here and not item.get("logged") and not item.get("deleted"):
                yield item["evaluation_id"], item["started_at"] or item["created_at"]

    def find_status(self, organization: str, evaluation_id: str) -> tuple[Status, int] | None:
        """Status and attempt alone, in one read: what a worker asks every few seconds."""
        item = self._table.get(*layout.listed(organization, evaluation_id))
        if item is None or item.get("deleted"):
            return None
        return Status(item["status"]), item["attempt"]

    def list_page(
        self,
        organization: str,
        *,
        statuses: Sequence[Status] | None,
        model_id: str | None,
        benchmark_id: str | None = None,
        project: str | None = None,
        jobs: bool = False,
        offset: int,
        limit: int,
    ) -> tuple[list[Evaluation], int]:
        """One page of the evaluations, or of the grading jobs, newest first, and how many match in all."""
        filters = ["attribute_not_exists(deleted)"]
        values: dict[str, Any] = {}
        names: dict[str, str] = {}
        if statuses is not None:
            names |= _NAMES
            marks = [f":s{i}" for i in range(len(statuses))]
            filters.append(f"#status IN ({', '.join(marks)})")
            values |= dict(zip(marks, (status.value for status in statuses), strict=True))
        if model_id is not None:
            filters.append("contains(model_ids, :model)")
            values[":model"] = model_id
        if benchmark_id is not None:
            filters.append("benchmark_id = :benchmark")
            values[":benchmark"] = benchmark_id
        if project is not None:
            # Older items say nothing of it.
            unsaid = "attribute_not_exists(#project) OR " if project == DEFAULT_PROJECT else ""
            filters.append(f"({unsaid}#project = :project)")
            names["#project"] = "project"
            values[":project"] = project
        items: Iterator[Item] = self._table.query(
            layout.jobs(organization) if jobs else layout.evaluations(organization),
            newest_first=True,
            filter_expression=" AND ".join(filters),
            values=values,
            names=names or None,
        )
        page: list[Item] = []
        total = 0
        for item in items:
            if offset <= total < offset + limit:
                page.append(item)
            total += 1
        return self._assemble(page), total

    def count_asking(self, organization: str, model_id: str) -> int:
        """How many PROCESSING evaluations and grading jobs ask this model, as model or as judge."""
        return sum(
            1
            for partition in (layout.evaluations(organization), layout.jobs(organization))
            for _ in self._table.query(
                partition,
                filter_expression="#status = :processing AND attribute_not_exists(deleted) "
                "AND (contains(model_ids, :model) OR contains(judge_ids, :model))",
                values={":processing": Status.PROCESSING.value, ":model": model_id},
                names=_NAMES,
            )
        )

    def count_running(self, organization: str, most: int) -> int:
        """How many evaluations and grading jobs are PROCESSING, counted up to `most` and among the newest
        thousand of either. Those of logged runs, which ask no model, are not counted.
        """
        running = (
            item
            for partition in (layout.evaluations(organization), layout.jobs(organization))
            for item in islice(self._table.query(partition, newest_first=True), 1000)
            if item["status"] == Status.PROCESSING.value
            and not item.get("deleted")
            and not item.get("logged")
        )
        return sum(1 for _ in islice(running, most))

    def pin(self, evaluation: Evaluation) -> None:
        """Replace what a logged evaluation pins by what its calls came to. Raises `ConditionFailed` when it
        was deleted.
        """
        told = from_snapshot(evaluation)
        names = ("benchmark", "runs", "scorers", "trials")
        self._table.update(
            layout.evaluation(evaluation.organization, evaluation.evaluation_id),
            layout.SNAPSHOT,
            "SET " + ", ".join(f"#{name} = :{name}" for name in names),
            {f":{name}": told[name] for name in names},
            names={f"#{name}": name for name in names},
            condition="attribute_exists(PK)",
        )

    def start(self, evaluation: Evaluation, now: str) -> None:
        """Note when the first plan was made. Raises `ConditionFailed` when the evaluation is not
        PROCESSING.
        """
        self._table.update(
            *layout.listed(evaluation.organization, evaluation.evaluation_id),
            "SET started_at = :now",
            {":now": evaluation.started_at or now, ":processing": Status.PROCESSING.value},
            names=_NAMES,
            condition="#status = :processing",
        )

    def finish(
        self,
        evaluation: Evaluation,
        status: Status,
        *,
        now: str,
        error: str | None = None,
        results_bytes: int | None = None,
        headline: Mapping[int, Mapping[str, Any]] | None = None,
    ) -> bool:
        """Move PROCESSING of this attempt to a terminal status; False when it was terminal or newer
        already.
        """
        values: dict[str, Any] = {
            ":status": status.value,
            ":now": now,
            ":error": error,
            ":bytes": results_bytes,
            ":headline": {str(k): v for k, v in headline.items()} if headline else None,
        }
        return self._move(
            evaluation,
            "SET #status = :status, completed_at = :now, #error = :error, "
            "results_bytes = :bytes, headline = :headline",
            values,
            names={"#error": "error"},
        )

    def reopen(self, evaluation: Evaluation, max_cost_usd: Decimal | None = None) -> bool:
        """Move a terminal evaluation to PROCESSING with the next attempt, and give it another budget if one
        is told; False when it changed meanwhile.
        """
        budget = evaluation.max_cost_usd if max_cost_usd is None else max_cost_usd
        values = {
            ":processing": Status.PROCESSING.value,
            ":next": evaluation.attempt + 1,
            ":attempt": evaluation.attempt,
            ":was": evaluation.status.value,
            ":none": None,
            ":budget": budget,
        }
        writes = [
            self._table.to_update(
                *layout.listed(evaluation.organization, evaluation.evaluation_id),
                "SET #status = :processing, attempt = :next, completed_at = :none, #error = :none, "
                "results_bytes = :none, headline = :none, max_cost_usd = :budget",
                values,
                names={**_NAMES, "#error": "error"},
                condition="#status = :was AND attempt = :attempt AND attribute_not_exists(deleted)",
            )
        ]
        if budget is not None and evaluation.max_cost_usd is not None and budget != evaluation.max_cost_usd:
            writes.append(self._budgets.to_change(evaluation, budget - evaluation.max_cost_usd))
        try:
            self._table.transact(writes)
        except ConditionFailed:
            return False
        return True

    def mark_deleted(self, organization: str, evaluation_id: str, now: str) -> Item | None:
        """Hide an evaluation from every reader; its items are still there. None when there is no
        such item.
        """
        try:
            return self._table.update(
                *layout.listed(organization, evaluation_id),
                "SET deleted = if_not_exists(deleted, :now)",
                {":now": now},
                condition="attribute_exists(PK)",
            )
        except ConditionFailed:
            return None

    def run_ids(self, organization: str, evaluation_id: str) -> list[str]:
        """The ids of an evaluation's runs, also of one that is being deleted."""
        snapshot = self._table.get(layout.evaluation(organization, evaluation_id), layout.SNAPSHOT) or {}
        return [run["run_id"] for run in snapshot.get("runs", ())]

    def purge(self, organization: str, evaluation_id: str) -> None:
        """Delete every item of an evaluation, the listed one last, so that a purge cut short can be
        repeated.
        """
        partition = layout.evaluation(organization, evaluation_id)
        snapshot = self._table.get(partition, layout.SNAPSHOT) or {}
        self._runs.delete(organization, [run["run_id"] for run in snapshot.get("runs", ())])
        if snapshot.get("test_case"):
            self._cases.forget(organization, evaluation_id, CaseVersion(*snapshot["test_case"]))
        self._table.delete_all((partition, item["SK"]) for item in self._table.query(partition))
        self._table.delete(*layout.listed(organization, evaluation_id))

    def _move(
        self,
        evaluation: Evaluation,
        expression: str,
        values: Mapping[str, Any],
        *,
        names: Mapping[str, str],
    ) -> bool:
        condition = "#status = :processing AND attempt = :attempt AND attribute_not_exists(deleted)"
        try:
            self._table.update(
                *layout.listed(evaluation.organization, evaluation.evaluation_id),
                expression,
                {**values, ":processing": Status.PROCESSING.value, ":attempt": evaluation.attempt},
                names={**_NAMES, **names},
                condition=condition,
            )
        except ConditionFailed:
            return False
        return True

    def _assemble(self, items: Sequence[Item]) -> list[Evaluation]:
        snapshots = self._table.get_many(
            [
                (layout.evaluation(item["organization"], item["evaluation_id"]), layout.SNAPSHOT)
                for item in items
            ]
        )
        # One that is being deleted right now may have lost its snapshot already.
        pairs = zip(items, snapshots, strict=True)
        found = [to_evaluation(item, snapshot) for item, snapshot in pairs if snapshot is not None]
        # One with results carries its counts with it.
        left = self._budgets.left_of(found)
        return [
            _with_spent(e, left.get(e.evaluation_id)) if e.headline else self._with_counts(e) for e in found
        ]

    def _with_counts(self, evaluation: Evaluation) -> Evaluation:
        partition = layout.evaluation(evaluation.organization, evaluation.evaluation_id)
        totals: dict[int, Counts] = {}
        for item in self._table.query(partition, prefix=layout.COUNTER_PREFIX):
            position = layout.counter_position(item["SK"])
            counted = Counts(item["right"], item["wrong"], item["unscored"], item["errored"])
            totals[position] = totals.get(position, Counts()) + counted
        runs = tuple(replace(run, counts=totals.get(run.position, Counts())) for run in evaluation.runs)
        left = None if evaluation.max_cost_usd is None else self._budgets.left(evaluation)
        return _with_spent(replace(evaluation, runs=runs), left)


def _with_spent(evaluation: Evaluation, left: Decimal | None) -> Evaluation:
    if evaluation.max_cost_usd is None or left is None:
        return evaluation
    return replace(evaluation, spent_usd=evaluation.max_cost_usd - left)


def _check_size(snapshot: Item) -> None:
    size = len(json.dumps(snapshot, default=str, ensure_ascii=False).encode(errors="surrogatepass"))
    if size > LARGEST_SNAPSHOT:
        raise TooLarge(
            f"its models' settings, judges, prompts and scorers have {size:,} bytes together; "
            f"{LARGEST_SNAPSHOT:,} are allowed"
        )
