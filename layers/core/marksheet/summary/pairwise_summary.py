"""What a judge that compared two models' answers found, gathered question by question.

Nothing is rounded here. Memory grows as that of `evaluation_summary` does.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from marksheet.domain import Outcome
from marksheet.scoring.pairwise import decode_pair
from marksheet.statistics import Mean, PairedDifference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.domain import Trial
    from marksheet.scoring.pairwise import Preference

_KINDS = ("eval_wins", "base_wins", "ties", "contradictory", "unscored", "errored")


class PairwiseSummary:
    """Takes in each question's trials, as `pairwise.encode_pair` made them, and hands out the summary.

    A pair is one trial of one question. A question counts once in every mean and test, with the mean of its
    pairs.
    """

    def __init__(self) -> None:
        self._kinds: Counter[str] = Counter()
        self._identical = 0
        self._positions: Counter[str] = Counter()
        self._win_rate = Mean()
        self._wins = PairedDifference()
        self._first_share = Mean()
        self._leaning = PairedDifference()

    def add(self, trials: Sequence[Trial], cluster: str | None) -> None:
        """Take in one question: the trials of its pairs, and the cluster the question is in."""
        values: list[float] = []
        chosen: Counter[str] = Counter()
        for trial in trials:
            preference = decode_pair(trial)
            self._kinds[_kind(trial.outcome, preference)] += 1
            if preference is None or preference.score.value is None:
                continue
            values.append(preference.score.value)
            self._identical += preference.identical
            chosen.update(_positions(preference))
        if values:
            value = math.fsum(values) / len(values)
            self._win_rate.add(value, cluster)
            # A tie agrees, as a question does that both models have right, so the test is the sign test.
            self._wins.add(float(value < 0.5), float(value > 0.5), cluster)
        if chosen:
            first, second = chosen["first"], chosen["second"]
            self._first_share.add(first / (first + second), cluster)
            self._leaning.add(float(second > first), float(first > second), cluster)
            self._positions.update(chosen)

    def finish(self) -> dict[str, Any]:
        """The summary: only what JSON knows, and no NaN."""
        return {
            "n": self._kinds.total(),
            **{kind: self._kinds[kind] for kind in _KINDS},
            "identical": self._identical,
            "win_rate": asdict(self._win_rate.estimate()),
            "difference": asdict(self._wins.difference()),
            "position_bias": self._position_bias(),
        }

    def _position_bias(self) -> dict[str, Any]:
        """How often the answer shown first was chosen.

        The two verdicts on a pair are not independent: a judge that looks at the answers alone chooses the
        first position exactly once. So the interval and the test are over questions, not over verdicts.
        """
        share, leaning = self._first_share.estimate(), self._leaning.difference()
        judged = sum(self._kinds[kind] for kind in _KINDS[:4]) - self._identical
        return {
            "first": self._positions["first"],
            "second": self._positions["second"],
            "n": share.n,
            "first_share": share.mean,
            "low": share.low,
            "high": share.high,
            "method": share.method,
            "leaning_first": leaning.gained or 0,
            "leaning_second": leaning.lost or 0,
            "p_value": leaning.p_value,
            "contradictory_share": self._kinds["contradictory"] / judged if judged else None,
        }


def _kind(outcome: Outcome, preference: Preference | None) -> str:
    if preference is None:
        return Outcome.ERRORED.value
    match preference.score.value:
        case None:
            return Outcome.UNSCORED.value
        case 1.0:
            return "eval_wins"
        case 0.0:
            return "base_wins"
        case _:
            by_order = {preference.base_first, preference.eval_first}
            return "contradictory" if by_order == {"base", "eval"} else "ties"


def _positions(preference: Preference) -> list[str]:
    """The position chosen in each order in which one was."""
    by_order = ((preference.base_first, "base"), (preference.eval_first, "eval"))
    return [
        "first" if winner == shown_first else "second"
        for winner, shown_first in by_order
        if winner in ("base", "eval")
    ]
