"""Predictions and scores as they are handed in one by one: each prediction of a run is the trial of a row.

A prediction is the call below a trial that asked the model. The trial has its output and scores once the
prediction is finished, and again when it is finished again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from marksheet.domain import TRIAL_OPERATION, Call
from marksheet.errors import InvalidRequest, NotFound, Problem
from marksheet.identifiers import new_uuid
from marksheet.tracing.calls import take_in
from marksheet.tracing.references import read_reference
from marksheet.tracing.settling import settle_all
from marksheet.tracing.trials import predict_call, start_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from marksheet.application import Application
    from marksheet.domain import Caller

_MADE = {"handed_in": "one by one"}
"""Attributes of the calls that are made here, which tell them from those that clients make."""
_SCORING = {**_MADE, "weave": {"score": "true"}}


@dataclass(frozen=True, slots=True)
class Prediction:
    """An output of a model."""

    prediction_id: str
    model: str
    inputs: Mapping[str, Any]
    output: Any
    run_id: str | None


@dataclass(frozen=True, slots=True)
class LoggedScore:
    """What a scorer said of a prediction."""

    score_id: str
    scorer: str
    """A reference."""
    value: Any
    run_id: str | None


def predict(
    app: Application,
    caller: Caller,
    project: str,
    model: str,
    inputs: Mapping[str, Any],
    output: Any,
    run_id: str | None,
) -> str:
    """Take in an output of a model, as the trial of a run or by itself; gives its id. Raises `Conflict` for a
    run of another project, and for one that Marksheet makes.
    """
    prediction_id, now = new_uuid(app.clock()), app.now()
    asked = Call(
        call_id=prediction_id,
        trace_id=run_id or prediction_id,
        parent_id=None,
        op_name=f"{name_of(model)}.predict",
        started_at=now,
        inputs={"self": model, "inputs": dict(inputs)},
        attributes=_MADE,
        output=output,
    )
    calls = [asked]
    if run_id is not None:
        trial = Call(
            call_id=new_uuid(app.clock()),
            trace_id=run_id,
            parent_id=run_id,
            op_name=TRIAL_OPERATION,
            started_at=now,
            inputs={"model": model, "example": dict(inputs)},
            attributes=_MADE,
        )
        calls = [trial, replace(asked, parent_id=trial.call_id)]
    take_in(app, caller, project, starts=calls)
    return prediction_id


def finish(app: Application, caller: Caller, project: str, prediction_id: str) -> None:
    """Give a prediction's trial its output, and the scores that it has by now. Raises `NotFound`."""
    found = _find(app, caller, project, prediction_id)
    if found.trial is None:
        take_in(app, caller, project, completes=[replace(found.call, ended_at=app.now())])
        return
    scored = {
        name_of(child.inputs["self"]): child.output
        for child in sorted(found.beside, key=start_order)
        if _is_score_of_ours(child)
    }
    told: Mapping[str, Any] = {"output": found.call.output, "model_latency": None}
    before = found.trial.output
    if not _is_ours(found.trial) and isinstance(before, dict):
        # A client made it, with scores of its own.
        own = before.get("scores")
        told, scored = before, {**(own if isinstance(own, dict) else {}), **scored}
    ended_at = found.trial.ended_at or app.now()
    ended = replace(found.trial, ended_at=ended_at, output={**told, "scores": scored})
    take_in(app, caller, project, completes=[ended])


def get(app: Application, caller: Caller, project: str, prediction_id: str) -> Prediction:
    """A prediction of a logged run, or of none. Raises `NotFound`."""
    found = _find(app, caller, project, prediction_id)
    return _prediction(found.call, found.trial)


def list_of_run(app: Application, caller: Caller, project: str, run_id: str) -> Iterator[Prediction]:
    """The predictions of a logged run, as far as the caller reads."""
    for trial, children in app.store.calls.trials_of(caller.organization, project, run_id):
        asked = predict_call(trial, children)
        if asked is not None:
            yield _prediction(asked, trial)


def delete(app: Application, caller: Caller, project: str, prediction_ids: Iterable[str]) -> None:
    """Delete predictions with their trials and scores. One that is not there is no error."""
    now, over = int(app.clock().timestamp()), set()
    calls, organization = app.store.calls, caller.organization
    for prediction_id in prediction_ids:
        place = calls.find_place(organization, project, prediction_id)
        if place is not None:
            over |= calls.delete(organization, project, place.group, place, now=now)
        elif calls.find(organization, project, prediction_id) is not None:
            calls.delete(organization, project, prediction_id, None, now=now)
    settle_all(app, organization, project, over)


def score(app: Application, caller: Caller, project: str, prediction_id: str, scorer: str, value: Any) -> str:
    """Take in what a scorer says of a prediction; gives the score's id. Raises `NotFound`, or
    `InvalidRequest` for a scorer that is no reference.
    """
    found = _find(app, caller, project, prediction_id)
    reference = read_reference(scorer)
    if reference is None or not reference.name:
        message = "Input should be a reference to a scorer, such as weave:///organization/project/object/name:digest"
        raise InvalidRequest(Problem(("body", "scorer"), message))
    score_id, now = new_uuid(app.clock()), app.now()
    scored = found.trial or found.call
    call = Call(
        call_id=score_id,
        trace_id=scored.trace_id,
        parent_id=scored.call_id,
        op_name=str(replace(reference, kind="op", name=f"{reference.name}.score", within=())),
        started_at=now,
        inputs={"self": scorer},
        attributes=_SCORING,
        ended_at=now,
        output=value,
    )
    take_in(app, caller, project, completes=[call], found_by_id=True)
    return score_id


def get_score(app: Application, caller: Caller, project: str, score_id: str) -> LoggedScore:
    """A score that was handed in by itself. Raises `NotFound`."""
    place = app.store.calls.find_place(caller.organization, project, score_id)
    if place is not None:
        scored, children = app.store.calls.find_group(caller.organization, project, place)
        for child in children:
            if child.call_id == score_id and child.is_score:
                return _score(child, scored)
    raise NotFound("Score", score_id)


def list_scores(app: Application, caller: Caller, project: str, run_id: str) -> Iterator[LoggedScore]:
    """The scores of a logged run, as far as the caller reads."""
    for trial, children in app.store.calls.trials_of(caller.organization, project, run_id):
        yield from (_score(child, trial) for child in sorted(children, key=start_order) if child.is_score)


def delete_scores(app: Application, caller: Caller, project: str, score_ids: Iterable[str]) -> None:
    """Delete scores. A trial that is finished keeps them until it is finished again. One that is not there is
    no error.
    """
    now, over = int(app.clock().timestamp()), set()
    calls, organization = app.store.calls, caller.organization
    for score_id in score_ids:
        place = calls.find_place(organization, project, score_id)
        if place is not None and place.group != score_id:
            over |= calls.delete(organization, project, score_id, place, now=now)
    settle_all(app, organization, project, over)


@dataclass(frozen=True, slots=True)
class _Found:
    """A call that asked a model, with the trial it is of and what else lies beside that."""

    call: Call
    trial: Call | None
    beside: list[Call]


def _find(app: Application, caller: Caller, project: str, prediction_id: str) -> _Found:
    calls, organization = app.store.calls, caller.organization
    place = calls.find_place(organization, project, prediction_id)
    if place is None:
        alone = calls.find(organization, project, prediction_id)
        if alone is not None and not alone.is_run:
            return _Found(alone, None, [])
    else:
        trial, beside = calls.find_group(organization, project, place)
        call = next((child for child in beside if child.call_id == prediction_id), None)
        if call is not None and not call.is_score:
            return _Found(call, trial if trial and trial.is_trial else None, beside)
    raise NotFound("Prediction", prediction_id)


def _prediction(call: Call, trial: Call | None) -> Prediction:
    inputs = dict(call.inputs)
    model = inputs.pop("self", None)
    if _is_ours(call) and isinstance(inputs.get("inputs"), dict):
        inputs = inputs["inputs"]
    run_id = trial.parent_id if trial else None
    return Prediction(call.call_id, model if isinstance(model, str) else "", inputs, call.output, run_id)


def _score(call: Call, scored: Call | None) -> LoggedScore:
    scorer = call.inputs.get("self")
    run_id = scored.parent_id if scored and scored.is_trial else None
    return LoggedScore(call.call_id, scorer if isinstance(scorer, str) else call.op_name, call.output, run_id)


def _is_ours(call: Call) -> bool:
    return _MADE.items() <= call.attributes.items()


def _is_score_of_ours(call: Call) -> bool:
    return _is_ours(call) and call.is_score and isinstance(call.inputs.get("self"), str)


def name_of(reference: str) -> str:
    """The name of the object that a reference leads to, or what is no reference as it is."""
    found = read_reference(reference)
    return found.name if found and found.name else reference
