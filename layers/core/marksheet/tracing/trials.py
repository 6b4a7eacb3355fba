"""What the calls of a logged run say: which of them are trials, what each came to, and of which row it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeGuard

from marksheet.domain import LoggedTrial, MarkedRow, moment
from marksheet.row_digests import digest_of, referenced_digest
from marksheet.summary.scorer_tally import as_float
from marksheet.tracing.outcomes import question_of, trial_as_marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from marksheet.domain import Call

_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RowTrial:
    """A trial of a logged run, and the row it is about."""

    digest: str
    value: Any
    """The row as it was logged: any JSON, or a reference."""
    logged: LoggedTrial
    start: tuple[datetime, str]
    """What trials are sorted by."""
    ended: bool
    exception: str | None = None


def trial_of(call: Call, children: Iterable[Call]) -> RowTrial:
    """What a call that is a trial and the calls below it, in any order, come to."""
    ordered = sorted(children, key=start_order)
    output = call.output if isinstance(call.output, dict) else {}
    scores = output.get("scores")
    if not isinstance(scores, dict):
        scores = {}
    predict = _predict_call(ordered, call.inputs.get("model"))
    value = call.inputs.get("example")
    logged = LoggedTrial(
        call_id=call.call_id,
        predict_call_id=predict.call_id if predict else None,
        output=output.get("output"),
        scores=scores,
        started_at=call.started_at,
        latency_seconds=_latency(predict, output),
        total_tokens=_total_tokens(predict),
        scorer_call_ids=_scorer_call_ids(scores, ordered),
    )
    return RowTrial(
        digest_of(value),
        value,
        logged,
        start_order(call),
        call.ended_at is not None,
        call.exception if call.exception is not None else _models_exception(logged, ordered),
    )


def rows_of(
    trials: Iterable[tuple[Call, Sequence[Call]]],
    resolve: Callable[[str], Any] | None = None,
    *,
    correctness: str | None = None,
) -> list[MarkedRow]:
    """The rows of a run by digest, each with its trials by start, of calls that are trials and what each
    called, in any order.

    A row's value is that of its first trial which has one. `resolve` gives the row a reference leads to, or
    None; it is asked about references alone. `correctness` is the metric that decides between right and wrong
    (`outcomes.correctness_of` the run's scores); without it every trial that is over is unscored.
    """
    found: dict[str, list[RowTrial]] = {}
    for call, children in trials:
        read = trial_of(call, children)
        found.setdefault(read.digest, []).append(read)
    return [
        row_of(ordinal, found.pop(digest), resolve, correctness=correctness)
        for ordinal, digest in enumerate(sorted(found), 1)
    ]


def row_of(
    ordinal: int,
    trials: Iterable[RowTrial],
    resolve: Callable[[str], Any] | None = None,
    *,
    correctness: str | None = None,
) -> MarkedRow:
    """The row of trials that have one digest; `ordinal` is its place among the rows of the run, from 1."""
    ordered = sorted(trials, key=lambda trial: trial.start)
    value = next((trial.value for trial in ordered if trial.value is not None), None)
    resolved = resolve(value) if resolve is not None and is_reference(value) else None
    question = question_of(ordinal, ordered[0].digest, value, resolved)
    marked = [
        trial_as_marked(
            question,
            number,
            trial.logged,
            ended=trial.ended,
            exception=trial.exception,
            correctness=correctness,
        )
        for number, trial in enumerate(ordered, 1)
    ]
    return MarkedRow(ordered[0].digest, question, tuple(marked))


def start_order(call: Call) -> tuple[datetime, str]:
    """What calls are sorted by: their start, and where two start at once their id."""
    return when(call.started_at), call.call_id


def when(text: str | None) -> datetime:
    """A time as a client wrote it, and before all others what is none."""
    return moment(text) or _BEGINNING


def predict_call(trial: Call, children: Iterable[Call]) -> Call | None:
    """Of the calls below a trial, in any order, the one that asked its model."""
    return _predict_call(sorted(children, key=start_order), trial.inputs.get("model"))


def is_reference(value: Any) -> TypeGuard[str]:
    """Whether a row is a reference to one of a dataset."""
    return isinstance(value, str) and referenced_digest(value) is not None


def _predict_call(children: Iterable[Call], model: Any) -> Call | None:
    """The first call that is no scorer's, and asks the trial's model or has a name that says so."""
    for call in children:
        if call.is_score:
            continue
        if call.inputs.get("self") == model or _named(call, "predict", "invoke"):
            return call
    return None


def _models_exception(logged: LoggedTrial, children: Iterable[Call]) -> str | None:
    """Of a trial that came to nothing: what its model raised. weave's `Evaluation` catches that, and ends the
    trial without an output and without scores.
    """
    if logged.output is not None or logged.scores:
        return None
    raised = (call.exception for call in children if call.exception is not None and not call.is_score)
    return next(raised, None)


def _scorer_call_ids(scores: Mapping[str, Any], children: Sequence[Call]) -> dict[str, str]:
    """Per score the first scorer's call whose operation has a name like it, as far as there is one."""
    scorers = [call for call in children if call.is_score or _named(call, ".score", "scorer")]
    found = {}
    for key in scores:
        for call in scorers:
            told = _within_project(call.op_name).lower()
            if key.lower() in told or told in key.lower():
                found[key] = call.call_id
                break
    return found


def _named(call: Call, *parts: str) -> bool:
    told = _within_project(call.op_name).lower()
    return any(part in told for part in parts)


def _within_project(reference: str) -> str:
    """A reference to an operation without scheme, entity and project, whose names say nothing of it."""
    head, found, rest = reference.partition("/op/")
    return rest if found and "://" in head else reference


def _latency(predict: Call | None, output: Mapping[str, Any]) -> float | None:
    """Seconds that the predict call took, else what the trial's output says."""
    began, ended = (moment(predict.started_at), moment(predict.ended_at)) if predict else (None, None)
    if began and ended:
        return (ended - began).total_seconds()
    told = output.get("model_latency")
    mean = told.get("mean") if isinstance(told, dict) else None
    return float(mean) if _is_number(mean) else None


def _total_tokens(predict: Call | None) -> int | None:
    usage = predict.summary.get("usage") if predict else None
    if not isinstance(usage, dict):
        return None
    told = [model.get("total_tokens") for model in usage.values() if isinstance(model, dict)]
    counts = [int(tokens) for tokens in told if _is_number(tokens)]
    return sum(counts) if counts else None


def _is_number(value: Any) -> TypeGuard[int | float]:
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    return numeric and math.isfinite(as_float(value))
