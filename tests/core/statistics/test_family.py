"""Holm's adjustment against statsmodels, and verdicts by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from marksheet.statistics import Difference, PairedDifference, adjust
from marksheet.statistics.family import holm

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=20)


def found(gained, lost):
    paired = PairedDifference()
    for pair in [(0.0, 1.0)] * gained + [(1.0, 0.0)] * lost + [(1.0, 1.0)] * 60:
        paired.add(*pair)
    return paired.difference()


@pytest.mark.parametrize(
    "p_values",
    [
        [0.01, 0.04, 0.03, 0.005],
        [0.03, 0.02, 0.03, 0.03, 0.9],
        [0.0, 1.0, 0.5],
        [0.6, 0.5, 0.4],
        [0.2],
        [1e-36, 0.011, 0.012, 0.013, 0.2, 0.012],
    ],
)
def test_adjusted_p_values_are_those_of_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1], abs=1e-15)


@given(P_VALUES)
def test_an_adjusted_p_value_is_never_smaller_and_never_above_1(p_values):
    assert all(p <= adjusted <= 1.0 for p, adjusted in zip(p_values, holm(p_values), strict=True))


def test_one_comparison_alone_is_not_adjusted():
    assert holm([0.0357]) == [0.0357]
    assert adjust({"accuracy": found(30, 15)}) == {"accuracy": found(30, 15)}


def test_nothing_compared_is_nothing_adjusted():
    assert holm([]) == []
    assert adjust({}) == {}


def test_the_verdict_goes_by_the_adjusted_p_value():
    differences = {"accuracy": found(30, 15), "relevance": found(22, 18)}
    assert differences["accuracy"].verdict == "better"
    adjusted = adjust(differences)
    assert adjusted["accuracy"].p_value == differences["accuracy"].p_value
    assert adjusted["accuracy"].p_holm == pytest.approx(2 * differences["accuracy"].p_value)
    assert adjusted["accuracy"].verdict == "no difference shown"


def test_metrics_without_a_pair_make_no_demands_on_the_others():
    adjusted = adjust({"accuracy": found(30, 15), "relevance": Difference()})
    assert adjusted["accuracy"].verdict == "better"
    assert (adjusted["relevance"].p_holm, adjusted["relevance"].verdict) == (1.0, "too few to tell")
