"""What requests of the /v2/gen-ai surface may say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from marksheet.dialects.digitalocean import (
    decode_case,
    decode_case_change,
    decode_dataset,
    decode_dataset_list,
    decode_files,
    decode_label,
    decode_page,
    decode_prompt_id,
    decode_run,
    fingerprint,
)
from marksheet.errors import InvalidRequest, NotFound, TooLarge


def text(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


@pytest.mark.parametrize("size", [12, "12", "012"])
def test_a_size_is_a_number_or_its_digits(size: Any) -> None:
    request = decode_files(text(files=[{"file_name": "a.csv", "file_size": size}]))
    assert request.files[0].file_size == 12


@pytest.mark.parametrize("size", ["", "12.0", " 12", "1" * 21, "٣", None, [], True])
def test_a_size_of_another_form_is_refused(size: Any) -> None:
    with pytest.raises(InvalidRequest, match="file_size"):
        decode_files(text(files=[{"file_name": "a.csv", "file_size": size}]))


@pytest.mark.parametrize("count", [0, 21])
def test_one_to_twenty_files_are_announced_at_once(count: int) -> None:
    with pytest.raises(InvalidRequest, match="files"):
        decode_files(text(files=[{"file_name": "a.csv", "file_size": 1}] * count))


def test_a_dataset_needs_a_name_and_a_file() -> None:
    sent = {"stored_object_key": "upload-1"}
    request = decode_dataset(text(name="x", file_upload_dataset=sent))
    assert (request.dataset_type, request.file_upload_dataset.size_in_bytes) == (
        "EVALUATION_DATASET_TYPE_UNKNOWN",
        None,
    )
    with pytest.raises(InvalidRequest) as refused:
        decode_dataset(text())
    assert [problem.location[1] for problem in refused.value.problems] == ["name", "file_upload_dataset"]


def test_datasets_of_several_turns_are_not_taken() -> None:
    sent = {"stored_object_key": "upload-1"}
    with pytest.raises(InvalidRequest, match="dataset_paradigm"):
        decode_dataset(
            text(
                name="x",
                file_upload_dataset=sent,
                dataset_paradigm="EVALUATION_DATASET_PARADIGM_MULTI_TURN",
            )
        )


@pytest.mark.parametrize(("told", "meant"), [("true", True), ("false", False)])
def test_a_flag_of_a_query_is_a_word(told: str, meant: bool) -> None:
    assert decode_dataset_list({"has_ground_truth": told}).has_ground_truth is meant


@pytest.mark.parametrize("metrics", [["a", "b"], {"metric_uuids": ["a", "b"]}])
def test_metrics_are_a_list_or_an_object_with_one(metrics: Any) -> None:
    assert decode_case(text(name="x", dataset_uuid="d", metrics=metrics)).metrics == ["a", "b"]
    change = decode_case_change(text(metrics=metrics), "c")
    assert change.metrics == ["a", "b"]


def test_what_a_change_does_not_name_is_none() -> None:
    change = decode_case_change(b"{}", "c")
    assert (change.name, change.description, change.metrics, change.star_metric) == (None, None, None, None)


@pytest.mark.parametrize(
    ("told", "share"), [({"success_threshold": 1}, 1.0), ({"success_threshold_pct": 29}, 0.29)]
)
def test_a_threshold_is_a_share_or_percent(told: Any, share: float) -> None:
    star = decode_case(text(name="x", dataset_uuid="d", star_metric={"name": "a", **told})).star_metric
    assert star is not None
    assert star.threshold == share


def test_models_are_named_in_either_list_with_their_places() -> None:
    request = decode_run(text(test_case_uuid="c", agent_uuids=["a"], agent_deployment_names=["b"]))
    assert request.agents == ((("agent_uuids", 0), "a"), (("agent_deployment_names", 0), "b"))


@pytest.mark.parametrize(("told", "number"), [("1", 1), ("42", 42), ("999999999", 999_999_999)])
def test_a_prompts_id_is_its_number(told: str, number: int) -> None:
    assert decode_prompt_id(told) == number


@pytest.mark.parametrize("told", ["0", "01", "-1", "+1", "1.0", "one", "", "1" * 10, "١", "1\n", "%31"])
def test_other_prompt_ids_are_not_found(told: str) -> None:
    with pytest.raises(NotFound):
        decode_prompt_id(told)


def test_a_page_is_the_first_of_twenty() -> None:
    page = decode_page({})
    assert (page.page, page.per_page) == (1, 20)


def test_a_label_of_a_path_is_decoded() -> None:
    assert decode_label("my%20agents%2Fx") == "my agents/x"


def test_a_body_beyond_a_mebibyte_is_not_read() -> None:
    with pytest.raises(TooLarge):
        decode_run(b" " * ((1 << 20) + 1))


def test_a_fingerprint_is_of_what_is_said_and_not_of_how() -> None:
    one = decode_run(b'{"test_case_uuid": "c", "agent_uuids": ["a"]}')
    same = decode_run(b'{"agent_uuids":["a"],"test_case_uuid":"c","run_name":""}')
    other = decode_run(b'{"test_case_uuid": "c", "agent_uuids": ["b"]}')
    assert fingerprint(one) == fingerprint(same) != fingerprint(other)


def test_requests_of_two_kinds_have_no_fingerprint_in_common() -> None:
    empty = decode_case_change(b"{}", "c")
    assert fingerprint(empty) != fingerprint(decode_run(text(test_case_uuid="c", agent_uuids=["a"])))
