"""Rows that one of two runs passes and the other does not."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from functools import partial
from struct import Struct
from typing import TYPE_CHECKING, Literal

from marksheet.domain import Role
from marksheet.run_rows.alignment import read_indexes, side_by_side, slices
from marksheet.run_rows.at_once import at_once
from marksheet.run_rows.derived import remembered
from marksheet.run_rows.filtering import check_metric
from marksheet.run_rows.ordinal_blocks import read_ordinals
from marksheet.run_rows.records import decode_row
from marksheet.run_rows.stored_rows import open_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marksheet.application import Application
    from marksheet.domain import Evaluation, MarkedRow, Run
    from marksheet.run_rows.stored_rows import StoredRows

Direction = Literal["gained", "lost", "both"]
_PASSED = 0.5
_COUNTS = Struct("<QQ")
_ORDINAL = (1 << 32) - 1


@dataclass(frozen=True, slots=True)
class Flip:
    """A row that one of two runs passes."""

    gained: bool
    """Whether it is the second that passes it."""
    first: MarkedRow
    second: MarkedRow


@dataclass(frozen=True, slots=True)
class FlipsPage:
    """Some of the rows that flip."""

    gained: int
    """All that the second run alone passes."""
    lost: int
    """All that the first alone passes."""
    rows: list[Flip]
    """Gained ones before lost ones, either by ordinal in the first run."""


def flips(
    app: Application,
    first: tuple[Evaluation, Run],
    second: tuple[Evaluation, Run],
    *,
    metric: str,
    direction: Direction = "both",
    offset: int = 0,
    limit: int = 50,
) -> FlipsPage:
    """The rows of both runs that one passes by the metric and the other does not.

    To pass is to have a value of at least the scorer's threshold for accuracy, of at least 0.5 for other
    metrics. A question that a run has several times is one row: it has the mean of their values, and is shown
    by the first. Rows without a value in both are left out. All are looked through once and the result is
    kept. Raises `InvalidRequest` for a metric that one of the runs has not, `NotFinished` where there are no
    results.
    """
    runs = [open_rows(app, *first), open_rows(app, *second)]
    for index in read_indexes(runs):
        check_metric(metric, index.metrics)
    thresholds = [_threshold_of(evaluation, metric) for evaluation, _ in (first, second)]
    said = [*(run.version for run in runs), metric, *map(repr, thresholds)]
    organization = first[0].organization
    content = remembered(app, organization, "flips", said, lambda: _find(runs, metric, thresholds))
    gained, lost = _COUNTS.unpack_from(content)
    pairs = array("Q")
    pairs.frombytes(content[_COUNTS.size :])
    begin = gained if direction == "lost" else 0
    end = gained if direction == "gained" else len(pairs)
    start = min(end, begin + max(0, offset))
    chosen = range(start, min(end, start + max(0, limit)))
    sides = [[pairs[n] >> 32 for n in chosen], [pairs[n] & _ORDINAL for n in chosen]]
    records = at_once(
        [
            partial(read_ordinals, app.store.objects, run.at, ordinals)
            for run, ordinals in zip(runs, sides, strict=True)
        ]
    )
    found = [
        Flip(n < gained, *(decode_row(of_run[o]) for of_run, o in zip(records, ordinals, strict=True)))
        for n, *ordinals in zip(chosen, *sides, strict=True)
    ]
    return FlipsPage(gained, lost, found)


def _threshold_of(evaluation: Evaluation, metric: str) -> float:
    """The value from which on a question is passed."""
    from marksheet.summary.run_summary import ACCURACY

    correctness = (spec.threshold for spec in evaluation.scorers if spec.role is Role.CORRECTNESS)
    return next(correctness, _PASSED) if metric == ACCURACY else _PASSED


def _find(runs: list[StoredRows], metric: str, thresholds: list[float]) -> bytes:
    """How many are gained and lost, then the ordinals of each in both runs as halves of a 64-bit number."""
    found = array("Q"), array("Q")
    sides = [_passes(run, metric, threshold) for run, threshold in zip(runs, thresholds, strict=True)]
    for _, of_bucket in side_by_side(sides):
        if len(of_bucket) < 2:
            continue
        known = {key: (ordinal, passed) for key, ordinal, passed in of_bucket[0]}
        for key, ordinal, passed in of_bucket[1]:
            was = known.get(key)
            if was is not None and was[1] != passed:
                found[not passed].append(was[0] << 32 | ordinal)
    gained, lost = found
    pairs = array("Q", sorted(gained)) + array("Q", sorted(lost))
    return _COUNTS.pack(len(gained), len(lost)) + pairs.tobytes()


def _passes(
    run: StoredRows, metric: str, threshold: float
) -> Iterator[tuple[int, list[tuple[bytes, int, bool]]]]:
    """By bucket the key of each row that has a value, its ordinal, and whether it passes."""
    number = list(run.index().metrics).index(metric)
    for (bucket, keys), (_, columns) in zip(run.keys(), run.marks(), strict=True):
        values = columns.metrics[number]
        yield (
            bucket,
            [
                (key, ordinal, value >= threshold)
                for key, ordinal, value in zip(slices(keys), columns.ordinals, values, strict=True)
                if value == value
            ],
        )
