"""The content of summary.json."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from marksheet.domain import (
    Benchmark,
    Evaluation,
    Model,
    Outcome,
    ProviderName,
    Role,
    Run,
    Score,
    ScorerSpec,
    Status,
    Trial,
    TrialError,
)
from marksheet.summary.evaluation_summary import EvaluationSummary
from marksheet.summary.run_summary import metric_names

ACCURACY_ONLY = (ScorerSpec("numeric", Role.CORRECTNESS, {"marker": "A:"}),)
ALL_ROLES = (
    ScorerSpec("rouge_l", label="closeness"),
    ScorerSpec("token_f1", Role.RELEVANCE),
    ScorerSpec("exact_match", Role.CORRECTNESS, threshold=0.9),
)


def evaluation(*model_ids, scorers=ACCURACY_ONLY, provider=ProviderName.RECORDED, **facts):
    models = [Model("acme", name, provider, {}, Status.READY, "2026-01-01T00:00:00Z") for name in model_ids]
    return Evaluation(
        organization="acme",
        evaluation_id="eval-1",
        status=Status.PROCESSING,
        benchmark=Benchmark(
            organization="acme",
            benchmark_id="benchmark-1",
            version=3,
            name="sums",
            status=Status.READY,
            question_count=4,
            sha256="ab" * 32,
            questions_key="orgs/acme/questions",
            scorers=scorers,
            created_at="2026-01-01T00:00:00Z",
        ),
        runs=tuple(
            Run(f"run-{position}", position, model, shards=2) for position, model in enumerate(models)
        ),
        scorers=scorers,
        created_at="2026-01-02T00:00:00Z",
        started_at="2026-01-02T00:00:01Z",
        attempt=2,
        **facts,
    )


def answered(value, metric="numeric", **fields):
    outcome = Outcome.UNSCORED if value is None else Outcome.RIGHT if value >= 0.5 else Outcome.WRONG
    return Trial(1, "q-1", 1, outcome, "text", {metric: Score(value)}, **fields)


def scored(accuracy, relevance, closeness):
    scores = {"exact_match": Score(accuracy), "token_f1": Score(relevance), "closeness": Score(closeness)}
    outcome = Outcome.UNSCORED if accuracy is None else Outcome.RIGHT if accuracy >= 0.9 else Outcome.WRONG
    return Trial(1, "q-1", 1, outcome, "text", scores)


def errored(code="timeout"):
    return Trial(1, "q-1", 1, Outcome.ERRORED, None, {}, error=TrialError(code, "it failed"))


def finish(subject, questions, cluster=None, **facts):
    summary = EvaluationSummary(subject)
    for question in questions:
        summary.add(question, cluster)
    content = summary.finish(completed_at="2026-01-02T00:01:00Z", **facts)
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    return content


def test_the_frame_names_what_was_evaluated():
    content = finish(evaluation("model-a"), [[[answered(1.0)]]])
    assert {key: content[key] for key in content if key != "runs"} == {
        "evaluation_id": "eval-1",
        "status": "READY",
        "name": None,
        "benchmark": {
            "benchmark_id": "benchmark-1",
            "name": "sums",
            "version": 3,
            "sha256": "ab" * 32,
            "questions": 4,
        },
        "trials": 1,
        "errored_as": "left_out",
        "scorers": [
            {
                "name": "numeric",
                "role": "correctness",
                "metric": "numeric",
                "threshold": 0.5,
                "options": {"marker": "A:"},
            }
        ],
        "comparison": None,
        "created_at": "2026-01-02T00:00:00Z",
        "started_at": "2026-01-02T00:00:01Z",
        "completed_at": "2026-01-02T00:01:00Z",
        "attempt": 2,
    }


def test_a_run_keeps_the_four_outcomes_apart():
    questions = [
        [[answered(1.0)]],
        [[answered(0.0)]],
        [[answered(None)]],
        [[errored()]],
        [[errored("http_500")]],
    ]
    [run] = finish(evaluation("model-a"), questions)["runs"]
    assert run["counts"] == {"right": 1, "wrong": 1, "unscored": 1, "errored": 2, "total": 5}
    assert run["errors"] == {"http_500": 1, "timeout": 1}
    accuracy = run["metrics"]["accuracy"]
    assert (accuracy["mean"], accuracy["n"], accuracy["unscored"], accuracy["errored"]) == (0.5, 2, 1, 2)


def test_a_run_is_named_and_described():
    [run] = finish(evaluation("model-a"), [[[answered(1.0)]]])["runs"]
    assert (run["run_id"], run["position"], run["model_id"], run["provider"], run["shards"]) == (
        "run-0",
        0,
        "model-a",
        "recorded",
        2,
    )


def test_every_metric_carries_its_interval_and_counts():
    [run] = finish(evaluation("model-a"), [[[answered(1.0)]], [[answered(0.0)]]])["runs"]
    assert set(run["metrics"]["accuracy"]) == {
        "mean",
        "n",
        "clusters",
        "standard_error",
        "low",
        "high",
        "method",
        "unscored",
        "errored",
        "minimum",
        "maximum",
        "standard_deviation",
    }


def test_without_a_relevance_scorer_the_overall_score_is_the_accuracy():
    [run] = finish(evaluation("model-a"), [[[answered(1.0)]], [[answered(0.0)]]])["runs"]
    assert list(run["metrics"]) == ["accuracy", "overall_score"]
    assert run["metrics"]["overall_score"] == run["metrics"]["accuracy"]


def test_the_overall_score_is_the_mean_of_accuracy_and_relevance():
    [run] = finish(
        evaluation("model-a", scorers=ALL_ROLES), [[[scored(1.0, 0.5, 0.1)]], [[scored(0.0, 0.25, 0.3)]]]
    )["runs"]
    means = {name: metric["mean"] for name, metric in run["metrics"].items()}
    assert means == {"accuracy": 0.5, "relevance": 0.375, "overall_score": 0.4375, "closeness": 0.2}


def test_a_question_without_one_half_has_no_overall_score():
    questions = [[[scored(None, 1.0, 1.0)]], [[scored(1.0, 0.5, 1.0)]]]
    [run] = finish(evaluation("model-a", scorers=ALL_ROLES), questions)["runs"]
    overall = run["metrics"]["overall_score"]
    assert (overall["mean"], overall["n"], overall["unscored"]) == (0.75, 1, 1)
    assert run["metrics"]["relevance"]["n"] == 2


def test_a_question_counts_once_however_many_trials_it_had():
    questions = [[[answered(1.0), answered(0.0)]], [[answered(1.0), answered(1.0)]]]
    [run] = finish(evaluation("model-a", trials=2), questions)["runs"]
    accuracy = run["metrics"]["accuracy"]
    assert (accuracy["mean"], accuracy["n"], accuracy["method"]) == (0.75, 2, "t")
    assert run["counts"]["total"] == 4


def test_a_question_is_worth_the_mean_of_its_scored_trials():
    questions = [
        [[answered(1.0), answered(None), errored()]],
        [[errored(), answered(None)]],
        [[errored(), errored()]],
    ]
    [run] = finish(evaluation("model-a", trials=3), questions)["runs"]
    accuracy = run["metrics"]["accuracy"]
    assert (accuracy["mean"], accuracy["n"], accuracy["unscored"], accuracy["errored"]) == (1.0, 1, 1, 1)


def test_nothing_scored_is_null_and_not_zero():
    [run] = finish(evaluation("model-a"), [[[errored()]]])["runs"]
    accuracy = run["metrics"]["accuracy"]
    assert (accuracy["mean"], accuracy["low"], accuracy["high"], accuracy["method"]) == (
        None,
        None,
        None,
        "none",
    )


def test_no_questions_at_all_are_summarised_too():
    [run] = finish(evaluation("model-a"), [])["runs"]
    assert run["counts"]["total"] == 0
    assert run["metrics"]["accuracy"]["mean"] is None


def test_violating_answers_are_counted_once_each():
    questions = [
        [[answered(1.0, violations=("a", "b"))]],
        [[answered(1.0, violations=("a",))]],
        [[answered(1.0)]],
    ]
    [run] = finish(evaluation("model-a"), questions)["runs"]
    assert run["domain_violations"] == 2


def test_tokens_and_latency_add_up_over_the_answers_that_have_them():
    questions = [
        [[answered(1.0, latency_seconds=1.0, prompt_tokens=10, completion_tokens=3)]],
        [[answered(1.0, latency_seconds=4.0, prompt_tokens=5)]],
        [[answered(1.0)]],
    ]
    [run] = finish(evaluation("model-a"), questions)["runs"]
    assert run["tokens"] == {"prompt": 15, "completion": 3}
    latency = run["latency_seconds"]
    assert (latency["count"], latency["mean"], latency["max"]) == (2, 2.5, 4.0)


def test_tokens_and_latency_are_null_when_nobody_told():
    [run] = finish(evaluation("model-a"), [[[answered(1.0)]]])["runs"]
    assert run["tokens"] == {"prompt": None, "completion": None}
    assert run["latency_seconds"] is None


def test_questions_in_one_cluster_widen_the_interval():
    questions = [[[answered(float(number % 2))]] for number in range(20)]
    [run] = finish(evaluation("model-a"), questions, cluster="one")["runs"]
    accuracy = run["metrics"]["accuracy"]
    assert accuracy["method"] == "clustered"
    assert accuracy["high"] - accuracy["low"] > 0.7


def test_a_comparison_pairs_the_questions_that_both_runs_have():
    questions = [
        [[answered(0.0)], [answered(1.0)]],
        [[answered(1.0)], [answered(1.0)]],
        [[answered(1.0)], [errored()]],
        [[answered(None)], [answered(1.0)]],
    ]
    comparison = finish(evaluation("model-a", "model-b"), questions)["comparison"]
    accuracy = comparison["metrics"]["accuracy"]
    assert (accuracy["n"], accuracy["difference"], accuracy["gained"], accuracy["lost"]) == (2, 0.5, 1, 0)
    assert set(accuracy) == {
        "n",
        "clusters",
        "difference",
        "standard_error",
        "low",
        "high",
        "p_value",
        "p_holm",
        "method",
        "test",
        "gained",
        "lost",
        "minimum_detectable_effect",
        "verdict",
    }


def test_a_comparison_has_every_metric():
    question = [[scored(1.0, 0.5, 0.1)], [scored(1.0, 0.25, 0.3)]]
    comparison = finish(evaluation("model-a", "model-b", scorers=ALL_ROLES), [question])["comparison"]
    assert list(comparison["metrics"]) == ["accuracy", "relevance", "overall_score", "closeness"]
    assert comparison["metrics"]["relevance"]["difference"] == -0.25


@pytest.mark.parametrize(
    ("base", "compared", "better"),
    [
        ([1.0, 0.0], [1.0, 1.0], "model-b"),
        ([1.0, 0.0], [0.0, 0.0], "model-a"),
        ([1.0, 0.0], [0.0, 1.0], "tie"),
        ([0.1 + 0.2, 0.0], [0.3, 0.0], "tie"),
        ([None, None], [1.0, 1.0], "tie"),
    ],
)
def test_the_better_model_has_the_higher_overall_score(base, compared, better):
    questions = [[[answered(one)], [answered(other)]] for one, other in zip(base, compared, strict=True)]
    comparison = finish(evaluation("model-a", "model-b"), questions)["comparison"]
    assert (comparison["base_model_id"], comparison["eval_model_id"]) == ("model-a", "model-b")
    assert comparison["better_model"] == better


def test_metrics_are_adjusted_for_each_other():
    questions = [[[scored(0.0, 0.5, 0.1)], [scored(1.0, 0.5, 0.1)]]] * 8
    metrics = finish(evaluation("model-a", "model-b", scorers=ALL_ROLES), questions)["comparison"]["metrics"]
    assert {name: found["p_value"] for name, found in metrics.items()} == {
        "accuracy": 2 / 256,
        "relevance": 1.0,
        "overall_score": 2 / 256,
        "closeness": 1.0,
    }
    assert metrics["accuracy"]["p_holm"] == 3 * 2 / 256


@pytest.mark.parametrize(
    ("accuracy", "relevance", "p_holm"),
    [
        # 8 questions: a metric that always differs by the same has p 2/256, one that never does has p 1.
        (1.0, 0.5, 2 * 2 / 256),
        (0.0, 0.5, 1.0),
        (1.0, 1.0, 2 * 2 / 256),
        (1.0, 0.0, 2 * 2 / 256),
    ],
)
def test_an_overall_score_is_as_surely_different_as_the_surer_of_its_parts(accuracy, relevance, p_holm):
    scorers = ALL_ROLES[1:]
    questions = [[[scored(0.0, 0.5, None)], [scored(accuracy, relevance, None)]]] * 8
    subject = evaluation("model-a", "model-b", scorers=scorers)
    metrics = finish(subject, questions)["comparison"]["metrics"]
    assert metrics["overall_score"]["p_holm"] == p_holm


def test_an_overall_score_is_no_surer_than_its_own_p_value():
    # Accuracy rises by 0.2 everywhere; on half of the questions relevance falls by 0.4, and the score falls.
    rising = [[scored(0.4, 0.6, None)], [scored(0.6, 0.6, None)]]
    falling = [[scored(0.4, 0.6, None)], [scored(0.6, 0.2, None)]]
    subject = evaluation("model-a", "model-b", scorers=ALL_ROLES[1:])
    metrics = finish(subject, [rising, falling] * 6)["comparison"]["metrics"]
    assert metrics["accuracy"]["p_holm"] < 0.001
    assert metrics["overall_score"]["p_holm"] == metrics["overall_score"]["p_value"] == 1.0


def test_an_overall_score_that_is_the_accuracy_counts_as_one_comparison_with_it():
    questions = [[[answered(0.0)], [answered(1.0)]]] * 10
    metrics = finish(evaluation("model-a", "model-b"), questions)["comparison"]["metrics"]
    assert list(metrics) == ["accuracy", "overall_score"]
    assert metrics["overall_score"] == metrics["accuracy"]
    assert metrics["accuracy"]["p_holm"] == metrics["accuracy"]["p_value"] == 2 / 1024


@pytest.mark.parametrize(
    ("chosen", "compared", "adjusted"),
    [
        (("accuracy",), ["accuracy"], 1),
        (("accuracy", "overall_score"), ["accuracy", "overall_score"], 2),
        (("overall_score", "domain_violations"), ["overall_score"], 1),
        (("domain_violations",), [], None),
    ],
)
def test_only_the_metrics_that_were_chosen_are_compared(chosen, compared, adjusted):
    subject = evaluation("model-a", "model-b", scorers=ALL_ROLES, metrics=chosen)
    questions = [[[scored(0.0, 0.5, 0.1)], [scored(1.0, 0.5, 0.1)]]] * 8
    metrics = finish(subject, questions)["comparison"]["metrics"]
    assert list(metrics) == compared
    assert all(found["p_holm"] == adjusted * 2 / 256 for found in metrics.values())


FOUR_OUTCOMES = [
    [[answered(1.0)], [answered(1.0)]],
    [[answered(0.0)], [errored()]],
    [[errored()], [answered(1.0)]],
    [[answered(None)], [answered(0.0)]],
    [[errored("budget_reached")], [answered(1.0)]],
]


@pytest.mark.parametrize(
    ("policy", "mean", "n", "compared"),
    [("left_out", 1 / 2, 2, (1, 0.0, 0, 0)), ("wrong", 1 / 3, 3, (3, 1 / 3, 1, 0))],
)
def test_errored_trials_stay_out_of_the_means_or_count_as_wrong(policy, mean, n, compared):
    content = finish(evaluation("model-a", "model-b", errored_as=policy), FOUR_OUTCOMES)
    run = content["runs"][0]
    accuracy, overall = run["metrics"]["accuracy"], run["metrics"]["overall_score"]
    assert (accuracy["mean"], accuracy["n"]) == (overall["mean"], overall["n"]) == (mean, n)
    difference = content["comparison"]["metrics"]["accuracy"]
    told = tuple(difference[name] for name in ("n", "difference", "gained", "lost"))
    assert told == pytest.approx(compared)
    assert content["errored_as"] == policy


@pytest.mark.parametrize(("policy", "accuracy"), [("left_out", 0.625), ("wrong", 0.5)])
def test_the_documented_example_of_either_policy(policy, accuracy):
    trials = [answered(1.0)] * 50 + [answered(0.0)] * 30 + [errored()] * 20
    [run] = finish(evaluation("model-a", errored_as=policy), [[[trial]] for trial in trials])["runs"]
    assert run["metrics"]["accuracy"]["mean"] == accuracy


@pytest.mark.parametrize("policy", ["left_out", "wrong"])
def test_the_counts_are_the_same_under_either_policy(policy):
    run = finish(evaluation("model-a", "model-b", errored_as=policy), FOUR_OUTCOMES)["runs"][0]
    assert run["counts"] == {"right": 1, "wrong": 1, "unscored": 1, "errored": 2, "total": 5}
    assert (run["metrics"]["accuracy"]["unscored"], run["metrics"]["accuracy"]["errored"]) == (1, 2)


def test_a_question_with_an_errored_trial_is_worth_less_where_that_is_wrong():
    questions = [[[scored(1.0, 0.6, 0.3), errored()]]]
    subject = evaluation("model-a", scorers=ALL_ROLES, trials=2, errored_as="wrong")
    [run] = finish(subject, questions)["runs"]
    means = {name: metric["mean"] for name, metric in run["metrics"].items()}
    assert means == {"accuracy": 0.5, "relevance": 0.3, "overall_score": 0.4, "closeness": 0.15}


def test_trials_that_the_budget_did_not_reach_are_told_apart_from_other_errors():
    questions = [
        [[answered(1.0)]],
        [[errored()]],
        [[errored("budget_reached")]],
        [[errored("budget_reached")]],
    ]
    [run] = finish(evaluation("model-a"), questions)["runs"]
    assert (run["counts"]["errored"], run["not_asked"]) == (3, 2)
    assert run["errors"] == {"budget_reached": 2, "timeout": 1}


def test_what_was_not_asked_is_no_error_of_the_model():
    summary = EvaluationSummary(evaluation("model-a"))
    assert summary.error_share(0) == 0.0
    for trial in (answered(1.0), errored(), *[errored("budget_reached")] * 8):
        summary.add([[trial]], None)
    assert summary.error_share(0) == 0.5
    assert summary.not_asked(0) == 8
    assert summary.errors(0) == [("budget_reached", 8), ("timeout", 1)]
    assert summary.counts(0).errored == 9


def test_partial_marks_say_so():
    assert finish(evaluation("model-a"), [], status=Status.STOPPED)["status"] == "STOPPED"


def test_what_a_judge_said_of_both_answers_stands_with_the_comparison():
    subject = evaluation("model-a", "model-b")
    assert finish(subject, [])["comparison"]["pairwise"] is None
    assert finish(subject, [], pairwise={"n": 7})["comparison"]["pairwise"] == {"n": 7}


def test_one_trial_a_question_has_no_pass_rates():
    [run] = finish(evaluation("model-a"), [[[answered(1.0)]]])["runs"]
    assert (run["pass_at_k"], run["pass_hat_k"]) == (None, None)


def test_several_trials_have_pass_rates():
    questions = [
        [[answered(1.0), answered(0.0), answered(0.0), answered(0.0)]],
        [[answered(1.0), answered(1.0), answered(None), errored()]],
        [[errored(), errored(), answered(None), errored("budget_reached")]],
    ]
    [run] = finish(evaluation("model-a", trials=4), questions)["runs"]
    assert {k: (rate["mean"], rate["n"], rate["left_out"]) for k, rate in run["pass_at_k"].items()} == {
        "1": (0.625, 2, 1),
        "2": (0.75, 2, 1),
        "4": (1.0, 1, 2),
    }
    assert {k: rate["mean"] for k, rate in run["pass_hat_k"].items()} == {"1": 0.625, "2": 0.5, "4": 0.0}


def test_pass_rates_follow_the_policy_for_errored_trials():
    questions = [[[answered(1.0), errored(), errored("budget_reached")]]]
    [run] = finish(evaluation("model-a", trials=3, errored_as="wrong"), questions)["runs"]
    assert (run["pass_at_k"]["1"]["mean"], run["pass_at_k"]["2"]["mean"]) == (0.5, 1.0)
    assert run["pass_at_k"]["3"]["left_out"] == 1


@pytest.mark.parametrize("value", [0.0, 1.0, None, "errored"])
@pytest.mark.parametrize("questions", [0, 1, 2, 12])
@pytest.mark.parametrize("policy", ["left_out", "wrong"])
def test_whatever_came_in_there_is_no_nan_and_no_interval_without_a_width(value, questions, policy):
    def trial():
        return errored() if value == "errored" else scored(value, value, value)

    subject = evaluation("model-a", "model-b", scorers=ALL_ROLES, trials=2, errored_as=policy)
    content = finish(subject, [[[trial(), trial()], [trial(), trial()]]] * questions)
    metrics = content["comparison"]["metrics"].values()
    estimates = [found for run in content["runs"] for found in run["metrics"].values()]
    rates = [rate for run in content["runs"] for k in ("at", "hat") for rate in run[f"pass_{k}_k"].values()]
    for found in (*metrics, *estimates, *rates):
        assert (found["low"] is None) == (found["n"] == 0)
        assert found["low"] is None or found["high"] - found["low"] > 0.1
    assert all(found["p_value"] == found["p_holm"] == 1.0 for found in metrics)


def test_the_share_of_errors_is_told_by_run():
    summary = EvaluationSummary(evaluation("model-a", "model-b"))
    assert summary.error_share(1) == 0.0
    summary.add([[answered(1.0)], [errored()]], None)
    summary.add([[answered(None)], [answered(0.0)]], None)
    assert (summary.error_share(0), summary.error_share(1)) == (0.0, 0.5)


def test_a_question_must_bring_the_trials_of_every_run():
    with pytest.raises(ValueError, match="shorter"):
        EvaluationSummary(evaluation("model-a", "model-b")).add([[answered(1.0)]], None)


def test_metrics_are_shown_in_one_order():
    assert metric_names(ALL_ROLES) == ("accuracy", "relevance", "overall_score", "closeness")
    assert metric_names(ACCURACY_ONLY) == ("accuracy", "overall_score")


def test_memory_does_not_grow_with_the_questions():
    summary = EvaluationSummary(evaluation("model-a", "model-b"))
    question = [[answered(0.25, latency_seconds=0.5)], [answered(1.0, latency_seconds=0.25)]]

    def feed(times):
        for _ in range(times):
            summary.add(question, None)

    feed(100)
    tracemalloc.start()
    try:
        feed(2_000)
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert grown < 20_000
