"""What counts as a trial, and what is shown of one."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests.functions.traces_api.weave_project import MODEL, PREDICT, WeaveProject, at

SCORING = {"_weave_eval_meta": {"imperative": True, "score": True}}
ROW = {"q": 1}


@pytest.mark.parametrize(
    "op",
    [
        "weave:///acme/proj/op/Evaluation.predict_and_score:abc",
        "Evaluation.predict_and_score",
        "weave:///acme/proj/op/Evaluation.predictAndScore:abc",
        "Evaluation.predictAndScore",
    ],
)
def test_a_trial_is_known_by_its_operation(op: str, project: WeaveProject) -> None:
    project.log(project.trial("t", ROW) | {"op_name": op})
    assert [trial["predict_and_score_call_id"] for trial in project.trials("run")] == ["t"]


@pytest.mark.parametrize(
    "op",
    [
        "weave:///acme/proj/op/Evaluation.summarize:abc",
        "weave:///acme/proj/op/my_Evaluation.predict_and_score:abc",
        "predict_and_score",
        "evaluation.predict_and_score",
        "",
    ],
)
def test_other_children_of_a_run_are_passed_over(op: str, project: WeaveProject) -> None:
    project.log(project.trial("t", ROW, {"s": 1}), project.trial("other", {"q": 2}) | {"op_name": op})
    assert [trial["predict_and_score_call_id"] for trial in project.trials("run")] == ["t"]


def test_a_trial_below_something_else_is_none_of_the_runs(project: WeaveProject) -> None:
    project.log(project.trial("t", ROW), project.trial("deeper", {"q": 2}, run_id="t"))
    assert project.query("run")["total_rows"] == 1


def test_trials_of_a_run_that_was_never_recorded_are_reported(project: WeaveProject) -> None:
    project.complete(project.trial("t", ROW, {"s": True}))
    found = project.query("run", include_summary=True)
    assert found["total_rows"] == 1
    (run,) = found["summary"]["evaluations"]
    nothing = dict.fromkeys(["evaluation_ref", "model_ref", "display_name", "trace_id", "started_at"])
    assert nothing.items() <= run.items()
    assert run["trial_count"] == 1


def test_trials_may_come_before_their_run(project: WeaveProject) -> None:
    project.complete(project.trial("t", ROW))
    project.start()
    assert project.summary("run")["evaluations"][0]["trace_id"] == "trace"


@pytest.mark.parametrize("known", [[], ["run"]])
@pytest.mark.parametrize(
    "stranger",
    ["nobody", "t", "", "../../etc/passwd", "run/../run", "a#b", "run\n", "..", "%2e%2e", "x" * 3000],
)
def test_what_is_no_run_has_no_rows_and_no_warning(
    stranger: str, known: list[str], project: WeaveProject
) -> None:
    project.log(project.trial("t", ROW, {"s": 1}))
    found = project.query(*known, stranger, include_summary=True)
    assert found == project.query(*(known or ["never"]), include_summary=True)
    assert found["total_rows"] == len(known)
    assert found["warnings"] == []


def test_a_run_of_another_project_has_no_rows(project: WeaveProject) -> None:
    project.log(project.trial("t", ROW))
    project.project = "elsewhere"
    assert project.query("run", include_summary=True) == {
        "rows": [],
        "total_rows": 0,
        "summary": {"row_count": 0, "evaluations": []},
        "warnings": [],
    }


def test_a_run_without_trials_is_like_an_unknown_one(project: WeaveProject) -> None:
    project.start("empty")
    project.log(project.trial("t", ROW))
    found = project.query("empty", "run", include_summary=True)
    assert found == project.query("run", include_summary=True)
    assert project.query("empty", include_summary=True)["summary"] == {"row_count": 0, "evaluations": []}


def test_an_unfinished_trial_has_no_output_and_counts(project: WeaveProject) -> None:
    project.start()
    project.begin(project.trial("t", ROW, {"s": True}))
    (trial,) = project.trials("run")
    assert (trial["model_output"], trial["scores"], trial["predict_call_id"]) == (None, {}, None)
    assert project.summary("run")["evaluations"][0]["trial_count"] == 1


def test_a_trial_that_ends_later_shows_what_it_came_to(project: WeaveProject) -> None:
    project.start()
    project.begin(project.trial("t", ROW))
    told = {"id": "t", "trace_id": "trace", "ended_at": at(5), "summary": {}}
    output = {"output": "text", "scores": {"s": True}}
    project.hand_in("call/end", {"end": {"project_id": "acme/proj", "output": output, **told}})
    (trial,) = project.trials("run")
    assert (trial["model_output"], trial["scores"]) == ("text", {"s": True})


@pytest.mark.parametrize("output", ["text", "", 7, 1.0, False, [1, {"a": None}], {"deep": {"er": []}}, None])
def test_a_model_may_put_out_any_json(output: Any, project: WeaveProject) -> None:
    project.log(project.trial("t", ROW, output=output))
    assert project.trials("run")[0]["model_output"] == output


def test_numbers_of_any_size_and_halves_of_surrogates_come_back_as_they_were(project: WeaveProject) -> None:
    output = {"large": 10**30, "half": "\ud800", "one": 1, "float": 1.0}
    project.log(project.trial("t", ROW, {"s": 10**30}, output=output))
    # Not held against the document: its reader takes no halves of surrogates.
    answer = project.post("eval_results/query", {"evaluation_call_ids": ["run"]})
    assert '"large":1000000000000000000000000000000,' in answer.text
    assert '"one":1,"float":1.0' in answer.text
    trial = answer.get_json()["rows"][0]["evaluations"][0]["trials"][0]
    assert trial["model_output"] == output
    assert trial["scores"] == {"s": 10**30}


def test_scores_are_shown_word_for_word(project: WeaveProject) -> None:
    scores = {"b": True, "n": 1, "f": 0.5, "t": "text", "none": None, "list": [1], "o": {"x": {"y": []}}}
    project.log(project.trial("t", ROW, scores))
    (trial,) = project.trials("run")
    assert trial["scores"] == scores
    assert list(trial["scores"]) == list(scores)
    assert trial["scores"]["b"] is True


@pytest.mark.parametrize("scores", [None, [1], "text", 7, True])
def test_scores_that_are_no_object_are_none(scores: Any, project: WeaveProject) -> None:
    project.log(project.trial("t", ROW, scores, output="text"))
    (trial,) = project.trials("run")
    assert (trial["scores"], trial["model_output"]) == ({}, "text")


@pytest.mark.parametrize("output", [None, "text", [1], {}])
def test_a_trials_output_may_lack_scores_or_be_something_else(output: Any, project: WeaveProject) -> None:
    project.log(project.trial("t", ROW) | {"output": output})
    (trial,) = project.trials("run")
    assert (trial["scores"], trial["model_output"]) == ({}, None)


def test_a_trial_has_these_fields_and_never_one_for_errors(project: WeaveProject) -> None:
    project.log(project.trial("t", ROW, exception="Traceback: boom") | {"output": None})
    (trial,) = project.trials("run")
    assert trial == {
        "predict_and_score_call_id": "t",
        "predict_call_id": None,
        "model_output": None,
        "scores": {},
        "model_latency_seconds": None,
        "total_tokens": None,
        "scorer_call_ids": {},
    }


def child(
    project: WeaveProject, call_id: str, op_name: str, second: float = 0, **fields: Any
) -> dict[str, Any]:
    """A call below the trial `t`."""
    return project.call(call_id, "t", op_name, second, **fields)


@pytest.mark.parametrize(
    ("op", "inputs", "found"),
    [
        ("weave:///acme/proj/op/M.predict:1", {}, True),
        ("weave:///acme/proj/op/Chain.Invoke:1", {}, True),
        ("weave:///acme/proj/op/ask:1", {"self": MODEL}, True),
        ("weave:///acme/proj/op/ask:1", {"self": "weave:///acme/proj/object/M:2"}, False),
        ("weave:///acme/proj/op/ask:1", {}, False),
    ],
)
def test_the_predict_call_has_the_model_or_a_name_that_says_so(
    op: str, inputs: dict[str, Any], found: bool, project: WeaveProject
) -> None:
    project.log(project.trial("t", ROW), child(project, "c", op, inputs=inputs))
    assert (project.trials("run")[0]["predict_call_id"] == "c") is found


@pytest.mark.parametrize("attributes", [SCORING, {"weave": {"score": "true"}}])
def test_a_call_that_scores_is_never_the_predict_call(
    attributes: dict[str, Any], project: WeaveProject
) -> None:
    project.log(
        project.trial("t", ROW),
        child(project, "s", "weave:///acme/proj/op/predicted:1", 1, attributes=attributes),
        child(project, "p", PREDICT, 2),
    )
    assert project.trials("run")[0]["predict_call_id"] == "p"


def test_the_first_predict_call_by_start_counts_whatever_came_first(project: WeaveProject) -> None:
    project.log(
        project.trial("t", ROW),
        child(project, "a", PREDICT, 3),
        child(project, "b", PREDICT, 1),
        child(project, "c", PREDICT, 2),
    )
    assert project.trials("run")[0]["predict_call_id"] == "b"


def test_latency_is_end_minus_start_of_the_predict_call(project: WeaveProject) -> None:
    project.log(
        project.trial("t", ROW) | {"output": {"model_latency": {"mean": 9}}},
        child(project, "p", PREDICT, 1, ended_at=at(3.25)),
    )
    assert project.trials("run")[0]["model_latency_seconds"] == 2.25


@pytest.mark.parametrize(
    ("latency", "seconds"), [({"mean": 1.5}, 1.5), ({"mean": 2}, 2.0), ({"mean": "2"}, None), ({}, None)]
)
def test_without_a_finished_predict_call_latency_is_the_mean_of_the_output(
    latency: Any, seconds: float | None, project: WeaveProject
) -> None:
    project.log(project.trial("t", ROW) | {"output": {"model_latency": latency}})
    project.begin(child(project, "p", PREDICT))
    (trial,) = project.trials("run")
    assert (trial["predict_call_id"], trial["model_latency_seconds"]) == ("p", seconds)


def test_a_bare_number_for_latency_is_not_used(project: WeaveProject) -> None:
    project.log(project.trial("t", ROW) | {"output": {"model_latency": 1.5}})
    assert project.trials("run")[0]["model_latency_seconds"] is None


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"m": {"total_tokens": 5}}, 5),
        ({"m": {"total_tokens": 5}, "n": {"total_tokens": 2.9}}, 7),
        ({"m": {"total_tokens": 0}}, 0),
        ({"m": {"requests": 1}}, None),
        ({}, None),
        (None, None),
    ],
)
def test_tokens_are_those_of_the_predict_calls_models(
    usage: Any, tokens: int | None, project: WeaveProject
) -> None:
    project.log(project.trial("t", ROW), child(project, "p", PREDICT, summary={"usage": usage}))
    assert project.trials("run")[0]["total_tokens"] == tokens


def test_the_trials_own_usage_is_never_used(project: WeaveProject) -> None:
    usage = {"usage": {"m": {"total_tokens": 5}}}
    project.log(project.trial("t", ROW, summary=usage), child(project, "p", PREDICT))
    assert project.trials("run")[0]["total_tokens"] is None


def test_a_score_names_the_first_scorers_call_with_a_like_name(project: WeaveProject) -> None:
    project.log(
        project.trial("t", ROW, {"EXACT": True, "my_f1_score": 0.5, "other": 1}),
        child(project, "late", "weave:///acme/proj/op/exact:2", 3, attributes=SCORING),
        child(project, "first", "weave:///acme/proj/op/Exact:1", 2, attributes=SCORING),
        child(project, "f1", "f1", 1, attributes=SCORING),
    )
    assert project.trials("run")[0]["scorer_call_ids"] == {"EXACT": "first", "my_f1_score": "f1"}


@pytest.mark.parametrize(
    ("op", "found"),
    [("Exact.score", True), ("exact_Scorer", True), ("exact", False)],
)
def test_a_plain_function_is_no_scorer_unless_its_name_says_so(
    op: str, found: bool, project: WeaveProject
) -> None:
    project.log(project.trial("t", ROW, {"exact": 1}), child(project, "s", f"weave:///acme/proj/op/{op}:1"))
    assert project.trials("run")[0]["scorer_call_ids"] == ({"exact": "s"} if found else {})


def test_a_score_call_that_comes_after_the_trial_changes_nothing(project: WeaveProject) -> None:
    project.log(project.trial("t", ROW, {"early": True}))
    project.complete(
        child(project, "s", "weave:///acme/proj/op/late:1", 50, attributes=SCORING, output=False)
    )
    assert project.trials("run")[0]["scores"] == {"early": True}


def test_batches_give_the_same_in_any_order_and_however_often_they_come(project: WeaveProject) -> None:
    calls = [
        project.trial("t", ROW, {"s": True}, second=1),
        child(project, "p", PREDICT, 2),
        child(project, "s", "weave:///acme/proj/op/s:1", 3, attributes=SCORING),
    ]
    project.log(*calls)
    expected = project.query("run", include_summary=True, include_raw_data_rows=True)
    for number, order in enumerate(permutations(calls)):
        project.project = f"proj-{number}"
        moved = [call | {"project_id": f"acme/proj-{number}"} for call in order]
        for call in moved:
            project.complete(call)
        project.complete(*moved[:2])
        project.start()
        assert project.query("run", include_summary=True, include_raw_data_rows=True) == expected
