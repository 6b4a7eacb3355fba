"""What an evaluation came to: the marks, and the file with every answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, RootModel

from marksheet.dialects.nugen.evaluation_requests import ResultsRequest
from marksheet.dialects.nugen.row_requests import RowsRequest
from marksheet.domain import ProviderName
from marksheet_openapi.bodies import Body, Count, Identifier, Sha256, Time, absent
from marksheet_openapi.marks import Comparison, Cost, Judging, Latency, Metrics, PassRate, Row, Tokens
from marksheet_openapi.operations import READ, Operation, Redirect
from marksheet_openapi.scorers import ScorerUsed


class _Run(Body):
    """What is known of a run beside its marks."""

    provider: ProviderName
    tokens: Tokens
    latency_seconds: Latency | None
    errors: dict[str, Count]
    """Trials that errored, by code."""
    not_asked: Count
    """Trials that were not asked, because the budget was used up."""
    cost_usd: Cost
    judging: Judging | None
    pass_at_k: dict[str, PassRate] | None
    """By k, where questions are asked several times: the chance that one of k answers is right."""
    pass_hat_k: dict[str, PassRate] | None
    """By k: the chance that all of k answers are right."""


class ComparedRun(_Run):
    """One of two models."""

    model_id: Identifier
    metrics: Metrics


class ComparedRunWithRows(ComparedRun):
    """One of two models, with every answer."""

    detailed_results: list[Row]


class _Results(Body):
    evaluation_id: Identifier
    status: Literal["READY", "FAILED"]
    """FAILED where partial marks were asked for."""
    model_id: Identifier
    benchmark_id: Identifier
    raw_answers_count: Count
    """Answers there are, of both models together in a comparison; errored trials have none."""
    created_at: Time
    completed_at: Time
    name: str | None
    benchmark_name: str
    benchmark_version: Annotated[int, Field(ge=1)]
    benchmark_sha256: Sha256
    trials: Annotated[int, Field(ge=1)]
    errored_as: Literal["left_out", "wrong"]
    """Whether errored trials stay out of every mean, or enter it as 0."""
    stopped: bool
    """Whether the budget was used up before everything was answered."""
    scorers: list[ScorerUsed]
    started_at: Time | None


class SingleResults(_Results, _Run):
    """The marks of one model."""

    method: Literal["eval"]
    metrics: Metrics


class ComparisonResults(_Results):
    """The marks of two models, and how they compare."""

    method: Literal["eval-compare"]
    model_id_2: Identifier
    base_model: ComparedRun
    eval_model: ComparedRun
    comparison: Comparison


class SingleFile(SingleResults):
    """The marks of one model, with every answer."""

    detailed_results: list[Row]


class ComparisonFile(ComparisonResults):
    """The marks of two models, with every answer of both."""

    base_model: ComparedRunWithRows
    eval_model: ComparedRunWithRows


class Results(RootModel[Annotated[SingleResults | ComparisonResults, Field(discriminator="method")]]):
    """The marks of one model, or of two."""


class ResultsFile(RootModel[Annotated[SingleFile | ComparisonFile, Field(discriminator="method")]]):
    """The downloaded file."""


class AnsweredQuestion(Body):
    """A question with its answers."""

    ordinal: Annotated[int, Field(ge=1)]
    """Its place in the benchmark."""
    row_digest: str
    """Equal questions have equal ones, whatever run or benchmark."""
    answers: list[Row]
    """One for each trial."""
    value: float | None = absent()
    """Of the metric that chose the row, to 4 places."""


class RowsPage(Body):
    """Some rows of a run."""

    evaluation_id: Identifier
    model_id: Identifier
    metric: str | None
    rows: list[AnsweredQuestion]
    """By ordinal; where a metric chose them, by its value."""
    total: Count
    """Rows that match."""
    limit: Count
    offset: Count


class FlippedQuestion(Body):
    """A question that one of two runs passes."""

    flip: Literal["gained", "lost"]
    """Gained: the run compared passes it. To pass is a value of the scorer's threshold at least for accuracy,
    of 0.5 at least for other metrics."""
    base: AnsweredQuestion
    eval: AnsweredQuestion


class ComparedWith(Body):
    """The run that another is compared with."""

    evaluation_id: Identifier
    model_id: Identifier


class FlipsPage(Body):
    """Some rows that one of two runs passes and the other does not, gained ones first."""

    evaluation_id: Identifier
    model_id: Identifier
    against: ComparedWith
    metric: str
    flips: list[FlippedQuestion]
    gained: Count
    """Rows that the run compared alone passes, whatever page and direction were asked for."""
    lost: Count
    limit: Count
    offset: Count


class Rows(RootModel[RowsPage | FlipsPage]):
    """Rows of a run, or the rows in which it differs from another."""


_ATTACHMENT: dict[str, Any] = {
    "description": "Says to save the file, and under which name.",
    "required": True,
    "schema": {"type": "string", "pattern": "^attachment; filename=[A-Za-z0-9._:-]+$"},
}

_NOT_READY = {400: "The evaluation is not READY, or has no marks if `partial` asks for some."}
_PARTIAL = {"partial": "Also the marks of an evaluation that ended before everything was answered."}

OPERATIONS = {
    "get_results": Operation(
        "Results",
        "Get the marks",
        "The downloadable file without its rows.",
        scope=READ,
        answer=Results,
        examples=("results_single", "results_comparison"),
        query=ResultsRequest,
        fields=_PARTIAL,
        refusals=_NOT_READY,
    ),
    "download_results": Operation(
        "Results",
        "Download marks and answers",
        "Small files are the answer itself. Larger ones are a redirect to an address that lives 15 minutes "
        "and needs no key: do not send the key there.",
        scope=READ,
        answer=ResultsFile,
        headers={"Content-Disposition": _ATTACHMENT},
        redirect=Redirect(307, "The file is here."),
        examples=("download_single", "download_comparison"),
        query=ResultsRequest,
        fields=_PARTIAL,
        refusals=_NOT_READY,
    ),
    "get_rows": Operation(
        "Results",
        "Look at rows",
        "All of a run's by ordinal, or those that a metric chooses: the lowest first, or the questions "
        "that one of two runs passes and the other does not. A page costs the same however long the run is. "
        "Also of an evaluation that ended before everything was answered, if it has results.",
        scope=READ,
        answer=Rows,
        examples=("rows_filtered", "rows_flips"),
        query=RowsRequest,
        fields={
            "metric": "accuracy, relevance, overall_score, or the name of a scorer.",
            "below": "Rows of which the metric's value is less.",
            "above": "Rows of which the metric's value is more.",
            "limit": "At most this many rows.",
            "offset": "Leave out this many of the first.",
        },
        refusals={400: "The evaluation has no results.", 413: "More than can be answered at once."},
    ),
}
