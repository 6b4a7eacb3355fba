"""Every answer of the surface, pinned by golden files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from marksheet.dialects.digitalocean import (
    encode_case,
    encode_case_list,
    encode_changed_case,
    encode_created_case,
    encode_created_dataset,
    encode_dataset_list,
    encode_download,
    encode_metric_list,
    encode_prompt,
    encode_results_page,
    encode_run,
    encode_run_list,
    encode_started_runs,
    encode_uploads,
)
from marksheet.dialects.digitalocean.dataset_requests import DatasetListRequest
from marksheet.dialects.digitalocean.metrics import encode_result
from marksheet.domain import Counts, MetricValue, Role, ScorerSpec, Status
from marksheet.scoring import SCORERS, build
from marksheet.scoring.metric_ids import metric_id
from tests import digitalocean_cases as cases

ANSWERS: dict[str, Any] = {
    "metric_list": encode_metric_list,
    "uploads": lambda: encode_uploads(
        "JKJaXmPLvHcESHA=",
        [
            (
                "upload-01kdy2m8r80000000000000001",
                "questions.csv",
                "https://files.example.org/x?y",
                cases.EXPIRES,
            )
        ],
    ),
    "dataset_created": lambda: encode_created_dataset(cases.DATASET),
    "dataset_list": lambda: encode_dataset_list([cases.UPLOADED, cases.DATASET], DatasetListRequest()),
    "dataset_download": lambda: encode_download("https://files.example.org/x?y", cases.EXPIRES),
    "case_created": lambda: encode_created_case(cases.CASE),
    "case_changed": lambda: encode_changed_case(cases.CASE),
    "case": lambda: encode_case(cases.CASE, cases.DATASET),
    "case_list": lambda: encode_case_list([cases.BARE_CASE, cases.CASE], {cases.DATASET_ID: cases.DATASET}),
    "runs_started": lambda: encode_started_runs([cases.evaluation()]),
    "run_over": lambda: encode_run(cases.OVER),
    "run_queued": lambda: encode_run(cases.QUEUED),
    "run_list": lambda: encode_run_list([cases.OVER, cases.QUEUED]),
    "results_page": lambda: encode_results_page(cases.OVER, cases.prompts(), page=2, per_page=2, total=6),
    "prompt": lambda: encode_prompt(cases.evaluation(), cases.prompts()[0]),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_its_golden_file(name: str) -> None:
    assert cases.written(ANSWERS[name]()) == cases.golden(name)


@pytest.mark.parametrize("name", ANSWERS)
def test_what_says_nothing_is_left_out(name: str) -> None:
    assert "null" not in cases.golden(name)


def test_every_golden_file_is_an_answer() -> None:
    assert {path.name.partition(".")[0] for path in cases.FOLDER.iterdir()} == set(ANSWERS)


def test_every_scorer_that_needs_no_option_is_a_metric_with_a_description() -> None:
    listed = {metric["metric_name"]: metric["description"] for metric in encode_metric_list()["metrics"]}
    for name in listed:
        build(ScorerSpec(name))
    assert len(set(listed.values())) == len(listed)


@pytest.mark.parametrize("name", SCORERS)
def test_every_scorer_is_described_where_a_test_case_has_it(name: str) -> None:
    case = replace(cases.CASE, scorers=(ScorerSpec(name, Role.CORRECTNESS),))
    (metric,) = encode_case(case, None)["evaluation_test_case"]["metrics"]
    assert metric["metric_name"] == name
    assert metric["description"]


@pytest.mark.parametrize(
    ("status", "counts", "word"),
    [
        (Status.READY, Counts(right=1, wrong=1), "SUCCESSFUL"),
        (Status.READY, Counts(right=1, unscored=1), "PARTIALLY_SUCCESSFUL"),
        (Status.READY, Counts(right=1, errored=1), "PARTIALLY_SUCCESSFUL"),
        (Status.STOPPED, Counts(right=1), "PARTIALLY_SUCCESSFUL"),
        (Status.FAILED, Counts(), "FAILED"),
        (Status.CANCELLED, Counts(), "CANCELLED"),
        (Status.PROCESSING, Counts(right=1), "RUNNING_DATASET"),
        (Status.PROCESSING, Counts(right=1, errored=1), "EVALUATING_RESULTS"),
    ],
)
def test_every_status_has_its_word(status: Status, counts: Counts, word: str) -> None:
    run = replace(cases.OVER.run, counts=counts)
    told = encode_run(replace(cases.OVER, evaluation=cases.evaluation(status), run=run))["evaluation_run"]
    assert told["status"] == f"EVALUATION_RUN_{word}"
    assert ("finished_at" in told) is (status is not Status.PROCESSING)


@pytest.mark.parametrize(
    ("status", "value", "passes"),
    [
        (Status.READY, 0.8, True),
        (Status.READY, 0.7999999999, True),
        (Status.READY, 0.799, False),
        (Status.STOPPED, 0.9, True),
        (Status.FAILED, 0.9, None),
        (Status.CANCELLED, 0.9, None),
        (Status.READY, None, None),
    ],
)
def test_a_run_passes_where_that_can_be_said(
    status: Status, value: float | None, passes: bool | None
) -> None:
    values = (MetricValue("exact_match", value),)
    seen = replace(cases.OVER, evaluation=cases.evaluation(status), metrics=values)
    assert encode_run(seen)["evaluation_run"].get("pass_status") is passes


def test_words_of_a_logged_run_are_a_string() -> None:
    assert encode_result(MetricValue("tone", None, text="warm")) == {
        "metric_uuid": metric_id("tone"),
        "metric_name": "tone",
        "metric_value_type": "METRIC_VALUE_TYPE_STRING",
        "string_value": "warm",
        "status": "EVALUATION_METRIC_RESULT_STATUS_COMPLETED",
    }


@pytest.mark.parametrize(
    ("page", "total", "links"),
    [
        (1, 0, {"first": 1, "last": 1}),
        (1, 2, {"first": 1, "last": 1}),
        (1, 3, {"first": 1, "last": 2, "next": 2}),
        (2, 3, {"first": 1, "last": 2, "previous": 1}),
        (9, 3, {"first": 1, "last": 2, "previous": 2}),
        (9, 0, {"first": 1, "last": 1, "previous": 1}),
    ],
)
def test_links_lead_to_pages_that_there_are(page: int, total: int, links: dict[str, int]) -> None:
    told = encode_results_page(cases.OVER, [], page=page, per_page=2, total=total)["links"]["pages"]
    path = f"/v2/gen-ai/evaluation_runs/{cases.RUN_ID}/results"
    assert told == {name: f"{path}?page={number}&per_page=2" for name, number in links.items()}


def test_a_long_chunk_is_shortened_as_in_the_downloaded_file() -> None:
    prompt = cases.prompts()[0]
    question = replace(prompt.row.question, context=("x" * 30_000,), sources=())
    shown = replace(prompt, row=replace(prompt.row, question=question))
    (chunk,) = encode_prompt(cases.evaluation(), shown)["prompt"]["prompt_chunks"]
    assert len(chunk["text"]) < 21_000
