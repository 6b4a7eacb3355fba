"""What a client that runs a model itself hands in: calls, and the runs that are made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_PROJECT = "default"
"""The label of evaluations that were given none."""

RUN_OPERATION = "Evaluation.evaluate"
"""What the clients call the operation that is a run."""
TRIAL_OPERATION = "Evaluation.predict_and_score"
"""What they call the one that makes a trial."""
_TRIAL_OPERATIONS = (TRIAL_OPERATION, "Evaluation.predictAndScore")
"""In Python and in TypeScript."""

OPERATION = "Op"
"""The kind of an operation that is kept."""

_SCORING = "weave"
_EVALUATING = "_weave_eval_meta"
"""Attributes under which the clients say that a call scores."""


@dataclass(frozen=True, slots=True)
class Call:
    """One step of a logged run: the run itself, a trial, or what a trial called."""

    call_id: str
    trace_id: str
    parent_id: str | None
    op_name: str
    """A reference to the operation, or its bare name."""
    started_at: str
    """ISO 8601, as the client wrote it."""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    display_name: str | None = None
    ended_at: str | None = None
    """None while it is not over."""
    output: Any = None
    exception: str | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)

    @property
    def operation(self) -> str:
        """The operation's bare name, also of a reference, which puts where it is kept before and a version
        behind.
        """
        head, found, rest = self.op_name.partition("/op/")
        return rest.partition(":")[0] if found and "://" in head else self.op_name

    @property
    def is_run(self) -> bool:
        return self.operation == RUN_OPERATION

    @property
    def is_trial(self) -> bool:
        return self.operation in _TRIAL_OPERATIONS

    @property
    def is_score(self) -> bool:
        """Whether it says that it scores."""
        scoring, evaluating = self.attributes.get(_SCORING), self.attributes.get(_EVALUATING)
        if isinstance(scoring, dict) and scoring.get("score") == "true":
            return True
        return isinstance(evaluating, dict) and bool(evaluating.get("score"))

    @property
    def evaluated_by(self) -> Any:
        """Of a run: the evaluation, as a rule by a reference."""
        return self.inputs.get("self", self.inputs.get("this"))


@dataclass(frozen=True, slots=True)
class CallEnd:
    """The end of a call, told apart from its start."""

    call_id: str
    ended_at: str
    output: Any = None
    exception: str | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    trace_id: str | None = None


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """What is known of a logged run beside its trials."""

    run_id: str
    call: Call | None
    """None where only trials of it came in."""
    evaluation_id: str | None = None
    """What was made of it, once it was over."""
    planned: int | None = None
    """The attempt at that evaluation for which its calls were read last."""
    settled: bool = False
    """Whether all that came in is in that evaluation's results."""
    dangling: bool = False
    """Whether a reference to a row led nowhere when these were made."""
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """A version of what a client keeps: a dataset, an evaluation, a model, a scorer, an operation."""

    object_id: str
    """Its name; versions of one name are numbered together."""
    digest: str
    """Of its value."""
    value: Any
    """Any JSON."""
    created_at: str
    kind: str = ""
    """The class it is of, such as `Dataset`, `Model` or `Op`; empty where it says none."""
    leaf: str = ""
    """The class it is of itself, which may be one of the client's own."""
    number: int = 0
    """From 0."""
    latest: bool = True
    deleted: bool = False
    """Its value is then None."""


def moment(text: str | None) -> datetime | None:
    """A time as a client wrote it, taken for UTC where it says nothing; None for what is no time."""
    try:
        read = datetime.fromisoformat(text or "")
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        # Overflown is a time of the year 1 or 9999 that is of none in UTC.
        return None
