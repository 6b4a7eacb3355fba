"""Quantiles of a stream of positive numbers, in flat memory, within a known error."""

from __future__ import annotations

import math
from collections import Counter

ERROR = 0.01
"""The largest relative error of a quantile."""
_RATIO = (1 + ERROR) / (1 - ERROR)
_LOG_RATIO = math.log(_RATIO)
_SMALLEST = 1e-9
"""Below it a value counts as 0."""


class Quantiles:
    """Counts values in bins whose upper edge is 1.02 times the lower one (Masson et al. 2019, DDSketch).

    What lies between 1 ms and 1,000 s falls into 691 bins, however many values there are.
    """

    def __init__(self) -> None:
        self._bins: Counter[int | None] = Counter()
        self._count = 0
        self._minimum = math.inf
        self._maximum = 0.0

    def add(self, value: float) -> None:
        """Take in one value, which is not negative."""
        self._bins[math.ceil(math.log(value) / _LOG_RATIO) if value >= _SMALLEST else None] += 1
        self._count += 1
        self._minimum = min(self._minimum, value)
        self._maximum = max(self._maximum, value)

    def quantiles(self, *shares: float) -> list[float | None]:
        """For each share the smallest value that at least this share of the values does not exceed, within
        `ERROR`; None of nothing.
        """
        bins = sorted(self._bins, key=lambda number: -math.inf if number is None else number)
        found: list[float | None] = []
        for share in shares:
            rank, passed = max(1, math.ceil(share * self._count)), 0
            for number in bins:
                passed += self._bins[number]
                if passed >= rank:
                    found.append(min(self._maximum, max(self._minimum, _middle(number))))
                    break
            else:
                found.append(None)
        return found


def _middle(number: int | None) -> float:
    """The value that is as far, in proportion, from the lower edge of a bin as from the upper."""
    return 0.0 if number is None else 2 * _RATIO**number / (_RATIO + 1)
