"""What is run again and again: datasets as files that were sent, and test cases made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from marksheet.domain.evaluations import Evaluation, Run
    from marksheet.domain.marks import ScorerSpec
    from marksheet.domain.trials import MarkedRow, Trial


@dataclass(frozen=True, slots=True)
class EvaluationDataset:
    """A benchmark as it is known by a UUID, with the file that it came in where it came in one."""

    organization: str
    dataset_id: str
    """A UUID."""
    name: str
    benchmark_id: str
    version: int
    """The benchmark's version that is meant."""
    row_count: int
    created_at: str
    kind: str | None = None
    """What the request called it; no more than a label."""
    has_expected_answers: bool | None = None
    """Whether any row has one; None where nobody looked."""
    file_name: str | None = None
    """None where no file is kept: its questions are then what there is to download."""
    file_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class StarMetric:
    """The metric that decides whether a run passes: it does from the threshold on."""

    metric: str
    """`ScorerSpec.metric` of one of the scorers."""
    threshold: float
    """In [0, 1]."""
    in_percent: bool = False
    """Whether the request said the threshold in percent."""


@dataclass(frozen=True, slots=True)
class EvaluationCase:
    """One immutable, numbered version of a test case: a benchmark version, and what it is marked with."""

    organization: str
    case_id: str
    """A UUID."""
    version: int
    name: str
    dataset_id: str
    dataset_name: str
    benchmark_id: str
    benchmark_version: int
    scorers: tuple[ScorerSpec, ...]
    """Those the request chose, or the benchmark's."""
    created_at: str
    """Of the first version."""
    updated_at: str
    """Of this one."""
    description: str | None = None
    star: StarMetric | None = None
    workspace_id: str | None = None
    """A label of the organization's own, as is the next one."""
    workspace_name: str | None = None
    total_runs: int = 0
    """Of all versions."""
    latest_runs: int = 0
    """Of the latest version."""


@dataclass(frozen=True, slots=True)
class MetricValue:
    """What a metric says of one question of a run, or of all of them."""

    metric: str
    value: float | None
    """None where it says nothing, or says it in words."""
    text: str | None = None
    """The value in words, of a logged run's score that is one."""
    reason: str | None = None
    error: str | None = None
    """Why there is no value."""


@dataclass(frozen=True, slots=True)
class SeenRun:
    """A run with what is known around it."""

    evaluation: Evaluation
    run: Run
    case: EvaluationCase | None = None
    """What it was started from."""
    metrics: tuple[MetricValue, ...] = ()
    """Of the run as a whole, once there are results."""


@dataclass(frozen=True, slots=True)
class SeenPrompt:
    """A question of a run with its trials, and what each metric says of it."""

    row: MarkedRow
    shown: Trial
    """The one whose answer stands for the others."""
    metrics: tuple[MetricValue, ...]
    trace_id: str
    """Under which that trial is known as a call."""
