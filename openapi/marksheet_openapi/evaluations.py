"""Evaluations: what their routes answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, RootModel, WithJsonSchema

from marksheet.dialects.fields import _IDEMPOTENCY_KEY
from marksheet.dialects.nugen import evaluation_requests as requests
from marksheet_openapi.bodies import (
    Body,
    Count,
    Deleted,
    Identifier,
    ProjectLabel,
    Seconds,
    Share,
    StatusWord,
    Time,
    absent,
)
from marksheet_openapi.estimates import Budget, Estimate
from marksheet_openapi.operations import READ, WRITE, Described, Operation
from marksheet_openapi.scorers import CustomMetrics

Method = Literal["eval", "eval-compare"]


class EvaluationCreated(Body):
    """An evaluation that is queued."""

    evaluation_id: Identifier
    model_id: Identifier
    status: Literal["PROCESSING"]
    """The first status, also where the answer is repeated for an `Idempotency-Key`."""
    benchmark_id: Identifier
    created_at: Time
    message: str
    model_id_2: Identifier = absent()
    """Only in comparison mode."""
    judge_provider: str = absent()
    """Only where it was sent."""
    project: ProjectLabel = absent()
    """Only where it was sent."""


class Created(RootModel[EvaluationCreated | Estimate]):
    """An evaluation that is queued; with `dry_run`, what it would take."""


class Counts(Body):
    """Trials by outcome, so far. Only right and wrong ones enter a mean."""

    right: Count
    wrong: Count
    unscored: Count
    """Answered, but no scorer could say what the answer is worth."""
    errored: Count
    """Not answered."""
    total: Count


class CountsOfBoth(Body):
    """Trials by outcome of each of two models."""

    base_model: Counts
    eval_model: Counts


class Headline(Body):
    """The headline numbers of a run. Where the request chose metrics, the others are left out."""

    accuracy: Share | None = absent()
    """Share of right answers, to 4 places."""
    relevance: Share | None = absent()
    """Mean of the relevance scorer, to 4 places; only with such a scorer."""
    overall_score: Share | None = absent()
    """Mean of both, to 2 places."""
    uncertainty: Share | None = absent()
    """Half-width of the 95 % interval of the overall score, to 4 places."""
    domain_violations: Count = absent()
    """Answers that break a domain rule."""
    average_score: Share | None = absent()
    """The older name of `overall_score`."""


class HeadlineOfBoth(Body):
    """The headline numbers of each of two models."""

    base_model: Headline
    eval_model: Headline


class Evaluation(Body):
    """One evaluation."""

    evaluation_id: Identifier
    model_id: Identifier
    benchmark_id: Identifier
    status: StatusWord
    """A cancelled evaluation is shown as FAILED with the `failure_reason` "cancelled", one that its budget
    stopped as FAILED with `stopped`."""
    judge_provider: None
    created_at: Time
    metrics: Headline | HeadlineOfBoth | None
    """Null until READY; one entry per model in a comparison."""
    model_id_2: Identifier | None
    """The model that is compared with the first."""
    method: Method
    run_ids: Annotated[list[Identifier], Field(min_length=1, max_length=2)]
    """A run for each model: what other surfaces know it by."""
    name: str | None
    project: ProjectLabel
    """The label by which evaluations are told apart."""
    benchmark_name: str
    benchmark_version: Annotated[int, Field(ge=1)]
    trials: Annotated[int, Field(ge=1, le=requests.MOST_TRIALS)]
    """Answers per question."""
    counts: Counts | CountsOfBoth
    """One entry per model in a comparison."""
    started_at: Time | None
    completed_at: Time | None
    failure_reason: str | None
    """Why it is FAILED."""
    stopped: bool
    """Whether its budget is used up; it can be resumed with a larger one."""
    has_results: bool
    """Whether there are marks; a FAILED evaluation may have some."""
    answers_from: Identifier | None
    """The evaluation whose answers are marked again."""
    budget: Budget | None


class EvaluationList(Body):
    """A page of evaluations, newest first."""

    user_id: str
    """The organization: keys belong to it, not to people."""
    evaluations: list[Evaluation]
    total: Count
    """Evaluations that match, on all pages together."""
    limit: Count
    offset: Count


class Progress(Body):
    """How far an evaluation is."""

    evaluation_id: Identifier
    status: StatusWord
    benchmark_id: Identifier
    progress: Annotated[str, Field(pattern="^[0-9]+/[0-9]+ questions$")]
    """Questions that every model is done with."""
    questions_completed: Count
    total_questions: Count
    avg_time_per_question: Seconds | None
    """Seconds of wall time so far, to 2 places; null before the first."""
    eta_seconds: Count | None
    """Null before the first question is done and at the end."""
    start_time: Time | None
    end_time: Time | None
    failure_reason: str = absent()
    """Only on failure."""
    stopped: bool = absent()
    """Only on failure: whether the budget is used up."""
    has_results: bool = absent()
    """Only on failure: whether there are marks all the same."""
    budget: Budget = absent()
    """Only with a budget."""


IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes the create repeatable for 24 hours: the same body gives what was made first "
    "again, another body 409.",
    "schema": {"type": "string", "pattern": f"^{_IDEMPOTENCY_KEY.pattern}$"},
}

_StatusWords = Annotated[
    Any,
    WithJsonSchema(
        {
            "type": "array",
            "minItems": 1,
            "items": {"enum": [*(word.upper() for word in requests.STATUS_WORDS), *requests.STATUS_WORDS]},
        }
    ),
]

Amount = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000, "multipleOf": 0.000001},
                {"type": "string", "pattern": r"^[0-9]{1,6}(\.[0-9]{1,6})?$"},
                {"type": "null"},
            ]
        }
    ),
]

_CREATE: dict[str, str | Described] = {
    "model_id": "The model; in comparison mode the base.",
    "benchmark_id": "The benchmark. `id@2` pins version 2, otherwise the latest is pinned.",
    "model_id_2": "A second model makes it a comparison.",
    "custom_metrics": Described(
        "Which metrics to show, or which scorers to mark with instead of the benchmark's.", CustomMetrics
    ),
    "name": "A name of your own.",
    "project": "A label by which evaluations are told apart; on the surface of traces it is part of their "
    "address.",
    "trials": "Answers per question.",
    "max_error_share": "A larger share of errored trials fails the evaluation.",
    "shard_size": "Questions per shard; the plan decides without it.",
    "judge_provider": "Of an older generation of this API: accepted and echoed, without effect.",
    "max_cost_usd": Described(
        "What models and judges may cost together. When it is used up, the evaluation is stopped with the "
        "marks it has, and can be resumed.",
        Amount,
    ),
    "pairwise": "A judge that compares the answers of the two models with each other, each pair in both "
    "orders.",
    "answers_from": "An evaluation whose answers are marked again, without asking its models. Model and "
    "benchmark are then its own, and need not be named.",
}

CreateEvaluation = requests.CreateEvaluationRequest | requests.MarkAgainRequest

OPERATIONS = {
    "create_evaluation": Operation(
        "Evaluations",
        "Start an evaluation",
        "Of one model, or of two to compare. The work is queued; ask for its status, then for its results.",
        scope=WRITE,
        bodies=(requests.CreateEvaluationRequest, requests.MarkAgainRequest),
        fields=_CREATE,
        parameters=(IDEMPOTENCY_KEY,),
        answer=Created,
        examples=("create_single", "create_comparison", "create_everything"),
        refusals={
            409: "The Idempotency-Key was used with another body, or what it made was deleted.",
        },
    ),
    "list_evaluations": Operation(
        "Evaluations",
        "List evaluations",
        "Newest first.",
        scope=READ,
        query=requests.ListEvaluationsRequest,
        fields={
            "status": Described(
                "Words, separated by commas, in any case. FAILED finds cancelled evaluations too, "
                "`cancelled` finds them alone.",
                _StatusWords,
            ),
            "model_id": "Only evaluations of this model, first or second.",
            "project": "Only evaluations of this project.",
            "limit": "Evaluations on the page.",
            "offset": "Evaluations before the page.",
        },
        answer=EvaluationList,
    ),
    "get_evaluation": Operation(
        "Evaluations",
        "Get an evaluation",
        scope=READ,
        answer=Evaluation,
        examples=("evaluation_single", "evaluation_comparison"),
    ),
    "get_status": Operation(
        "Evaluations",
        "Get an evaluation's progress",
        scope=READ,
        answer=Progress,
        examples=("status_queued", "status_running", "status_done", "status_failed", "status_cancelled"),
    ),
    "delete_evaluation": Operation(
        "Evaluations",
        "Delete an evaluation",
        "For good, with its marks. If it runs, it is stopped first.",
        scope=WRITE,
        answer=Deleted,
    ),
    "cancel_evaluation": Operation(
        "Evaluations",
        "Cancel an evaluation",
        "What is marked stays. Cancelling a cancelled evaluation changes nothing.",
        scope=WRITE,
        answer=Evaluation,
        refusals={409: "The evaluation is READY or FAILED."},
    ),
    "resume_evaluation": Operation(
        "Evaluations",
        "Resume an evaluation",
        "One that failed, was cancelled or ran out of money is taken up. Answered questions are not asked "
        "again, errored ones are.",
        scope=WRITE,
        bodies=(requests.ResumeRequest,),
        body_required=False,
        fields={"max_cost_usd": Described("The new budget, for all attempts together.", Amount)},
        answer=Evaluation,
        refusals={
            409: "The evaluation is PROCESSING or READY, its benchmark was deleted, or its budget leaves "
            "nothing to go on with."
        },
    ),
}
