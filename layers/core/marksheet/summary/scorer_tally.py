"""Statistics of a run's scores as they are shown: per scorer and per leaf within its score."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from marksheet.domain import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from marksheet.domain import Trial

CORRECT = "correct"
"""Under which right or wrong is shown beside the scores of a run that Marksheet made."""


@dataclass(frozen=True, slots=True)
class LeafStats:
    """What the values at one place within a scorer's scores come to."""

    scorer_key: str
    path: str | None
    """Keys joined with dots; None for a score that is a value itself."""
    value_type: Literal["binary", "continuous"]
    """By the first value met."""
    trial_count: int
    """Trials with a boolean or a number here, and not all of the run's."""
    numeric_count: int
    numeric_sum: float
    pass_true_count: int
    pass_known_count: int


@dataclass(slots=True)
class _Leaf:
    value_type: Literal["binary", "continuous"]
    numbers: int = 0
    total: float = 0.0
    lost: float = 0.0
    """What the total has lost to rounding (Neumaier), so that a million trials add up to the last digit."""
    true: int = 0
    known: int = 0

    def add(self, value: float) -> None:
        self.numbers += 1
        value = as_float(value)
        total = self.total + value
        if math.isfinite(total):
            larger, smaller = (self.total, value) if abs(self.total) >= abs(value) else (value, self.total)
            self.lost += (larger - total) + smaller
        self.total = total

    def add_all(self, values: Sequence[float]) -> None:
        """Exact for the values among themselves, and a tenth of the time."""
        try:
            together = math.fsum(values)
        except (OverflowError, ValueError):
            for value in values:
                self.add(value)
        else:
            self.add(together)
            self.numbers += len(values) - 1


@dataclass(slots=True)
class ScorerTally:
    """Takes in scores, rows by digest and trials by start, in memory that does not grow with them."""

    trials: int = 0
    _leaves: dict[tuple[str, str | None], _Leaf] = field(default_factory=dict)

    def add(self, scores: Mapping[str, Any]) -> None:
        """Take in the scores of one trial."""
        self.trials += 1
        for key, score in scores.items():
            for path, value in leaves(score):
                leaf = self._leaf((key, path), binary=isinstance(value, bool))
                if isinstance(value, bool):
                    leaf.known += 1
                    leaf.true += value
                else:
                    leaf.add(value)

    def add_column(self, place: tuple[str, str | None], values: Sequence[float], *, binary: bool) -> None:
        """Take in what trials that are counted elsewhere say at one place: numbers, or with `binary` booleans
        as 1 and 0.
        """
        leaf = self._leaf(place, binary=binary)
        if binary:
            leaf.known += len(values)
            leaf.true += int(sum(values))
        else:
            leaf.add_all(values)

    def finish(self) -> list[LeafStats]:
        """One entry per scorer and leaf, in the order they were first met."""
        return [
            LeafStats(
                key,
                path,
                leaf.value_type,
                trial_count=leaf.numbers + leaf.known,
                numeric_count=leaf.numbers,
                numeric_sum=leaf.total + leaf.lost,
                pass_true_count=leaf.true,
                pass_known_count=leaf.known,
            )
            for (key, path), leaf in self._leaves.items()
        ]

    def _leaf(self, place: tuple[str, str | None], *, binary: bool) -> _Leaf:
        """The one at a place; `binary` tells its type if it is met for the first time."""
        leaf = self._leaves.get(place)
        if leaf is None:
            leaf = self._leaves[place] = _Leaf("binary" if binary else "continuous")
        return leaf


def as_float(value: float) -> float:
    """The nearest float; of an integer beyond them all infinity."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def leaves(score: Any, path: str | None = None) -> Iterator[tuple[str | None, bool | float]]:
    """The booleans and numbers within a score, with the path to each. Texts, lists and null say nothing."""
    if isinstance(score, bool | int | float):
        yield path, score
    elif isinstance(score, dict):
        for key, part in score.items():
            yield from leaves(part, key if path is None else f"{path}.{key}")


def shown_scores(trial: Trial) -> dict[str, Any]:
    """The scores of a trial: of a logged one word for word, else by metric, with right or wrong as a boolean.

    What is unscored is left out.
    """
    if trial.logged is not None:
        return dict(trial.logged.scores)
    scores: dict[str, Any] = {
        metric: score.value for metric, score in trial.scores.items() if score.value is not None
    }
    if trial.outcome in (Outcome.RIGHT, Outcome.WRONG):
        scores.setdefault(CORRECT, trial.outcome is Outcome.RIGHT)
    return scores


def tally(trials: Iterable[Trial]) -> ScorerTally:
    """The statistics of trials that come rows by digest."""
    found = ScorerTally()
    for trial in trials:
        found.add(shown_scores(trial))
    return found
