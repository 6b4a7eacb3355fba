"""pass@k and pass^k: what asking several times is worth, and how far a right answer can be relied on."""

from __future__ import annotations

import math

from marksheet.statistics.mean import Estimate, Mean


def pass_at(k: int, scored: int, right: int) -> float:
    """The chance that at least one of k trials is right: 1 - C(n - c, k) / C(n, k) for c right ones of n.

    Unbiased, as the plain 1 - (1 - c/n)^k is not (Chen et al. 2021, arXiv 2107.03374). 1 <= k <= scored.
    """
    ways = math.comb(scored, k)
    return (ways - math.comb(scored - right, k)) / ways


def pass_hat(k: int, scored: int, right: int) -> float:
    """The chance that all of k trials are right: C(c, k) / C(n, k) for c right ones of n (Yao et al. 2024,
    arXiv 2406.12045). 1 <= k <= scored.
    """
    return math.comb(right, k) / math.comb(scored, k)


class PassRates:
    """Gathers how often each question was answered right, and estimates both rates over questions.

    For k = 1, every power of two below `trials`, and `trials` itself.
    """

    def __init__(self, trials: int) -> None:
        steps = {1 << power for power in range(trials.bit_length())} | {trials}
        self._at = {k: Mean() for k in sorted(steps) if k <= trials}
        self._hat = {k: Mean() for k in self._at}
        self.left_out = dict.fromkeys(self._at, 0)
        """By k: questions with fewer than k scored trials, of which nothing can be said."""

    def add(self, scored: int, right: int, cluster: str | None = None) -> None:
        """Take in one question: its trials that are right or wrong, and those that are right."""
        for k in self._at:
            if scored < k:
                self.left_out[k] += 1
            else:
                self._at[k].add(pass_at(k, scored, right), cluster)
                self._hat[k].add(pass_hat(k, scored, right), cluster)

    def at(self) -> dict[int, Estimate]:
        """pass@k by k."""
        return {k: mean.estimate() for k, mean in self._at.items()}

    def hat(self) -> dict[int, Estimate]:
        """pass^k by k."""
        return {k: mean.estimate() for k, mean in self._hat.items()}
