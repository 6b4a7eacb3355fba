"""Where a page ends, and what the next one goes on after."""

from __future__ import annotations

from itertools import count

import pytest

from marksheet.pages import cut


@pytest.mark.parametrize(
    ("found", "page", "next_after"),
    [("", "", None), ("a", "a", None), ("ab", "ab", None), ("abc", "ab", "b"), ("abcd", "ab", "b")],
)
def test_a_page_goes_on_after_its_last_thing_when_there_are_more(
    found: str, page: str, next_after: str | None
) -> None:
    assert cut(found, 2, str) == (tuple(page), next_after)


def test_one_thing_more_than_the_page_is_read_and_no_further() -> None:
    numbers = count()
    cut(numbers, 3, str)
    assert next(numbers) == 4
