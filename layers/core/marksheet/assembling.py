"""From a request to the evaluation it means, with models, judges and benchmark version pinned as they are."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from marksheet import benchmarks, prices
from marksheet.domain import (
    DEFAULT_PROJECT,
    Benchmark,
    Caller,
    CaseVersion,
    Evaluation,
    Model,
    Pairwise,
    ProviderName,
    Run,
    Status,
)
from marksheet.errors import InvalidRequest, NotFound, Problem
from marksheet.identifiers import new_id
from marksheet.scoring import build
from marksheet.scoring.custom_metrics import choose
from marksheet.scoring.table import asks
from marksheet.sharding import shard_count, shard_size_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from decimal import Decimal

    from marksheet.application import Application
    from marksheet.dialects.nugen.evaluation_requests import CreateEvaluationRequest, MarkAgainRequest


@dataclass(frozen=True, slots=True)
class CreateEvaluation:
    """A request to evaluate one model, or two to compare, on a benchmark."""

    model_id: str | None = None
    """None with `answers_from`: the earlier evaluation's."""
    benchmark_id: str | None = None
    """None with `answers_from`: the earlier evaluation's."""
    benchmark_version: int | None = None
    """None pins the latest version."""
    model_id_2: str | None = None
    custom_metrics: list[Any] | Mapping[str, Any] | None = None
    name: str | None = None
    project: str | None = None
    """None is the default one; with `answers_from` the earlier evaluation's."""
    trials: int = 1
    max_error_share: float = 0.5
    shard_size: int | None = None
    errored_as: Literal["left_out", "wrong"] = "left_out"
    max_cost_usd: Decimal | None = None
    answers_from: str | None = None
    """An earlier evaluation, whose answers are marked again."""
    pairwise: Pairwise | None = None
    test_case: CaseVersion | None = None
    """The version of a test case that asks for it."""

    @classmethod
    def from_request(cls, request: CreateEvaluationRequest | MarkAgainRequest) -> CreateEvaluation:
        """What a decoded request asks for."""
        pairwise = request.pairwise
        return cls(
            model_id=request.model_id,
            benchmark_id=request.benchmark_id,
            benchmark_version=request.benchmark_version,
            model_id_2=request.model_id_2,
            custom_metrics=request.custom_metrics,
            name=request.name,
            project=request.project,
            trials=request.trials,
            max_error_share=request.max_error_share,
            shard_size=request.shard_size,
            errored_as=request.errored_as,
            max_cost_usd=request.max_cost_usd,
            answers_from=request.answers_from,
            pairwise=Pairwise(pairwise.model, pairwise.rubric) if pairwise else None,
        )


def assemble(app: Application, caller: Caller, new: CreateEvaluation) -> Evaluation:
    """The evaluation a request means; nothing is stored. Raises `InvalidRequest` when a model or the
    benchmark is not there or not ready, or has no price where a budget is set.
    """
    evaluation = _with_judges(app, caller, new, _marked(app, caller, new))
    if evaluation.max_cost_usd is not None:
        _check_prices(evaluation)
    return evaluation


def _marked(app: Application, caller: Caller, new: CreateEvaluation) -> Evaluation:
    """The evaluation without its judges."""
    if new.answers_from is not None:
        return _marked_again(app, caller, new, new.answers_from)
    models = [_model(app, caller, new.model_id or "", "model_id")]
    if new.model_id_2 is not None:
        models.append(_model(app, caller, new.model_id_2, "model_id_2"))
    benchmark = _benchmark(app, caller, new)
    shard_size = new.shard_size or shard_size_for(benchmark.question_count)
    specs, metrics = choose(new.custom_metrics, benchmark.scorers)
    return Evaluation(
        organization=caller.organization,
        evaluation_id=new_id("eval", app.clock()),
        status=Status.PROCESSING,
        benchmark=benchmark,
        runs=_runs(models, shard_count(benchmark.question_count, shard_size)),
        scorers=specs,
        created_at=app.now(),
        trials=new.trials,
        max_error_share=new.max_error_share,
        shard_size=shard_size,
        metrics=metrics,
        name=new.name,
        project=new.project or DEFAULT_PROJECT,
        errored_as=new.errored_as,
        max_cost_usd=new.max_cost_usd,
        test_case=new.test_case,
    )


def _marked_again(app: Application, caller: Caller, new: CreateEvaluation, source_id: str) -> Evaluation:
    """A new evaluation of an earlier one's answers: same questions, trials and shards, other scorers."""
    source = app.store.evaluations.find(caller.organization, source_id)
    location = ("body", "answers_from")
    if source is None or source.eval_spec is not None:
        raise InvalidRequest(Problem(location, f"there is no evaluation {source_id!r}", "not_found"))
    if source.results_bytes is None or not source.status.terminal:
        message = f"evaluation {source_id!r} is {source.status.value} and has no results to take answers from"
        raise InvalidRequest(Problem(location, message, "not_ready"))
    if source.logged:
        message = (
            f"evaluation {source_id!r} was logged by a client; only answers to a benchmark are marked again"
        )
        raise InvalidRequest(Problem(location, message))
    pinned = source.benchmark
    if app.store.benchmarks.find(caller.organization, pinned.benchmark_id, pinned.version) is None:
        message = f"the benchmark of evaluation {source_id!r} was deleted, so its questions are gone"
        raise InvalidRequest(Problem(location, message, "not_found"))
    models = {run.model.model_id: run.model for run in source.runs}
    named = {"model_id": new.model_id, "model_id_2": new.model_id_2}
    wanted = [model_id for model_id in named.values() if model_id is not None]
    for field, model_id in named.items():
        if model_id is not None and model_id not in models:
            message = f"{source_id!r} has no answers of model {model_id!r}, only of {', '.join(models)}"
            raise InvalidRequest(Problem(("body", field), message))
    chosen = [models[model_id] for model_id in wanted] or [run.model for run in source.runs]
    _check_same_questions(source, new)
    specs, metrics = choose(new.custom_metrics, source.benchmark.scorers)
    return replace(
        source,
        evaluation_id=new_id("eval", app.clock()),
        status=Status.PROCESSING,
        runs=_runs(chosen, source.runs[0].shards),
        scorers=specs,
        created_at=app.now(),
        max_error_share=new.max_error_share,
        attempt=1,
        metrics=metrics,
        name=new.name,
        project=new.project or source.project,
        started_at=None,
        completed_at=None,
        error=None,
        results_bytes=None,
        headline=None,
        judges={},
        pairwise=None,
        answers_from=source_id,
        errored_as=new.errored_as,
        max_cost_usd=new.max_cost_usd,
        test_case=None,
    )


def _check_same_questions(source: Evaluation, new: CreateEvaluation) -> None:
    pinned = source.benchmark
    if new.benchmark_id not in (None, pinned.benchmark_id, pinned.name) or new.benchmark_version not in (
        None,
        pinned.version,
    ):
        message = f"the answers are to {pinned.benchmark_id} version {pinned.version}; leave it out"
        raise InvalidRequest(Problem(("body", "benchmark_id"), message))
    for field, value in (("trials", source.trials), ("shard_size", source.shard_size)):
        told = getattr(new, field)
        if told not in (None, value) and not (field == "trials" and told == 1):
            message = f"is that of the earlier evaluation, {value}; leave it out"
            raise InvalidRequest(Problem(("body", field), message))


def _runs(models: list[Model], shards: int) -> tuple[Run, ...]:
    return tuple(
        Run(run_id=str(uuid.uuid4()), position=position, model=model, shards=shards)
        for position, model in enumerate(models)
    )


def _with_judges(
    app: Application, caller: Caller, new: CreateEvaluation, evaluation: Evaluation
) -> Evaluation:
    """The evaluation with the models that its scorers, and its pairwise comparison, ask."""
    judges = {
        model_id: _judge(app, caller, model_id, (field,))
        for model_id, field in _asked(evaluation, new.custom_metrics is not None)
    }
    pairwise = new.pairwise
    if pairwise is not None:
        if not evaluation.comparison:
            message = "compares the answers of two models; send model_id_2 too"
            raise InvalidRequest(Problem(("body", "pairwise"), message))
        judges[pairwise.model] = _judge(app, caller, pairwise.model, ("pairwise", "model"))
        shards = evaluation.runs[0].shards
        pairwise = replace(pairwise, run_id=str(uuid.uuid4()), shards=shards)
    return replace(evaluation, judges=judges, pairwise=pairwise)


def _asked(evaluation: Evaluation, chosen: bool) -> Iterator[tuple[str, str]]:
    """(model id, the field that names it) of every scorer that asks a model."""
    for spec in evaluation.scorers:
        scorer = build(spec)
        if asks(scorer):
            yield scorer.model, "custom_metrics" if chosen else "benchmark_id"


def embedding_only(evaluation: Evaluation) -> set[str]:
    """Ids of the judges that nobody asks for more than embeddings."""
    asking = [scorer for spec in evaluation.scorers if asks(scorer := build(spec))]
    talking = {scorer.model for scorer in asking if not scorer.embeds}
    if evaluation.pairwise is not None:
        talking.add(evaluation.pairwise.model)
    return {scorer.model for scorer in asking} - talking


def _judge(app: Application, caller: Caller, model_id: str, field: tuple[str, ...]) -> Model:
    model = _model(app, caller, model_id, *field)
    if model.provider is ProviderName.RECORDED:
        message = f"model {model_id!r} has recorded answers and cannot be asked to judge"
        raise InvalidRequest(Problem(("body", *field), message))
    return model


def _check_prices(evaluation: Evaluation) -> None:
    called = [run.model for run in evaluation.runs if evaluation.calls_model(run)]
    check_prices([*called, *evaluation.judges.values()], embedding_only(evaluation))


def check_prices(models: Iterable[Model], embedding: Collection[str] = ()) -> None:
    """Refuse a budget where it is not known what a model costs; those of `embedding` only embed. Raises
    `InvalidRequest`.
    """
    unpriced = {
        model.model_id for model in models if not prices.has_price(model, embeds=model.model_id in embedding)
    }
    if unpriced:
        message = (
            f"a budget needs prices, and {', '.join(map(repr, sorted(unpriced)))} has none; "
            f"register the model with {prices.PROMPT_PRICE} and {prices.COMPLETION_PRICE}"
        )
        raise InvalidRequest(Problem(("body", "max_cost_usd"), message))


def _model(app: Application, caller: Caller, model_id: str, *field: str) -> Model:
    model = app.store.models.find(caller.organization, model_id)
    if model is None:
        raise InvalidRequest(
            Problem(("body", *field), f"there is no model {model_id!r}; register it first", "not_found")
        )
    if model.status is not Status.READY:
        reason = f": {model.error}" if model.error else ""
        raise InvalidRequest(
            Problem(
                ("body", *field),
                f"the answers of model {model_id!r} are {model.status.value}{reason}",
                "not_ready",
            )
        )
    return model


def _benchmark(app: Application, caller: Caller, new: CreateEvaluation) -> Benchmark:
    benchmark_id = new.benchmark_id or ""
    try:
        return benchmarks.get(app, caller, benchmark_id, new.benchmark_version)
    except NotFound as absent:
        version = f" version {new.benchmark_version}" if new.benchmark_version else ""
        raise InvalidRequest(
            Problem(
                ("body", "benchmark_id"),
                f"there is no benchmark {benchmark_id!r}{version}; upload it first",
                "not_found",
            )
        ) from absent
