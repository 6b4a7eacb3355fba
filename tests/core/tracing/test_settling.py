"""A logged run becomes an evaluation: when, of what, and again when more comes in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from marksheet import evaluations
from marksheet.application import Application
from marksheet.domain import Call, CallEnd, Caller, Evaluation, Status
from marksheet.run_rows import open_rows, read_page
from marksheet.tracing.calls import take_in
from tests.deployment import Execution, RecordedWorkflow
from tests.traces import RUN, a_run


def only(app: Application, caller: Caller) -> Evaluation:
    (found,) = evaluations.list_page(app, caller).evaluations
    return found


def test_a_run_becomes_an_evaluation_when_it_is_over(
    app: Application, caller: Caller, workflow: RecordedWorkflow, execution: Execution
) -> None:
    run, *rest = a_run(trials=3)
    take_in(app, caller, "p", starts=[run], completes=rest)
    assert evaluations.list_page(app, caller).total == 0
    take_in(app, caller, "p", ends=[CallEnd(RUN, "2026-01-02T03:05:00Z")])
    evaluation = only(app, caller)
    assert workflow.started == [(evaluation.evaluation_id, 1)]
    assert (evaluation.project, evaluation.logged, evaluation.runs[0].run_id) == ("p", True, RUN)
    assert execution.run(evaluation) is Status.READY
    _, summary = evaluations.results(app, caller, evaluation.evaluation_id)
    print(json.dumps(summary, indent=1))
    download = evaluations.download(app, caller, evaluation.evaluation_id)
    print(download.body.decode())
    assert app.store.calls.find_runs("acme", "p", [RUN])[RUN].settled
