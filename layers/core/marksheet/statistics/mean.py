"""The mean of a metric over questions, with an interval that fits the values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from marksheet.statistics.intervals import constant, effective_count, student, wilson
from marksheet.statistics.sample import Sample

Method = Literal["wilson", "t", "clustered", "none"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of a metric's mean; `low` and `high` bound its 95 % interval."""

    n: int = 0
    """Questions in the mean."""
    clusters: int = 0
    """Independent units among them: those of one cluster count as one."""
    mean: float | None = None
    standard_error: float | None = None
    """None below two independent units."""
    low: float | None = None
    high: float | None = None
    method: Method = "none"
    """How the interval came about: see `Mean`."""
    minimum: float | None = None
    maximum: float | None = None
    standard_deviation: float | None = None
    """Between questions, with n - 1; None below two."""


class Mean:
    """Gathers one value in [0, 1] per question and estimates their mean.

    A question asked several times counts once, with the mean of its trials. These are a cluster: with equal
    numbers of trials the standard error over questions is the clustered one (Miller 2024, arXiv 2411.00640).

    - "wilson": all values are 0 or 1, or all are equal (then `intervals.constant`);
    - "t": Student's interval with n - 1 degrees of freedom, for fractional values;
    - "clustered": questions share clusters. The standard error is clustered; the interval is Wilson's with
      `intervals.effective_count` for values of 0 and 1, Student's with C - 1 degrees of freedom otherwise;
    - "none": no values.
    """

    def __init__(self) -> None:
        self._sample = Sample()
        self._binary = True

    def add(self, value: float, cluster: str | None = None) -> None:
        """Take in the value of one question."""
        self._sample.add(value, cluster)
        self._binary = self._binary and value in (0.0, 1.0)

    def estimate(self) -> Estimate:
        """The mean of what came in so far."""
        sample = self._sample
        mean = sample.mean
        if mean is None:
            return Estimate()
        low, high, method = self._interval(mean)
        return Estimate(
            n=sample.count,
            clusters=sample.clusters,
            mean=mean,
            standard_error=sample.standard_error,
            low=low,
            high=high,
            method=method,
            minimum=sample.minimum,
            maximum=sample.maximum,
            standard_deviation=sample.standard_deviation,
        )

    def _interval(self, mean: float) -> tuple[float, float, Method]:
        sample, error = self._sample, self._sample.standard_error
        count, clusters = sample.count, sample.clusters
        if self._binary and not sample.clustered:
            return (*wilson(mean, count), "wilson")
        if self._binary:
            return (*wilson(mean, effective_count(mean, error, count, clusters)), "clustered")
        if error:
            return (*student(mean, error, clusters - 1, lowest=0.0), "clustered" if sample.clustered else "t")
        return (*constant(mean, clusters, lowest=0.0), "clustered" if sample.clustered else "wilson")
