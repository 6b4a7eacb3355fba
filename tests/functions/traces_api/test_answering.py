from __future__ import annotations

import json
import math
from typing import Any

import pytest
from traces_api.answering import answer_with

from marksheet.errors import TooLarge


def text(body: Any) -> str:
    return str(answer_with(body, instead="ask for less").body)


def test_an_answer_is_compact_json() -> None:
    answer = answer_with({"a": [1, 1.0, None, "é"]}, instead="ask for less")
    assert (answer.status_code, answer.body) == (200, '{"a":[1,1.0,null,"é"]}')
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("value", [10**30, -(10**30), "\ud800", {"\udfff": 1}, [[{"deep": 2**64}]]])
def test_what_the_fast_writer_refuses_is_written_too(value: Any) -> None:
    assert json.loads(text({"value": value, "tuple": (1,)})) == {"value": value, "tuple": [1]}


def test_deep_nesting_is_written() -> None:
    value: Any = 1
    for _ in range(300):
        value = [value]
    assert text({"value": value}) == '{"value":' + "[" * 300 + "1" + "]" * 300 + "}"


@pytest.mark.parametrize("beside", [None, 10**30])
def test_what_is_no_number_is_null_in_either_way_of_writing(beside: Any) -> None:
    told = json.loads(text({"beside": beside, "values": [math.nan, math.inf, -math.inf, 1.5]}))
    assert told["values"] == [None, None, None, 1.5]


@pytest.mark.parametrize("letter", ["a", '"', "\x00", "é", "\U0001f600"])
def test_more_than_a_function_may_answer_is_refused(letter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"value": letter * 100}
    size = len(json.dumps(text(body)))
    monkeypatch.setattr("edge.LARGEST_ANSWER_BYTES", size)
    assert text(body)
    monkeypatch.setattr("edge.LARGEST_ANSWER_BYTES", size - 1)
    with pytest.raises(TooLarge, match="ask for less"):
        text(body)
