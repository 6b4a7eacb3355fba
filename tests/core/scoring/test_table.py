"""The name table leads to every scorer."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Answer, Question, ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.scoring import SCORERS, build
from marksheet.scoring.table import asks
from tests.scorer_options import NEEDED_OPTIONS


@pytest.mark.parametrize("name", [name for name in SCORERS if name not in NEEDED_OPTIONS])
def test_a_name_alone_builds_a_scorer_that_needs_no_options(name):
    score = build(ScorerSpec(name)).score(Question(1, "q-1", "?", "5"), Answer("5"))
    least = 0.5 if name == "meteor" else 1.0
    assert (score.value, score.reason) in {
        (least, None),
        (None, "the expected answer is none of the choices"),
    }


@pytest.mark.parametrize("name", SCORERS)
def test_equal_specs_build_equal_scorers(name):
    spec = ScorerSpec(name, options=NEEDED_OPTIONS.get(name, {}))
    assert build(spec) == build(spec)


@pytest.mark.parametrize("name", NEEDED_OPTIONS)
def test_a_scorer_that_needs_options_says_which(name):
    with pytest.raises(InvalidRequest) as caught:
        build(ScorerSpec(name))
    assert {p.location[-1]: p.kind for p in caught.value.problems} == dict.fromkeys(
        NEEDED_OPTIONS[name], "missing"
    )


@pytest.mark.parametrize("name", SCORERS)
def test_those_that_ask_are_told_apart_and_name_their_model(name):
    options = NEEDED_OPTIONS.get(name, {})
    scorer = build(ScorerSpec(name, options=options))
    assert asks(scorer) == ("model" in options)
    assert getattr(scorer, "model", None) == options.get("model")


ROOT = Path(__file__).parents[3]
LOOKING = [name for name in SCORERS if "model" not in NEEDED_OPTIONS.get(name, {})]
"""Scorers that mark without asking a model."""
COMPARING = [name for name in LOOKING if name not in {*NEEDED_OPTIONS, "valid_json", "refusal"}]
"""Of those, the ones that compare with the expected answer."""


@pytest.mark.parametrize("name", LOOKING)
@given(st.none() | st.text(), st.text(), st.sampled_from([None, "stop", "content_filter"]))
def test_whatever_is_asked_and_answered_there_is_a_value_in_bounds_or_a_reason(name, expected, output, why):
    scorer = build(ScorerSpec(name, options=NEEDED_OPTIONS.get(name, {})))
    answer = Answer(output, latency_seconds=1.5, finish_reason=why, cost_usd=Decimal("0.002"))
    score = scorer.score(Question(1, "q-1", "?", expected, choices=("x", "y")), answer)
    assert bool(score.reason) if score.value is None else 0.0 <= score.value <= 1.0


@pytest.mark.parametrize("name", COMPARING)
def test_without_an_expected_answer_there_is_nothing_to_compare_with(name):
    score = build(ScorerSpec(name)).score(Question(1, "q-1", "?"), Answer("5"))
    assert (score.value, score.reason) == (None, "no expected answer")


@pytest.mark.parametrize("name", [name for name in COMPARING if name not in {"regex", "choice", "meteor"}])
@given(st.text(min_size=1))
def test_an_answer_equal_to_the_expected_one_is_worth_1_or_unscored(name, text):
    score = build(ScorerSpec(name)).score(Question(1, "q-1", "?", text), Answer(text))
    assert score.value is None or score.value == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("name", LOOKING)
@pytest.mark.parametrize("piece", ["a ", ".", "[", "1,", "\n", "```json\n", '{"a":', "é"])
def test_a_megabyte_of_answer_gets_a_value_or_a_reason(name, piece):
    text = piece * (1_000_000 // len(piece))
    scorer = build(ScorerSpec(name, options=NEEDED_OPTIONS.get(name, {})))
    score = scorer.score(Question(1, "q-1", "?", "[1, 2]"), Answer(text))
    assert bool(score.reason) if score.value is None else 0.0 <= score.value <= 1.0


@pytest.mark.parametrize("name", SCORERS)
def test_every_scorer_stands_in_the_documentation(name):
    assert f"\n| `{name}` | " in (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")


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
    assert "x" * 65 not in caught.value.message


def test_scorers_are_imported_when_they_are_built():
    script = (
        "import sys, marksheet.scoring as s; from marksheet.domain import ScorerSpec;"
        "before = {'rapidfuzz', 'regex'} & set(sys.modules); s.build(ScorerSpec('rouge_l'));"
        "print(before, 'rapidfuzz' in sys.modules, 'regex' in sys.modules)"
    )
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert output.split("\n")[0] == "set() True False"
