"""What the scores of runs come to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.traces_api.weave_project import EVALUATION, MODEL, WeaveProject, at


def row(number: int) -> str:
    return f"x/attr/rows/id/{number}"


@pytest.fixture
def two(project: WeaveProject) -> WeaveProject:
    """Runs `a` of rows 1 to 3 and `b` of rows 2 to 5, each score the number of its row."""
    for run_id, numbers in (("a", range(1, 4)), ("b", range(2, 6))):
        trials = [project.trial(f"{run_id}{n}", row(n), {"s": n}, run_id=run_id, second=n) for n in numbers]
        project.log(*trials, run_id=run_id)
    return project


def told(summary: Any) -> dict[str, tuple[int, float]]:
    """By run: trials, and the mean of the only score."""
    return {
        run["evaluation_call_id"]: (run["trial_count"], run["scorer_stats"][0]["numeric_mean"])
        for run in summary["evaluations"]
    }


def test_there_is_no_summary_unless_asked(two: WeaveProject) -> None:
    assert two.query("a")["summary"] is None


def test_a_summary_of_nothing_is_an_object_of_zeros(project: WeaveProject) -> None:
    assert project.summary("nobody") == {"row_count": 0, "evaluations": []}


def test_a_summary_is_over_all_rows(two: WeaveProject) -> None:
    summary = two.summary("a", "b")
    assert summary["row_count"] == 5
    assert told(summary) == {"a": (3, 2.0), "b": (4, 3.5)}


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 5),
        ({"require_intersection": True}, 2),
        ({"summary_require_intersection": True}, 2),
        ({"require_intersection": True, "summary_require_intersection": None}, 2),
        ({"require_intersection": True, "summary_require_intersection": False}, 5),
        ({"require_intersection": False, "summary_require_intersection": True}, 2),
    ],
)
def test_it_intersects_as_the_rows_do_unless_it_says_otherwise(
    asked: dict[str, Any], count: int, two: WeaveProject
) -> None:
    found = two.query("a", "b", include_summary=True, **asked)
    assert found["summary"]["row_count"] == count
    assert found["total_rows"] == (2 if asked.get("require_intersection") else 5)


def test_only_the_trials_of_kept_rows_count(two: WeaveProject) -> None:
    summary = two.summary("a", "b", summary_require_intersection=True)
    assert told(summary) == {"a": (2, 2.5), "b": (2, 2.5)}


@pytest.mark.parametrize(
    "asked", [{"limit": 1}, {"limit": 0}, {"offset": 3}, {"offset": 100}, {"include_rows": False}]
)
def test_it_does_not_depend_on_the_page_or_on_rows(asked: dict[str, Any], two: WeaveProject) -> None:
    assert two.summary("a", "b", **asked) == two.summary("a", "b")


def test_runs_without_a_trial_in_kept_rows_are_left_out(two: WeaveProject) -> None:
    two.log(two.trial("c9", row(9), {"s": 9}, run_id="c"), run_id="c")
    summary = two.summary("a", "c", summary_require_intersection=True)
    assert summary == {"row_count": 0, "evaluations": []}
    assert set(told(two.summary("a", "c", "nobody"))) == {"a", "c"}


def test_runs_are_in_the_order_they_are_first_met_walking_rows_by_digest(project: WeaveProject) -> None:
    for run_id, number, second in (("late", 2, 0), ("second", 1, 7), ("first", 1, 3)):
        project.log(
            project.trial(run_id, row(number), {"s": 1}, run_id=f"run-{run_id}", second=second),
            run_id=f"run-{run_id}",
        )
    for ids in (["run-late", "run-second", "run-first"], ["run-first", "run-late", "run-second"]):
        order = [run["evaluation_call_id"] for run in project.summary(*ids)["evaluations"]]
        assert order == ["run-first", "run-second", "run-late"]


def test_unfinished_trials_are_in_the_trial_count(project: WeaveProject) -> None:
    project.log(project.trial("t1", row(1), {"s": True}))
    project.begin(project.trial("t2", row(2)))
    (run,) = project.summary("run")["evaluations"]
    assert run["trial_count"] == 2
    assert run["scorer_stats"][0]["trial_count"] == 1


def test_what_is_known_of_a_run_is_that_of_its_call(project: WeaveProject) -> None:
    project.log(project.trial("t", row(1)), display_name="nightly", started_at="2026-01-02T04:04:05.25+01:00")
    (run,) = project.summary("run")["evaluations"]
    del run["scorer_stats"]
    assert run == {
        "evaluation_call_id": "run",
        "trial_count": 1,
        "evaluation_ref": EVALUATION,
        "model_ref": MODEL,
        "display_name": "nightly",
        "trace_id": "trace",
        "started_at": "2026-01-02T03:04:05.250000+00:00",
    }


@pytest.mark.parametrize(
    ("inputs", "reference"),
    [
        ({"self": "weave:///a/b/object/c:1", "this": "weave:///a/b/object/d:1"}, "weave:///a/b/object/c:1"),
        ({"this": "weave:///a/b/object/d:1"}, "weave:///a/b/object/d:1"),
        ({"self": None, "this": "weave:///a/b/object/d:1"}, "weave:///a/b/object/d:1"),
        ({"self": "", "this": "weave:///a/b/object/d:1"}, "weave:///a/b/object/d:1"),
        ({}, None),
        ({"self": {"name": "inline"}}, None),
    ],
)
def test_the_evaluation_is_the_input_self_or_this(
    inputs: dict[str, Any], reference: str | None, project: WeaveProject
) -> None:
    project.log(project.trial("t", row(1)), inputs=inputs)
    (run,) = project.summary("run")["evaluations"]
    assert (run["evaluation_ref"], run["model_ref"]) == (reference, None)


def test_missing_facts_are_null(project: WeaveProject) -> None:
    project.log(project.trial("t", row(1)), inputs={})
    (run,) = project.summary("run")["evaluations"]
    assert (run["evaluation_ref"], run["model_ref"], run["display_name"]) == (None, None, None)
    assert run["started_at"] == at(0).replace("Z", "+00:00")


def entry(**changes: Any) -> dict[str, Any]:
    """Statistics of one leaf."""
    nothing = {
        "scorer_key": "s",
        "path": None,
        "value_type": "continuous",
        "trial_count": 0,
        "numeric_count": 0,
        "numeric_mean": None,
        "pass_true_count": 0,
        "pass_known_count": 0,
        "pass_rate": None,
        "pass_signal_coverage": None,
    }
    return nothing | changes


def test_booleans_are_binary_with_a_rate(project: WeaveProject) -> None:
    assert project.stats({"s": True}, {"s": False}, {"s": True}, {"s": True}) == [
        entry(
            value_type="binary",
            trial_count=4,
            pass_true_count=3,
            pass_known_count=4,
            pass_rate=0.75,
            pass_signal_coverage=1.0,
        )
    ]


def test_a_rate_of_nothing_but_false_is_0_and_not_null(project: WeaveProject) -> None:
    (found,) = project.stats({"s": False}, {"s": False})
    assert (found["pass_rate"], found["pass_signal_coverage"]) == (0.0, 1.0)


def test_numbers_are_continuous_with_a_mean_and_a_coverage_of_0(project: WeaveProject) -> None:
    assert project.stats({"s": 1}, {"s": 0.5}, {"s": -3}) == [
        entry(trial_count=3, numeric_count=3, numeric_mean=-0.5, pass_signal_coverage=0.0)
    ]


def test_1_and_0_are_numbers_and_never_booleans(project: WeaveProject) -> None:
    assert project.stats({"s": 1}, {"s": 0}) == [
        entry(trial_count=2, numeric_count=2, numeric_mean=0.5, pass_signal_coverage=0.0)
    ]


def test_booleans_are_never_numbers(project: WeaveProject) -> None:
    (found,) = project.stats({"s": True})
    assert (found["numeric_count"], found["numeric_mean"]) == (0, None)


@pytest.mark.parametrize("value", [None, [], [True, 1], {}, {"deep": {}}, "text", "true", "1", ""])
def test_null_lists_empty_objects_and_texts_say_nothing(value: Any, project: WeaveProject) -> None:
    assert project.stats({"s": value}) == []


def test_an_object_is_walked_to_any_depth_and_its_keys_joined(project: WeaveProject) -> None:
    found = project.stats({"s": {"a": {"b": {"c": 2}}, "ok": True}, "t": 4})
    assert [(one["scorer_key"], one["path"], one["value_type"]) for one in found] == [
        ("s", "a.b.c", "continuous"),
        ("s", "ok", "binary"),
        ("t", None, "continuous"),
    ]


def test_an_entry_counts_the_trials_that_have_the_leaf(project: WeaveProject) -> None:
    found = project.stats({"s": {"ok": True, "n": 1}}, {"s": {"ok": None}}, {}, {"s": {"ok": "text"}})
    assert [(one["path"], one["trial_count"]) for one in found] == [("ok", 1), ("n", 1)]


def test_coverage_does_not_fall_when_trials_lack_the_score(project: WeaveProject) -> None:
    (found,) = project.stats({"s": True}, {}, {"s": None})
    assert found["pass_signal_coverage"] == 1.0


@pytest.mark.parametrize(("scores", "kind"), [([0.5, True, 2], "continuous"), ([True, 0.5, 2], "binary")])
def test_mixed_types_are_one_entry_of_the_first_ones_type_with_both_tallies(
    scores: list[Any], kind: str, project: WeaveProject
) -> None:
    assert project.stats(*({"s": score} for score in scores)) == [
        entry(
            value_type=kind,
            trial_count=3,
            numeric_count=2,
            numeric_mean=1.25,
            pass_true_count=1,
            pass_known_count=1,
            pass_rate=1.0,
            pass_signal_coverage=1 / 3,
        )
    ]


def test_the_type_is_that_of_the_first_value_by_digest_and_not_by_start(project: WeaveProject) -> None:
    project.log(
        project.trial("t1", row(9), {"s": 1}, second=1), project.trial("t2", row(1), {"s": True}, second=2)
    )
    ((found,),) = [run["scorer_stats"] for run in project.summary("run")["evaluations"]]
    assert found["value_type"] == "binary"


def test_within_a_row_the_type_is_that_of_the_first_trial_by_start(project: WeaveProject) -> None:
    project.log(
        project.trial("t1", row(1), {"s": 1}, second=2), project.trial("t2", row(1), {"s": True}, second=1)
    )
    ((found,),) = [run["scorer_stats"] for run in project.summary("run")["evaluations"]]
    assert found["value_type"] == "binary"


def test_a_dotted_key_and_nested_ones_share_an_entry(project: WeaveProject) -> None:
    (found,) = project.stats({"s": {"a.b": 1}}, {"s": {"a": {"b": 3}}})
    assert (found["path"], found["numeric_mean"], found["trial_count"]) == ("a.b", 2.0, 2)


def test_an_empty_key_is_an_empty_path_and_not_null(project: WeaveProject) -> None:
    assert [one["path"] for one in project.stats({"s": {"": 1}})] == [""]
    assert [one["path"] for one in project.stats({"s": {"a": {"": 1}}}, run_id="deeper")] == ["a."]


def test_entries_are_in_the_order_first_met_rows_by_digest_and_keys_as_logged(project: WeaveProject) -> None:
    found = project.stats({"z": 1, "a": {"y": 1, "x": 1}}, {"m": 1, "z": 2})
    assert [(one["scorer_key"], one["path"]) for one in found] == [
        ("z", None),
        ("a", "y"),
        ("a", "x"),
        ("m", None),
    ]


def test_each_run_has_entries_of_its_own(project: WeaveProject) -> None:
    project.log(project.trial("a1", row(1), {"s": True}, run_id="a"), run_id="a")
    project.log(project.trial("b1", row(1), {"s": 1}, run_id="b"), run_id="b")
    kinds = {
        run["evaluation_call_id"]: [one["value_type"] for one in run["scorer_stats"]]
        for run in project.summary("a", "b")["evaluations"]
    }
    assert kinds == {"a": ["binary"], "b": ["continuous"]}


def test_a_mean_beyond_floats_is_null(project: WeaveProject) -> None:
    (found,) = project.stats({"s": 10**400}, {"s": 1})
    assert (found["numeric_count"], found["numeric_mean"]) == (2, None)
