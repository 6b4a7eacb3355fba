"""Quantiles within their error, in flat memory."""

from __future__ import annotations

import math
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.statistics import Quantiles
from marksheet.statistics.quantiles import ERROR

SHARES = (0.5, 0.95, 0.99)


def gathered(values):
    quantiles = Quantiles()
    for value in values:
        quantiles.add(value)
    return quantiles


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200), st.floats(0, 1))
def test_a_quantile_is_within_its_error_of_the_value_of_that_rank(values, share):
    exact = sorted(values)[max(1, math.ceil(share * len(values))) - 1]
    [found] = gathered(values).quantiles(share)
    assert found == pytest.approx(exact, rel=ERROR * (1 + 1e-9), abs=1e-9)
    assert min(values) <= found <= max(values)


def test_values_on_an_edge_are_told_from_larger_ones():
    assert gathered([1.0] * 99 + [60.0]).quantiles(0.5, 0.99, 1.0) == pytest.approx(
        [1.0, 1.0, 60.0], rel=ERROR
    )


def test_one_value_is_every_quantile_of_itself():
    assert gathered([0.4123]).quantiles(*SHARES) == [0.4123] * 3


def test_nothing_has_no_quantiles():
    assert Quantiles().quantiles(*SHARES) == [None] * 3


def test_memory_is_flat():
    quantiles = gathered(10 ** (exponent / 100) for exponent in range(-300, 301))
    tracemalloc.start()
    try:
        for number in range(20_000):
            quantiles.add(0.001 + number % 1000)
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < 100_000
