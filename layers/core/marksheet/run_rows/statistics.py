"""What the scores of several runs come to, over all their rows or over those that all have."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from marksheet.run_rows.alignment import read_indexes, rows_before, side_by_side, slices
from marksheet.run_rows.derived import remembered
from marksheet.run_rows.pages import together
from marksheet.run_rows.records import decode_digest
from marksheet.summary.scorer_tally import LeafStats, ScorerTally

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from marksheet.application import Application
    from marksheet.run_rows.mark_columns import MarkColumns
    from marksheet.run_rows.run_rows import RunRows


@dataclass(frozen=True, slots=True)
class RunStatistics:
    """Of one run's trials in the rows that count."""

    trial_count: int
    leaves: tuple[LeafStats, ...]
    """In the order they are first met, rows by digest."""
    first_digest: str | None
    """Of its first row; None where it has none."""


@dataclass(frozen=True, slots=True)
class RowStatistics:
    """Of several runs."""

    row_count: int
    """Distinct digests."""
    runs: Mapping[str, RunStatistics]
    """By run id."""


def run_statistics(
    app: Application, organization: str, runs: Sequence[RunRows], *, intersect: bool = False
) -> RowStatistics:
    """The statistics of each run's scores over all its rows; with `intersect` over those that all have.

    The first is read from the runs' indexes. The second is added up once and kept, unless all runs have the
    same rows or one is not finished.
    """
    if not runs:
        return RowStatistics(0, {})
    indexes = read_indexes(runs)
    if not intersect or len({index.identity for index in indexes}) == 1:
        found = {
            run.run_id: RunStatistics(index.trial_count, index.leaves, index.first_digest)
            for run, index in zip(runs, indexes, strict=True)
        }
        return RowStatistics(rows_before(app, organization, runs, intersect=intersect)[-1], found)
    versions = [run.version for run in runs if run.version]
    if len(versions) < len(runs):
        return _decode(_over_common_rows(runs))
    content = remembered(app, organization, "statistics", sorted(versions), lambda: _over_common_rows(runs))
    return _decode(content)


def _over_common_rows(runs: Sequence[RunRows]) -> bytes:
    tallies = [ScorerTally() for _ in runs]
    count = 0
    first: str | None = None
    for bucket, found in side_by_side([_keys_and_marks(run) for run in runs]):
        if len(found) < len(runs):
            continue
        keys = [slices(found[position][0]) for position in range(len(runs))]
        common = set(keys[0]).intersection(*keys[1:])
        if not common:
            continue
        if first is None:
            first = decode_digest(next(together(runs, bucket, bucket + 1, intersect=True))[0])
        count += len(common)
        for position, (run, tally, of_run) in enumerate(zip(runs, tallies, keys, strict=True)):
            kept = None if len(common) == len(of_run) else [key in common for key in of_run]
            found[position][1].add_up(tally, run.index().places, kept)
    told = {
        "row_count": count,
        "first_digest": first,
        "runs": {
            run.run_id: [tally.trials, [asdict(leaf) for leaf in tally.finish()]]
            for run, tally in zip(runs, tallies, strict=True)
        },
    }
    # The standard library writes every text and every number that a client's scores may have.
    return json.dumps(told).encode()


def _keys_and_marks(run: RunRows) -> Iterator[tuple[int, tuple[bytes, MarkColumns]]]:
    for (bucket, keys), (_, columns) in zip(run.keys(), run.marks(), strict=True):
        yield bucket, (keys, columns)


def _decode(content: bytes) -> RowStatistics:
    told = json.loads(content)
    found = {
        run_id: RunStatistics(trials, tuple(LeafStats(**leaf) for leaf in leaves), told["first_digest"])
        for run_id, (trials, leaves) in told["runs"].items()
    }
    return RowStatistics(told["row_count"], found)
