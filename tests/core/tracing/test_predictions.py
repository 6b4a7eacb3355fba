"""Predictions and scores that are handed in one by one, and those of runs that Marksheet made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import CallEnd, Caller, Status
from marksheet.errors import Conflict, InvalidRequest, NotFinished, NotFound
from marksheet.evaluations import CreateEvaluation
from marksheet.tracing import predictions, runs
from marksheet.tracing.calls import take_in
from marksheet.tracing.trial_reading import get_prediction, get_score, list_predictions, list_scores
from marksheet.tracing.trials import rows_of
from tests.deployment import Execution
from tests.traces import RUN, a_run, at

MODEL = "weave:///acme/p/object/mirror:m0"
SCORER = "weave:///acme/p/object/exact:s0"
EVALUATION = "weave:///acme/p/object/nightly:e0"


@pytest.fixture
def run_id(app: Application, caller: Caller) -> str:
    """A run that was begun."""
    return runs.begin(app, caller, "p", EVALUATION, MODEL)


def trials(app: Application, run_id: str) -> list[tuple[Any, Any]]:
    """Output and scores of every trial of a run."""
    rows = rows_of(app.store.calls.trials_of("acme", "p", run_id))
    return [
        (trial.logged.output, dict(trial.logged.scores))
        for row in rows
        for trial in row.trials
        if trial.logged
    ]


def predict(app: Application, caller: Caller, run_id: str | None, output: Any = "4") -> str:
    return predictions.predict(app, caller, "p", MODEL, {"question": "2+2?"}, output, run_id)


def test_a_trial_has_output_and_scores_once_its_prediction_is_finished(
    app: Application, caller: Caller, run_id: str
) -> None:
    prediction_id = predict(app, caller, run_id)
    predictions.score(app, caller, "p", prediction_id, SCORER, True)
    assert trials(app, run_id) == [(None, {})]
    predictions.finish(app, caller, "p", prediction_id)
    assert trials(app, run_id) == [("4", {"exact": True})]


def test_a_score_that_comes_later_shows_when_it_is_finished_again(
    app: Application, caller: Caller, run_id: str
) -> None:
    prediction_id = predict(app, caller, run_id)
    predictions.finish(app, caller, "p", prediction_id)
    score_id = predictions.score(app, caller, "p", prediction_id, SCORER, 0.5)
    assert trials(app, run_id) == [("4", {})]
    predictions.finish(app, caller, "p", prediction_id)
    assert trials(app, run_id) == [("4", {"exact": 0.5})]
    predictions.delete_scores(app, caller, "p", [score_id])
    predictions.finish(app, caller, "p", prediction_id)
    assert trials(app, run_id) == [("4", {})]


@pytest.mark.parametrize("value", [True, 1, 1.0, None, "good", {"a": {"b": False}}, [1], 2**70], ids=repr)
def test_a_score_is_kept_word_for_word(app: Application, caller: Caller, run_id: str, value: Any) -> None:
    prediction_id = predict(app, caller, run_id, value)
    score_id = predictions.score(app, caller, "p", prediction_id, SCORER, value)
    predictions.finish(app, caller, "p", prediction_id)
    assert repr(trials(app, run_id)) == repr([(value, {"exact": value})])
    assert repr(get_score(app, caller, "p", score_id).value) == repr(value)
    assert repr(get_prediction(app, caller, "p", prediction_id).output) == repr(value)


def test_the_latest_score_of_a_scorer_counts(app: Application, caller: Caller, run_id: str) -> None:
    prediction_id = predict(app, caller, run_id)
    for value in (1, 2, 3):
        predictions.score(app, caller, "p", prediction_id, SCORER, value)
    predictions.finish(app, caller, "p", prediction_id)
    assert trials(app, run_id) == [("4", {"exact": 3})]


def test_a_scorer_is_named_by_a_reference(app: Application, caller: Caller, run_id: str) -> None:
    prediction_id = predict(app, caller, run_id)
    for scorer in ("exact", "weave:///acme/p", "weave:///acme/p/table/x"):
        with pytest.raises(InvalidRequest):
            predictions.score(app, caller, "p", prediction_id, scorer, True)


def test_equal_inputs_are_trials_of_one_row(app: Application, caller: Caller, run_id: str) -> None:
    for _ in range(2):
        predict(app, caller, run_id)
    (row,) = rows_of(app.store.calls.trials_of("acme", "p", run_id))
    assert len(row.trials) == 2


def test_predictions_of_a_run_that_nobody_began_are_trials_too(app: Application, caller: Caller) -> None:
    prediction_id = predict(app, caller, "never-begun")
    predictions.finish(app, caller, "p", prediction_id)
    assert trials(app, "never-begun") == [("4", {})]
    with pytest.raises(NotFound):
        runs.get(app, caller, "p", "never-begun")


def test_a_run_that_marksheet_makes_takes_no_predictions(app: Application, caller: Caller, made: str) -> None:
    with pytest.raises(Conflict, match="another run"):
        predict(app, caller, made)


def test_a_prediction_of_no_run_is_read_scored_and_finished(app: Application, caller: Caller) -> None:
    prediction_id = predict(app, caller, None)
    score_id = predictions.score(app, caller, "p", prediction_id, SCORER, 1)
    predictions.finish(app, caller, "p", prediction_id)
    found = get_prediction(app, caller, "p", prediction_id)
    assert (found.model, found.inputs, found.output, found.run_id) == (MODEL, {"question": "2+2?"}, "4", None)
    assert get_score(app, caller, "p", score_id).run_id is None
    predictions.delete(app, caller, "p", [prediction_id])
    with pytest.raises(NotFound):
        get_prediction(app, caller, "p", prediction_id)


def test_what_is_not_there_is_not_found(app: Application, caller: Caller, run_id: str) -> None:
    with pytest.raises(NotFound):
        get_prediction(app, caller, "p", "nobody")
    with pytest.raises(NotFound):
        get_prediction(app, caller, "p", run_id)
    with pytest.raises(NotFound):
        get_score(app, caller, "p", "nobody")
    with pytest.raises(NotFound):
        predictions.finish(app, caller, "p", "nobody")
    with pytest.raises(NotFound):
        predictions.score(app, caller, "p", "nobody", SCORER, 1)
    predictions.delete(app, caller, "p", ["nobody"])
    predictions.delete_scores(app, caller, "p", ["nobody"])


def test_a_score_is_no_prediction_and_the_other_way_round(
    app: Application, caller: Caller, run_id: str
) -> None:
    prediction_id = predict(app, caller, run_id)
    score_id = predictions.score(app, caller, "p", prediction_id, SCORER, 1)
    with pytest.raises(NotFound):
        get_prediction(app, caller, "p", score_id)
    with pytest.raises(NotFound):
        get_score(app, caller, "p", prediction_id)


def test_a_deleted_prediction_takes_its_trial_along(app: Application, caller: Caller, run_id: str) -> None:
    kept, gone = predict(app, caller, run_id, "kept"), predict(app, caller, run_id, "gone")
    for prediction_id in (kept, gone):
        predictions.finish(app, caller, "p", prediction_id)
    predictions.delete(app, caller, "p", [gone])
    assert trials(app, run_id) == [("kept", {})]


def test_lists_have_pages(app: Application, caller: Caller, run_id: str) -> None:
    for number in range(5):
        prediction_id = predict(app, caller, run_id, number)
        predictions.score(app, caller, "p", prediction_id, SCORER, number)
    found = list(list_predictions(app, caller, "p", run_id, offset=1, limit=2))
    assert [each.output for each in found] == [1, 2]
    scores = list(list_scores(app, caller, "p", run_id, offset=3))
    assert [each.value for each in scores] == [3, 4]
    assert {each.run_id for each in (*found, *scores)} == {run_id}
    assert list(list_predictions(app, caller, "p", "nobody")) == []


def test_what_a_client_logged_is_read_as_predictions_and_scores(app: Application, caller: Caller) -> None:
    run, *rest = a_run(trials=2)
    take_in(app, caller, "p", starts=[run], completes=rest, ends=[CallEnd(RUN, at(9))])
    found = list(list_predictions(app, caller, "p", RUN))
    assert [(each.prediction_id, each.inputs, each.output) for each in found] == [
        ("trial-001-p", {"question": "Say 1"}, "answer 1"),
        ("trial-002-p", {"question": "Say 2"}, "answer 2"),
    ]
    assert get_prediction(app, caller, "p", "trial-001-p") == found[0]
    assert [each.value for each in list_scores(app, caller, "p", RUN)] == [
        {"correct": True, "length": 4},
        {"correct": False, "length": 5},
    ]


def test_a_score_may_be_added_to_what_a_client_logged(app: Application, caller: Caller) -> None:
    run, *rest = a_run(trials=1)
    take_in(app, caller, "p", starts=[run], completes=rest)
    predictions.score(app, caller, "p", "trial-001-p", SCORER.replace("exact", "later"), True)
    predictions.finish(app, caller, "p", "trial-001-p")
    assert trials(app, RUN) == [("answer 1", {"exact": {"correct": True, "length": 4}, "later": True})]


def test_a_client_may_name_an_attribute_as_ours_is(app: Application, caller: Caller) -> None:
    run, *rest = (replace(each, attributes={**each.attributes, "handed_in": True}) for each in a_run(1))
    take_in(app, caller, "p", starts=[run], completes=rest)
    (found,) = list_predictions(app, caller, "p", RUN)
    assert found.inputs == {"question": "Say 1"}
    predictions.finish(app, caller, "p", found.prediction_id)
    assert get_prediction(app, caller, "p", found.prediction_id) == found
    assert trials(app, RUN) == [("answer 1", {"exact": {"correct": True, "length": 4}})]


@pytest.fixture
def made(app: Application, caller: Caller, deployment: Any, execution: Execution) -> str:
    """The run of an evaluation that Marksheet made: two questions, two trials of each."""
    deployment.recorded("model", {"q1": "1", "q2": "no"})
    benchmark = deployment.benchmark(2)
    new = CreateEvaluation("model", benchmark.benchmark_id, trials=2)
    evaluation = evaluations.create(app, caller, new)
    assert execution.run(evaluation) is Status.READY
    return evaluation.runs[0].run_id


def test_trials_that_marksheet_made_are_read_as_predictions_and_scores(
    app: Application, caller: Caller, made: str
) -> None:
    found = list(list_predictions(app, caller, "default", made))
    assert [each.prediction_id for each in found] == [f"{made}-{q}-{t}-p" for q in (1, 2) for t in (1, 2)]
    assert [each.output for each in found] == ["1", "1", "no", "no"]
    assert found[0].inputs == {"question": "Say 1", "expected_answer": "1"}
    for offset in range(5):
        page = list(list_predictions(app, caller, "default", made, offset=offset, limit=2))
        assert page == found[offset : offset + 2]
    assert get_prediction(app, caller, "default", found[2].prediction_id) == found[2]
    assert get_prediction(app, caller, "default", f"{made}-2-1") == found[2]
    scores = list(list_scores(app, caller, "default", made))
    assert [each.value for each in scores] == [1.0, 1.0, 0.0, 0.0]
    assert get_score(app, caller, "default", scores[0].score_id) == scores[0]


@pytest.mark.parametrize("ending", ["-3-1-p", "-1-3-p", "-0-1-p", "-1-1-p-p"])
def test_trials_that_a_run_does_not_have_are_not_found(
    app: Application, caller: Caller, made: str, ending: str
) -> None:
    with pytest.raises(NotFound):
        get_prediction(app, caller, "default", made + ending)
    with pytest.raises(NotFound):
        get_score(app, caller, "default", f"{made}-1-1-s9")


def test_another_project_has_none_of_them(app: Application, caller: Caller, made: str) -> None:
    assert list(list_predictions(app, caller, "p", made)) == []
    with pytest.raises(NotFound):
        get_prediction(app, caller, "p", f"{made}-1-1-p")


def test_a_run_that_is_being_made_has_no_predictions_yet(
    app: Application, caller: Caller, deployment: Any
) -> None:
    deployment.recorded("model", {"q1": "1"})
    new = CreateEvaluation("model", deployment.benchmark(1).benchmark_id)
    run = evaluations.create(app, caller, new).runs[0]
    with pytest.raises(NotFinished):
        list(list_predictions(app, caller, "default", run.run_id))
    assert runs.get(app, caller, "default", run.run_id).status == "running"
    with pytest.raises(Conflict):
        runs.finish(app, caller, "default", run.run_id, None)
