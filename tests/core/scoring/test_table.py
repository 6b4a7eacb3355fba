"""The name table leads to every scorer."""

from __future__ import annotations

import subprocess
import sys

import pytest

from marksheet.domain import Answer, Question, ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.scoring import SCORERS, build


@pytest.mark.parametrize("name", SCORERS)
def test_every_name_builds_a_scorer_that_needs_no_options(name):
    score = build(ScorerSpec(name)).score(Question(1, "q-1", "?", "5"), Answer("5"))
    assert (score.value, score.reason) in {(1.0, None), (None, "the expected answer is none of the choices")}


@pytest.mark.parametrize("name", SCORERS)
def test_equal_specs_build_equal_scorers(name):
    assert build(ScorerSpec(name)) == build(ScorerSpec(name))


def test_an_unknown_name_is_refused_with_the_nearest_one():
    with pytest.raises(InvalidRequest) as caught:
        build(ScorerSpec("exactmatch"), location=("body", "scorers", 0))
    [problem] = caught.value.problems
    assert problem.location == ("body", "scorers", 0, "name")
    assert problem.message == (
        f'unknown scorer "exactmatch"; did you mean "exact_match"? allowed: {", ".join(SCORERS)}'
    )


def test_a_long_unknown_name_is_not_repeated_whole():
    with pytest.raises(InvalidRequest) as caught:
        build(ScorerSpec("x" * 100_000))
    assert len(caught.value.message) < 300


def test_scorers_are_imported_when_they_are_built():
    script = (
        "import sys, marksheet.scoring as s; from marksheet.domain import ScorerSpec;"
        "before = {'rapidfuzz', 'regex'} & set(sys.modules); s.build(ScorerSpec('rouge_l'));"
        "print(before, 'rapidfuzz' in sys.modules, 'regex' in sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert output.split("\n")[0] == "set() True False"
