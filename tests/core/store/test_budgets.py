from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import Caller, Evaluation
from marksheet.evaluations import CreateEvaluation


@pytest.fixture
def budgeted(app: Application, caller: Caller, deployment: Any) -> Evaluation:
    """An evaluation that may cost one dollar."""
    deployment.recorded("model", {"q1": "1"})
    benchmark = deployment.benchmark(1)
    new = CreateEvaluation("model", benchmark.benchmark_id, max_cost_usd=Decimal(1))
    return evaluations.create(app, caller, new)


def test_a_budget_opens_with_all_of_it(app: Application, budgeted: Evaluation) -> None:
    assert app.store.budgets.left(budgeted) == 1


def test_what_is_drawn_is_taken_and_what_is_put_back_is_there_again(
    app: Application, budgeted: Evaluation
) -> None:
    assert app.store.budgets.draw(budgeted, Decimal("0.7")) == (Decimal("0.7"), Decimal("0.3"))
    app.store.budgets.put_back(budgeted, Decimal("0.2"), Decimal("0.7"))
    assert app.store.budgets.left(budgeted) == Decimal("0.5")


def test_more_than_is_left_cannot_be_drawn(app: Application, budgeted: Evaluation) -> None:
    app.store.budgets.draw(budgeted, Decimal("0.9"))
    assert app.store.budgets.draw(budgeted, Decimal("0.2")) == (Decimal(0), Decimal("0.1"))
    assert app.store.budgets.left(budgeted) == Decimal("0.1")


def test_calls_that_cost_more_than_was_drawn_leave_less_than_nothing(
    app: Application, budgeted: Evaluation
) -> None:
    app.store.budgets.put_back(budgeted, Decimal("-1.25"), Decimal(0))
    assert app.store.budgets.left(budgeted) == Decimal("-0.25")
    assert app.store.budgets.draw(budgeted, Decimal("0.01")) == (Decimal(0), Decimal("-0.25"))


def test_the_evaluation_tells_what_is_spent(app: Application, caller: Caller, budgeted: Evaluation) -> None:
    app.store.budgets.draw(budgeted, Decimal("0.123456789012"))
    found = evaluations.get(app, caller, budgeted.evaluation_id)
    assert (found.max_cost_usd, found.spent_usd) == (Decimal(1), Decimal("0.123456789012"))


def test_nothing_comes_back_to_a_deleted_evaluation(
    app: Application, caller: Caller, budgeted: Evaluation
) -> None:
    evaluations.delete(app, caller, budgeted.evaluation_id)
    app.store.budgets.put_back(budgeted, Decimal("0.5"), Decimal("0.5"))
    assert app.store.budgets.left(budgeted) == 0
    assert app.store.budgets.draw(replace(budgeted), Decimal("0.1")) == (Decimal(0), Decimal(0))


def test_fractions_of_a_picodollar_are_never_won(app: Application, budgeted: Evaluation) -> None:
    app.store.budgets.draw(budgeted, Decimal("0.5"))
    app.store.budgets.put_back(budgeted, Decimal("0.4999999999999"), Decimal("0.5"))
    assert app.store.budgets.left(budgeted) == Decimal("0.999999999999")


def test_what_workers_have_drawn_is_told_until_they_account_for_it(
    app: Application, budgeted: Evaluation
) -> None:
    app.store.budgets.draw(budgeted, Decimal("0.7"))
    assert app.store.budgets.balance(budgeted) == (Decimal("0.3"), Decimal("0.7"))
    app.store.budgets.put_back(budgeted, Decimal("0.2"), Decimal("0.7"))
    assert app.store.budgets.balance(budgeted) == (Decimal("0.5"), Decimal(0))
