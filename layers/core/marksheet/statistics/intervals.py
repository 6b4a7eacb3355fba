"""95 % intervals that hold at the edges: few values, all equal, all right, all wrong."""

from __future__ import annotations

import math

from marksheet.statistics.distributions import normal_quantile, t_quantile

CONFIDENCE = 0.95
UPPER = 0.5 + CONFIDENCE / 2
"""Probability below the upper end of a two-sided interval."""


def wilson(share: float, count: float) -> tuple[float, float]:
    """Wilson's score interval of a share of `count` independent yes-or-no values (Wilson 1927).

    `count` may be an effective number and need not be whole. Never of zero width, never outside [0, 1].
    """
    square = normal_quantile(UPPER) ** 2
    centre = (share + square / (2 * count)) / (1 + square / count)
    half = math.sqrt(square * (share * (1 - share) + square / (4 * count)) / count) / (1 + square / count)
    return (0.0 if share == 0 else max(0.0, centre - half)), (1.0 if share == 1 else min(1.0, centre + half))


def effective_count(share: float, standard_error: float | None, count: int, clusters: int) -> float:
    """How many independent yes-or-no values tell as much as `count` in `clusters` (Korn and Graubard 1998).

    The ratio of the simple variance to the clustered one, at most `count`, and fewer for few clusters by the
    squared ratio of the t quantiles. One cluster, or values all equal, say nothing of how clusters vary: then
    one per cluster.
    """
    if standard_error is None or share in (0.0, 1.0):
        return clusters
    variance = standard_error**2
    independent = share * (1 - share)
    effective = count if variance * count <= independent else independent / variance
    return effective * (t_quantile(UPPER, count - 1) / t_quantile(UPPER, clusters - 1)) ** 2


def student(mean: float, standard_error: float, degrees: int, *, lowest: float) -> tuple[float, float]:
    """Student's t interval, cut to what a mean of values in [lowest, 1] can be."""
    half = t_quantile(UPPER, degrees) * standard_error
    return max(lowest, mean - half), min(1.0, mean + half)


def constant(value: float, count: int, *, lowest: float) -> tuple[float, float]:
    """An interval of the mean when every one of `count` independent units showed the same value.

    Wilson's upper limit for the share of units that would show another value is u = z²/(n + z²). Those may
    lie anywhere in [lowest, 1], so the mean lies from value - u (value - lowest) to value + u (1 - value).
    For a constant 0 or 1 this is Wilson's interval.
    """
    square = normal_quantile(UPPER) ** 2
    unseen = square / (count + square)
    return value - unseen * (value - lowest), value + unseen * (1 - value)


def agresti_min(gained: int, lost: int, count: int) -> tuple[float, float]:
    """Interval of the difference of two paired shares, (gained - lost)/count (Agresti and Min 2005).

    The plain interval after half a question is added to each cell of the two-by-two table, which mends its
    poor coverage for few discordant pairs and keeps its width above zero when there is none.
    """
    size = count + 2
    difference = (gained - lost) / size
    variance = ((gained + lost + 1) / size - difference**2) / size
    half = normal_quantile(UPPER) * math.sqrt(variance)
    return max(-1.0, difference - half), min(1.0, difference + half)
