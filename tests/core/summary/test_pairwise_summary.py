"""Preferences of a judge add up to a win rate, a verdict, and how it treats positions."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from marksheet.domain import Outcome, Question, Score, Trial, TrialError
from marksheet.scoring.pairwise import PairVerdict, Preference, combine, encode_pair
from marksheet.summary.pairwise_summary import PairwiseSummary

EVAL, BASE, TIE = ("second", "first"), ("first", "second"), ("tie", "tie")
FIRST, SECOND = ("first", "first"), ("second", "second")
UNREAD = ("first", None)
ERRORED = "errored"
IDENTICAL = "identical"
KINDS = (EVAL, BASE, TIE, FIRST, SECOND, ("tie", "first"), UNREAD, ERRORED, IDENTICAL)


def trial(kind, ordinal=1, number=1):
    question = Question(ordinal, f"q-{ordinal}", "?")
    if kind == ERRORED:
        error = TrialError("timeout", "the judge took too long")
        return Trial(ordinal, f"q-{ordinal}", number, Outcome.ERRORED, None, {}, error=error)
    if kind == IDENTICAL:
        return encode_pair(question, number, Preference(Score(0.5), "tie", "tie", identical=True))
    return encode_pair(question, number, combine(*(PairVerdict(winner, "") for winner in kind)))


def summary(kinds: Iterable, cluster=None):
    found = PairwiseSummary()
    for ordinal, kind in enumerate(kinds, 1):
        found.add([trial(kind, ordinal)], cluster(ordinal) if cluster else None)
    return found.finish()


def numbers(value):
    if isinstance(value, dict):
        return [number for inner in value.values() for number in numbers(inner)]
    return [value] if isinstance(value, int | float) else []


def test_every_pair_is_counted_as_exactly_one_thing():
    found = summary([EVAL] * 5 + [BASE] * 4 + [TIE, IDENTICAL, FIRST, SECOND, SECOND, UNREAD, ERRORED])
    counts = {k: v for k, v in found.items() if isinstance(v, int)}
    assert counts == {
        "n": 16,
        "eval_wins": 5,
        "base_wins": 4,
        "ties": 2,
        "contradictory": 3,
        "unscored": 1,
        "errored": 1,
        "identical": 1,
    }


def test_half_of_a_tie_goes_to_each():
    found = summary([EVAL] * 6 + [BASE] * 2 + [TIE, FIRST])
    assert found["win_rate"]["mean"] == pytest.approx(0.7, abs=1e-15)
    assert found["win_rate"]["n"] == 10


def test_what_has_no_verdict_is_in_no_rate():
    assert summary([EVAL, UNREAD, ERRORED])["win_rate"] == summary([EVAL])["win_rate"]


def test_without_ties_the_win_rate_has_wilsons_interval():
    found = summary([EVAL] * 14 + [BASE] * 6)["win_rate"]
    assert (found["low"], found["high"]) == pytest.approx(proportion_confint(14, 20, method="wilson"))


@pytest.mark.parametrize(("wins", "losses", "ties"), [(15, 5, 10), (3, 1, 0), (30, 30, 5), (0, 12, 1)])
def test_the_p_value_is_that_of_the_sign_test(wins, losses, ties):
    found = summary([EVAL] * wins + [BASE] * losses + [TIE] * ties)["difference"]
    assert found["p_value"] == pytest.approx(binomtest(wins, wins + losses).pvalue, abs=1e-12)
    assert (found["gained"], found["lost"]) == (wins, losses)
    assert found["difference"] == pytest.approx((wins - losses) / (wins + losses + ties))


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ([EVAL] * 20 + [BASE] * 2, "better"),
        ([BASE] * 20 + [EVAL] * 2, "worse"),
        ([EVAL] * 60 + [BASE] * 60 + [TIE] * 60, "no difference shown"),
        ([EVAL] * 5, "too few to tell"),
        ([], "too few to tell"),
    ],
)
def test_the_verdict_is_in_words(kinds, words):
    assert summary(kinds)["difference"]["verdict"] == words


def test_questions_of_one_cluster_are_not_counted_as_independent():
    kinds = [EVAL] * 30 + [BASE] * 10
    alone, together = summary(kinds), summary(kinds, cluster=lambda ordinal: str(ordinal // 20))
    assert together["difference"]["p_value"] > alone["difference"]["p_value"]
    assert together["win_rate"]["method"] == "clustered"


def test_several_trials_of_a_question_count_once():
    found = PairwiseSummary()
    found.add([trial(EVAL, 1, 1), trial(EVAL, 1, 2), trial(BASE, 1, 3), trial(UNREAD, 1, 4)], None)
    told = found.finish()
    assert (told["n"], told["win_rate"]["n"]) == (4, 1)
    assert told["win_rate"]["mean"] == pytest.approx(2 / 3)
    assert (told["difference"]["gained"], told["difference"]["lost"]) == (1, 0)


def test_a_judge_of_answers_alone_has_no_leaning():
    bias = summary([EVAL] * 12 + [BASE] * 8)["position_bias"]
    assert (bias["first"], bias["second"], bias["first_share"]) == (20, 20, 0.5)
    assert (bias["leaning_first"], bias["leaning_second"], bias["p_value"]) == (0, 0, 1.0)
    assert bias["low"] < 0.5 < bias["high"]
    assert bias["contradictory_share"] == 0


def test_a_judge_that_always_takes_the_first_is_found_out():
    bias = summary([FIRST] * 20)["position_bias"]
    assert (bias["first"], bias["second"], bias["first_share"]) == (40, 0, 1.0)
    assert bias["p_value"] == pytest.approx(binomtest(20, 20).pvalue)
    # Of 20 questions, not of 40 verdicts: the second verdict of such a judge tells nothing new.
    assert (bias["low"], bias["high"]) == pytest.approx(proportion_confint(20, 20, method="wilson"))
    assert bias["contradictory_share"] == 1.0


def test_the_leaning_is_tested_on_the_questions_that_show_one():
    bias = summary([EVAL] * 10 + [FIRST] * 9 + [SECOND] * 2 + [("first", "tie")])["position_bias"]
    assert (bias["leaning_first"], bias["leaning_second"]) == (10, 2)
    assert bias["p_value"] == pytest.approx(binomtest(10, 12).pvalue)
    assert (bias["first"], bias["second"]) == (10 + 18 + 1, 10 + 4)
    assert bias["first_share"] == pytest.approx((10 * 0.5 + 9 + 1) / 22)
    assert bias["contradictory_share"] == pytest.approx(11 / 22)


def test_pairs_nobody_was_asked_about_tell_nothing_of_positions():
    judged = [FIRST] * 3 + [EVAL] * 5
    assert summary(judged + [IDENTICAL] * 50)["position_bias"] == summary(judged)["position_bias"]


def test_a_pair_judged_in_one_order_only_tells_nothing_of_positions():
    assert summary([FIRST, UNREAD])["position_bias"] == summary([FIRST])["position_bias"]


@pytest.mark.parametrize("kinds", [[], [ERRORED] * 3, [UNREAD]])
def test_where_nothing_was_judged_nothing_is_said(kinds):
    found = summary(kinds)
    assert (found["win_rate"]["n"], found["win_rate"]["mean"], found["win_rate"]["low"]) == (0, None, None)
    assert found["difference"]["p_value"] == 1.0
    bias = found["position_bias"]
    assert (bias["n"], bias["first_share"], bias["low"], bias["contradictory_share"]) == (0, None, None, None)


@given(st.lists(st.sampled_from(KINDS), max_size=40), st.booleans())
def test_any_pairs_make_a_summary_that_json_can_carry(kinds, clustered):
    found = summary(kinds, cluster=(lambda ordinal: str(ordinal % 3)) if clustered else None)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert all(math.isfinite(number) for number in numbers(found))
    assert (
        found["n"]
        == len(kinds)
        == sum(
            found[kind] for kind in ("eval_wins", "base_wins", "ties", "contradictory", "unscored", "errored")
        )
    )
    for interval in (found["win_rate"], found["difference"], found["position_bias"]):
        assert interval["low"] is None or interval["low"] < interval["high"]


@given(st.lists(st.sampled_from(KINDS[:6]), min_size=1, max_size=40))
def test_with_the_models_exchanged_everything_is_mirrored(kinds):
    one = summary(kinds)
    other = summary([verdicts[::-1] for verdicts in kinds])
    assert one["win_rate"]["mean"] == pytest.approx(1 - other["win_rate"]["mean"])
    assert one["difference"]["p_value"] == pytest.approx(other["difference"]["p_value"])
    assert one["position_bias"] == other["position_bias"]
