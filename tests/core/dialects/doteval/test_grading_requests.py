"""What requests about grading and eval specs ask for, and how wrong ones are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from marksheet.dialects.doteval import (
    decode_grade,
    decode_job,
    decode_sharing,
    decode_spec,
    decode_spec_reference,
)
from marksheet.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = [{"input": "a?", "output": "b"}]
KEY = "abcdefgh23456777"


def refusal_of(decode: Callable[[bytes], Any], body: dict[str, Any]) -> tuple[str | int, str]:
    with pytest.raises(InvalidRequest) as refused:
        decode(orjson.dumps(body))
    (problem,) = refused.value.problems
    return problem.location[1], problem.message


@pytest.mark.parametrize(
    ("fields", "version"),
    [
        ({"eval_spec_id": "spec-1"}, None),
        ({"eval_spec_id": "spec-1@2"}, 2),
        ({"eval_spec_id": "spec-1", "eval_spec_version": 2}, 2),
        ({"eval_spec_id": "spec-1@2", "eval_spec_version": 2}, 2),
    ],
)
def test_a_version_is_named_in_two_ways(fields: dict[str, Any], version: int | None) -> None:
    request, _ = decode_grade(orjson.dumps({**fields, "dataset": ROWS}))
    assert (request.eval_spec_id, request.version) == ("spec-1", version)


@pytest.mark.parametrize("decode", [decode_grade, decode_job])
def test_two_versions_are_refused(decode: Callable[[bytes], Any]) -> None:
    body = {"eval_spec_id": "spec-1@2", "eval_spec_version": 3, "dataset": ROWS}
    assert refusal_of(decode, body) == (
        "eval_spec_version",
        "is 3, while eval_spec_id has @2; give one of them",
    )


def test_two_versions_are_refused_in_a_path_too() -> None:
    assert decode_spec_reference("spec-1@2", {"version": "2"}) == ("spec-1", 2)
    with pytest.raises(InvalidRequest, match="is 3, while the path has @2"):
        decode_spec_reference("spec-1@2", {"version": "3"})


def test_a_job_has_rows_or_waits_for_a_file() -> None:
    body = {"eval_spec_id": "spec-1", "upload": True, "dataset": ROWS}
    assert refusal_of(decode_job, body) == ("upload", "stands in place of dataset; give one of the two")
    assert refusal_of(decode_job, {"eval_spec_id": "spec-1", "upload": "yes"})[1] == "Input should be true"


def test_graders_have_one_of_two_names() -> None:
    body: dict[str, Any] = {"name": "manners", "graders": [], "testing_criteria": []}
    assert refusal_of(decode_spec, body) == (
        "testing_criteria",
        "is another name for graders; give one of the two",
    )


@pytest.mark.parametrize(
    ("decode", "body", "words"),
    [
        (decode_grade, {"eval_spec_id": "../x", "dataset": ROWS}, "an id of 1 to 128 letters"),
        (decode_grade, {"eval_spec_id": "spec-1@x", "dataset": ROWS}, "with a version, id@2"),
        (decode_sharing, {"shared_with": ["somebody"]}, "16 characters between its two underscores, or *"),
        (decode_sharing, {"shared_with": [KEY], "owner": "*"}, "16 characters between its two underscores"),
    ],
)
def test_a_form_is_told_in_words(decode: Callable[[bytes], Any], body: dict[str, Any], words: str) -> None:
    message = refusal_of(decode, body)[1]
    assert message.startswith("Input should be ")
    assert words in message
    assert "pattern" not in message
