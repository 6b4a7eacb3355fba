"""Callers' patterns are searched within limits."""

from __future__ import annotations

import pytest

from marksheet.scoring.patterns import LONGEST_PATTERN, Searches, check_pattern, compiled, found


@pytest.mark.parametrize(
    "pattern", ["", "a|b", r"(?i)\bcafé\b", r"(?<!not )right", r"(\w)\1", "x" * LONGEST_PATTERN]
)
def test_the_syntax_of_re_can_be_used(pattern):
    assert check_pattern(pattern) is None


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "a{2,1}", r"\p{Nonsense}", "(" * 900])
def test_a_broken_pattern_is_described(pattern):
    assert "is no valid regular expression" in (check_pattern(pattern) or "")


def test_a_long_pattern_is_described():
    assert check_pattern("x" * (LONGEST_PATTERN + 1)) == "is longer than 1000 characters"


def test_a_search_that_takes_too_long_is_undecided():
    assert found(compiled(r"^(?:a|aa|a.)+$"), "a" * 50 + "b" * 50) is None


def test_found_and_not_found_are_told_apart():
    assert found(compiled("a"), "cat") is True
    assert found(compiled("a"), "cat", whole=True) is False
    assert found(compiled("A", ignore_case=True), "a", whole=True) is True


def test_several_searches_share_the_time_of_one():
    searches = Searches()
    assert searches.found(compiled("a"), "cat") is True
    assert searches.found(compiled(r"^(?:a|aa|a.)+$"), "a" * 50 + "b" * 50) is None
    assert searches.found(compiled("a"), "cat") is None
