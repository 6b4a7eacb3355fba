"""The use case: the results of runs, row by row and summed up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.errors import TooLarge
from marksheet.row_digests import row_value
from marksheet.row_results.known_runs import find_known_runs
from marksheet.row_results.ordering import in_start_order
from marksheet.row_results.overviews import summarize
from marksheet.row_results.references import follow
from marksheet.row_results.results import ResultRow, Results, ResultsSummary
from marksheet.run_rows import read_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.application import Application
    from marksheet.domain import Caller, MarkedRow
    from marksheet.row_results.known_runs import KnownRun
    from marksheet.row_results.references import References
    from marksheet.row_results.results import ResultsQuery

MOST_ROWS = 20_000
"""Of one answer: a row takes 300 bytes there at least, and an answer has 6 MB."""


def query_results(app: Application, caller: Caller, project: str, query: ResultsQuery) -> Results:
    """The results of the project's runs among those asked for; others have no rows.

    Raises `TooLarge` when the rows do not fit an answer.
    """
    organization = caller.organization
    runs = find_known_runs(app, organization, project, query.run_ids)
    several = len(query.run_ids) > 1
    all_there = len(runs) == len(query.run_ids)
    rows: tuple[ResultRow, ...] = ()
    total, unresolved = 0, False
    if query.rows:
        references = None
        if query.values and query.resolve:
            references = follow(app, organization, project, runs)
            unresolved = references.dangling
        if all_there or not (several and query.intersect):
            total, rows = _read(app, organization, runs, query, references)
    summary = None
    if query.summary:
        intersect = several and query.intersect_summary
        if intersect and not all_there:
            summary = ResultsSummary(0)
        else:
            summary = summarize(app, organization, runs, intersect=intersect)
    return Results(rows, total, summary, unresolved)


def _read(
    app: Application,
    organization: str,
    runs: Sequence[KnownRun],
    query: ResultsQuery,
    references: References | None,
) -> tuple[int, tuple[ResultRow, ...]]:
    """How many rows there are, and those of the page."""
    sources = [run.rows for run in runs]
    intersect = query.intersect and len(query.run_ids) > 1
    if query.limit is None or query.limit > MOST_ROWS:
        total = read_page(app, organization, sources, limit=0, intersect=intersect).total
        after = total - max(0, query.offset)
        wanted = after if query.limit is None else min(after, query.limit)
        if wanted > MOST_ROWS:
            raise TooLarge(
                f"{wanted:,} rows do not fit an answer; ask for fewer at a time with limit and offset"
            )
    page = read_page(app, organization, sources, offset=query.offset, limit=query.limit, intersect=intersect)
    by_id = {run.run_id: run for run in runs}
    return page.total, tuple(
        _row(digest, {run_id: by_id[run_id] for run_id in marked}, marked, query, references)
        for digest, marked in page.rows
    )


def _row(
    digest: str,
    runs: Mapping[str, KnownRun],
    marked: Mapping[str, list[MarkedRow]],
    query: ResultsQuery,
    references: References | None,
) -> ResultRow:
    trials = {run_id: run.trials(marked[run_id]) for run_id, run in runs.items()}
    order = [run.run_id for run in in_start_order(runs.values(), trials)]
    value = _value([row for run_id in order for row in marked[run_id]], references) if query.values else None
    return ResultRow(digest, value, {run_id: trials[run_id] for run_id in order})


def _value(rows: Sequence[MarkedRow], references: References | None) -> Any:
    """That of the first row which has one."""
    for row in rows:
        value = row_value(row.question)
        if value is not None:
            return value if references is None else references.value(value, row.question)
    return None
