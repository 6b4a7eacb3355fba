"""latency_limit compares the answer's latency with a limit."""

from __future__ import annotations

import pytest

from marksheet.domain import Answer, Question, ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.scoring import build


def score(latency, **options):
    answer = Answer("Paris", latency_seconds=latency)
    return build(ScorerSpec("latency_limit", options=options)).score(Question(1, "q-1", "?"), answer)


@pytest.mark.parametrize(("latency", "value"), [(1.9, 1.0), (2.0, 1.0), (2.001, 0.0), (0.0, 1.0)])
def test_the_limit_itself_is_within(latency, value):
    assert score(latency, seconds=2).value == value


def test_an_answer_without_latency_is_unscored():
    assert score(None, seconds=2).reason == "the answer's latency is not known"


@pytest.mark.parametrize(
    ("options", "kind"), [({}, "missing"), ({"seconds": -1}, "float_type"), ({"seconds": "2"}, "float_type")]
)
def test_the_limit_must_be_given(options, kind):
    with pytest.raises(InvalidRequest) as caught:
        score(1.0, **options)
    [problem] = caught.value.problems
    assert (problem.location[-1], problem.kind) == ("seconds", kind)
