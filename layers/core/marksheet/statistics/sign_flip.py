"""The sign-flip test: were the two models exchangeable, each unit's difference could as well be its opposite.

The p value is the share of all ways to set the signs that give a sum as far from 0 as the one found (Fisher's
randomization test for pairs; Good 2005, section 3.7). For differences of 0, 1 and -1 it is the exact McNemar
test, for equal ones the sign test. Whole clusters are flipped, never the questions inside one.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING

from marksheet.statistics.sample import SCALE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TIE = SCALE // 10**9
"""Sums that differ by less than 1e-9 are the same sum: the difference is rounding in the values."""


def sign_flip(sums: Sequence[int]) -> float:
    """The exact two-sided p value; `sums` has each independent unit's sum of differences, in 1/SCALE.

    All 2^m ways are counted by pairing the sums of one half of the units with those of the other, in time and
    memory that grow with 2^(m/2): hundredths of a second for 30 units.
    """
    moving = [unit for unit in sums if unit]
    furthest = abs(sum(moving)) - _TIE
    if furthest <= 0:
        return 1.0
    half = len(moving) // 2
    first, second = _all_sums(moving[:half]), _all_sums(moving[half:])
    as_far = sum(len(second) - bisect_left(second, furthest - one) for one in first)
    return min(1.0, 2 * as_far / (1 << len(moving)))


def sign_flip_limit(total: int, squares: int) -> float:
    """The p value for many units: their sum is then as good as normal, around 0 with variance `squares`.

    `total` is the sum of the units' sums, `squares` that of their squares.
    """
    return math.erfc(abs(total) / math.sqrt(2 * squares))


def _all_sums(units: Iterable[int]) -> list[int]:
    """The sums of these units with every setting of their signs, in ascending order."""
    sums = [0]
    for unit in units:
        sums = [one + unit for one in sums] + [one - unit for one in sums]
    return sorted(sums)
