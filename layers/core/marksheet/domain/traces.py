"""What a client that runs a model itself hands in: calls, and the runs that are made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from marksheet.domain.marks import Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain.evaluations import Trial

DEFAULT_PROJECT = "default"
"""The label of evaluations that were given none."""


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


@dataclass(frozen=True, slots=True)
class LoggedTrial:
    """What the client said of a trial, word for word, where a `Trial` has no place for it."""

    call_id: str
    """Of the trial itself."""
    predict_call_id: str | None
    output: Any
    """Any JSON."""
    scores: Mapping[str, Any]
    """By scorer, any JSON: booleans and numbers apart, nested as they came."""
    started_at: str
    latency_seconds: float | None = None
    total_tokens: int | None = None
    scorer_call_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoggedRow(Question):
    """A question as a logged run has it: beside what it asks, the row word for word."""

    value: Any = None
    """Any JSON; a string may be a reference to a row of a logged dataset."""
    resolved: Any = None
    """The row that a reference leads to; None when it leads nowhere, or `value` is no reference."""


@dataclass(frozen=True, slots=True)
class MarkedRow:
    """One question of a run with its trials: what results are read by."""

    digest: str
    """`row_digests.digest_of` the row; equal questions have equal ones, whatever run or benchmark."""
    question: Question
    trials: tuple[Trial, ...]
    """At least one, in the order they started."""
