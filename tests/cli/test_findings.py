"""Marks in sentences: every claim with what it has to come with, and nothing said of what is not there."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from marksheet.statistics import PairedDifference
from marksheet_cli.findings import findings
from marksheet_cli.marks import read_marks

PAIRWISE = {
    "judge": "referee",
    "n": 120,
    "eval_wins": 60,
    "base_wins": 30,
    "ties": 10,
    "contradictory": 15,
    "unscored": 3,
    "errored": 2,
    "win_rate": {"n": 115, "mean": 0.63, "low": 0.54, "high": 0.71},
    "difference": {"p_value": 0.0021, "verdict": "better"},
    "position_bias": {
        "first": 112,
        "second": 108,
        "first_share": 0.509,
        "low": 0.44,
        "high": 0.57,
        "p_value": 0.8,
    },
}


def told(results):
    return list(findings(read_marks(results)))


def about_accuracy(comparison, **changes):
    comparison["comparison"]["statistics"]["accuracy"] |= changes
    return next(sentence for sentence in told(comparison) if sentence.startswith("accuracy"))


def test_a_difference_comes_with_all_that_a_claim_needs(comparison):
    assert about_accuracy(comparison) == (
        "accuracy: no difference shown between careful and hasty. Difference +0.15000, 95 % interval "
        "[-0.07890, +0.37890], over 20 questions. Exact McNemar test: p 0.3750. 4 gained, 1 lost. "
        "A true difference of 0.306 is found with a chance of 80 %."
    )


def test_the_published_difference_on_gsm8k_reads_like_this(comparison):
    paired = PairedDifference()
    for base, compared, questions in ((0.0, 1.0, 293), (1.0, 0.0, 64), (1.0, 1.0, 222), (0.0, 0.0, 740)):
        for _ in range(questions):
            paired.add(base, compared)
    assert about_accuracy(comparison, **asdict(paired.difference())) == (
        "accuracy: careful is better than hasty. Difference +0.17362, 95 % interval [+0.14688, +0.19982], "
        "over 1,319 questions. Exact McNemar test: p < 0.0001. 293 gained, 64 lost. A true difference "
        "of 0.038 is found with a chance of 80 %."
    )


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("better", "careful is better than hasty"),
        ("worse", "careful is worse than hasty"),
        ("too few to tell", "too few to tell careful and hasty apart"),
        ("unheard of", "unheard of"),
    ],
)
def test_every_verdict_has_its_words(comparison, verdict, words):
    assert words in about_accuracy(comparison, verdict=verdict)


def test_a_p_value_that_was_adjusted_stands_beside_the_plain_one(comparison):
    assert "p 0.0300, 0.0900 by Holm." in about_accuracy(comparison, p_value=0.03, p_holm=0.09)


def test_clusters_are_named_where_there_are_fewer_than_questions(comparison):
    assert "over 20 questions in 4 clusters." in about_accuracy(comparison, clusters=4, test="sign_flip")


def test_fractional_metrics_have_no_flips(comparison):
    assert "gained" not in about_accuracy(comparison, gained=None, lost=None, test="t")


def test_metrics_with_the_same_figures_are_told_once(comparison):
    statistics = comparison["comparison"]["statistics"]
    statistics["overall_score"] = dict(statistics["accuracy"])
    assert [sentence.split(":")[0] for sentence in told(comparison)] == [
        "Higher overall score",
        "accuracy, overall_score",
    ]


def test_a_tie_is_one_between_scores(comparison):
    comparison["comparison"]["better_model"] = "tie"
    assert told(comparison)[0] == "Equal overall scores: a tie."
    comparison["eval_model"]["metrics"]["intervals"] = {"overall_score": {"mean": None, "n": 0}}
    assert told(comparison)[0] == "No overall scores to compare."


def test_without_a_pair_there_is_nothing_to_compare(comparison):
    nothing = dict.fromkeys(("difference", "low", "high", "gained", "lost", "minimum_detectable_effect"))
    assert about_accuracy(comparison, n=0, **nothing) == "accuracy: no question has a value of both models."


def test_one_model_alone_has_nothing_said_of_it(single):
    assert told(single) == []


def test_partial_marks_are_called_so(single):
    stopped = told({**single, "status": "FAILED", "stopped": True, "not_asked": 612})
    assert "budget" in stopped[0]
    assert "hasty: 612 trials were not asked" in stopped[1]
    assert told({**single, "status": "FAILED"}) == ["Partial marks: the evaluation failed."]


@pytest.mark.parametrize(("policy", "sentences"), [("wrong", 1), ("left_out", 0)])
def test_errored_trials_that_count_as_wrong_are_pointed_out(single, policy, sentences):
    assert len(told({**single, "errored_as": policy})) == sentences


def test_a_cost_that_is_not_known_in_part_is_no_secret(single):
    [sentence] = told({**single, "cost_usd": {"model": None, "total": "0.02", "unknown_trials": 1_319}})
    assert sentence == "hasty: the cost of 1,319 trials is not known."


def test_a_model_without_a_price_is_not_reproached_with_it(single):
    assert told({**single, "cost_usd": {"model": None, "total": None, "unknown_trials": 1_319}}) == []


def test_a_judge_of_pairs_is_quoted_with_its_counts_and_its_bias(comparison):
    comparison["comparison"]["pairwise"] = PAIRWISE
    pairs, bias = told(comparison)[-2:]
    assert pairs == (
        "side by side, by referee: careful is better than hasty. Of 120 pairs: careful won 60, hasty won 30, "
        "tied 10, contradictory (the other winner in the other order) 15, unscored 3, errored 2. "
        "Win rate of careful 0.630 [0.540, 0.710] over 115 questions, p 0.0021."
    )
    assert bias == (
        "position bias: the answer shown first was chosen 112 times, the second 108; share 0.509 "
        "[0.440, 0.570], p 0.8000."
    )


def test_a_judge_that_never_chose_has_no_bias(comparison):
    nothing = {"first": 0, "second": 0, "first_share": None, "low": None, "high": None}
    comparison["comparison"]["pairwise"] = {**PAIRWISE, "position_bias": nothing}
    assert not any(sentence.startswith("position bias") for sentence in told(comparison))


@pytest.mark.parametrize(
    "gone", ["n", "clusters", "difference", "low", "p_value", "p_holm", "test", "verdict"]
)
def test_what_a_service_leaves_out_is_left_open(comparison, gone):
    del comparison["comparison"]["statistics"]["accuracy"][gone]
    assert "None" not in " ".join(told(comparison))
