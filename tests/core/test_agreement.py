"""What a single look, a list, the results and the file say of one evaluation, held against its rows."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from marksheet import evaluations
from marksheet.application import Application
from marksheet.dialects import nugen
from marksheet.domain import BUDGET_REACHED, Caller, Question, Status
from marksheet.errors import PermanentModelError
from marksheet.evaluations import CreateEvaluation
from marksheet.prices import COMPLETION_PRICE, PROMPT_PRICE
from tests.scripted import Messages, ScriptedModel

PRICES = {PROMPT_PRICE: "1", COMPLETION_PRICE: "10"}
JUDGED = [
    {"name": "exact_match", "role": "correctness"},
    {"name": "llm_judge", "role": "relevance", "options": {"model": "judge", "rubric": "Is it short?"}},
]
OUTCOMES = ("right", "wrong", "unscored", "errored")


def moody(chance: random.Random, scripted: ScriptedModel) -> None:
    """Answers that are right, wrong or none, and a judge that now and then says nothing to be understood."""

    def reply(question: Question, trial: int) -> str:
        mood = chance.random()
        if mood < 0.2:
            raise PermanentModelError("the endpoint answered 400", code="http_400")
        return question.expected_answer or "" if mood < 0.7 else "something else"

    def verdict(messages: Messages) -> str:
        anchors = re.findall(r"VERDICT-\w+", messages[-1]["content"])
        return f"Well.\n{anchors[-1]}: {chance.choice(['CORRECT', 'INCORRECT', 'MAYBE'])}"

    scripted.reply, scripted.verdict = reply, verdict


def mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def accuracy(rows: list[dict[str, Any]], errored_as: str) -> float | None:
    """The mean over questions of the mean over trials."""
    by_question: dict[str, list[float]] = {}
    for row in rows:
        errored = row.get("error")
        if errored and (errored_as == "left_out" or errored["code"] == BUDGET_REACHED):
            continue
        by_question.setdefault(row["question_id"], []).append(float(row["outcome"] == "right"))
    return mean([sum(values) / len(values) for values in by_question.values()])


def spent(rows: list[dict[str, Any]]) -> Decimal:
    return sum(
        (
            Decimal(row.get("cost_usd") or 0) + Decimal((row.get("judging") or {}).get("cost_usd") or 0)
            for row in rows
        ),
        Decimal(0),
    )


@pytest.mark.parametrize("errored_as", ["left_out", "wrong"])
@pytest.mark.parametrize(("budget", "trials"), [("1", 1), ("0.012", 3)])
def test_every_reader_is_told_what_the_rows_come_to(
    app: Application,
    caller: Caller,
    deployment: Any,
    execution: Any,
    scripted: ScriptedModel,
    errored_as: Any,
    budget: str,
    trials: int,
) -> None:
    chance = random.Random(f"{errored_as} {budget} {trials}")
    moody(chance, scripted)
    for model_id in ("base", "eval", "judge"):
        deployment.endpoint(model_id, "http://127.0.0.1:1/v1", max_in_flight=3, max_attempts=1, **PRICES)
    new = CreateEvaluation(
        "base",
        deployment.benchmark(12).benchmark_id,
        model_id_2="eval",
        custom_metrics=JUDGED,
        trials=trials,
        max_error_share=1.0,
        errored_as=errored_as,
        max_cost_usd=Decimal(budget),
    )
    evaluation = evaluations.create(app, caller, new)
    status = execution.run(evaluation)
    found = evaluations.get(app, caller, evaluation.evaluation_id)
    (listed,) = evaluations.list_page(app, caller).evaluations
    assert nugen.encode_evaluation(listed) == nugen.encode_evaluation(found)
    results = nugen.encode_results(*evaluations.results(app, caller, evaluation.evaluation_id, partial=True))
    body = evaluations.download(app, caller, evaluation.evaluation_id, partial=True).body
    document = json.loads(body or b"")
    rows = {name: document[name].pop("detailed_results") for name in ("base_model", "eval_model")}
    assert document == results
    assert status is (Status.STOPPED if not_asked(document) else Status.READY)
    assert found.spent_usd == sum(map(spent, rows.values()), Decimal(0))
    for run, (name, rows_of_run) in zip(found.runs, rows.items(), strict=True):
        agrees(document[name], rows_of_run, errored_as)
        counted = Counter(row["outcome"] for row in rows_of_run)
        assert {outcome: getattr(run.counts, outcome) for outcome in OUTCOMES} == {
            outcome: counted[outcome] for outcome in OUTCOMES
        }


def not_asked(document: dict[str, Any]) -> int:
    return int(document["base_model"]["not_asked"] + document["eval_model"]["not_asked"])


def agrees(told: dict[str, Any], rows: list[dict[str, Any]], errored_as: str) -> None:
    metrics = told["metrics"]
    counted = Counter(row["outcome"] for row in rows)
    assert {outcome: metrics[outcome] for outcome in OUTCOMES} == {o: counted[o] for o in OUTCOMES}
    expected = accuracy(rows, errored_as)
    assert metrics["accuracy"] == (None if expected is None else pytest.approx(expected, abs=5e-5))
    assert Decimal(told["cost_usd"]["total"]) == spent(rows)
    codes = Counter(row["error"]["code"] for row in rows if row.get("error"))
    assert (told["errors"], told["not_asked"]) == (dict(codes), codes[BUDGET_REACHED])
