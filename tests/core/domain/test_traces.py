"""Times as clients write them."""

from __future__ import annotations

import pytest

from marksheet.domain import moment


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "2026-13-01T00:00:00Z",
        # Beyond the first and the last year, as soon as they are told in UTC.
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-01:00",
    ],
)
def test_what_is_no_time_is_none(text: str | None) -> None:
    assert moment(text) is None
