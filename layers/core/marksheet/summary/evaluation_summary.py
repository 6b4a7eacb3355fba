"""What an evaluation found, gathered question by question into the content of `summary.json`.

Memory does not grow with the number of questions (with named clusters: by two numbers a cluster and metric).
Nothing is rounded here.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from marksheet.domain import Counts, Role, Status
from marksheet.statistics import PairedDifference, adjust
from marksheet.summary.run_summary import ACCURACY, OVERALL, RELEVANCE, RunSummary, metric_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.domain import Evaluation, ScorerSpec, Trial
    from marksheet.statistics import Difference

TIE_PLACES = 12
"""Overall scores that are equal to so many decimal places are a tie."""


class EvaluationSummary:
    """Takes in the trials of every question in turn and hands out the summary. `RunSummary` says what a
    question is worth; the questions that both runs have a value of are compared.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._runs = tuple(RunSummary(run, evaluation) for run in evaluation.runs)
        names = _compared_metrics(evaluation) if evaluation.comparison else []
        self._differences = {name: PairedDifference() for name in names}

    def add(
        self, question_trials: Sequence[Sequence[Trial]], cluster: str | None
    ) -> list[Mapping[str, float | None]]:
        """Take in one question: for each run, by position, its trials; and the cluster the question is in.
        Gives for each run the question's value of every metric.
        """
        values = [run.add(trials, cluster) for run, trials in zip(self._runs, question_trials, strict=True)]
        for name, difference in self._differences.items():
            base, compared = values[0][name], values[1][name]
            if base is not None and compared is not None:
                difference.add(base, compared, cluster)
        return values

    def error_share(self, run_position: int) -> float:
        """The share of the run's trials so far that errored, of those that were asked; 0 before the first."""
        run = self._runs[run_position]
        asked = run.counts.total - run.not_asked
        return (run.counts.errored - run.not_asked) / asked if asked else 0.0

    def not_asked(self, run_position: int) -> int:
        """The run's trials so far that were not asked for, because the budget was used up."""
        return self._runs[run_position].not_asked

    def counts(self, run_position: int) -> Counts:
        """The run's trials so far by outcome."""
        return self._runs[run_position].counts

    def errors(self, run_position: int) -> list[tuple[str, int]]:
        """The codes of the run's errors and how often each came, the most frequent first."""
        return self._runs[run_position].errors

    def finish(
        self,
        *,
        completed_at: str,
        status: Status = Status.READY,
        pairwise: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The content of `summary.json`: only what JSON knows, and no NaN.

        `status` other than READY says that these are partial marks, `pairwise` what a judge found that was
        shown both models' answers.
        """
        evaluation = self._evaluation
        benchmark = evaluation.benchmark
        runs = [run.finish() for run in self._runs]
        return {
            "evaluation_id": evaluation.evaluation_id,
            "status": status.value,
            "name": evaluation.name,
            "benchmark": {
                "benchmark_id": benchmark.benchmark_id,
                "name": benchmark.name,
                "version": benchmark.version,
                "sha256": benchmark.sha256,
                "questions": benchmark.question_count,
            },
            "trials": evaluation.trials,
            "errored_as": evaluation.errored_as,
            "scorers": [_scorer(spec) for spec in evaluation.scorers],
            "runs": runs,
            "comparison": self._comparison(runs, pairwise) if evaluation.comparison else None,
            "created_at": evaluation.created_at,
            "started_at": evaluation.started_at,
            "completed_at": completed_at,
            "attempt": evaluation.attempt,
        }

    def _comparison(
        self, runs: Sequence[Mapping[str, Any]], pairwise: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        base, compared = runs
        differences = {name: pairs.difference() for name, pairs in self._differences.items()}
        marked = metric_names(self._evaluation.scorers)
        adjusted = _adjusted(differences, [name for name in (ACCURACY, RELEVANCE) if name in marked])
        return {
            "base_model_id": base["model_id"],
            "eval_model_id": compared["model_id"],
            "better_model": better_model(base, compared),
            "metrics": {name: asdict(found) for name, found in adjusted.items()},
            "pairwise": None if pairwise is None else dict(pairwise),
        }


def _compared_metrics(evaluation: Evaluation) -> list[str]:
    """The metrics that are compared: those that the request chose, or else all. Choosing one before looking
    spares it the others' share of the chance to be lucky.
    """
    chosen = evaluation.metrics
    return [name for name in metric_names(evaluation.scorers) if not chosen or name in chosen]


def _adjusted(differences: Mapping[str, Difference], parts: Sequence[str]) -> Mapping[str, Difference]:
    """The differences adjusted for each other; `parts` are what an overall score is the mean of.

    An overall score whose parts are compared too is no further chance to be lucky: if neither part differs it
    does not, and it is only said to differ where a part is. So it makes no demands on the others, and its
    adjusted p value is its own, but not below the smallest of its parts'.
    """
    if OVERALL not in differences or not differences.keys() >= set(parts):
        return adjust(differences)
    adjusted = adjust({name: found for name, found in differences.items() if name != OVERALL})
    smallest = min(adjusted[part].p_holm for part in parts)
    overall = differences[OVERALL]
    adjusted[OVERALL] = overall.adjusted(max(overall.p_value, smallest))
    return {name: adjusted[name] for name in differences}


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


def _scorer(spec: ScorerSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "role": spec.role.value,
        "metric": spec.metric,
        "threshold": spec.threshold if spec.role is Role.CORRECTNESS else None,
        "options": dict(spec.options),
    }
