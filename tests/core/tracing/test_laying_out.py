"""What a logged run's calls become: questions in order, their trials, metrics, rows that are referred to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import CallEnd, Caller, Evaluation, LoggedRow, MarkedRow, Outcome, Role, Status
from marksheet.errors import EvaluationStopped
from marksheet.parts import part_keys, read_questions, read_trials
from marksheet.tracing import laying_out, objects
from marksheet.tracing.calls import take_in
from marksheet.tracing.laying_out import lay_out
from marksheet.tracing.references import Reference
from marksheet.tracing.trials import rows_of
from tests.traces import RUN, a_trial, at, run_call

END = CallEnd(RUN, at(3_000))


def logged(app: Application, caller: Caller, *calls: Any) -> Evaluation:
    """The evaluation of a run with these calls, before it is planned."""
    take_in(app, caller, "p", starts=[run_call()], completes=calls, ends=[END])
    (found,) = evaluations.list_page(app, caller).evaluations
    return found


def laid_out(app: Application, evaluation: Evaluation) -> list[MarkedRow]:
    """Questions and trials as the step that finishes reads them."""
    lay_out(app, evaluation)
    pinned = app.store.evaluations.find(evaluation.organization, evaluation.evaluation_id)
    assert pinned is not None
    rows = list(read_questions(app, pinned))
    trials = list(read_trials(app, part_keys(app, pinned, pinned.runs[0])))
    return [
        MarkedRow(row.question_id, row, tuple(trial for trial in trials if trial.ordinal == row.ordinal))
        for row in rows
    ]


def test_rows_are_numbered_by_the_start_of_their_first_trial(app: Application, caller: Caller) -> None:
    # The id sorts the other way round.
    late = replace(a_trial(1)[0], started_at=at(50))
    early = replace(a_trial(9)[0], started_at=at(5))
    rows = laid_out(app, logged(app, caller, late, early))
    assert [(row.question.ordinal, row.question.question) for row in rows] == [(1, "Say 9"), (2, "Say 1")]


def test_trials_of_one_row_are_counted_by_their_start(app: Application, caller: Caller) -> None:
    row = {"question": "Again?"}
    trials = [replace(a_trial(n, row=row)[0], started_at=at(30 - n)) for n in (1, 2, 3)]
    evaluation = logged(app, caller, *trials, *a_trial(7))
    (other, again) = laid_out(app, evaluation)
    told = [(trial.trial, trial.logged.call_id) for trial in again.trials if trial.logged]
    assert told == [(1, "trial-003"), (2, "trial-002"), (3, "trial-001")]
    assert len(other.trials) == 1
    pinned = app.store.evaluations.find("acme", evaluation.evaluation_id)
    assert pinned is not None
    assert (pinned.trials, pinned.total_questions) == (3, 2)


def test_trials_of_an_unfinished_kind_are_errored(app: Application, caller: Caller) -> None:
    open_trial = replace(a_trial(1)[0], ended_at=None, output=None)
    failed = replace(a_trial(2)[0], exception="ValueError: no")
    first, second = laid_out(app, logged(app, caller, open_trial, failed))
    assert [trial.error.code for row in (first, second) for trial in row.trials if trial.error] == [
        "not_ended",
        "exception",
    ]


@pytest.mark.parametrize(
    ("scores", "metrics", "correctness", "outcome"),
    [
        ({"exact": True}, ["exact"], "exact", Outcome.RIGHT),
        ({"exact": {"correct": False, "length": 3}}, ["exact.correct"], "exact.correct", Outcome.WRONG),
        ({"near": 0.4, "exact": True}, ["exact", "near"], "exact", Outcome.RIGHT),
        ({"length": 7, "near": 0.4}, ["near"], "near", Outcome.WRONG),
        ({"deep": {"a": {"b": 1}}}, ["deep.a.b"], "deep.a.b", Outcome.RIGHT),
        ({"accuracy": 0.9}, ["logged.accuracy"], "logged.accuracy", Outcome.RIGHT),
        ({"length": 7, "words": "many", "list": [1]}, ["correct"], None, Outcome.UNSCORED),
        ({}, ["correct"], None, Outcome.UNSCORED),
        ("none at all", ["correct"], None, Outcome.UNSCORED),
    ],
    ids=repr,
)
def test_scores_between_0_and_1_are_metrics_and_one_of_them_decides(
    app: Application,
    caller: Caller,
    scores: Any,
    metrics: list[str],
    correctness: str | None,
    outcome: Outcome,
) -> None:
    evaluation = logged(app, caller, *a_trial(1, scores=scores))
    (row,) = laid_out(app, evaluation)
    pinned = app.store.evaluations.find("acme", evaluation.evaluation_id)
    assert pinned is not None
    assert [spec.metric for spec in pinned.scorers] == metrics
    assert [spec.metric for spec in pinned.scorers if spec.role is Role.CORRECTNESS] == metrics[:1]
    (trial,) = row.trials
    assert trial.outcome is outcome
    assert set(trial.scores) == (set(metrics) if correctness else set())
    assert trial.logged is not None
    assert trial.logged.scores == (scores if isinstance(scores, dict) else {})


def test_a_number_that_leaves_0_to_1_in_one_trial_is_no_metric(app: Application, caller: Caller) -> None:
    evaluation = logged(
        app, caller, *a_trial(1, scores={"s": 0.5, "t": 1.0}), *a_trial(2, scores={"s": 3, "t": 0.0})
    )
    laid_out(app, evaluation)
    pinned = app.store.evaluations.find("acme", evaluation.evaluation_id)
    assert pinned is not None
    assert [spec.metric for spec in pinned.scorers] == ["t"]


def test_a_run_has_so_many_metrics_and_no_more(app: Application, caller: Caller) -> None:
    scores = {f"s{n:03d}": n % 2 == 0 for n in range(100)} | {"x" * 300: True}
    evaluation = logged(app, caller, *a_trial(1, scores=scores))
    laid_out(app, evaluation)
    pinned = app.store.evaluations.find("acme", evaluation.evaluation_id)
    assert pinned is not None
    assert [spec.metric for spec in pinned.scorers] == [f"s{n:03d}" for n in range(64)]


def test_references_are_followed_to_rows(app: Application, caller: Caller) -> None:
    rows = [{"question": "One?", "expected_answer": 1}, {"question": "Two?"}]
    kept = objects.keep_table(app, caller, "p", rows)
    value = {"rows": str(Reference("acme", "p", "table", "", kept.digest))}
    dataset = objects.keep_object(app, caller, "p", "sums", value)
    to = [
        str(Reference("acme", "p", "object", "sums", dataset.digest, ("attr", "rows", "id", digest)))
        for digest in (*kept.row_digests, "nowhere")
    ]
    trials = [a_trial(number, row=reference)[0] for number, reference in enumerate(to, 1)]
    evaluation = logged(app, caller, *trials)
    found = [row.question for row in laid_out(app, evaluation)]
    assert all(isinstance(row, LoggedRow) for row in found)
    assert [(row.value, row.resolved) for row in found] == [  # type: ignore[attr-defined]
        (to[0], rows[0]),
        (to[1], rows[1]),
        (to[2], None),
    ]
    assert [(row.question, row.expected_answer) for row in found][:2] == [("One?", "1"), ("Two?", None)]
    app.store.calls.settle("acme", "p", RUN, 1)
    assert app.store.calls.find_runs("acme", "p", [RUN])[RUN].dangling


def test_many_rows_are_in_many_parts(
    app: Application, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marksheet.tracing.settling.PART_QUESTIONS", 4)
    monkeypatch.setattr(laying_out, "_ROWS_AT_ONCE", 3)
    evaluation = logged(app, caller, *(a_trial(n)[0] for n in range(1, 51)))
    rows = laid_out(app, evaluation)
    assert [row.question.question for row in rows] == [f"Say {n}" for n in range(1, 51)]
    assert all(len(row.trials) == 1 for row in rows)
    pinned = app.store.evaluations.find("acme", evaluation.evaluation_id)
    assert pinned is not None
    assert pinned.runs[0].shards == 13


@pytest.mark.parametrize(
    ("limit", "words"),
    [("MOST_TRIALS", "more than 2 trials"), ("MOST_TRIALS_OF_A_ROW", "a row has more than 2")],
)
def test_more_trials_than_are_taken_are_told(
    app: Application, caller: Caller, monkeypatch: pytest.MonkeyPatch, limit: str, words: str
) -> None:
    monkeypatch.setattr(laying_out, limit, 2)
    evaluation = logged(app, caller, *(a_trial(n, row="the same")[0] for n in (1, 2, 3)))
    with pytest.raises(EvaluationStopped):
        lay_out(app, evaluation)
    failed = app.store.evaluations.find("acme", evaluation.evaluation_id)
    assert failed is not None
    assert failed.status is Status.FAILED
    assert words in (failed.error or "")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
TRIALS = st.lists(st.tuples(VALUES, VALUES, st.integers(0, 99), st.integers(0, 3)), min_size=1, max_size=8)


@given(TRIALS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_laid_out_is_what_the_calls_themselves_say(
    app: Application, caller: Caller, told: list[tuple[Any, Any, int, int]]
) -> None:
    trials = [
        replace(a_trial(number, row=row, scores={"s": score})[0], started_at=at(second))
        for number, (row, score, second, _) in enumerate(told)
    ]
    run_id = f"run-{abs(hash(repr(told)))}"
    run = replace(run_call(), call_id=run_id)
    mine = [replace(each, call_id=f"{each.call_id}-{run_id}", parent_id=run_id) for each in trials]
    end = replace(END, call_id=run_id)
    take_in(app, caller, run_id, starts=[run], completes=mine, ends=[end])
    place = app.store.runs.find("acme", [run_id])[run_id]
    evaluation = app.store.evaluations.find("acme", place.evaluation_id)
    assert evaluation is not None
    found = {
        row.question.question_id: [trial.logged for trial in row.trials] for row in laid_out(app, evaluation)
    }
    live = rows_of(app.store.calls.trials_of("acme", run_id, run_id))
    assert {key: repr(value) for key, value in found.items()} == {
        row.question.question_id: repr([trial.logged for trial in row.trials]) for row in live
    }
