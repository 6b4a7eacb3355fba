"""Marking an answer with all of an evaluation's scorers and its benchmark's rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from marksheet.domain import Outcome, Role, Score
from marksheet.scoring.rules import broken
from marksheet.scoring.table import asks, build

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marksheet.domain import Answer, DomainRule, Question, ScorerSpec
    from marksheet.scoring.scorer import Scorer


@dataclass(frozen=True, slots=True)
class Marks:
    """What an answer is worth."""

    outcome: Outcome
    """RIGHT, WRONG or UNSCORED, by the scorer with the role correctness."""
    scores: Mapping[str, Score]
    """By metric name, in the order of the specs."""
    violations: tuple[str, ...]
    """Names of the rules the answer breaks."""


class Marking:
    """Scorers and rules made ready once, to mark any number of answers.

    Raises InvalidRequest when a spec cannot be built.
    """

    def __init__(self, specs: Sequence[ScorerSpec], rules: Sequence[DomainRule] = ()) -> None:
        scorers = {spec.metric: build(spec) for spec in specs}
        self._metrics = tuple(scorers)
        self._scorers = tuple((metric, cast("Scorer", s)) for metric, s in scorers.items() if not asks(s))
        self.asking = tuple((metric, s) for metric, s in scorers.items() if asks(s))
        """The scorers that ask a model, by metric name: who marks asks for them and hands `mark` their
        scores.
        """
        self._correctness = next(spec for spec in specs if spec.role is Role.CORRECTNESS)
        self._rules = tuple(rules)

    def mark(self, question: Question, answer: Answer, asked: Mapping[str, Score] | None = None) -> Marks:
        """Score an answer to `question`; never raises on account of either.

        `asked` has the scores of the scorers in `asking`.
        """
        scores = {metric: _attempt(scorer, question, answer) for metric, scorer in self._scorers}
        if asked:
            found = {**scores, **asked}
            scores = {metric: found[metric] for metric in self._metrics}
        value = scores[self._correctness.metric].value
        if value is None:
            outcome = Outcome.UNSCORED
        else:
            outcome = Outcome.RIGHT if value >= self._correctness.threshold else Outcome.WRONG
        violations = tuple(rule.name for rule in self._rules if broken(rule, answer.text))
        return Marks(outcome, scores, violations)


def _attempt(scorer: Scorer, question: Question, answer: Answer) -> Score:
    """The score, or no score when the scorer fails: that costs this one score, not the shard's other answers.

    The reason names the kind of failure only, since its message may quote the question or the answer.
    """
    try:
        return scorer.score(question, answer)
    except Exception as error:
        return Score(None, f"the scorer failed: {type(error).__name__}")
