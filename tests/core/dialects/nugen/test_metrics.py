"""Rounding: as the pages do it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.dialects.nugen.metrics import rounded


@pytest.mark.parametrize(
    ("accuracy", "relevance", "overall_score"), [(0.92, 0.88, 0.90), (0.85, 0.82, 0.83), (1.0, 1.0, 1.0)]
)
def test_the_pages_overall_scores_come_out(accuracy: float, relevance: float, overall_score: float) -> None:
    assert rounded((accuracy + relevance) / 2, 2) == overall_score


def test_nothing_stays_nothing() -> None:
    assert rounded(None) is None


def test_a_tiny_negative_difference_is_no_minus_zero() -> None:
    assert math.copysign(1, rounded(-0.00001) or 0.0) == 1


@given(st.floats(0, 1))
def test_a_rounded_share_never_needs_an_exponent(value: float) -> None:
    assert "e" not in repr(rounded(value))
