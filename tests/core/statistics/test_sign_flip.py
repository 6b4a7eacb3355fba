"""The sign-flip test: against scipy, against all ways counted one by one, and as the tests it generalises."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from marksheet.statistics.distributions import binomial_two_sided
from marksheet.statistics.sample import SCALE
from marksheet.statistics.sign_flip import sign_flip, sign_flip_limit

EIGHT_FRACTIONAL_DIFFERENCES = [0.31, 0.22, -0.08, 0.17, 0.26, -0.05, 0.13, 0.11]
UNITS = st.lists(st.integers(-8, 8).map(lambda eighths: eighths * SCALE // 8), max_size=9)


def scaled(values):
    return [int(value * SCALE) for value in values]


def by_brute_force(units):
    furthest = abs(sum(units))
    ways = [abs(sum(s * u for s, u in zip(signs, units, strict=True))) for signs in signings(units)]
    return sum(way >= furthest for way in ways) / len(ways)


def signings(units):
    return itertools.product((1, -1), repeat=len(units))


def test_eight_fractional_differences_have_scipys_exact_p():
    expected = stats.permutation_test(
        (np.array(EIGHT_FRACTIONAL_DIFFERENCES),), np.sum, permutation_type="samples", n_resamples=np.inf
    ).pvalue
    assert expected == 0.046875
    assert sign_flip(scaled(EIGHT_FRACTIONAL_DIFFERENCES)) == expected


@given(UNITS)
def test_every_way_to_set_the_signs_counts_once(units):
    assert sign_flip(units) == pytest.approx(by_brute_force(units), abs=1e-15)


@pytest.mark.parametrize("gained", range(0, 31, 5))
def test_differences_of_one_are_mcnemars_exact_test(gained):
    units = scaled([1.0] * gained + [-1.0] * (30 - gained) + [0.0] * 40)
    assert sign_flip(units) == pytest.approx(binomial_two_sided(gained, 30), rel=1e-12)


def test_equal_differences_are_the_sign_test():
    assert sign_flip(scaled([0.1] * 12)) == 2 * 0.5**12


def test_rounding_in_the_values_tells_no_equal_sums_apart():
    values = [0.3 - 0.2, 0.2 - 0.1, 0.1, 0.4 - 0.5, 0.7 - 0.6]
    assert sign_flip(scaled(values)) == by_brute_force([1, 1, 1, -1, 1])


@pytest.mark.parametrize("units", [[], [0, 0, 0], [SCALE, -SCALE], scaled([0.3 - 0.2, 0.1 - 0.2])])
def test_no_difference_has_p_1(units):
    assert sign_flip(units) == 1.0


def test_the_limit_is_what_many_units_come_to():
    rng = random.Random(5)
    units = scaled(rng.gauss(0.1, 0.3) for _ in range(30))
    limit = sign_flip_limit(sum(units), sum(unit * unit for unit in units))
    assert limit == pytest.approx(sign_flip(units), rel=0.05)


def test_the_limit_is_a_normal_tail():
    assert sign_flip_limit(3 * SCALE, 4 * SCALE**2) == pytest.approx(2 * stats.norm.sf(1.5), rel=1e-12)
    assert sign_flip_limit(0, SCALE**2) == 1.0
