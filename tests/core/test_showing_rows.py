"""Rows for people: all in order, by a metric's value, and where two runs differ."""

from __future__ import annotations

import pytest

from marksheet import evaluations
from marksheet.application import Application
from marksheet.assembling import CreateEvaluation
from marksheet.dialects.nugen.row_requests import decode_rows_query
from marksheet.domain import Caller, Evaluation, Status
from marksheet.errors import InvalidRequest, NotFinished, NotFound
from marksheet.showing_rows import show_flips, show_rows
from tests.deployment import Deployment, Execution

QUESTIONS = 8
HASTY = {f"q{n}": str(n) if n % 2 else "?" for n in range(1, QUESTIONS + 1)}
"""Right where the number is odd."""
CAREFUL = {f"q{n}": str(n) if n % 4 else "?" for n in range(1, QUESTIONS + 1)} | {"q1": "?"}
"""Wrong in 1, 4 and 8: gains 2 and 6, and loses 1."""


@pytest.fixture
def compared(app: Application, caller: Caller, deployment: Deployment, execution: Execution) -> Evaluation:
    """A finished comparison of two models."""
    benchmark = deployment.benchmark(QUESTIONS)
    for model_id, answers in (("hasty", HASTY), ("careful", CAREFUL)):
        deployment.recorded(model_id, answers)
    new = CreateEvaluation("hasty", benchmark.benchmark_id, model_id_2="careful")
    evaluation = evaluations.create(app, caller, new)
    assert execution.run(evaluation) is Status.READY
    return evaluation


def single(
    app: Application, caller: Caller, execution: Execution, model_id: str, benchmark_id: str
) -> Evaluation:
    evaluation = evaluations.create(app, caller, CreateEvaluation(model_id, benchmark_id))
    assert execution.run(evaluation) is Status.READY
    return evaluation


def test_without_a_filter_the_base_models_rows_come_in_order(
    app: Application, caller: Caller, compared: Evaluation
) -> None:
    query = {"offset": "5", "limit": "2"}
    shown = show_rows(app, caller, compared.evaluation_id, decode_rows_query(query))
    assert [row.question.ordinal for row, _ in shown.rows] == [6, 7]
    assert [row.trials[0].output for row, _ in shown.rows] == ["?", "7"]
    assert shown.total == QUESTIONS


def test_a_metrics_bound_chooses_rows(app: Application, caller: Caller, compared: Evaluation) -> None:
    query = {"metric": "accuracy", "below": "0.5", "model_id": "careful", "limit": "2"}
    shown = show_rows(app, caller, compared.evaluation_id, decode_rows_query(query))
    assert [(row.question.ordinal, value) for row, value in shown.rows] == [(1, 0.0), (4, 0.0)]
    assert shown.total == 3


def test_a_metric_that_there_is_not_is_refused_with_those_there_are(
    app: Application, caller: Caller, compared: Evaluation
) -> None:
    query = decode_rows_query({"metric": "charm", "below": "0.5"})
    with pytest.raises(InvalidRequest, match="accuracy"):
        show_rows(app, caller, compared.evaluation_id, query)


@pytest.mark.parametrize("query", [{"below": "0.5"}, {"flips": "both"}])
def test_a_scorer_that_is_counted_under_another_name_is_refused_with_that(
    app: Application, caller: Caller, compared: Evaluation, query: dict[str, str]
) -> None:
    show = show_flips if "flips" in query else show_rows
    with pytest.raises(InvalidRequest, match="counted as accuracy"):
        show(app, caller, compared.evaluation_id, decode_rows_query({"metric": "exact_match", **query}))


def test_a_model_that_the_evaluation_has_not_is_refused_with_those_it_has(
    app: Application, caller: Caller, compared: Evaluation
) -> None:
    with pytest.raises(InvalidRequest, match="hasty, careful"):
        show_rows(app, caller, compared.evaluation_id, decode_rows_query({"model_id": "other"}))


def test_flips_are_what_the_second_model_gained_and_lost(
    app: Application, caller: Caller, compared: Evaluation
) -> None:
    query = {"metric": "accuracy", "flips": "both"}
    shown = show_flips(app, caller, compared.evaluation_id, decode_rows_query(query))
    found = [(gained, before.question.ordinal) for gained, (before, _), _ in shown.rows]
    assert found == [(True, 2), (True, 6), (False, 1)]
    assert (shown.gained, shown.lost) == (2, 1)


def test_flips_of_one_direction_tell_how_many_there_are_of_the_other(
    app: Application, caller: Caller, compared: Evaluation
) -> None:
    query = {"metric": "accuracy", "flips": "lost"}
    shown = show_flips(app, caller, compared.evaluation_id, decode_rows_query(query))
    assert [before.question.ordinal for _, (before, _), _ in shown.rows] == [1]
    assert (shown.gained, shown.lost) == (2, 1)


def test_flips_against_another_evaluation_are_found_by_equal_questions(
    app: Application,
    caller: Caller,
    compared: Evaluation,
    deployment: Deployment,
    execution: Execution,
) -> None:
    other = deployment.benchmark(QUESTIONS - 2, name="fewer")
    later = single(app, caller, execution, "careful", other.benchmark_id)
    query = {"metric": "accuracy", "flips": "both", "against": compared.evaluation_id}
    shown = show_flips(app, caller, later.evaluation_id, decode_rows_query(query))
    assert [(gained, before.question.ordinal) for gained, (before, _), _ in shown.rows] == [
        (True, 2),
        (True, 6),
        (False, 1),
    ]


def test_flips_of_one_model_need_something_to_compare_with(
    app: Application, caller: Caller, compared: Evaluation, execution: Execution
) -> None:
    alone = single(app, caller, execution, "hasty", compared.benchmark.benchmark_id)
    query = decode_rows_query({"metric": "accuracy", "flips": "both"})
    with pytest.raises(InvalidRequest, match="against"):
        show_flips(app, caller, alone.evaluation_id, query)


def test_a_running_evaluation_has_no_rows(
    app: Application, caller: Caller, compared: Evaluation, deployment: Deployment
) -> None:
    new = CreateEvaluation("hasty", compared.benchmark.benchmark_id)
    running = evaluations.create(app, caller, new)
    with pytest.raises(NotFinished):
        show_rows(app, caller, running.evaluation_id, decode_rows_query({}))


def test_another_organizations_rows_are_not_found(
    app: Application, stranger: Caller, compared: Evaluation
) -> None:
    with pytest.raises(NotFound):
        show_rows(app, stranger, compared.evaluation_id, decode_rows_query({}))
