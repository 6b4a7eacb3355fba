"""pass@k and pass^k against every choice of k trials, counted one by one."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.statistics import Mean, PassRates
from marksheet.statistics.pass_rates import pass_at, pass_hat

SCORED = st.integers(1, 8)


def chosen(scored, right, k):
    """Every choice of k trials, the first `right` of which are right."""
    return [[trial < right for trial in choice] for choice in itertools.combinations(range(scored), k)]


@given(SCORED, st.data())
def test_both_rates_are_shares_of_all_choices_of_k_trials(scored, data):
    right = data.draw(st.integers(0, scored))
    choices = chosen(scored, right, k := data.draw(st.integers(1, scored)))
    assert pass_at(k, scored, right) == pytest.approx(sum(map(any, choices)) / len(choices), abs=1e-15)
    assert pass_hat(k, scored, right) == pytest.approx(sum(map(all, choices)) / len(choices), abs=1e-15)


def test_3_right_of_10():
    assert pass_at(5, 10, 3) == pytest.approx(0.9167, abs=5e-5)
    assert pass_at(1, 10, 3) == pass_hat(1, 10, 3) == 0.3
    assert pass_hat(5, 10, 3) == 0.0


@pytest.mark.parametrize(
    ("trials", "ks"), [(2, [1, 2]), (4, [1, 2, 4]), (5, [1, 2, 4, 5]), (100, [1, 2, 4, 8, 16, 32, 64, 100])]
)
def test_k_is_1_the_powers_of_two_and_all_trials(trials, ks):
    assert list(PassRates(trials).at()) == list(PassRates(trials).hat()) == ks


def test_rates_are_means_over_questions_with_an_interval():
    rates, mean = PassRates(4), Mean()
    for right in (0, 1, 2, 4):
        rates.add(4, right)
        mean.add(pass_at(2, 4, right))
    assert rates.at()[2] == mean.estimate()
    assert rates.at()[1].mean == rates.hat()[1].mean == 7 / 16
    assert rates.hat()[4].mean == 1 / 4


def test_questions_with_fewer_than_k_scored_trials_are_left_out_and_counted():
    rates = PassRates(4)
    for scored, right in ((4, 4), (3, 3), (1, 0), (0, 0)):
        rates.add(scored, right)
    assert rates.left_out == {1: 1, 2: 2, 4: 3}
    assert [estimate.n for estimate in rates.at().values()] == [3, 2, 1]


def test_clusters_of_questions_are_minded():
    rates = PassRates(2)
    for _ in range(10):
        rates.add(2, 1, "one document")
    assert (rates.at()[2].n, rates.at()[2].clusters) == (10, 1)


@pytest.mark.parametrize("right", [0, 2])
def test_never_or_always_right_is_not_certain(right):
    rates = PassRates(2)
    for _ in range(20):
        rates.add(2, right)
    for estimate in (*rates.at().values(), *rates.hat().values()):
        assert estimate.mean == right / 2
        assert estimate.high - estimate.low > 0.1


def test_no_questions_have_no_rate():
    assert PassRates(2).at()[1].mean is None
