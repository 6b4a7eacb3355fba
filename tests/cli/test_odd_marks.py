"""From trials to the terminal where there is little to tell: no question, one, all alike, none answered."""

from __future__ import annotations

import json
import re

import pytest

from marksheet.dialects.nugen import encode_results
from marksheet.domain import Outcome, Score, Trial, TrialError
from marksheet.summary.evaluation_summary import EvaluationSummary
from tests.nugen_cases import evaluation

NO_NUMBER = re.compile(r"\b(nan|NaN|inf|None|null)\b|- -")

KINDS = {
    "right": Trial(1, "q", 1, Outcome.RIGHT, "a", {"exact_match": Score(1.0), "token_f1": Score(1.0)}),
    "wrong": Trial(1, "q", 1, Outcome.WRONG, "a", {"exact_match": Score(0.0), "token_f1": Score(0.0)}),
    "unscored": Trial(1, "q", 1, Outcome.UNSCORED, "a", {"exact_match": Score(None)}),
    "errored": Trial(1, "q", 1, Outcome.ERRORED, None, {}, error=TrialError("timeout", "too late")),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("questions", [0, 1, 12])
@pytest.mark.parametrize("models", [["base"], ["base", "new"]])
def test_marks_of_little_are_shown_without_a_number_that_is_none(cli, service, kind, questions, models):
    subject = evaluation({"models": models, "trials": 2})
    summary = EvaluationSummary(subject)
    for _ in range(questions):
        summary.add([[KINDS[kind]] * 2] * len(models), None)
    body = encode_results(subject, summary.finish(completed_at="2026-01-01T00:00:00Z"))
    service.results = json.loads(json.dumps(body, allow_nan=False))
    service.evaluations["eval-1"] = {"polls": 0}
    result = cli("results", "eval-1")
    assert result.exit_code == 0, result.stderr
    assert not NO_NUMBER.search(result.stdout), result.stdout
    assert not re.search(r"\[([+-]?[\d.]+), \1\]", result.stdout), result.stdout
