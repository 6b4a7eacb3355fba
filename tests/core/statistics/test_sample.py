"""Exact sums: mean, spread, standard errors, and no trace of the order of arrival."""

from __future__ import annotations

import math
import random
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.statistics import Sample

VALUES = st.lists(st.floats(-1, 1), min_size=2, max_size=60)
CLUSTERED = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from([None, "a", "b", "c", "d"])), min_size=2, max_size=60
)


def sample(pairs):
    gathered = Sample()
    for value, cluster in pairs:
        gathered.add(value, cluster)
    return gathered


@given(VALUES)
def test_mean_and_standard_deviation_are_numpys(values):
    gathered = sample((value, None) for value in values)
    assert gathered.count == len(values)
    assert gathered.mean == pytest.approx(np.mean(values), abs=1e-15)
    assert gathered.standard_deviation == pytest.approx(np.std(values, ddof=1), abs=1e-12)
    assert (gathered.minimum, gathered.maximum) == (min(values), max(values))


@given(VALUES)
def test_the_standard_error_has_n_minus_1(values):
    expected = np.std(values, ddof=1) / math.sqrt(len(values))
    assert sample((value, None) for value in values).standard_error == pytest.approx(expected, abs=2e-12)


@given(CLUSTERED)
def test_the_clustered_standard_error_follows_its_definition(pairs):
    gathered = sample(pairs)
    mean = sum(value for value, _ in pairs) / len(pairs)
    sums = {}
    for index, (value, cluster) in enumerate(pairs):
        key = index if cluster is None else cluster
        sums[key] = sums.get(key, 0.0) + value - mean
    assert gathered.clusters == len(sums)
    if len(sums) < 2:
        assert gathered.standard_error is None
    else:
        factor = len(sums) / (len(sums) - 1)
        expected = math.sqrt(factor * sum(total**2 for total in sums.values())) / len(pairs)
        assert gathered.standard_error == pytest.approx(expected, abs=2e-12)


def test_the_clustered_standard_error_is_that_of_statsmodels():
    import statsmodels.api as sm

    rng = random.Random(5)
    pairs = [
        (rng.random() ** (1 + cluster % 3), cluster) for cluster in range(12) for _ in range(1 + cluster)
    ]
    values, clusters = zip(*pairs, strict=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = sm.OLS(values, np.ones(len(values))).fit(
            cov_type="cluster", cov_kwds={"groups": np.array(clusters), "use_correction": True}
        )
    gathered = sample((value, str(cluster)) for value, cluster in pairs)
    assert gathered.standard_error == pytest.approx(fit.bse[0], rel=1e-9)


@given(CLUSTERED, st.randoms())
def test_no_result_depends_on_the_order_of_arrival(pairs, rng):
    shuffled = list(pairs)
    rng.shuffle(shuffled)
    one, other = sample(pairs), sample(shuffled)
    assert (one.mean, one.standard_deviation, one.standard_error) == (
        other.mean,
        other.standard_deviation,
        other.standard_error,
    )


def test_equal_values_have_no_spread_at_all():
    gathered = sample((0.7, None) for _ in range(1_000))
    assert (gathered.mean, gathered.standard_deviation, gathered.standard_error) == (0.7, 0.0, 0.0)


def test_values_equal_but_for_rounding_have_no_standard_error():
    assert sample([(0.3 - 0.2, None), (0.2 - 0.1, None)]).standard_error == 0.0


def test_many_trials_of_few_questions_are_not_many_questions():
    # Two questions, ten trials each, one always right and one always wrong: two units, not twenty.
    gathered = sample([(1.0, "a")] * 10 + [(0.0, "b")] * 10)
    assert gathered.standard_error == pytest.approx(0.5)


def test_nothing_has_no_mean():
    assert (Sample().mean, Sample().standard_deviation, Sample().standard_error) == (None, None, None)
    assert (Sample().minimum, Sample().maximum, Sample().clusters) == (None, None, 0)


def test_one_value_has_a_mean_and_no_spread():
    one = sample([(0.4, None)])
    assert (one.mean, one.standard_deviation, one.standard_error) == (0.4, None, None)
