"""Regular expressions that callers write, kept from taking a worker's time.

Python's `re` cannot be stopped, and no check of a pattern finds every one that explodes. The `regex` package
reads the same syntax and gives up after a time, so a bad pattern costs its own score and nothing else.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

LONGEST_PATTERN = 1_000
"""Characters in one pattern."""
LONGEST_SEARCHED = 100_000
"""Characters of a text that is searched; a longer one is not searched in part."""
SEARCH_SECONDS = 0.25
"""What one search may take."""


def check_pattern(pattern: str) -> str | None:
    """What is wrong with the pattern, or None when it can be used."""
    if len(pattern) > LONGEST_PATTERN:
        return f"is longer than {LONGEST_PATTERN} characters"
    import regex

    try:
        compiled(pattern)
    except (regex.error, RecursionError, OverflowError) as error:
        return f"is no valid regular expression: {error}"
    return None


@lru_cache(maxsize=256)
def compiled(pattern: str, *, ignore_case: bool = False) -> regex.Pattern[str]:
    """The compiled form of a pattern that `check_pattern` lets pass."""
    import regex

    return regex.compile(pattern, flags=regex.IGNORECASE if ignore_case else 0)


def found(
    pattern: regex.Pattern[str], text: str, *, whole: bool = False, seconds: float = SEARCH_SECONDS
) -> bool | None:
    """Whether the pattern occurs in the text (`whole`: is all of it); None if that cannot be told in time."""
    if len(text) > LONGEST_SEARCHED:
        return None
    search = pattern.fullmatch if whole else pattern.search
    try:
        return search(text, timeout=seconds) is not None
    except TimeoutError:
        return None


class Searches:
    """Searches for one score, which together may take what one search may."""

    def __init__(self) -> None:
        self._seconds = SEARCH_SECONDS

    def found(self, pattern: regex.Pattern[str], text: str) -> bool | None:
        """As the function `found`; None once the time is used up."""
        if self._seconds <= 0:
            return None
        start = time.perf_counter()
        result = found(pattern, text, seconds=self._seconds)
        self._seconds -= time.perf_counter() - start
        return result
