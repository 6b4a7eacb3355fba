"""The order of runs within a row: by the start of their first trial of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from marksheet.tracing.trials import when

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from marksheet.domain import LoggedTrial
    from marksheet.row_results.known_runs import KnownRun

Start = tuple[datetime, int, str]


def in_start_order(
    runs: Iterable[KnownRun], trials: Mapping[str, list[LoggedTrial]] | None = None
) -> list[KnownRun]:
    """Runs by the start of the first of their `trials`, which are by run id. Without them, which is for runs
    that Marksheet made alone, by the start of the run. Of two runs that started at once the base model's is
    the first.
    """

    def start(run: KnownRun) -> Start:
        first = trials[run.run_id][0] if trials is not None else None
        began = when(first.started_at if first else run.started_at)
        return began, run.position, first.call_id if first else run.run_id

    return sorted(runs, key=start)
