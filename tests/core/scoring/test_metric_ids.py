from __future__ import annotations

import uuid

import pytest

from marksheet.domain import ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.scoring import SCORERS, build
from marksheet.scoring.metric_ids import metric_id, scorers_without_options


def test_a_metrics_uuid_is_pinned() -> None:
    """Test cases out there name metrics by it."""
    assert metric_id("exact_match") == "afeb6cdf-c54f-57b9-96e2-002e02a53965"
    assert uuid.UUID(metric_id("anything")).version == 5


@pytest.mark.parametrize("name", sorted(set(SCORERS) - set(scorers_without_options())))
def test_a_scorer_that_is_left_out_needs_an_option(name: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        build(ScorerSpec(name))
    assert {problem.kind for problem in refused.value.problems} <= {"missing"}


def test_a_scorer_that_is_listed_needs_none() -> None:
    assert "exact_match" in scorers_without_options()
    for name in scorers_without_options():
        build(ScorerSpec(name))
