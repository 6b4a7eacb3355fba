"""Intervals of a mean: the reference values, the edges, the properties."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from marksheet.statistics import Estimate, Mean

FRACTIONS = st.lists(st.floats(0, 1), min_size=1, max_size=50)
CLUSTERED = st.lists(
    st.tuples(
        st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0])), st.sampled_from([None, "a", "b", "c"])
    ),
    min_size=1,
    max_size=50,
)

CLUSTERS_OF_FIVE = [f"c{index // 5}" for index in range(20)]


def estimate(values, clusters=None):
    mean = Mean()
    for index, value in enumerate(values):
        mean.add(value, clusters[index] if clusters else None)
    return mean.estimate()


def right(count, of):
    return [1.0] * count + [0.0] * (of - count)


def test_14_of_20():
    found = estimate(right(14, 20))
    assert found.mean == 0.7
    assert found.standard_error == pytest.approx(0.10513149660756936, abs=1e-12)
    assert (found.low, found.high) == pytest.approx((0.4810271816464765, 0.8545227551323956), abs=1e-12)
    assert (found.n, found.method) == (20, "wilson")


def test_20_of_20_is_not_certain():
    found = estimate(right(20, 20))
    assert found.low == pytest.approx(0.8388748419471808, abs=1e-12)
    assert (found.high, found.standard_error) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("count", "of"), [(0, 1), (1, 1), (0, 7), (3, 7), (7, 7), (286, 1_319), (515, 1_319)]
)
def test_yes_or_no_values_have_wilsons_interval(count, of):
    found = estimate(right(count, of))
    low, high = proportion_confint(count, of, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


def test_fractional_values_have_students_interval():
    values = [0.2, 0.5, 0.55, 0.7, 0.9, 0.35]
    found = estimate(values)
    low, high = stats.t.interval(0.95, 5, loc=found.mean, scale=stats.sem(values))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    assert (found.method, found.minimum, found.maximum) == ("t", 0.2, 0.9)


def test_four_clusters_of_five():
    values = right(5, 5) + right(0, 5) + right(4, 5) + right(1, 5)
    found = estimate(values, CLUSTERS_OF_FIVE)
    assert found.standard_error == pytest.approx(0.2380, abs=1e-4)
    assert found.standard_error / math.sqrt(4 / 3) == pytest.approx(0.2062, abs=5e-5)
    assert estimate(values).standard_error == pytest.approx(0.1147, abs=5e-5)
    assert (found.method, found.n, found.clusters) == ("clustered", 20, 4)


def test_a_clustered_share_has_wilsons_interval_with_the_effective_count():
    values = right(5, 5) + right(5, 5) + right(3, 5) + right(1, 5)
    found = estimate(values, CLUSTERS_OF_FIVE)
    effective = 0.21 / found.standard_error**2 * (stats.t.ppf(0.975, 19) / stats.t.ppf(0.975, 3)) ** 2
    low, high = proportion_confint(0.7 * effective, effective, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


def test_a_clustered_mean_of_fractions_has_students_interval_over_clusters():
    values = [0.2, 0.4, 0.5, 0.6, 0.9, 0.7]
    found = estimate(values, ["a", "a", "b", "b", "c", "c"])
    half = stats.t.ppf(0.975, 2) * found.standard_error
    assert (found.low, found.high) == pytest.approx(
        (max(0, found.mean - half), min(1, found.mean + half)), abs=1e-12
    )


def test_clusters_that_are_all_right_count_once_each():
    found = estimate(right(20, 20), CLUSTERS_OF_FIVE)
    assert (found.low, found.high) == pytest.approx(proportion_confint(4, 4, method="wilson"), abs=1e-12)


def test_one_cluster_is_one_unit():
    found = estimate(right(14, 20), ["a"] * 20)
    assert found.standard_error is None
    assert (found.low, found.high) == pytest.approx(proportion_confint(0.7, 1, method="wilson"), abs=1e-12)


def test_clusters_of_one_question_change_nothing():
    clusters = [f"c{index}" for index in range(20)]
    assert estimate(right(14, 20), clusters) == estimate(right(14, 20))


def test_equal_fractions_have_an_interval_around_them():
    found = estimate([0.7] * 20)
    unseen = 1 - 0.8388748419471808
    assert (found.low, found.high) == pytest.approx((0.7 - unseen * 0.7, 0.7 + unseen * 0.3), abs=1e-12)
    assert found.method == "wilson"


def test_one_value_is_hardly_known():
    found = estimate([0.7])
    assert (found.n, found.mean, found.standard_error) == (1, 0.7, None)
    assert found.high - found.low > 0.7


def test_nothing_is_not_zero():
    assert Mean().estimate() == Estimate(n=0, mean=None, low=None, high=None, method="none")


@given(CLUSTERED)
def test_every_interval_holds_the_mean_and_has_a_width(pairs):
    found = estimate([value for value, _ in pairs], [cluster for _, cluster in pairs])
    assert 0.0 <= found.low <= found.mean <= found.high <= 1.0
    assert found.high > found.low


@given(FRACTIONS)
def test_questions_cut_otherwise_give_the_same_numbers(values):
    assert estimate(values) == estimate(values[::-1]) == estimate(sorted(values))


def test_trials_of_a_question_are_one_cluster_of_it():
    questions = [[1.0, 1.0], [1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
    of_means = estimate([sum(trials) / 2 for trials in questions])
    of_trials = estimate(
        [value for trials in questions for value in trials], [f"q{n}" for n in range(5) for _ in range(2)]
    )
    assert of_means.mean == of_trials.mean
    assert of_means.standard_error == pytest.approx(of_trials.standard_error, abs=1e-12)
