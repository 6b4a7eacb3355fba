"""Quantiles and tails against scipy."""

from __future__ import annotations

import pytest
from scipy import stats

from marksheet.statistics.distributions import binomial_two_sided, normal_quantile, t_quantile, t_two_sided

DEGREES = [1, 2, 3, 4, 7, 19, 30, 99, 119, 120, 121, 197, 1_318, 9_999, 1_000_000]


@pytest.mark.parametrize("degrees", DEGREES)
@pytest.mark.parametrize("probability", [0.6, 0.9, 0.975, 0.995, 0.9999])
def test_t_quantiles(probability, degrees):
    assert t_quantile(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), rel=1e-9)


@pytest.mark.parametrize("degrees", DEGREES)
@pytest.mark.parametrize("t", [0.0, 1e-200, 1e-9, 0.1, 1.0, 1.96, 3.0, 10.0, 100.0, 1e200])
def test_t_tails(t, degrees):
    assert t_two_sided(t, degrees) == pytest.approx(2 * stats.t.sf(t, degrees), rel=1e-9, abs=1e-300)
    assert t_two_sided(-t, degrees) == t_two_sided(t, degrees)


@pytest.mark.parametrize("trials", [0, 1, 2, 3, 10, 45, 999, 1_000, 1_001, 5_000, 1_000_000])
def test_binomial_p_values(trials):
    spread = int(trials**0.5)
    for successes in {
        0,
        min(1, trials),
        trials // 3,
        trials // 2,
        trials // 2 - spread,
        trials // 2 + spread,
        trials,
    }:
        if 0 <= successes <= trials:
            expected = stats.binomtest(successes, trials).pvalue if trials else 1.0
            assert binomial_two_sided(successes, trials) == pytest.approx(expected, rel=1e-8, abs=1e-300)


def test_whole_numbers_and_log_gamma_agree_where_they_meet(monkeypatch):
    exact = binomial_two_sided(450, 1_000)
    monkeypatch.setattr("marksheet.statistics.distributions._EXACT_PAIRS", 0)
    assert binomial_two_sided(450, 1_000) == pytest.approx(exact, rel=1e-10)


@pytest.mark.parametrize("probability", [0.8, 0.975])
def test_normal_quantiles(probability):
    assert normal_quantile(probability) == pytest.approx(stats.norm.ppf(probability), abs=1e-12)
