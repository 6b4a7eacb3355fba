"""One answer to one question with its scores, and questions with all of theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from marksheet.domain.marks import Outcome, Question

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from marksheet.domain.grading import Grade
    from marksheet.domain.marks import Judging, Score, TrialError


@dataclass(frozen=True, slots=True)
class Trial:
    """One answer to one question in one run, with its scores."""

    ordinal: int
    question_id: str
    trial: int
    """From 1 to the evaluation's `trials`."""
    outcome: Outcome
    output: str | None
    scores: Mapping[str, Score]
    """By metric name (`ScorerSpec.metric`)."""
    violations: tuple[str, ...] = ()
    """Names of the domain rules the answer breaks."""
    error: TrialError | None = None
    latency_seconds: float | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    finish_reason: str | None = None
    cost_usd: Decimal | None = None
    """Of the answer, judges not included."""
    judging: Judging | None = None
    """What the scorers that ask a model used."""
    grades: tuple[Grade, ...] = ()
    """Of an output that was handed in: what each grader says of it."""
    logged: LoggedTrial | None = None
    """Of a logged run: what its client said of the trial."""

    @classmethod
    def errored(
        cls, question: Question, number: int, error: TrialError, judging: Judging | None = None
    ) -> Trial:
        """A trial without an answer; `number` is which of the question's trials it is."""
        return cls(
            ordinal=question.ordinal,
            question_id=question.question_id,
            trial=number,
            outcome=Outcome.ERRORED,
            output=None,
            scores={},
            error=error,
            judging=judging,
        )


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
