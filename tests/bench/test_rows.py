from __future__ import annotations

import argparse
from typing import Any

import pytest

from bench import row_steps, rows
from bench.sizes import QUICK, Sizes
from bench.steps import CALLER
from marksheet.application import Application
from marksheet.domain import Status
from marksheet.finishing import finish_evaluation

PAGE = {"first": 1000.0, "half": 20.0, "gets": 5}
READ = {
    **{f"page of {word}, {where}": PAGE for word in ("any", "all") for where in ("start", "middle", "end")},
    **dict.fromkeys(("page of one run, middle", "prompts, middle", "sums of all rows"), PAGE),
    **dict.fromkeys(("sums of common rows", "filter", "flips"), PAGE),
    "peak_mb": 70.0,
}


class Around:
    """Stands where the stack is: tells of steps what it is told to."""

    def __init__(self, peaks: list[float]) -> None:
        self._peaks = iter(peaks)

    def step(self, name: str, *_: str, module: str = "") -> dict[str, Any]:
        if name == "answer":
            return {"evaluation_id": "eval-1"}
        if name == "finish":
            return {"wall_seconds": 9.0, "cpu_seconds": 4.0, "peak_mb": next(self._peaks)}
        return READ


def figures(sizes: Sizes, peaks: list[float]) -> dict[str, Any]:
    found = rows.run(Around(peaks), sizes, lambda _: None)  # type: ignore[arg-type]
    assert all(figure.bench == "rows" for figure in found)
    return {figure.name: figure for figure in found}


def test_the_larger_size_is_held_to_the_targets() -> None:
    found = figures(Sizes(row_questions=(10, 1000)), [50, 60, 80, 99])
    missed = [name for name, figure in found.items() if figure.met is False]
    assert missed == ["peak memory of FinishEvaluation, 1,000 against 10 rows"]
    assert found["1,000 rows: page of two runs, reads"].met
    assert found["10 rows: page of two runs, reads"].met is None
    assert found["1,000 rows: FinishEvaluation, processor time a row"].value == 4000.0


def test_a_quick_run_is_held_to_nothing() -> None:
    assert {figure.met for figure in figures(QUICK, [50] * 2 + [500] * 2).values()} == {None}


@pytest.fixture
def finished(app: Application, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two evaluations of 40 questions, of which 20 are the same."""
    monkeypatch.setattr(row_steps, "application", lambda: app)
    made = [
        row_steps.answer(argparse.Namespace(questions=40, skip=skip))["evaluation_id"] for skip in (0, 20)
    ]
    for evaluation_id in made:
        assert finish_evaluation(app, CALLER.organization, evaluation_id, 1) is Status.READY
    return made


def test_what_is_left_as_workers_leave_it_can_be_finished_and_read(finished: list[str]) -> None:
    told = row_steps.read(argparse.Namespace(evaluation=finished, repeats=1))
    assert told.keys() == READ.keys()
    assert {name: call["gets"] for name, call in told.items() if name.startswith("page of a")} == {
        name: 5 for name in READ if name.startswith("page of a")
    }
