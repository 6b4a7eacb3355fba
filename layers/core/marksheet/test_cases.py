"""Test cases: make, change, look at, run. A version is immutable; a change makes the next one.

A version pins a benchmark version, the scorers that mark, and the metric that decides whether a run passes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from marksheet import evaluation_datasets
from marksheet.assembling import CreateEvaluation, assemble
from marksheet.domain import CaseVersion, EvaluationCase, Role, ScorerSpec, StarMetric, Status
from marksheet.errors import Conflict, InvalidRequest, NotFound, Problem
from marksheet.evaluations import create_once, resume
from marksheet.identifiers import new_uuid
from marksheet.repetition import WINDOW, made_before, repetition_key, repetition_record
from marksheet.scoring import SCORERS, encode_specs, parse_specs
from marksheet.scoring.metric_ids import metric_id, scorers_without_options
from marksheet.store.idempotency import IdempotencyKeyUsed
from marksheet.store.table import ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marksheet.application import Application
    from marksheet.domain import Benchmark, Caller, Evaluation

NOUN = "Test case"
MOST_LISTED = 250
"""Test cases that a list tells of: it has no pages, and as many fit an answer whatever they say."""


@dataclass(frozen=True, slots=True)
class WantedStar:
    """A star metric as a request has it: by UUID, by name, or by both."""

    metric_uuid: str | None
    name: str | None
    threshold: float
    """In [0, 1]."""
    in_percent: bool


@dataclass(frozen=True, slots=True)
class CaseFields:
    """What a request says of a test case; None where it says nothing."""

    name: str | None = None
    description: str | None = None
    dataset_id: str | None = None
    metrics: tuple[str, ...] | None = None
    """UUIDs or names. None, or none of them, marks with the benchmark's scorers."""
    star: WantedStar | None = None
    workspace_id: str | None = None
    workspace_name: str | None = None


@dataclass(frozen=True, slots=True)
class NewRuns:
    """Models that are to be run on a test case."""

    case_id: str
    models: tuple[tuple[tuple[str | int, ...], str], ...]
    """Where in the request each is named, and its id."""
    name: str | None = None


def create(app: Application, caller: Caller, fields: CaseFields, fingerprint: str) -> EvaluationCase:
    """Make a test case. The same request again (`fingerprint`) gives the same one for some minutes.

    Raises `InvalidRequest` for a dataset or a metric that is not there, and for a star metric that does not
    mark.
    """
    before = made_before(app, caller, "case", fingerprint)
    if before is not None:
        return get(app, caller, before.evaluation_id)
    now = app.now()
    empty = EvaluationCase(
        organization=caller.organization,
        case_id=new_uuid(app.clock()),
        version=1,
        name=fields.name or "",
        dataset_id="",
        dataset_name="",
        benchmark_id="",
        benchmark_version=0,
        scorers=(),
        created_at=now,
        updated_at=now,
        workspace_id=fields.workspace_id,
        workspace_name=fields.workspace_name,
    )
    case = _changed(app, caller, empty, fields)
    try:
        app.store.evaluation_cases.add_version(case, repetition_record(app, caller, "case", fingerprint))
    except IdempotencyKeyUsed as used:
        return get(app, caller, used.evaluation_id)
    return case


def update(app: Application, caller: Caller, case_id: str, fields: CaseFields) -> EvaluationCase:
    """Make the next version of a test case, or give the latest back when it says the same. What the request
    leaves out stays.

    Raises as `create`, `NotFound`, or `Conflict` when another change came in between.
    """
    latest = get(app, caller, case_id)
    changed = _changed(app, caller, latest, fields)
    if changed == latest:
        return latest
    candidate = replace(changed, version=latest.version + 1, updated_at=app.now(), latest_runs=0)
    try:
        app.store.evaluation_cases.add_version(candidate)
    except ConditionFailed as lost:
        raise Conflict("the test case was changed meanwhile; look at it again") from lost
    return candidate


def get(app: Application, caller: Caller, case_id: str, version: int | None = None) -> EvaluationCase:
    """A version, or the latest. Raises `NotFound`."""
    found = app.store.evaluation_cases.find(caller.organization, case_id, version)
    if found is None:
        raise NotFound(NOUN, case_id)
    return found


def list_all(app: Application, caller: Caller, workspace: str | None = None) -> list[EvaluationCase]:
    """The latest version of each, oldest test case first; with `workspace` of those that have it as the id or
    the name of theirs. Of many the newest.
    """
    found = app.store.evaluation_cases.list_latest(caller.organization)
    wanted = [c for c in found if workspace is None or workspace in (c.workspace_id, c.workspace_name)]
    return wanted[-MOST_LISTED:]


def run(app: Application, caller: Caller, new: NewRuns, fingerprint: str) -> list[Evaluation]:
    """Start an evaluation for each model, on the latest version of a test case.

    The same request again (`fingerprint`) gives the same evaluations for some minutes, and starts those that
    were not reached, or could not be started, the first time. Raises `InvalidRequest` before any is started
    for a test case or a model that is not there or not ready, `LimitExceeded`, and `Conflict` for a
    repetition of what was deleted meanwhile.
    """
    names = [f"run {position}" for position in range(len(new.models))]
    before = [made_before(app, caller, name, fingerprint) for name in names]
    if any(used and _is_gone(app, caller, used.evaluation_id) for used in before):
        raise Conflict(
            "the same request started a run some minutes ago, which was deleted since; "
            "give another run_name to start a new one"
        )
    made: dict[int, Evaluation] = {}
    if None in before:
        case = _runnable(app, caller, new.case_id)
        missing = [position for position, used in enumerate(before) if used is None]
        made = {
            position: _assembled(app, caller, case, new.name, *new.models[position]) for position in missing
        }

    def start(position: int) -> Evaluation:
        def assembled() -> Evaluation:
            if position in made:
                return made[position]
            # It was forgotten a moment ago.
            case = _runnable(app, caller, new.case_id)
            return _assembled(app, caller, case, new.name, *new.models[position])

        evaluation = create_once(
            app,
            caller,
            assembled,
            idempotency_key=repetition_key(caller, names[position], fingerprint),
            fingerprint=fingerprint,
            window=WINDOW,
        )
        never_started = evaluation.status is Status.FAILED and evaluation.started_at is None
        return resume(app, caller, evaluation.evaluation_id) if never_started else evaluation

    return [start(position) for position in range(len(new.models))]


def _is_gone(app: Application, caller: Caller, evaluation_id: str) -> bool:
    return app.store.evaluations.find(caller.organization, evaluation_id) is None


def _runnable(app: Application, caller: Caller, case_id: str) -> EvaluationCase:
    case = app.store.evaluation_cases.find(caller.organization, case_id)
    if case is None:
        message = f"there is no test case {case_id!r}; create it first"
        raise InvalidRequest(Problem(("body", "test_case_uuid"), message, "not_found"))
    return case


def _assembled(
    app: Application,
    caller: Caller,
    case: EvaluationCase,
    name: str | None,
    location: tuple[str | int, ...],
    model_id: str,
) -> Evaluation:
    """What is wrong with a model is told of where it was named, everything else of the test case."""
    new = CreateEvaluation(
        model_id=model_id,
        benchmark_id=case.benchmark_id,
        benchmark_version=case.benchmark_version,
        custom_metrics=encode_specs(case.scorers),
        name=name,
        test_case=CaseVersion(case.case_id, case.version),
    )
    try:
        return assemble(app, caller, new)
    except InvalidRequest as error:
        places = {"model_id": ("body", *location), "benchmark_id": ("body", "test_case_uuid")}
        raise InvalidRequest(
            [
                Problem(places.get(str(p.location[1]), ("body", "test_case_uuid")), p.message, p.kind)
                for p in error.problems
            ]
        ) from None


def _changed(app: Application, caller: Caller, case: EvaluationCase, fields: CaseFields) -> EvaluationCase:
    """A test case with what a request says of it."""
    changed = replace(
        case,
        name=fields.name or case.name,
        description=case.description if fields.description is None else fields.description or None,
    )
    benchmark = None
    if fields.dataset_id is not None:
        found = evaluation_datasets.find(app, caller.organization, fields.dataset_id)
        if found is None:
            raise _no_dataset(fields.dataset_id)
        dataset, benchmark = found
        changed = replace(
            changed,
            dataset_id=dataset.dataset_id,
            dataset_name=dataset.name,
            benchmark_id=benchmark.benchmark_id,
            benchmark_version=benchmark.version,
        )
    if fields.metrics is not None or not case.scorers:
        place = changed.benchmark_id, changed.benchmark_version
        benchmark = benchmark or app.store.benchmarks.find(caller.organization, *place)
        if benchmark is None:
            raise _no_dataset(changed.dataset_id)
        changed = replace(changed, scorers=_scorers(fields, benchmark))
    if fields.star is not None:
        changed = replace(changed, star=_star(fields.star, changed.scorers))
    elif changed.star is not None and changed.star.metric not in {s.metric for s in changed.scorers}:
        message = f"is {changed.star.metric}, which does not mark any more; name another one"
        raise InvalidRequest(Problem(("body", "star_metric"), message))
    return changed


def _no_dataset(dataset_id: str) -> InvalidRequest:
    message = f"there is no evaluation dataset {dataset_id!r}; create it first"
    return InvalidRequest(Problem(("body", "dataset_uuid"), message, "not_found"))


def _scorers(fields: CaseFields, benchmark: Benchmark) -> tuple[ScorerSpec, ...]:
    """What a request's metrics mark with: the benchmark's scorers with their settings, others without."""
    if not fields.metrics:
        return benchmark.scorers
    own = {name: spec for spec in benchmark.scorers for name in (spec.metric, metric_id(spec.metric))}
    others = {key: name for name in scorers_without_options() for key in (name, metric_id(name))}
    entries: list[dict[str, Any]] = []
    problems = []
    named: set[str] = set()
    for position, wanted in enumerate(fields.metrics):
        location = ("body", "metrics", position)
        if wanted not in own and wanted not in others:
            problems.append(Problem(location, _no_metric(wanted), "not_found"))
            continue
        metric = own[wanted].metric if wanted in own else others[wanted]
        if metric in named:
            problems.append(Problem(location, f"names {metric} again; each metric marks once"))
        named.add(metric)
        entries += encode_specs([own[wanted]]) if wanted in own else [{"name": metric}]
    if problems:
        raise InvalidRequest(problems)
    if not any(entry.get("role") == Role.CORRECTNESS for entry in entries):
        starred = [entry for entry in entries if fields.star and _is_starred(entry, fields.star)]
        (starred or entries)[0]["role"] = Role.CORRECTNESS.value
    return parse_specs(entries, location=("body", "metrics"))


def _no_metric(wanted: str) -> str:
    """Why a metric cannot be had."""
    named = next((name for name in SCORERS if wanted in (name, metric_id(name))), None)
    if named is None:
        return "is no metric's UUID; GET /v2/gen-ai/evaluation_metrics lists them"
    return (
        f"{named} needs options, for which there is no place here; upload the benchmark with this scorer by "
        "POST /api/v3/benchmark/upload, and use it without metrics"
    )


def _is_starred(entry: dict[str, Any], star: WantedStar) -> bool:
    metric = entry.get("label") or entry["name"]
    return metric == star.name or metric_id(metric) == star.metric_uuid


def _star(wanted: WantedStar, scorers: Sequence[ScorerSpec]) -> StarMetric:
    metrics = [spec.metric for spec in scorers]
    if wanted.metric_uuid is not None:
        found = [metric for metric in metrics if wanted.metric_uuid in (metric, metric_id(metric))]
        field = "metric_uuid"
    else:
        found = [metric for metric in metrics if metric == wanted.name]
        field = "name"
    if not found:
        message = f"is none of the metrics that mark: {', '.join(metrics)}"
        raise InvalidRequest(Problem(("body", "star_metric", field), message))
    return StarMetric(found[0], wanted.threshold, wanted.in_percent)
