"""Datasets, evaluations, models, scorers and operations one by one: what their routes take and answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marksheet.dialects.weave import thing_requests as requests
from marksheet.dialects.weave.run_requests import ThingListQuery
from marksheet_openapi.bodies import Body, Count, Time
from marksheet_openapi.logged_calls import TAG
from marksheet_openapi.logged_objects import Digest
from marksheet_openapi.logged_runs import LINES, NumberDeleted
from marksheet_openapi.operations import READ, WRITE, Operation
from marksheet_openapi.surfaces import TRACES


class KeptVersion(Body):
    """The version that was kept."""

    object_id: str
    digest: Digest
    version_index: Count


class KeptEvaluation(KeptVersion):
    """The version that was kept."""

    evaluation_ref: str


class KeptModel(KeptVersion):
    """The version that was kept."""

    model_ref: str


class KeptScorer(KeptVersion):
    """The version that was kept."""

    scorer: str
    """A reference."""


class ShownVersion(Body):
    """A version."""

    object_id: str
    digest: Digest
    version_index: Count
    created_at: Time


class NamedVersion(ShownVersion):
    """A version with a name."""

    name: str
    description: str | None


class ShownDataset(NamedVersion):
    """A dataset."""

    rows: str
    """A reference to a table."""


class ShownEvaluation(NamedVersion):
    """An evaluation as clients define one."""

    dataset: str
    scorers: list[str]
    trials: int
    evaluation_name: str | None
    evaluate_op: str | None
    predict_and_score_op: str | None
    summarize_op: str | None


class ShownModel(NamedVersion):
    """A model as clients define one."""

    source_code: str
    attributes: dict[str, Any] | None


class ShownScorer(NamedVersion):
    """A scorer as clients define one."""

    score_op: str


class ShownOperation(ShownVersion):
    """An operation."""

    code: str


def _operations(
    name: str, plural: str, kept: type[Body], shown: type[Body], request: Any
) -> Mapping[str, Operation]:
    article = "an" if name[0] in "aeiou" else "a"
    return {
        f"keep_{name}": Operation(
            TAG, f"Keep {article} {name}", surface=TRACES, scope=WRITE, bodies=(request,), answer=kept
        ),
        f"list_kept_{plural}": Operation(
            TAG,
            f"List {plural}",
            "The latest version of each; a line for each, of the form that one alone has.",
            surface=TRACES,
            scope=READ,
            query=ThingListQuery,
            answer=LINES,
            text="JSON lines.",
        ),
        f"read_kept_{name}": Operation(
            TAG, f"Read {article} {name}", surface=TRACES, scope=READ, answer=shown
        ),
        f"delete_kept_{name}": Operation(
            TAG,
            f"Delete versions of {article} {name}",
            "All of them, unless digests are named.",
            surface=TRACES,
            scope=WRITE,
            query=requests.DeleteVersionsQuery,
            answer=NumberDeleted,
        ),
    }


OPERATIONS = {
    **_operations("dataset", "datasets", KeptVersion, ShownDataset, requests.KeepDatasetRequest),
    **_operations(
        "evaluation", "evaluations", KeptEvaluation, ShownEvaluation, requests.KeepEvaluationRequest
    ),
    **_operations("model", "models", KeptModel, ShownModel, requests.KeepModelRequest),
    **_operations("scorer", "scorers", KeptScorer, ShownScorer, requests.KeepScorerRequest),
    **_operations("operation", "operations", KeptVersion, ShownOperation, requests.KeepOperationRequest),
}
