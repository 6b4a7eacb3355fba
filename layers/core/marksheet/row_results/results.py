"""What is asked about the results of runs by row, and what the answer is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import LoggedTrial
    from marksheet.summary.scorer_tally import LeafStats


@dataclass(frozen=True, slots=True)
class ResultsQuery:
    """Which rows of which runs, and what of them."""

    run_ids: tuple[str, ...]
    """Distinct."""
    rows: bool = True
    intersect: bool = False
    """Only rows that every run has, where there are several runs."""
    values: bool = False
    """Show what a row asks, as it was given."""
    resolve: bool = False
    """Show in the place of a reference the row it leads to."""
    summary: bool = False
    intersect_summary: bool = False
    offset: int = 0
    limit: int | None = None
    """None for all."""


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One question with the trials of every run that has it."""

    digest: str
    value: Any
    """Any JSON; None unless asked for."""
    runs: Mapping[str, list[LoggedTrial]]
    """By run id, in the order in which their first trials of this row started; trials by start."""


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known of a run beside its trials; None where nobody told."""

    evaluation_ref: str | None = None
    model_ref: str | None = None
    display_name: str | None = None
    trace_id: str | None = None
    started_at: str | None = None
    """ISO 8601 in UTC, ending in +00:00."""


@dataclass(frozen=True, slots=True)
class RunOverview:
    """What a run's trials in the rows that count come to."""

    run_id: str
    trial_count: int
    leaves: tuple[LeafStats, ...]
    facts: RunFacts


@dataclass(frozen=True, slots=True)
class ResultsSummary:
    """What all rows that count come to, be they on the page or not."""

    row_count: int
    runs: tuple[RunOverview, ...] = ()
    """Those with a trial in these rows, as they are first met in them."""


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a `ResultsQuery`."""

    rows: tuple[ResultRow, ...]
    total_rows: int
    summary: ResultsSummary | None
    unresolved: bool = False
    """Whether references stand because at least one leads nowhere."""
