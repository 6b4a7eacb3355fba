"""The results of runs row by row: what their route takes and answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from marksheet.dialects.weave.eval_results_requests import EvalResultsRequest
from marksheet_openapi.bodies import Body, Count, Share
from marksheet_openapi.operations import READ, Described, Operation
from marksheet_openapi.surfaces import TRACES


class ResultsTrial(Body):
    """One answer of a run to the row."""

    predict_and_score_call_id: str
    """The trial's id."""
    predict_call_id: str | None
    model_output: Any
    """Any JSON; null where there is no answer."""
    scores: dict[str, Any]
    """By scorer, any JSON."""
    model_latency_seconds: float | None
    total_tokens: int | None
    scorer_call_ids: dict[str, str]
    """By scorer, as far as they are known."""


class ResultsOfRun(Body):
    """What one run answered to the row."""

    evaluation_call_id: str
    """The run's id."""
    trials: list[ResultsTrial]
    """By their start."""


class ResultsRow(Body):
    """One question, with the answers of every run that has it."""

    row_digest: str
    """Equal questions have equal ones, whatever run or benchmark."""
    raw_data_row: Any
    """Any JSON, or a reference; null unless asked for."""
    evaluations: list[ResultsOfRun]
    """By the start of their first trial of the row."""


class ScorerStats(Body):
    """What the values at one place within a scorer's scores come to."""

    scorer_key: str
    path: str | None
    """Keys joined with dots; null for a score that is a value itself."""
    value_type: Literal["binary", "continuous"]
    trial_count: Count
    """Trials with a boolean or a number here."""
    numeric_count: Count
    numeric_mean: float | None
    pass_true_count: Count
    pass_known_count: Count
    pass_rate: Share | None
    pass_signal_coverage: Share | None


class RunSummary(Body):
    """What a run's trials come to."""

    evaluation_call_id: str
    trial_count: Count
    scorer_stats: list[ScorerStats]
    evaluation_ref: str | None
    model_ref: str | None
    display_name: str | None
    trace_id: str | None
    started_at: Annotated[str, Field(pattern=r"\+00:00$")] | None


class ResultsSummary(Body):
    """What all rows that count come to, whatever the page."""

    row_count: Count
    evaluations: list[RunSummary]
    """The runs with a trial in these rows."""


class EvalResults(Body):
    """Some rows of some runs."""

    rows: list[ResultsRow]
    """By digest."""
    total_rows: Count
    """Rows there are, whatever the page; 0 where no rows were asked for."""
    summary: ResultsSummary | None
    """Null unless asked for."""
    warnings: list[str]


_IDS = "Ids of runs, of either list; one at least. Unknown ones have no rows."
_LATER = "Nothing else is offered."

OPERATIONS = {
    "query_eval_results": Operation(
        "Traces",
        "Query the results of runs row by row",
        "Runs that Marksheet made and logged ones, together. Rows are those that any of the runs has, or "
        "with `require_intersection` those that all have. Rows that do not fit an answer are refused with "
        "413: ask for fewer with `limit`.",
        surface=TRACES,
        scope=READ,
        bodies=(EvalResultsRequest,),
        fields={
            "evaluation_call_ids": _IDS,
            "evaluation_run_ids": _IDS,
            "include_raw_data_rows": "Fill `raw_data_row`.",
            "include_rows": "Fill `rows` and `total_rows`.",
            "include_summary": "Fill `summary`, over all rows.",
            "limit": "Rows a page; all without it, as far as they fit an answer of 6 MB.",
            "sort_by": Described(_LATER, None),
            "filters": Described(_LATER, None),
            "filter_logic_operator": Described(_LATER, Literal["or"] | None),
            "include_predict_and_score_children": Described(_LATER, Literal[True]),
            "include_costs": Described(_LATER, Literal[False]),
        },
        request_examples={
            "a_page": {
                "evaluation_call_ids": ["2f6b7e3c-8f0a-4b3e-9d57-1f1f0f6f7c11"],
                "include_raw_data_rows": True,
                "include_summary": True,
                "limit": 50,
            }
        },
        answer=EvalResults,
        examples=("eval_results",),
    ),
}
