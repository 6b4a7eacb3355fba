"""Marking an answer with every scorer and rule."""

from __future__ import annotations

import pytest

from marksheet.domain import Answer, DomainRule, Outcome, Question, Role, Score, ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.scoring import DEFAULT_SPECS
from marksheet.scoring.exact_match import ExactMatch
from marksheet.scoring.marking import Marking, Marks
from marksheet.scoring.token_f1 import TokenF1

QUESTION = Question(1, "q-1", "The capital of France?", "Paris")


@pytest.mark.parametrize(("answer", "outcome"), [("paris", Outcome.RIGHT), ("London", Outcome.WRONG)])
def test_the_correctness_scorer_decides_the_outcome(answer, outcome):
    assert Marking(DEFAULT_SPECS).mark(QUESTION, Answer(answer)).outcome is outcome


def test_every_scorer_is_heard_under_its_metrics_name():
    specs = (
        ScorerSpec("exact_match", Role.CORRECTNESS, label="same"),
        ScorerSpec("token_f1", Role.RELEVANCE),
    )
    assert Marking(specs).mark(QUESTION, Answer("Paris, Texas")) == Marks(
        Outcome.WRONG, {"same": Score(0.0), "token_f1": Score(2 / 3)}, ()
    )


@pytest.mark.parametrize(("threshold", "outcome"), [(2 / 3, Outcome.RIGHT), (0.7, Outcome.WRONG)])
def test_a_value_at_the_threshold_is_right(threshold, outcome):
    marking = Marking([ScorerSpec("token_f1", Role.CORRECTNESS, threshold=threshold)])
    assert marking.mark(QUESTION, Answer("Paris, Texas")).outcome is outcome


def test_an_answer_without_a_correctness_value_is_unscored():
    marks = Marking(DEFAULT_SPECS).mark(Question(1, "q-1", "Why?"), Answer("Because"))
    assert marks.outcome is Outcome.UNSCORED
    assert marks.scores["exact_match"] == Score(None, "no expected answer")


def test_the_rules_an_answer_breaks_are_named():
    rules = [DomainRule("short", max_characters=3), DomainRule("no London", forbid="London")]
    marking = Marking(DEFAULT_SPECS, rules)
    assert marking.mark(QUESTION, Answer("London")).violations == ("short", "no London")
    assert marking.mark(QUESTION, Answer("Paris")).violations == ("short",)
    assert marking.mark(QUESTION, Answer("Rom")).violations == ()


def test_a_scorer_that_fails_costs_its_own_score_only(monkeypatch):
    def fail(self, question, output):
        raise ValueError(f"cannot read {question.question} {output}")

    monkeypatch.setattr(TokenF1, "score", fail)
    marks = Marking(DEFAULT_SPECS).mark(QUESTION, Answer("Paris"))
    assert marks.outcome is Outcome.RIGHT
    assert marks.scores["token_f1"] == Score(None, "the scorer failed: ValueError")


def test_a_correctness_scorer_that_fails_leaves_the_answer_unscored(monkeypatch):
    monkeypatch.setattr(ExactMatch, "score", lambda self, question, output: 1 / 0)
    assert Marking(DEFAULT_SPECS).mark(QUESTION, Answer("Paris")).outcome is Outcome.UNSCORED


def test_a_spec_that_cannot_be_built_is_refused_at_once():
    with pytest.raises(InvalidRequest, match="unknown scorer"):
        Marking([ScorerSpec("nonsense", Role.CORRECTNESS)])
