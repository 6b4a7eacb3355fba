from __future__ import annotations

import pytest

from marksheet.dialects.nugen.row_requests import decode_rows_query
from marksheet.errors import InvalidRequest


def test_without_a_query_the_first_rows_are_asked_for() -> None:
    request = decode_rows_query({})
    assert (request.metric, request.flips, request.limit, request.offset) == (None, None, 20, 0)


def test_bounds_of_a_metric_are_numbers() -> None:
    request = decode_rows_query({"metric": "accuracy", "below": "0.5", "above": "-1e-3"})
    assert (request.metric, request.below, request.above) == ("accuracy", 0.5, -0.001)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"below": "0.5"}, "need a metric"),
        ({"flips": "both"}, "need a metric"),
        ({"metric": "accuracy"}, "needs below, above or flips"),
        ({"metric": "accuracy", "flips": "both", "below": "1"}, "without below and above"),
        ({"metric": "accuracy", "below": "1", "against": "eval-1"}, "is for flips"),
        ({"metric": "accuracy", "flips": "sideways"}, "gained"),
        ({"metric": "accuracy", "below": "nan"}, "finite"),
        ({"limit": "0"}, "greater than or equal to 1"),
        ({"limit": "51"}, "less than or equal to 50"),
        ({"limit": "1e9"}, "integer"),
        ({"offset": "-1"}, "greater than or equal to 0"),
        ({"offset": "1000001"}, "less than or equal to 1000000"),
        ({"metrics": "accuracy"}, "not"),
        ({"against": "../eval-1", "metric": "accuracy", "flips": "both"}, "id of 1 to 128"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(query: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        decode_rows_query(query)
    assert says in str(refused.value)
    assert refused.value.problems[0].location[0] == "query"
