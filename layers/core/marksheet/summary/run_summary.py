"""What is known of one run: its trials by outcome, its metrics, and what it took."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from marksheet.domain import BUDGET_REACHED, Counts, Outcome
from marksheet.scoring.specs import run_metric
from marksheet.statistics import Mean, PassRates
from marksheet.summary.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.domain import Evaluation, Run, ScorerSpec, Trial
    from marksheet.statistics import Estimate

ACCURACY = "accuracy"
RELEVANCE = "relevance"
OVERALL = "overall_score"


class RunSummary:
    """Takes in the trials of every question in turn and hands out the run's part of the summary.

    A question's value of a metric is the mean over its scored trials; a question without one is left out of
    the mean and counted as unscored, or as errored when none of its trials was answered. Where the evaluation
    says `errored_as` "wrong", an errored trial has the value 0 of every metric; one that was not asked has
    none in any case. A question's overall score is the mean of its accuracy and, if a scorer has that role,
    its relevance; where one of the two is missing there is none.
    """

    def __init__(self, run: Run, evaluation: Evaluation) -> None:
        scorers = evaluation.scorers
        self._run = run
        self._errored_is_wrong = evaluation.errored_as == "wrong"
        self._scored_by = {run_metric(spec): spec.metric for spec in scorers}
        self._parts = tuple(name for name in (ACCURACY, RELEVANCE) if name in self._scored_by)
        self._means = {name: Mean() for name in metric_names(scorers)}
        self._pass_rates = PassRates(evaluation.trials) if evaluation.trials > 1 else None
        self._unscored: Counter[str] = Counter()
        self._errored_questions = 0
        self._outcomes: Counter[Outcome] = Counter()
        self._errors: Counter[str] = Counter()
        self._violations = 0
        # What a logged run cost, its client did not say.
        self._usage = Usage(free=not (evaluation.logged or evaluation.calls_model(run)))

    @property
    def counts(self) -> Counts:
        """Trials so far by outcome."""
        return Counts(**{outcome.value: self._outcomes[outcome] for outcome in Outcome})

    @property
    def not_asked(self) -> int:
        """Errored trials so far that were not asked for, because the budget was used up."""
        return self._errors[BUDGET_REACHED]

    @property
    def errors(self) -> list[tuple[str, int]]:
        """Error codes and how often each came, the most frequent first."""
        return self._errors.most_common()

    def add(self, trials: Sequence[Trial], cluster: str | None) -> Mapping[str, float | None]:
        """Take in one question's trials; return the question's value of every metric."""
        for trial in trials:
            self._count(trial)
        answered = _number(trials, Outcome.RIGHT, Outcome.WRONG, Outcome.UNSCORED)
        wrong = sum(map(_failed, trials)) if self._errored_is_wrong else 0
        values = {name: _mean_value(trials, metric, wrong) for name, metric in self._scored_by.items()}
        parts = [values[name] for name in self._parts]
        known = [part for part in parts if part is not None]
        values[OVERALL] = math.fsum(known) / len(known) if len(known) == len(parts) else None
        self._errored_questions += not answered
        for name, value in values.items():
            if value is not None:
                self._means[name].add(value, cluster)
            elif answered:
                self._unscored[name] += 1
        if self._pass_rates is not None:
            right = _number(trials, Outcome.RIGHT)
            self._pass_rates.add(right + _number(trials, Outcome.WRONG) + wrong, right, cluster)
        return values

    def finish(self) -> dict[str, Any]:
        """The run's entry in `runs`."""
        counts, usage = self.counts, self._usage.tell(self.counts.right)
        rates = self._pass_rates
        return {
            "run_id": self._run.run_id,
            "position": self._run.position,
            "model_id": self._run.model.model_id,
            "provider": self._run.model.provider.value,
            "shards": self._run.shards,
            "counts": {**asdict(counts), "total": counts.total},
            "not_asked": self.not_asked,
            "metrics": {name: self._metric(name, mean) for name, mean in self._means.items()},
            "pass_at_k": _encode_rates(rates.at(), rates.left_out) if rates else None,
            "pass_hat_k": _encode_rates(rates.hat(), rates.left_out) if rates else None,
            "domain_violations": self._violations,
            **usage,
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
        self._usage.add(trial)


def metric_names(scorers: Sequence[ScorerSpec]) -> tuple[str, ...]:
    """The metrics of a run marked with these scorers, in the order results show them."""
    names = [run_metric(spec) for spec in scorers]
    headline = [name for name in (ACCURACY, RELEVANCE) if name in names]
    return (*headline, OVERALL, *(name for name in names if name not in headline))


def _number(trials: Sequence[Trial], *outcomes: Outcome) -> int:
    """How many of the trials have one of these outcomes."""
    return sum(trial.outcome in outcomes for trial in trials)


def _failed(trial: Trial) -> bool:
    """Whether the model was asked and did not answer."""
    return trial.outcome is Outcome.ERRORED and not (trial.error and trial.error.code == BUDGET_REACHED)


def _mean_value(trials: Sequence[Trial], metric: str, wrong: int) -> float | None:
    """The mean score of those trials that have one, and of `wrong` noughts."""
    scores = [trial.scores[metric].value for trial in trials if metric in trial.scores]
    values = [value for value in scores if value is not None]
    counted = len(values) + wrong
    return math.fsum(values) / counted if counted else None


def _encode_rates(estimates: Mapping[int, Estimate], left_out: Mapping[int, int]) -> dict[str, Any]:
    return {str(k): {**asdict(estimate), "left_out": left_out[k]} for k, estimate in estimates.items()}
