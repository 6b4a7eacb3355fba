"""What all trials of an evaluation come to: marks, a judge's verdicts on pairs, and the terminal status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.domain import BUDGET_REACHED, Evaluation, Question, Run, Status, Trial
from marksheet.summary.evaluation_summary import EvaluationSummary
from marksheet.summary.pairwise_summary import PairwiseSummary
from marksheet.summary.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Findings:
    """What the first pass over the parts adds up: the runs' marks, and a judge's verdicts on the pairs."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self.marks = EvaluationSummary(evaluation)
        self._pairs = PairwiseSummary() if evaluation.pairwise else None
        self._pairs_usage = Usage(free=True)
        self._pairs_not_asked = 0

    def add(self, question: Question, trials: Sequence[Sequence[Trial]]) -> list[Mapping[str, float | None]]:
        """Take in one question: the trials of each run, and those of the pairs after them. Gives the
        question's value of every metric for each run.
        """
        values = self.marks.add(trials[: len(self._evaluation.runs)], question.cluster)
        if self._pairs is not None:
            self._pairs.add(trials[-1], question.cluster)
            for trial in trials[-1]:
                self._pairs_usage.add(trial)
                self._pairs_not_asked += trial.error is not None and trial.error.code == BUDGET_REACHED
        return values

    def verdict(self) -> tuple[Status, str | None]:
        """The terminal status that the trials make, and the reason if it is not READY."""
        evaluation = self._evaluation
        of_runs = sum(self.marks.not_asked(run.position) for run in evaluation.runs)
        not_asked = of_runs + self._pairs_not_asked
        if not_asked and evaluation.max_cost_usd is not None:
            error = (
                f"its budget of {evaluation.max_cost_usd:f} USD is used up and {not_asked} trials were not "
                "asked; resume it with a larger max_cost_usd to ask them"
            )
            return Status.STOPPED, error
        for run in evaluation.runs:
            if self.marks.error_share(run.position) > evaluation.max_error_share:
                return Status.FAILED, _too_many(evaluation, run, self.marks)
        return Status.READY, None

    def summary(self, *, completed_at: str, status: Status) -> dict[str, Any]:
        """The content of `summary.json`."""
        pairwise = None
        if self._pairs is not None and self._evaluation.pairwise is not None:
            used = self._pairs_usage.tell(0)
            pairwise = {
                "judge": self._evaluation.pairwise.model,
                **self._pairs.finish(),
                "judging": used["judging"],
                "cost_usd": used["cost_usd"]["judges"],
            }
        return self.marks.finish(completed_at=completed_at, status=status, pairwise=pairwise)


def _too_many(evaluation: Evaluation, run: Run, found: EvaluationSummary) -> str:
    counts, model_id = found.counts(run.position), run.model.model_id
    reasons = ", ".join(f"{code} ({times})" for code, times in found.errors(run.position)[:3])
    return (
        f"{counts.errored} of {counts.total} trials of model {model_id} errored, most often {reasons}; "
        f"that is more than the share of {evaluation.max_error_share:g} that max_error_share allows. "
        "Resume the evaluation to ask them again"
    )
