"""PlanEvaluation: cut each run into shards, and the shards into lanes.

A shard is a slice of questions that is checkpointed, written and counted as one. A lane is a stretch of
consecutive shards that one Map child works through in turn. Lanes are what an in-flight limit is made of: a
run gets so many that together they can keep `max_in_flight` calls going, and each is told its share, so the
limit holds exactly however the state machine schedules its children. See docs/adr/0003-lanes.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from marksheet import uploads
from marksheet.domain import Evaluation, Model, Run, Stage, Status
from marksheet.errors import EvaluationStopped
from marksheet.store import layout
from marksheet.store.shards import Shard, ShardKey
from marksheet.store.table import ConditionFailed

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Mapping, Sequence

    from marksheet.application import Application

MAXIMUM_IN_FLIGHT_PER_LANE = 50
"""Calls one worker keeps going; a Lambda has 1,024 file descriptors and a share of one core."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the state machine maps over, and the stage it plans next."""

    manifest_key: str
    lanes: int
    next_stage: Stage | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """A stretch of shards of one run, both ends included; done ones within it are skipped by the worker."""

    position: int
    first_shard: int
    last_shard: int
    in_flight: int
    judges_in_flight: Mapping[str, int]


def plan_evaluation(
    app: Application, organization: str, evaluation_id: str, attempt: int, stage: Stage = Stage.ANSWERS
) -> Plan:
    """Write the manifest of a stage's open shards. A second plan of the same attempt and stage gives the same
    lanes.

    From the second attempt on, done shards with errored trials are opened again; their answered trials are
    carried. Raises `EvaluationStopped` when this attempt is over.
    """
    evaluation = app.store.evaluations.find(organization, evaluation_id)
    if evaluation is None or evaluation.status is not Status.PROCESSING or evaluation.attempt != attempt:
        raise EvaluationStopped("the evaluation was cancelled, deleted or resumed elsewhere")
    if evaluation.logged:
        return _plan_logged(app, evaluation)
    runs = _runs(evaluation, stage)
    if attempt > 1:
        _reopen_errored(app, evaluation, runs)
    lanes = list(
        _share_judges(evaluation, [lane for run in runs for lane in _lanes(app, evaluation, run, len(runs))])
    )
    key = layout.manifest(organization, evaluation_id, attempt, stage)
    offsets = uploads.question_offsets(app.store.objects, evaluation.benchmark.questions_key)
    entries = [_entry(evaluation, number, lane, offsets) for number, lane in enumerate(lanes, start=1)]
    app.store.objects.write(key, orjson.dumps(entries), "application/json")
    _start(app, evaluation)
    return Plan(key, len(lanes), Stage.PAIRS if stage == Stage.ANSWERS and evaluation.pairs else None)


def _plan_logged(app: Application, evaluation: Evaluation) -> Plan:
    """Write what the lanes of other evaluations write, and a manifest without lanes."""
    from marksheet.tracing.laying_out import lay_out

    lay_out(app, evaluation)
    key = layout.manifest(
        evaluation.organization, evaluation.evaluation_id, evaluation.attempt, Stage.ANSWERS
    )
    app.store.objects.write(key, b"[]", "application/json")
    _start(app, evaluation)
    return Plan(key, 0)


def _start(app: Application, evaluation: Evaluation) -> None:
    try:
        app.store.evaluations.start(evaluation, app.now())
    except ConditionFailed as lost:
        raise EvaluationStopped("the evaluation was cancelled while it was planned") from lost


def cut(open_shards: list[int], lanes: int) -> Iterator[tuple[int, int]]:
    """Cut a sorted list of shard numbers into so many stretches of nearly equal length, as (first, last)."""
    lanes = min(lanes, len(open_shards))
    for index in range(lanes):
        stretch = open_shards[index * len(open_shards) // lanes : (index + 1) * len(open_shards) // lanes]
        yield stretch[0], stretch[-1]


def lanes_for(
    run: Run, shards: int, shard_trials: int, maximum: int, *, calls_model: bool = True
) -> tuple[int, int]:
    """(lanes, calls in flight per lane) for a run with so many open shards.

    The product never exceeds the model's `max_in_flight`. Answers that are read, not asked for, have no limit
    but `maximum`.
    """
    if not calls_model:
        return min(shards, maximum), MAXIMUM_IN_FLIGHT_PER_LANE
    limit = int(run.model.settings["max_in_flight"])
    per_lane = min(limit, shard_trials, MAXIMUM_IN_FLIGHT_PER_LANE)
    lanes = max(1, min(shards, maximum, limit // per_lane))
    return lanes, min(MAXIMUM_IN_FLIGHT_PER_LANE, limit // lanes)


def _lanes(app: Application, evaluation: Evaluation, run: Run, side_by_side: int) -> Iterator[Lane]:
    worked_on = app.store.shards.list_all(evaluation.organization, evaluation.evaluation_id, run.position)
    done = {shard.number for shard in worked_on if shard.done}
    open_shards = [number for number in range(1, run.shards + 1) if number not in done]
    if not open_shards:
        return
    # Every lane asks every judge, so there may not be more lanes than a judge takes calls.
    most = min([app.settings.max_lanes, *map(_limit, evaluation.judges_of(run).values())])
    lanes, in_flight = lanes_for(
        run,
        len(open_shards),
        evaluation.shard_size * evaluation.trials,
        max(1, most // side_by_side),
        calls_model=run == evaluation.pairs or evaluation.calls_model(run),
    )
    for first, last in cut(open_shards, lanes):
        yield Lane(run.position, first, last, in_flight, {})


def _share_judges(evaluation: Evaluation, lanes: list[Lane]) -> Iterator[Lane]:
    """The lanes, each with its share of what the judges take."""
    for lane in lanes:
        judges = evaluation.judges_of(evaluation.all_runs[lane.position])
        shares = {model_id: max(1, _limit(judge) // len(lanes)) for model_id, judge in judges.items()}
        yield replace(lane, judges_in_flight=shares)


def _limit(model: Model) -> int:
    return int(model.settings["max_in_flight"])


def _runs(evaluation: Evaluation, stage: Stage) -> tuple[Run, ...]:
    if stage == Stage.ANSWERS:
        return evaluation.runs
    return (evaluation.pairs,) if evaluation.pairs else ()


def _reopen_errored(app: Application, evaluation: Evaluation, runs: Sequence[Run]) -> None:
    for run in runs:
        shards = app.store.shards.list_all(evaluation.organization, evaluation.evaluation_id, run.position)
        for shard in list(shards):
            if shard.done and shard.counts.errored:
                _reopen(app, evaluation, run, shard)


def _reopen(app: Application, evaluation: Evaluation, run: Run, shard: Shard) -> None:
    organization, evaluation_id = evaluation.organization, evaluation.evaluation_id
    carry = layout.part(organization, evaluation_id, run.run_id, shard.number, shard.generation)
    app.store.shards.reopen(ShardKey(organization, evaluation_id, run.position, shard.number), shard, carry)


def _entry(evaluation: Evaluation, number: int, lane: Lane, offsets: array[int]) -> dict[str, Any]:
    first = (lane.first_shard - 1) * evaluation.shard_size + 1
    last = min(evaluation.total_questions, lane.last_shard * evaluation.shard_size)
    return {
        "lane": number,
        "run_id": evaluation.all_runs[lane.position].run_id,
        "position": lane.position,
        "first_shard": lane.first_shard,
        "last_shard": lane.last_shard,
        "first": first,
        "last": last,
        "start": offsets[first - 1],
        "end": offsets[last],
        "in_flight": lane.in_flight,
        "judges_in_flight": dict(lane.judges_in_flight),
    }
