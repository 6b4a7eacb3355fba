"""What an evaluation found, gathered question by question into the content of `summary.json`.

Memory does not grow with the number of questions (with named clusters: by two numbers a cluster and metric).
Nothing is rounded here.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from marksheet.domain import Counts, Outcome, Role, Status
from marksheet.scoring.specs import run_metric
from marksheet.statistics import Mean, PairedDifference, Sample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.domain import Evaluation, Run, ScorerSpec, Trial

ACCURACY = "accuracy"
RELEVANCE = "relevance"
OVERALL = "overall_score"

TIE_PLACES = 12
"""Overall scores that are equal to so many decimal places are a tie."""


class EvaluationSummary:
    """Takes in the trials of every question in turn and hands out the summary.

    A question's value of a metric is the mean over its scored trials in the run; a question without one is
    left out of the run's mean and counted as unscored, or as errored when none of its trials was answered.
    A question's overall score is the mean of its accuracy and, if a scorer has that role, its relevance;
    where one of the two is missing there is none.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._runs = tuple(_RunSummary(run, evaluation.scorers) for run in evaluation.runs)
        names = metric_names(evaluation.scorers) if evaluation.comparison else ()
        self._differences = {name: PairedDifference() for name in names}

    def add(self, question_trials: Sequence[Sequence[Trial]], cluster: str | None) -> None:
        """Take in one question: for each run, by position, its trials; and the cluster the question is in."""
        values = [run.add(trials, cluster) for run, trials in zip(self._runs, question_trials, strict=True)]
        for name, difference in self._differences.items():
            base, compared = values[0][name], values[1][name]
            if base is not None and compared is not None:
                difference.add(base, compared, cluster)

    def error_share(self, run_position: int) -> float:
        """The share of the run's trials so far that errored; 0 before the first."""
        counts = self._runs[run_position].counts
        return counts.errored / counts.total if counts.total else 0.0

    def counts(self, run_position: int) -> Counts:
        """The run's trials so far by outcome."""
        return self._runs[run_position].counts

    def errors(self, run_position: int) -> list[tuple[str, int]]:
        """The codes of the run's errors and how often each came, the most frequent first."""
        return self._runs[run_position].errors

    def finish(self, *, completed_at: str) -> dict[str, Any]:
        """The content of `summary.json`: only what JSON knows, and no NaN."""
        evaluation = self._evaluation
        benchmark = evaluation.benchmark
        runs = [run.finish() for run in self._runs]
        return {
            "evaluation_id": evaluation.evaluation_id,
            "status": Status.READY.value,
            "name": evaluation.name,
            "benchmark": {
                "benchmark_id": benchmark.benchmark_id,
                "name": benchmark.name,
                "version": benchmark.version,
                "sha256": benchmark.sha256,
                "questions": benchmark.question_count,
            },
            "trials": evaluation.trials,
            "scorers": [_scorer(spec) for spec in evaluation.scorers],
            "runs": runs,
            "comparison": self._comparison(runs) if evaluation.comparison else None,
            "created_at": evaluation.created_at,
            "started_at": evaluation.started_at,
            "completed_at": completed_at,
            "attempt": evaluation.attempt,
        }

    def _comparison(self, runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        base, compared = runs
        return {
            "base_model_id": base["model_id"],
            "eval_model_id": compared["model_id"],
            "better_model": better_model(base, compared),
            "metrics": {name: asdict(pairs.difference()) for name, pairs in self._differences.items()},
        }


class _RunSummary:
    """One run's side of the summary."""

    def __init__(self, run: Run, scorers: Sequence[ScorerSpec]) -> None:
        self._run = run
        self._scored_by = {run_metric(spec): spec.metric for spec in scorers}
        self._parts = tuple(name for name in (ACCURACY, RELEVANCE) if name in self._scored_by)
        self._means = {name: Mean() for name in metric_names(scorers)}
        self._unscored: Counter[str] = Counter()
        self._errored_questions = 0
        self._outcomes: Counter[Outcome] = Counter()
        self._errors: Counter[str] = Counter()
        self._violations = 0
        self._prompt_tokens: int | None = None
        self._completion_tokens: int | None = None
        self._latency = Sample()

    @property
    def counts(self) -> Counts:
        """Trials so far by outcome."""
        return Counts(**{outcome.value: self._outcomes[outcome] for outcome in Outcome})

    @property
    def errors(self) -> list[tuple[str, int]]:
        """Error codes and how often each came, the most frequent first."""
        return self._errors.most_common()

    def add(self, trials: Sequence[Trial], cluster: str | None) -> Mapping[str, float | None]:
        """Take in one question's trials; return the question's value of every metric."""
        for trial in trials:
            self._count(trial)
        answered = [trial for trial in trials if trial.outcome is not Outcome.ERRORED]
        values = {name: _mean_value(answered, metric) for name, metric in self._scored_by.items()}
        parts = [values[name] for name in self._parts]
        known = [part for part in parts if part is not None]
        values[OVERALL] = math.fsum(known) / len(known) if len(known) == len(parts) else None
        if not answered:
            self._errored_questions += 1
            return values
        for name, value in values.items():
            if value is None:
                self._unscored[name] += 1
            else:
                self._means[name].add(value, cluster)
        return values

    def finish(self) -> dict[str, Any]:
        """The run's entry in `runs`."""
        latency = self._latency
        return {
            "run_id": self._run.run_id,
            "position": self._run.position,
            "model_id": self._run.model.model_id,
            "provider": self._run.model.provider.value,
            "shards": self._run.shards,
            "counts": {**asdict(self.counts), "total": self.counts.total},
            "metrics": {name: self._metric(name, mean) for name, mean in self._means.items()},
            "domain_violations": self._violations,
            "tokens": {"prompt": self._prompt_tokens, "completion": self._completion_tokens},
            "latency_seconds": (
                {"count": latency.count, "mean": latency.mean, "max": latency.maximum}
                if latency.count
                else None
            ),
            "errors": dict(sorted(self._errors.items())),
        }

    def _metric(self, name: str, mean: Mean) -> dict[str, Any]:
        return {
            **asdict(mean.estimate()),
            "unscored": self._unscored[name],
            "errored": self._errored_questions,
        }

    def _count(self, trial: Trial) -> None:
        self._outcomes[trial.outcome] += 1
        self._violations += bool(trial.violations)
        if trial.outcome is Outcome.ERRORED:
            self._errors[trial.error.code if trial.error else "unknown"] += 1
        if trial.latency_seconds is not None:
            self._latency.add(trial.latency_seconds)
        if trial.prompt_tokens is not None:
            self._prompt_tokens = (self._prompt_tokens or 0) + trial.prompt_tokens
        if trial.completion_tokens is not None:
            self._completion_tokens = (self._completion_tokens or 0) + trial.completion_tokens


def metric_names(scorers: Sequence[ScorerSpec]) -> tuple[str, ...]:
    """The metrics of a run marked with these scorers, in the order results show them."""
    names = [run_metric(spec) for spec in scorers]
    headline = [name for name in (ACCURACY, RELEVANCE) if name in names]
    return (*headline, OVERALL, *(name for name in names if name not in headline))


def better_model(base: Mapping[str, Any], compared: Mapping[str, Any]) -> str:
    """The model id of the run with the higher mean overall score, or "tie".

    Takes two entries of `runs`. Equal to `TIE_PLACES` decimal places is a tie, and so is a run without any
    overall score, which cannot be compared.
    """
    base_mean, compared_mean = (run["metrics"][OVERALL]["mean"] for run in (base, compared))
    if base_mean is None or compared_mean is None or round(compared_mean - base_mean, TIE_PLACES) == 0:
        return "tie"
    better = compared if compared_mean > base_mean else base
    return str(better["model_id"])


def _mean_value(trials: Sequence[Trial], metric: str) -> float | None:
    """The mean score of those trials that have one."""
    scores = [trial.scores[metric].value for trial in trials if metric in trial.scores]
    values = [value for value in scores if value is not None]
    return math.fsum(values) / len(values) if values else None


def _scorer(spec: ScorerSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "role": spec.role.value,
        "metric": spec.metric,
        "threshold": spec.threshold if spec.role is Role.CORRECTNESS else None,
        "options": dict(spec.options),
    }
