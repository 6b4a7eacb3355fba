"""What Marksheet keeps: DynamoDB items and S3 objects. No other package knows their keys."""

from __future__ import annotations

from marksheet.store.api_keys import ApiKeys
from marksheet.store.benchmarks import Benchmarks
from marksheet.store.budgets import Budgets
from marksheet.store.calls import Calls
from marksheet.store.datasets import Datasets
from marksheet.store.eval_specs import EvalSpecs
from marksheet.store.evaluation_cases import EvaluationCases
from marksheet.store.evaluation_datasets import EvaluationDatasets
from marksheet.store.evaluations import Evaluations
from marksheet.store.idempotency import Idempotency
from marksheet.store.logged_objects import LoggedObjects
from marksheet.store.models import Models
from marksheet.store.objects import Objects
from marksheet.store.runs import Runs
from marksheet.store.schedules import Schedules
from marksheet.store.shards import Shards
from marksheet.store.table import Table
from marksheet.store.uploads import Uploads

__all__ = ["Store", "open_store"]


class Store:
    """Everything stored, by kind."""

    def __init__(self, table: Table, objects: Objects) -> None:
        self.objects = objects
        self.api_keys = ApiKeys(table)
        self.benchmarks = Benchmarks(table)
        self.budgets = Budgets(table)
        self.calls = Calls(table, objects)
        self.datasets = Datasets(table)
        self.eval_specs = EvalSpecs(table)
        self.evaluation_cases = EvaluationCases(table)
        self.evaluation_datasets = EvaluationDatasets(table)
        self.evaluations = Evaluations(table)
        self.idempotency = Idempotency(table)
        self.logged_objects = LoggedObjects(table, objects)
        self.models = Models(table)
        self.runs = Runs(table)
        self.schedules = Schedules(table)
        self.shards = Shards(table)
        self.uploads = Uploads(table)


def open_store(table_name: str, bucket_name: str) -> Store:
    """The store of a deployment. Nothing is connected to before the first read or write."""
    return Store(Table(table_name), Objects(bucket_name))
