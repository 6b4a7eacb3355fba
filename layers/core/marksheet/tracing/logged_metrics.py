"""The scores of a logged run as metrics: which there are, and which decides between right and wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from marksheet.domain import MarkedRow, Role, ScorerSpec
from marksheet.summary.scorer_tally import CORRECT, LeafStats, leaves
from marksheet.tracing.outcomes import THRESHOLD, correctness_of, metric_of

if TYPE_CHECKING:
    from collections.abc import Mapping

LOGGED = "logged"
"""Stands where a metric of ours has its scorer."""
MOST_METRICS = 64
"""Of a run; an evaluation keeps them in one item of the table. Further scores are shown as they were
logged.
"""
LONGEST_METRIC = 200
"""Characters of a metric's name."""


NO_METRIC = ScorerSpec(LOGGED, Role.CORRECTNESS, label=CORRECT)
"""The scorer of a run that has none, as far as it is known: no trial has a score of it."""


class LoggedMetrics:
    """Takes in the scores of trials, rows by digest and trials by start.

    A metric is what is a boolean or a number at one place of a scorer's scores, and stays between 0 and 1 in
    all trials. Other numbers, such as lengths and counts, are no marks.
    """

    def __init__(self) -> None:
        self._met: dict[str, LeafStats] = {}
        self._outside: set[str] = set()

    def add(self, scores: Mapping[str, Any]) -> None:
        """Take in the scores of one trial."""
        for scorer, told in scores.items():
            for path, value in leaves(told):
                metric = metric_of(scorer, path)
                if metric in self._met or len(self._met) < MOST_METRICS * 4:
                    self._met.setdefault(metric, _leaf(scorer, path, value))
                    if not 0 <= value <= 1:
                        self._outside.add(metric)

    def finish(self) -> tuple[tuple[ScorerSpec, ...], str | None]:
        """The metrics as scorers, and the one that decides; without any there is `NO_METRIC`."""
        known = {metric: leaf for metric, leaf in self._met.items() if self._is_mark(metric)}
        correctness = correctness_of(known.values())
        kept = list(known)[:MOST_METRICS]
        if correctness is None:
            return (NO_METRIC,), None
        names = [correctness, *(metric for metric in kept if metric != correctness)]
        specs = [
            ScorerSpec(
                LOGGED,
                Role.CORRECTNESS if metric == correctness else Role.EXTRA,
                label=metric,
                threshold=THRESHOLD,
            )
            for metric in names[:MOST_METRICS]
        ]
        return tuple(specs), correctness

    def _is_mark(self, metric: str) -> bool:
        return metric not in self._outside and 0 < len(metric) <= LONGEST_METRIC


def with_metrics(row: MarkedRow, scorers: tuple[ScorerSpec, ...]) -> MarkedRow:
    """A row whose trials have no scores but of these."""
    metrics = {spec.metric for spec in scorers}
    trials = [
        replace(trial, scores={name: score for name, score in trial.scores.items() if name in metrics})
        for trial in row.trials
    ]
    return replace(row, trials=tuple(trials))


def _leaf(scorer: str, path: str | None, value: bool | float) -> LeafStats:
    """A place within scores, of which only the kind matters here."""
    kind: Any = "binary" if isinstance(value, bool) else "continuous"
    return LeafStats(scorer, path, kind, 0, 0, 0.0, 0, 0)
