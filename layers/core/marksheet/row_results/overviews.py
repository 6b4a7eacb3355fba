"""The summary of runs: what their scores come to, and in which order runs are told."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from marksheet.row_results.ordering import in_start_order
from marksheet.row_results.results import ResultsSummary, RunOverview
from marksheet.run_rows import read_row, run_statistics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.application import Application
    from marksheet.row_results.known_runs import KnownRun


def summarize(
    app: Application, organization: str, runs: Sequence[KnownRun], *, intersect: bool
) -> ResultsSummary:
    """The summary over all rows, or over those that every run has."""
    by_id = {run.run_id: run for run in runs}
    found = run_statistics(app, organization, [run.rows for run in runs], intersect=intersect)
    met = {
        run_id: told.first_digest
        for run_id, told in found.runs.items()
        if told.trial_count and told.first_digest is not None
    }
    order = _as_first_met(by_id, met)
    return ResultsSummary(
        found.row_count,
        tuple(
            RunOverview(
                run_id, found.runs[run_id].trial_count, tuple(found.runs[run_id].leaves), by_id[run_id].facts
            )
            for run_id in order
        ),
    )


def _as_first_met(runs: Mapping[str, KnownRun], met: Mapping[str, str]) -> list[str]:
    """Run ids by the digest of their first row, and within one by the start of their first trial of it."""
    order: list[str] = []
    for digest, group in groupby(sorted(met, key=met.__getitem__), key=met.__getitem__):
        together = [runs[run_id] for run_id in group]
        if len(together) == 1:
            order.append(together[0].run_id)
            continue
        trials = None
        if any(run.logged for run in together):
            # Only the row itself knows when its trials began.
            marked = read_row([run.rows for run in together], digest)
            trials = {run.run_id: run.trials(marked[run.run_id]) for run in together}
        order += [run.run_id for run in in_start_order(together, trials)]
    return order
