"""How an answer is asked for and marked: questions, scorers, answers, scores, outcomes, counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


class Outcome(StrEnum):
    """The four facts about a trial. Only RIGHT and WRONG enter a mean."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSCORED = "unscored"
    """Answered, but no scorer could say what the answer is worth."""
    ERRORED = "errored"
    """Not answered: the model failed for good, and the reason is kept."""


class ProviderName(StrEnum):
    """How a model is reached."""

    BEDROCK = "bedrock"
    OPENAI = "openai"
    RECORDED = "recorded"


class Role(StrEnum):
    """What a scorer's value stands for in the run's metrics."""

    CORRECTNESS = "correctness"
    """Decides right or wrong; its mean is `accuracy`. Exactly one scorer has it."""
    RELEVANCE = "relevance"
    """Its mean is `relevance`. At most one scorer has it."""
    EXTRA = "extra"
    """Reported under its own label."""


@dataclass(frozen=True, slots=True)
class ScorerSpec:
    """A scorer as a benchmark or a request names it."""

    name: str
    """Key of `scoring.SCORERS`."""
    role: Role = Role.EXTRA
    options: Mapping[str, Any] = field(default_factory=dict)
    """The scorer's own settings, already validated by `scoring.build`."""
    label: str = ""
    """The metric's name in results; the scorer's name when empty."""
    threshold: float = 0.5
    """Correctness role only: a value at or above it is right."""

    @property
    def metric(self) -> str:
        return self.label or self.name


@dataclass(frozen=True, slots=True)
class DomainRule:
    """A rule every answer must keep; `domain_violations` counts the answers that break at least one."""

    name: str
    forbid: str | None = None
    """A regular expression that must not be found in the answer."""
    require: str | None = None
    """A regular expression that must be found in the answer."""
    max_characters: int | None = None
    """The longest an answer may be."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a benchmark version."""

    ordinal: int
    """Position in the benchmark, from 1."""
    question_id: str
    question: str
    expected_answer: str | None = None
    context: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    """Names of the documents that the context's chunks are from, one for each chunk and empty for one that
    was given as text; empty when all were.
    """
    choices: tuple[str, ...] = ()
    cluster: str | None = None
    """Questions that share a cluster are not independent; standard errors are clustered by it."""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Score:
    """What one scorer says of one answer. `value` is in [0, 1]; None means unscored and `reason` says why."""

    value: float | None
    reason: str | None = None
    raw: str | None = None
    """What a judge answered, kept where no verdict could be read from it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider brings back for one trial."""

    text: str
    latency_seconds: float | None = None
    """Time from sending the request that succeeded to having read its response; None for recorded answers."""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    finish_reason: str | None = None
    attempts: int = 1
    """Calls made for this answer, the successful one included."""
    cost_usd: Decimal | None = None
    """By the model's prices and the provider's token counts; None where either is missing."""


@dataclass(frozen=True, slots=True)
class Judging:
    """What the scorers that ask a model have used for one trial, all of them and their repairs together."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: Decimal | None = None
    """None where a judge has no price or gave no token counts."""

    def __add__(self, other: Judging) -> Judging:
        known = self.cost_usd is not None and other.cost_usd is not None
        return Judging(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cost_usd + other.cost_usd if known else None,  # type: ignore[operator]
        )


BUDGET_REACHED = "budget_reached"
"""Code of the error of a trial that was not asked for, because the money had run out."""


@dataclass(frozen=True, slots=True)
class TrialError:
    """Why a trial errored."""

    code: str
    """Short stable word: "http_500", "timeout", "no_recorded_answer", ..."""
    message: str
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Counts:
    """Trials by outcome. Every rate travels with these."""

    right: int = 0
    wrong: int = 0
    unscored: int = 0
    errored: int = 0

    @property
    def total(self) -> int:
        return self.right + self.wrong + self.unscored + self.errored

    @property
    def scored(self) -> int:
        return self.right + self.wrong

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.right + other.right,
            self.wrong + other.wrong,
            self.unscored + other.unscored,
            self.errored + other.errored,
        )

    def __neg__(self) -> Counts:
        return Counts(-self.right, -self.wrong, -self.unscored, -self.errored)
