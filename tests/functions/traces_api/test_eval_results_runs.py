"""Runs that Marksheet made, logged ones that are finished, and both together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from marksheet import evaluations
from marksheet.evaluations import CreateEvaluation
from marksheet.row_digests import digest_of
from tests.functions.traces_api.weave_project import PREDICT, WeaveProject

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Caller, Evaluation

RIGHT = {"q1": "1", "q2": "2", "q3": "3"}
MIXED = {"q1": "1", "q2": "wrong"}


def value(number: int) -> dict[str, str]:
    """What the benchmark asks."""
    return {"question": f"Say {number}", "expected_answer": str(number)}


@pytest.fixture
def made(
    app: Application, caller: Caller, deployment: Any, execution: Any, project: WeaveProject
) -> Evaluation:
    """A comparison of a model that is always right with one that is right, wrong and mute."""
    deployment.recorded("right", RIGHT)
    deployment.recorded("mixed", MIXED)
    new = CreateEvaluation(
        "right", deployment.benchmark(3).benchmark_id, model_id_2="mixed", name="nightly", project="proj"
    )
    created = evaluations.create(app, caller, new)
    execution.run(created)
    return evaluations.get(app, caller, created.evaluation_id)


def finish(
    app: Application, caller: Caller, execution: Any, project: WeaveProject, run_id: str = "run"
) -> Evaluation:
    """End a logged run, and have its evaluation made."""
    project.end(run_id)
    place = app.store.runs.find(caller.organization, [run_id])[run_id]
    execution.run(evaluations.get(app, caller, place.evaluation_id))
    assert app.store.calls.find_runs(caller.organization, project.project, [run_id])[run_id].settled
    return evaluations.get(app, caller, place.evaluation_id)


def by_digest(found: Any) -> dict[str, Any]:
    return {row["row_digest"]: row for row in found["rows"]}


def test_a_run_of_ours_is_shown_row_by_row(made: Evaluation, project: WeaveProject) -> None:
    run_id = made.runs[0].run_id
    found = project.query(run_id, include_raw_data_rows=True)
    assert [row["row_digest"] for row in found["rows"]] == sorted(digest_of(value(n)) for n in (1, 2, 3))
    row = by_digest(found)[digest_of(value(2))]
    assert row["raw_data_row"] == value(2)
    assert row["evaluations"] == [
        {
            "evaluation_call_id": run_id,
            "trials": [
                {
                    "predict_and_score_call_id": f"{run_id}-2-1",
                    "predict_call_id": f"{run_id}-2-1-p",
                    "model_output": "2",
                    "scores": {"exact_match": 1.0, "correct": True},
                    "model_latency_seconds": None,
                    "total_tokens": None,
                    "scorer_call_ids": {"exact_match": f"{run_id}-2-1-s0"},
                }
            ],
        }
    ]


def test_a_trial_that_errored_has_no_output_and_no_scores(made: Evaluation, project: WeaveProject) -> None:
    row = by_digest(project.query(made.runs[1].run_id))[digest_of(value(3))]
    ((trial,),) = [run["trials"] for run in row["evaluations"]]
    assert (trial["model_output"], trial["scores"], trial["scorer_call_ids"]) == (None, {}, {})


def test_runs_of_a_comparison_are_base_model_first(made: Evaluation, project: WeaveProject) -> None:
    base, other = (run.run_id for run in made.runs)
    for row in project.rows(other, base):
        assert [run["evaluation_call_id"] for run in row["evaluations"]] == [base, other]


def test_the_summary_of_a_run_of_ours_names_benchmark_and_model(
    made: Evaluation, project: WeaveProject
) -> None:
    base, other = (run.run_id for run in made.runs)
    summary = project.summary(base, other)
    assert summary["row_count"] == 3
    first, second = summary["evaluations"]
    assert (first["evaluation_call_id"], second["evaluation_call_id"]) == (base, other)
    benchmark = made.benchmark
    assert first["evaluation_ref"] == f"weave:///acme/proj/object/{benchmark.benchmark_id}:1"
    assert first["model_ref"].startswith("weave:///acme/proj/object/right:")
    assert first["model_ref"] != second["model_ref"]
    assert (first["display_name"], first["trace_id"]) == ("nightly", made.evaluation_id)
    assert made.started_at is not None
    assert first["started_at"].endswith("+00:00")
    assert first["started_at"].startswith(made.started_at.removesuffix("Z"))


def test_the_summary_of_a_run_of_ours_has_its_scorers_and_whether_it_was_right(
    made: Evaluation, project: WeaveProject
) -> None:
    (run,) = project.summary(made.runs[1].run_id)["evaluations"]
    assert run["trial_count"] == 3
    told = {one["scorer_key"]: one for one in run["scorer_stats"]}
    assert set(told) == {"exact_match", "correct"}
    assert (told["exact_match"]["numeric_mean"], told["exact_match"]["numeric_count"]) == (0.5, 2)
    assert (told["correct"]["pass_rate"], told["correct"]["pass_known_count"]) == (0.5, 2)


def test_several_trials_of_a_question_are_in_one_row(
    app: Application, caller: Caller, deployment: Any, execution: Any, project: WeaveProject
) -> None:
    deployment.recorded("right", RIGHT)
    new = CreateEvaluation("right", deployment.benchmark(1).benchmark_id, trials=3, project="proj")
    created = evaluations.create(app, caller, new)
    execution.run(created)
    run_id = created.runs[0].run_id
    ids = [trial["predict_and_score_call_id"] for trial in project.trials(run_id)]
    assert ids == [f"{run_id}-1-{n}" for n in (1, 2, 3)]


def test_a_run_that_is_not_finished_has_no_rows_yet(
    app: Application, caller: Caller, deployment: Any, execution: Any, project: WeaveProject
) -> None:
    deployment.recorded("right", RIGHT)
    new = CreateEvaluation("right", deployment.benchmark(3).benchmark_id, project="proj")
    created = evaluations.create(app, caller, new)
    assert project.query(created.runs[0].run_id)["total_rows"] == 0
    execution.run(created)
    assert project.query(created.runs[0].run_id)["total_rows"] == 3


def test_a_deleted_evaluation_has_no_rows(
    app: Application, caller: Caller, made: Evaluation, project: WeaveProject
) -> None:
    evaluations.delete(app, caller, made.evaluation_id)
    found = project.query(*(run.run_id for run in made.runs), include_summary=True)
    assert (found["total_rows"], found["summary"]["row_count"]) == (0, 0)


def test_results_that_went_a_moment_ago_are_no_rows(
    app: Application, made: Evaluation, project: WeaveProject
) -> None:
    # The evaluation is still found, but not what it came to.
    app.store.objects.delete_prefix(f"orgs/acme/evaluations/{made.evaluation_id}/runs/")
    assert project.query(made.runs[0].run_id)["total_rows"] == 0


def test_a_run_of_another_label_has_no_rows(made: Evaluation, project: WeaveProject) -> None:
    project.project = "default"
    assert project.query(made.runs[0].run_id)["total_rows"] == 0


def test_a_run_of_another_organization_has_no_rows(
    made: Evaluation, project: WeaveProject, stranger_project: WeaveProject
) -> None:
    run_id = made.runs[0].run_id
    project.log(project.trial("t", {"q": 1}))
    assert project.query(run_id)["total_rows"] == 3
    assert stranger_project.query(run_id, "run", include_summary=True) == {
        "rows": [],
        "total_rows": 0,
        "summary": {"row_count": 0, "evaluations": []},
        "warnings": [],
    }


def log_the_same(project: WeaveProject) -> None:
    """A logged run of two questions of the benchmark, and another one."""
    project.log(
        project.trial("t1", value(1), {"exact": True}, output="1", second=-900_000),
        project.trial("t2", value(2), {"exact": False}, output="?", second=900_000_000),
        project.trial("t9", {"q": 9}, {"exact": 0.5}, second=3),
    )


@pytest.mark.parametrize("over", [False, True])
def test_equal_questions_of_ours_and_of_a_logged_run_meet_in_one_row(
    over: bool, app: Application, caller: Caller, execution: Any, made: Evaluation, project: WeaveProject
) -> None:
    log_the_same(project)
    if over:
        finish(app, caller, execution, project)
    run_id = made.runs[0].run_id
    both = project.query(run_id, "run", include_summary=True)
    assert both["total_rows"] == 4
    assert {run["evaluation_call_id"] for run in both["summary"]["evaluations"]} == {run_id, "run"}
    shared = project.query(run_id, "run", require_intersection=True, include_summary=True)
    assert set(by_digest(shared)) == {digest_of(value(1)), digest_of(value(2))}
    # By the start of the first trial of the row.
    order = {
        digest: [run["evaluation_call_id"] for run in row["evaluations"]]
        for digest, row in by_digest(shared).items()
    }
    assert order == {digest_of(value(1)): ["run", run_id], digest_of(value(2)): [run_id, "run"]}
    assert shared["summary"]["row_count"] == 2
    assert {run["trial_count"] for run in shared["summary"]["evaluations"]} == {2}


@pytest.mark.parametrize("over", [False, True])
def test_the_order_of_runs_in_a_summary_is_by_their_first_row(
    over: bool, app: Application, caller: Caller, execution: Any, made: Evaluation, project: WeaveProject
) -> None:
    log_the_same(project)
    if over:
        finish(app, caller, execution, project)
    run_id = made.runs[0].run_id
    found = project.query(run_id, "run", include_summary=True, summary_require_intersection=True)
    first = next(row for row in found["rows"] if len(row["evaluations"]) == 2)
    assert [run["evaluation_call_id"] for run in found["summary"]["evaluations"]] == [
        run["evaluation_call_id"] for run in first["evaluations"]
    ]


def test_a_logged_run_shows_the_same_before_it_is_over_and_when_it_is_finished(
    app: Application, caller: Caller, execution: Any, project: WeaveProject
) -> None:
    scoring = {"_weave_eval_meta": {"score": True}}
    project.log(
        project.trial("t1", {"q": 1}, {"s": {"a": True, "n": 10**30}, "": 1}, output=[1, 1.0], second=3),
        project.trial("t2", {"q": 1}, {"s": 0.5}, second=1),
        project.trial("t3", "text", {"s": None}, second=2),
        project.trial("t4", None, {}, second=0) | {"output": None},
        project.call("p", "t1", PREDICT, summary={"usage": {"m": {"total_tokens": 7}}}),
        project.call("c", "t1", "weave:///acme/proj/op/s:1", attributes=scoring),
        display_name="nightly",
    )
    project.begin(project.trial("t5", {"q": 5}, second=4))
    asked: dict[str, Any] = {"include_summary": True, "include_raw_data_rows": True, "resolve_row_refs": True}
    before = project.query("run", **asked)
    finish(app, caller, execution, project)
    assert project.query("run", **asked) == before


def test_trials_that_come_after_the_end_are_shown_at_once(
    app: Application, caller: Caller, execution: Any, project: WeaveProject
) -> None:
    project.log(project.trial("t1", {"q": 1}))
    finish(app, caller, execution, project)
    project.complete(project.trial("t2", {"q": 2}))
    assert project.query("run")["total_rows"] == 2


def test_a_finished_run_is_answered_from_its_results_alone(
    app: Application, caller: Caller, execution: Any, project: WeaveProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.log(project.trial("t1", {"q": 1}))
    finish(app, caller, execution, project)

    def refuse(*_: Any) -> Any:
        raise AssertionError("its calls are read")

    monkeypatch.setattr(type(app.store.calls), "trials_of", refuse)
    assert project.query("run", include_summary=True)["total_rows"] == 1


@pytest.mark.parametrize("over", [False, True])
def test_deleting_the_evaluation_of_a_logged_run_takes_its_rows(
    over: bool, app: Application, caller: Caller, execution: Any, project: WeaveProject
) -> None:
    project.log(project.trial("t1", {"q": 1}))
    project.end()
    place = app.store.runs.find(caller.organization, ["run"])["run"]
    if over:
        execution.run(evaluations.get(app, caller, place.evaluation_id))
    evaluations.delete(app, caller, place.evaluation_id)
    assert project.query("run", include_summary=True)["total_rows"] == 0


def test_a_reference_of_a_finished_run_that_leads_nowhere_still_warns(
    app: Application, caller: Caller, execution: Any, project: WeaveProject
) -> None:
    nowhere = "weave:///acme/proj/object/Unknown:1/attr/rows/id/zzz"
    project.log(project.trial("t1", nowhere), project.trial("t2", {"q": 1}))
    finish(app, caller, execution, project)
    found = project.query("run", include_raw_data_rows=True, resolve_row_refs=True, limit=1)
    assert len(found["warnings"]) == 1
    assert project.query("run", include_raw_data_rows=True)["warnings"] == []


def test_a_logged_run_that_is_too_long_to_read_says_when_it_can_be(
    project: WeaveProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marksheet.row_results.known_runs.MOST_TRIALS", 2)
    project.log(project.trial("t1", 1), project.trial("t2", 2))
    assert project.query("run")["total_rows"] == 2
    project.complete(project.trial("t3", 3))
    answer = project.ask({"evaluation_call_ids": ["run"]})
    assert answer.status_code == 413
    assert "once it is over" in answer.get_json()["reason"]


def test_more_runs_than_are_read_together_are_refused(
    project: WeaveProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marksheet.row_results.known_runs.MOST_RUNS", 2)
    for run_id in ("a", "b", "c"):
        project.log(project.trial(f"t-{run_id}", 1, run_id=run_id), run_id=run_id)
    assert project.query("a", "b", "nobody")["total_rows"] == 1
    answer = project.ask({"evaluation_call_ids": ["a", "b", "c"]})
    assert answer.status_code == 413
    assert "more than 2 runs" in answer.get_json()["reason"]


def test_rows_that_no_answer_holds_are_refused_before_any_is_read(
    made: Evaluation, project: WeaveProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = made.runs[0].run_id
    monkeypatch.setattr("marksheet.row_results.querying.MOST_ROWS", 2)
    answer = project.ask({"evaluation_call_ids": [run_id]})
    assert answer.status_code == 413
    assert answer.get_json() == {
        "reason": "3 rows do not fit an answer; ask for fewer at a time with limit and offset"
    }
    for page in ({"limit": 2}, {"limit": 1000, "offset": 1}, {"offset": 2}, {"limit": 0}):
        assert project.query(run_id, **page)["total_rows"] == 3
    assert project.query(run_id, include_rows=False, include_summary=True)["summary"]["row_count"] == 3


def test_an_answer_of_too_many_bytes_is_refused(
    project: WeaveProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.LARGEST_ANSWER_BYTES", 10_000)
    project.log(*(project.trial(f"t{n}", n, output='"' * 2_000) for n in range(3)))
    answer = project.ask({"evaluation_call_ids": ["run"]})
    assert answer.status_code == 413
    assert answer.get_json()["reason"].endswith("ask for fewer rows at a time with limit and offset")
    # A quote takes four bytes there, as a text within a text.
    assert project.query("run", limit=1)["total_rows"] == 3


def test_runs_of_equal_settings_refer_to_one_model(
    app: Application, caller: Caller, deployment: Any, execution: Any, made: Evaluation, project: WeaveProject
) -> None:
    again = evaluations.create(
        app, caller, CreateEvaluation("right", made.benchmark.benchmark_id, project="proj")
    )
    execution.run(again)
    references = {
        run["model_ref"] for run in project.summary(made.runs[0].run_id, again.runs[0].run_id)["evaluations"]
    }
    assert len(references) == 1
    assert "/right:" in references.pop()
