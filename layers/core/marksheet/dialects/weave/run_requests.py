"""Runs, predictions and scores as they are handed in and asked for one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from marksheet.dialects.reading import is_call_id, validate
from marksheet.dialects.weave.bodies import Logged, read_exactly
from marksheet.dialects.weave.call_requests import CallId

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_REFERENCE = 1_000
FARTHEST = 1_000_000_000
"""Of a list; none is that long."""
MOST_IDS = 100
"""Of one request that deletes."""

Text = Annotated[str, Field(min_length=1, max_length=LONGEST_REFERENCE)]


def _listed(text: Any) -> list[str]:
    """A parameter that came several times, or joined by commas: the gateway joins them either way."""
    return [each for each in str(text).split(",") if each]


Listed = Annotated[list[Annotated[str, Field(min_length=1)]], BeforeValidator(_listed)]


class BeginRunRequest(Logged):
    """`POST /evaluation_runs`."""

    evaluation: Text
    """A reference to an evaluation."""
    model: Text
    """A reference to a model."""
    source_evaluation_run_id: CallId | None = None
    """The run that this one was made from."""


class FinishRunRequest(Logged):
    """`POST /evaluation_runs/{id}/finish`: its body may be empty."""

    summary: dict[str, Any] | None = None
    """What its client says the run came to."""


class PredictRequest(Logged):
    """`POST /predictions`."""

    model: Text
    """A reference to a model."""
    inputs: dict[str, Any]
    """The row: equal inputs are trials of one row."""
    output: Any = Field()
    """Any JSON."""
    evaluation_run_id: CallId | None = None
    """The run it is a trial of."""
    genai_span_ref: None = None
    """Spans of other services are not kept."""


class ScoreRequest(Logged):
    """`POST /scores`."""

    prediction_id: CallId
    """The prediction that is scored."""
    scorer: Text
    """A reference to a scorer, whose name the score has."""
    value: Any = Field()
    """Any JSON."""
    evaluation_run_id: CallId | None = None
    """The prediction's run."""


class _Query(BaseModel):
    """A query. Values arrive as text, so numbers are read from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Page(_Query):
    """Which part of a list is asked for; all of it without a limit."""

    limit: int | None = Field(default=None, ge=0, le=FARTHEST)
    """At most so many."""
    offset: int = Field(default=0, ge=0, le=FARTHEST)
    """So many passed over."""


class ThingListQuery(_Page):
    """The query of a list of things that are kept."""


class RunListQuery(_Page):
    """The query of `GET /evaluation_runs`."""

    evaluations: Listed | None = None
    """References to evaluations."""
    evaluation_refs: Listed | None = None
    """The same, as older clients call it."""
    models: Listed | None = None
    """References to models."""
    model_refs: Listed | None = None
    """The same, as older clients call it."""
    evaluation_run_ids: Listed | None = None
    """Ids of runs."""

    @property
    def asked_evaluations(self) -> list[str] | None:
        return _either(self.evaluations, self.evaluation_refs)

    @property
    def asked_models(self) -> list[str] | None:
        return _either(self.models, self.model_refs)

    @property
    def asked_runs(self) -> list[str] | None:
        return None if self.evaluation_run_ids is None else possible_ids(self.evaluation_run_ids)


class TrialListQuery(_Page):
    """The query of `GET /predictions` and `GET /scores`."""

    evaluation_run_id: CallId
    """The run they are of; those that are of none are not listed."""


class DeleteRunsQuery(_Query):
    """The query of `DELETE /evaluation_runs`."""

    evaluation_run_ids: Annotated[Listed, Field(min_length=1, max_length=MOST_IDS)]
    """Ids of runs."""


class DeletePredictionsQuery(_Query):
    """The query of `DELETE /predictions`."""

    prediction_ids: Annotated[Listed, Field(min_length=1, max_length=MOST_IDS)]
    """Ids of predictions."""


class DeleteScoresQuery(_Query):
    """The query of `DELETE /scores`."""

    score_ids: Annotated[Listed, Field(min_length=1, max_length=MOST_IDS)]
    """Ids of scores."""


def decode_begin_run(body: bytes) -> BeginRunRequest:
    """The body of `POST /evaluation_runs`. Raises InvalidRequest."""
    return validate(BeginRunRequest, read_exactly(body), "body")


def decode_finish_run(body: bytes) -> FinishRunRequest:
    """The body of a run's finish, which may be empty. Raises InvalidRequest."""
    return validate(FinishRunRequest, read_exactly(body) if body.strip() else {}, "body")


def decode_predict(body: bytes) -> PredictRequest:
    """The body of `POST /predictions`. Raises InvalidRequest."""
    return validate(PredictRequest, read_exactly(body), "body")


def decode_score(body: bytes) -> ScoreRequest:
    """The body of `POST /scores`. Raises InvalidRequest."""
    return validate(ScoreRequest, read_exactly(body), "body")


def decode_list(query: Mapping[str, str]) -> ThingListQuery:
    """The query of a list of things that are kept. Raises InvalidRequest."""
    return validate(ThingListQuery, query, "query")


def decode_run_list(query: Mapping[str, str]) -> RunListQuery:
    """The query of `GET /evaluation_runs`. Raises InvalidRequest."""
    return validate(RunListQuery, query, "query")


def decode_trial_list(query: Mapping[str, str]) -> TrialListQuery:
    """The query of `GET /predictions` or `GET /scores`. Raises InvalidRequest."""
    return validate(TrialListQuery, query, "query")


def decode_delete_runs(query: Mapping[str, str]) -> list[str]:
    """The query of `DELETE /evaluation_runs`. Raises InvalidRequest."""
    return validate(DeleteRunsQuery, query, "query").evaluation_run_ids


def decode_delete_predictions(query: Mapping[str, str]) -> list[str]:
    """The query of `DELETE /predictions`. Raises InvalidRequest."""
    return validate(DeletePredictionsQuery, query, "query").prediction_ids


def decode_delete_scores(query: Mapping[str, str]) -> list[str]:
    """The query of `DELETE /scores`. Raises InvalidRequest."""
    return validate(DeleteScoresQuery, query, "query").score_ids


def possible_ids(ids: list[str]) -> list[str]:
    """Of some ids those that a call can have, each once."""
    return [each for each in dict.fromkeys(ids) if is_call_id(each)]


def _either(named: list[str] | None, older: list[str] | None) -> list[str] | None:
    return named if older is None else [*(named or ()), *older]
