"""The difference between two models on the same questions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from marksheet.statistics.distributions import binomial_two_sided, normal_quantile, t_two_sided
from marksheet.statistics.intervals import UPPER, agresti_min, constant, student
from marksheet.statistics.sample import Sample
from marksheet.statistics.sign_flip import sign_flip, sign_flip_limit

DifferenceMethod = Literal["mcnemar", "t", "clustered", "none"]
Test = Literal["mcnemar", "sign_flip", "t", "none"]
Verdict = Literal["better", "worse", "no difference shown", "too few to tell"]

SIGNIFICANCE = 0.05
"""A p value below this is a verdict."""
POWER = 0.8
"""Chance of a verdict that the minimum detectable effect stands for."""
FEWEST = 10
"""Below as many independent questions nothing is told."""
COARSEST = 0.25
"""Where only a difference above this could have been detected, finding none tells nothing."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What is known of eval minus base over the questions that have a value in both runs."""

    n: int = 0
    clusters: int = 0
    """Independent units among the questions: those of one cluster count as one."""
    difference: float | None = None
    standard_error: float | None = None
    """Of the mean difference, clustered where questions share clusters; None below two units."""
    low: float | None = None
    high: float | None = None
    p_value: float = 1.0
    """Two-sided, of no difference."""
    p_holm: float = 1.0
    """`p_value` adjusted for the comparisons made beside this one (`family.adjust`)."""
    method: DifferenceMethod = "none"
    """Where the interval comes from: see `PairedDifference`."""
    test: Test = "none"
    """Where the p value comes from: see `PairedDifference`."""
    gained: int | None = None
    """Questions right for the eval model only; None for fractional values."""
    lost: int | None = None
    """Questions right for the base model only; None for fractional values."""
    minimum_detectable_effect: float | None = None
    """The smallest true difference that such a comparison finds significant with a chance of 80 %."""
    verdict: Verdict = "too few to tell"
    """Of the eval model; "better" and "worse" at `p_holm` < 0.05 from 10 independent questions."""

    def adjusted(self, p_holm: float) -> Difference:
        """The same beside other comparisons: the verdict goes by the adjusted p value."""
        if self.difference is None or self.minimum_detectable_effect is None:
            return replace(self, p_holm=p_holm)
        words = verdict(self.difference, p_holm, self.minimum_detectable_effect, self.clusters)
        return replace(self, p_holm=p_holm, verdict=words)


class PairedDifference:
    """Gathers two values in [0, 1] per question and compares their means.

    The interval, by `method`:

    - "mcnemar": all values are 0 or 1. That of Agresti and Min;
    - "t": Student's with n - 1 degrees of freedom, for fractional values;
    - "clustered": questions share clusters. Student's, with the clustered standard error and C - 1 degrees;
    - "none": no pairs.

    Where every unit shows the same difference, so that there is no spread to go by, it is
    `intervals.constant`.

    The p value, by `test`:

    - "mcnemar": all values are 0 or 1, no cluster is shared. Exact: binomial over the discordant pairs;
    - "sign_flip": up to 30 independent units. Exact too. Clusters that are more go by its normal limit, since
      the t test finds too much where clusters are few or of unequal size (docs/metrics.md has the figures);
    - "t": paired t test, for more than 30 fractional values;
    - "none": no pairs.

    Close to the threshold interval and p value may disagree; the verdict follows the p value.
    """

    def __init__(self) -> None:
        self._sample = Sample()
        self._binary = True
        self._gained = 0
        self._lost = 0

    def add(self, base: float, compared: float, cluster: str | None = None) -> None:
        """Take in one question: its value in the base run and in the run compared with it."""
        self._sample.add(compared - base, cluster)
        self._binary = self._binary and base in (0.0, 1.0) and compared in (0.0, 1.0)
        self._gained += compared > base
        self._lost += base > compared

    def difference(self) -> Difference:
        """The comparison of what came in so far."""
        sample, mean = self._sample, self._sample.mean
        if mean is None:
            return Difference()
        method: DifferenceMethod = "clustered" if sample.clustered else "mcnemar" if self._binary else "t"
        low, high = self._interval(mean, method)
        p_value, test = self._test(mean, method)
        error = sample.standard_error
        effect = minimum_detectable_effect(error or (high - low) / 2 / normal_quantile(UPPER))
        return Difference(
            n=sample.count,
            clusters=sample.clusters,
            difference=mean,
            standard_error=error,
            low=low,
            high=high,
            p_value=p_value,
            p_holm=p_value,
            method=method,
            test=test,
            gained=self._gained if self._binary else None,
            lost=self._lost if self._binary else None,
            minimum_detectable_effect=effect,
            verdict=verdict(mean, p_value, effect, sample.clusters),
        )

    def _interval(self, mean: float, method: DifferenceMethod) -> tuple[float, float]:
        sample = self._sample
        if method == "mcnemar":
            return agresti_min(self._gained, self._lost, sample.count)
        if not sample.standard_error:
            return constant(mean, sample.clusters, lowest=-1.0)
        return student(mean, sample.standard_error, sample.clusters - 1, lowest=-1.0)

    def _test(self, mean: float, method: DifferenceMethod) -> tuple[float, Test]:
        sample = self._sample
        if method == "mcnemar":
            return binomial_two_sided(self._gained, self._gained + self._lost), "mcnemar"
        if (sums := sample.unit_sums) is not None:
            return sign_flip(sums), "sign_flip"
        if not sample.standard_error:
            return binomial_two_sided(0, sample.clusters) if mean else 1.0, "sign_flip"
        if sample.clustered:
            return sign_flip_limit(sample.total, sample.unit_squares), "sign_flip"
        return t_two_sided(mean / sample.standard_error, sample.clusters - 1), "t"


def minimum_detectable_effect(standard_error: float) -> float:
    """(z of the significance level + z of the power) times the standard error (Miller 2024, section 5)."""
    return (normal_quantile(1 - SIGNIFICANCE / 2) + normal_quantile(POWER)) * standard_error


def verdict(difference: float, p_value: float, effect: float, units: int) -> Verdict:
    """The comparison in words; `effect` is the minimum detectable one, `units` the independent questions."""
    if units < FEWEST:
        return "too few to tell"
    if p_value < SIGNIFICANCE:
        return "better" if difference > 0 else "worse"
    return "too few to tell" if effect > COARSEST else "no difference shown"
