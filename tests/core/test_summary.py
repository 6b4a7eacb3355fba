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
from marksheet.summary import EvaluationSummary, metric_names

ACCURACY_ONLY = (ScorerSpec("numeric", Role.CORRECTNESS, {"marker": "A:"}),)
ALL_ROLES = (
    ScorerSpec("rouge_l", label="closeness"),
    ScorerSpec("token_f1", Role.RELEVANCE),
    ScorerSpec("exact_match", Role.CORRECTNESS, threshold=0.9),
)


def evaluation(*model_ids, scorers=ACCURACY_ONLY, trials=1):
    models = [
        Model("acme", name, ProviderName.RECORDED, {}, Status.READY, "2026-01-01T00:00:00Z")
        for name in model_ids
    ]
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
        trials=trials,
        attempt=2,
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


def finish(subject, questions, cluster=None):
    summary = EvaluationSummary(subject)
    for question in questions:
        summary.add(question, cluster)
    content = summary.finish(completed_at="2026-01-02T00:01:00Z")
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
    assert run["latency_seconds"] == {"count": 2, "mean": 2.5, "max": 4.0}


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
        "difference",
        "standard_error",
        "low",
        "high",
        "p_value",
        "method",
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
