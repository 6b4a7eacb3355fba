"""Paired differences: the reference values, the edges, the properties."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.contingency_tables import mcnemar

from marksheet.statistics import Difference, PairedDifference
from marksheet.statistics.paired import minimum_detectable_effect, verdict

FRACTION = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0]))
PAIRS = st.lists(
    st.tuples(FRACTION, FRACTION, st.sampled_from([None, None, "a", "b"])), min_size=1, max_size=50
)


def compare(pairs):
    paired = PairedDifference()
    for pair in pairs:
        paired.add(*pair)
    return paired.difference()


def table(gained, lost, both, neither=0):
    return [(0.0, 1.0)] * gained + [(1.0, 0.0)] * lost + [(1.0, 1.0)] * both + [(0.0, 0.0)] * neither


def test_30_gained_and_15_lost():
    found = compare(table(30, 15, 55))
    assert found.p_value == pytest.approx(0.0357, abs=5e-5)
    assert (found.n, found.gained, found.lost, found.difference) == (100, 30, 15, 0.15)
    assert (found.method, found.verdict) == ("mcnemar", "better")


def test_the_difference_of_gsm8ks_two_models():
    found = compare(table(293, 64, 222, 740))
    assert found.difference == pytest.approx(229 / 1319, abs=1e-15)
    assert (found.low, found.high) == pytest.approx((0.1468828, 0.1998242), abs=5e-8)
    assert found.p_value == pytest.approx(stats.binomtest(64, 357).pvalue, rel=1e-9)
    assert found.verdict == "better"


@pytest.mark.parametrize(
    ("gained", "lost"), [(0, 0), (1, 0), (5, 5), (12, 3), (60, 90), (700, 600), (4_000, 4_200)]
)
def test_yes_or_no_values_have_mcnemars_exact_p(gained, lost):
    found = compare(table(gained, lost, 20, 20))
    expected = mcnemar([[20, lost], [gained, 20]], exact=True).pvalue
    assert found.p_value == pytest.approx(expected, rel=1e-9)


def test_the_paired_standard_error_is_below_the_unpaired_one():
    # 20 questions: base 11 right, eval 14 right, 4 gained and 1 lost.
    found = compare(table(4, 1, 10, 5))
    differences = [1] * 4 + [-1] + [0] * 15
    assert found.difference == pytest.approx(0.15)
    assert found.standard_error == pytest.approx(stats.sem(differences), abs=1e-12)
    assert found.standard_error == pytest.approx(0.1094, abs=5e-5)


def test_yes_or_no_values_have_the_interval_of_agresti_and_min():
    found = compare(table(30, 15, 55))
    size, difference = 102, 15 / 102
    half = stats.norm.ppf(0.975) * math.sqrt(((46) / size - difference**2) / size)
    assert (found.low, found.high) == pytest.approx((difference - half, difference + half), abs=1e-12)


def test_fractional_values_have_the_paired_t_test():
    rng = random.Random(11)
    base = [rng.random() for _ in range(40)]
    compared = [min(1.0, value + rng.gauss(0.05, 0.1)) if value < 0.9 else value for value in base]
    compared = [max(0.0, value) for value in compared]
    found = compare(zip(base, compared, strict=True))
    reference = stats.ttest_rel(compared, base)
    interval = reference.confidence_interval(0.95)
    assert found.p_value == pytest.approx(reference.pvalue, rel=1e-9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), abs=1e-12)
    assert (found.method, found.test, found.gained, found.lost) == ("t", "t", None, None)


def test_eight_fractional_pairs_have_the_exact_sign_flip_test():
    base = [0.20, 0.35, 0.60, 0.41, 0.30, 0.75, 0.50, 0.44]
    compared = [0.51, 0.57, 0.52, 0.58, 0.56, 0.70, 0.63, 0.55]
    found = compare(zip(base, compared, strict=True))
    assert found.p_value == 0.046875
    assert (found.method, found.test, found.verdict) == ("t", "sign_flip", "too few to tell")


@pytest.mark.parametrize(("units", "test"), [(30, "sign_flip"), (31, "t")])
def test_the_sign_flip_test_ends_at_30_fractional_pairs(units, test):
    assert compare([(0.3, 0.3 + 0.01 * (number % 7)) for number in range(units)]).test == test


def test_shared_clusters_widen_the_comparison():
    clustered = compare([(*pair, f"c{index // 5}") for index, pair in enumerate(table(30, 0, 70))])
    alone = compare(table(30, 0, 70))
    assert clustered.method == "clustered"
    assert clustered.standard_error > alone.standard_error
    assert (clustered.n, clustered.clusters, clustered.gained, clustered.lost) == (100, 20, 30, 0)


def test_few_clusters_are_flipped_as_wholes():
    # 6 clusters of 20 show a difference, all in one direction: 2 of the 64 ways are as far.
    found = compare([(*pair, f"c{index // 5}") for index, pair in enumerate(table(30, 0, 70))])
    assert (found.p_value, found.test) == (2 / 64, "sign_flip")


def test_many_clusters_go_by_the_limit_of_the_sign_flip_test():
    pairs = [(*pair, f"c{index % 40}") for index, pair in enumerate(table(30, 12, 78))]
    found = compare(pairs)
    sums = [sum(b - a for a, b, cluster in pairs if cluster == f"c{number}") for number in range(40)]
    z = sum(sums) / math.sqrt(sum(one * one for one in sums))
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-9)
    assert (found.clusters, found.test) == (40, "sign_flip")


def test_the_clustered_standard_error_is_that_of_statsmodels():
    rng = random.Random(3)
    pairs = [(rng.random(), rng.random(), f"c{rng.randrange(12)}") for _ in range(90)]
    found = compare(pairs)
    differences = [compared - base for base, compared, _ in pairs]
    groups = [int(cluster[1:]) for *_, cluster in pairs]
    fit = OLS(differences, [1.0] * 90).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    assert found.standard_error == pytest.approx(fit.bse[0], abs=1e-12)
    assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[0]), abs=1e-12)


@pytest.mark.parametrize("differ", [5, 40])
def test_equal_differences_of_many_questions_have_the_p_of_the_sign_test(differ):
    assert compare([(0.2, 0.3)] * differ).p_value == pytest.approx(2 * 0.5**differ)


@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_models_that_never_differ_have_p_1_and_an_interval_with_a_width(value):
    found = compare([(value, value)] * 20)
    assert (found.difference, found.p_value, found.verdict) == (0.0, 1.0, "no difference shown")
    assert -0.2 < found.low < 0.0 < found.high < 0.2
    assert found.minimum_detectable_effect > 0.0


def test_fractions_that_always_differ_by_the_same_have_the_p_of_the_sign_test():
    found = compare([(0.2, 0.3)] * 12)
    assert found.p_value == pytest.approx(2 * 0.5**12)
    assert found.low < 0.1 < found.high
    assert found.verdict == "better"


def test_one_question_tells_nothing():
    found = compare([(0.0, 1.0)])
    assert (found.n, found.standard_error, found.p_value, found.verdict) == (1, None, 1.0, "too few to tell")
    assert found.low < 0.0


def test_one_cluster_tells_nothing():
    found = compare([(0.0, 1.0, "a")] * 50)
    assert (found.standard_error, found.p_value, found.verdict) == (None, 1.0, "too few to tell")


def test_no_pairs_tell_nothing():
    assert compare([]) == Difference(
        n=0, difference=None, p_value=1.0, method="none", verdict="too few to tell"
    )


@given(PAIRS)
def test_every_comparison_is_finite_and_holds_its_difference(pairs):
    found = compare(pairs)
    assert -1.0 <= found.low <= found.difference <= found.high <= 1.0
    assert found.low < found.high
    assert 0.0 <= found.p_value <= 1.0
    assert 0.0 < found.minimum_detectable_effect < math.inf


@given(PAIRS)
def test_swapping_the_models_mirrors_the_comparison(pairs):
    found, mirrored = compare(pairs), compare([(b, a, cluster) for a, b, cluster in pairs])
    assert (found.difference, found.p_value) == (-mirrored.difference, mirrored.p_value)
    assert (found.low, found.high) == pytest.approx((-mirrored.high, -mirrored.low), abs=1e-12)
    assert (found.gained, found.lost) == (mirrored.lost, mirrored.gained)


@given(PAIRS, st.randoms())
def test_no_result_depends_on_the_order_of_arrival(pairs, rng):
    shuffled = list(pairs)
    rng.shuffle(shuffled)
    assert compare(shuffled) == compare(pairs)


@pytest.mark.parametrize(("variance", "questions"), [(1 / 9, 969), (4 / 9, 3_876), (1 / 9 + 1 / 30, 1_260)])
def test_so_many_questions_detect_a_difference_of_3_points(variance, questions):
    assert minimum_detectable_effect(math.sqrt(variance / questions)) == pytest.approx(0.03, abs=5e-6)


@pytest.mark.parametrize(("trials", "effect"), [(1, 0.133), (10, 0.076)])
def test_the_effect_that_198_questions_detect(trials, effect):
    # Between questions 1/9, within them 1/6 for each of two models, shared out over the trials.
    assert minimum_detectable_effect(math.sqrt((1 / 9 + 1 / 3 / trials) / 198)) == pytest.approx(
        effect, abs=5e-4
    )


@pytest.mark.parametrize(
    ("difference", "p_value", "effect", "units", "words"),
    [
        (0.1, 0.049, 0.1, 10, "better"),
        (-0.1, 0.049, 0.1, 10, "worse"),
        (0.1, 0.05, 0.25, 10, "no difference shown"),
        (0.1, 0.05, 0.26, 10, "too few to tell"),
        (0.9, 0.001, 0.1, 9, "too few to tell"),
        (0.9, 0.001, 0.9, 10, "better"),
    ],
)
def test_the_verdict_follows_its_thresholds(difference, p_value, effect, units, words):
    assert verdict(difference, p_value, effect, units) == words


def test_few_clusters_of_unequal_size_find_no_more_than_chance_does():
    # 500 comparisons of two models that are equally good, over 10 documents with 6 questions on average.
    rng = random.Random(19)
    found = by_t = 0
    for _ in range(500):
        pairs = []
        for document in range(10):
            chances = [min(0.98, max(0.02, rng.gauss(0.6, 0.25))) for _ in "ab"]
            for _ in range(1 + int(rng.expovariate(1 / 5.5))):
                base, compared = (float(rng.random() < chance) for chance in chances)
                pairs.append((base, compared, f"document {document}"))
        difference = compare(pairs)
        found += difference.p_value < 0.05
        by_t += difference.low > 0 or difference.high < 0
    assert found / 500 <= 0.05
    assert by_t / 500 >= 0.07
