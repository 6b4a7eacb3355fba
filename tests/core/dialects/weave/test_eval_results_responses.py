"""Answers to a query, pinned by a golden file."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from marksheet.dialects.weave import (
    encode_eval_results,
    encode_row,
    encode_run_summary,
    encode_scorer_stats,
    encode_summary,
)
from marksheet.domain import LoggedTrial

GOLDEN = Path(__file__).parents[3] / "golden" / "weave" / "eval_results.response.json"
RUN = "01a22a6f-34e7-765f-8ccc-83d23c685250"

FULL = LoggedTrial(
    call_id="01a22a6f-34e9-7731-b2c6-42f0e5aa3950",
    predict_call_id="01a22a6f-34ec-7bf2-92ce-a5a16421f6f2",
    output="cba",
    scores={"exact": {"correct": True, "len": 3}},
    started_at="2026-11-30T03:11:00.841633Z",
    latency_seconds=0.00393,
    total_tokens=17,
    scorer_call_ids={"exact": "01a22a6f-34fb-7adf-bdc2-f14431047fa6"},
)
UNFINISHED = LoggedTrial("01a22a6f-34ed-7b07-a26c-a6bc7e61b3db", None, None, {}, "2026-11-30T03:11:00.8Z")


def stats(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "scorer_key": "exact",
        "path": "len",
        "value_type": "continuous",
        "trial_count": 1,
        "numeric_count": 1,
        "numeric_sum": 3.0,
        "pass_true_count": 0,
        "pass_known_count": 0,
    }
    return encode_scorer_stats(**told | changes)


def test_an_answer_has_every_key() -> None:
    run = encode_run_summary(
        RUN,
        2,
        [
            stats(
                path="correct",
                value_type="binary",
                numeric_count=0,
                numeric_sum=0.0,
                pass_true_count=1,
                pass_known_count=1,
            ),
            stats(),
        ],
        evaluation_ref="weave:///acme/p/object/ev:caedd308dd924f152836dc6fe6876f6d9097f3c0d56",
        model_ref="weave:///acme/p/object/M:a22f3a908cbea22eb85b8cea288f3bba009752a0043",
        display_name="eval-2026-11-30-keen-hill",
        trace_id="01a22a6f-34e7-7c30-a16e-ea3fc6bbbc63",
        started_at="2026-11-30T03:11:00.840202+00:00",
    )
    rows = [
        encode_row("69de7b3dd6aaa7bb47a17fca8d2870e7", {"question": "abc"}, {RUN: [FULL]}),
        encode_row("zbde7b3dd6aaa7bb47a17fca8d2870e7", None, {RUN: [UNFINISHED]}),
    ]
    body = encode_eval_results(rows, total_rows=2, summary=encode_summary(2, [run]), unresolved=False)
    assert json.dumps(body, indent=2, ensure_ascii=False) + "\n" == GOLDEN.read_text(encoding="utf-8")


def test_an_answer_without_anything_has_every_key() -> None:
    assert encode_eval_results([], total_rows=0, summary=None, unresolved=False) == {
        "rows": [],
        "total_rows": 0,
        "summary": None,
        "warnings": [],
    }


def test_references_that_lead_nowhere_are_one_warning() -> None:
    (warning,) = encode_eval_results([], total_rows=0, summary=None, unresolved=True)["warnings"]
    assert "raw_data_row" in warning


@pytest.mark.parametrize(
    ("counts", "mean", "rate", "coverage"),
    [
        ({}, 3.0, None, 0.0),
        ({"trial_count": 4, "numeric_count": 2, "pass_known_count": 2}, 1.5, 0.0, 0.5),
        (
            {"numeric_count": 0, "numeric_sum": 0.0, "pass_known_count": 1, "pass_true_count": 1},
            None,
            1.0,
            1.0,
        ),
        # A sum beyond floats, as it is told and as a file gives it back.
        ({"numeric_sum": math.inf}, None, None, 0.0),
        ({"numeric_sum": None}, None, None, 0.0),
    ],
)
def test_means_rates_and_coverage_come_with_their_counts(
    counts: dict[str, Any], mean: float | None, rate: float | None, coverage: float
) -> None:
    told = stats(**counts)
    assert (told["numeric_mean"], told["pass_rate"], told["pass_signal_coverage"]) == (mean, rate, coverage)
