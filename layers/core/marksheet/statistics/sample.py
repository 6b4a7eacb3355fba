"""Sums over a stream of values, exact, so that neither order nor grouping can move a result."""

from __future__ import annotations

import math

SCALE = 1 << 64
"""Values are kept as whole multiples of 2^-64, within 1e-19. Whole numbers add up without rounding in any
order, as floating sums do not, and a spread of nothing comes out as exactly 0."""
FEW = 30
"""Up to so many independent units the sum of each is at hand."""
_NOISE = 1e-12
"""A standard error up to here is rounding in the values (0.3 - 0.2 beside 0.2 - 0.1) and counts as none."""


class Sample:
    """Count, mean, spread and standard error of finite values, some of them in clusters.

    Values of one cluster are not independent of each other; a value without a cluster is one by itself.
    Clusters may come in any order. Memory is flat in the number of values, save two numbers a named cluster.
    """

    def __init__(self) -> None:
        self.count = 0
        self.minimum: float | None = None
        self.maximum: float | None = None
        self._sum = 0
        self._squares = 0
        self._singles: list[int] = []
        self._clustered_count = 0
        self._clustered_squares = 0
        self._cluster_sums: dict[str, int] = {}
        self._cluster_counts: dict[str, int] = {}

    def add(self, value: float, cluster: str | None = None) -> None:
        """Take in one value."""
        self.count += 1
        if self.minimum is None or value < self.minimum:
            self.minimum = value
        if self.maximum is None or value > self.maximum:
            self.maximum = value
        scaled = int(value * SCALE)
        square = scaled * scaled
        self._sum += scaled
        self._squares += square
        if cluster is not None:
            self._clustered_count += 1
            self._clustered_squares += square
            self._cluster_sums[cluster] = self._cluster_sums.get(cluster, 0) + scaled
            self._cluster_counts[cluster] = self._cluster_counts.get(cluster, 0) + 1
        elif len(self._singles) < FEW:
            self._singles.append(scaled)

    @property
    def clusters(self) -> int:
        """Independent units: named clusters, and values without a cluster."""
        return self.count - self._clustered_count + len(self._cluster_sums)

    @property
    def clustered(self) -> bool:
        """Whether any cluster holds more than one value."""
        return self.clusters < self.count

    @property
    def unit_sums(self) -> list[int] | None:
        """The sum of each independent unit's values in 1/SCALE; None where there are more than `FEW`."""
        return [*self._singles, *self._cluster_sums.values()] if self.clusters <= FEW else None

    @property
    def unit_squares(self) -> int:
        """The sum over independent units of the square of their sum, in 1/SCALE²."""
        clustered = sum(cluster_sum**2 for cluster_sum in self._cluster_sums.values())
        return self._squares - self._clustered_squares + clustered

    @property
    def total(self) -> int:
        """The sum of all values in 1/SCALE."""
        return self._sum

    @property
    def mean(self) -> float | None:
        """The arithmetic mean, or None of nothing."""
        return self._sum / (self.count * SCALE) if self.count else None

    @property
    def standard_deviation(self) -> float | None:
        """With n - 1 in the denominator; None below two values."""
        if self.count < 2:
            return None
        n = self.count
        return math.sqrt((n * self._squares - self._sum**2) / (n * (n - 1) * SCALE**2))

    @property
    def standard_error(self) -> float | None:
        """Of the mean, robust against clusters; None below two clusters.

        sqrt(C/(C-1) * sum over clusters of (sum of deviations from the mean)²) / n (Liang and Zeger 1986,
        with the factor for few clusters; Miller 2024, arXiv 2411.00640). Without clusters this is s/sqrt(n).
        """
        n, total, clusters = self.count, self._sum, self.clusters
        if clusters < 2:
            return None
        # In whole numbers the squares of n * (sum of a cluster's values) - (its size) * total; first of all
        # the values that are clusters by themselves.
        single_sum = total - sum(self._cluster_sums.values())
        single_squares = self._squares - self._clustered_squares
        single_count = n - self._clustered_count
        deviations = n * n * single_squares - 2 * n * total * single_sum + single_count * total**2
        for cluster, cluster_sum in self._cluster_sums.items():
            deviations += (n * cluster_sum - self._cluster_counts[cluster] * total) ** 2
        error = math.sqrt(clusters * deviations / ((clusters - 1) * n**4 * SCALE**2))
        return error if error > _NOISE else 0.0
