from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import LoggedTrial, Outcome, Score, Trial
from marksheet.summary.scorer_tally import LeafStats, ScorerTally, leaves, shown_scores, tally

KEYS = st.sampled_from(["a", "b", "a.b", ""])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-100, 100)
    | st.floats(-100, 100)
    | st.sampled_from(["text", "1"])
    | st.just([])
    | st.just([True, 1])
)
SCORES = st.dictionaries(
    KEYS, st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=6)
)


def added(*scores: dict[str, Any]) -> list[LeafStats]:
    """What these trials' scores come to."""
    found = ScorerTally()
    for one in scores:
        found.add(one)
    return found.finish()


def naive(trials: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The same by gathering every value first."""
    gathered: dict[tuple[str, str | None], list[Any]] = {}

    def walk(scorer: str, steps: list[str], value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(scorer, [*steps, key], inner)
        elif type(value) in (bool, int, float):
            gathered.setdefault((scorer, ".".join(steps) if steps else None), []).append(value)

    for scores in trials:
        for scorer, value in scores.items():
            walk(scorer, [], value)
    found = []
    for (scorer, path), values in gathered.items():
        booleans = [value for value in values if value is True or value is False]
        numbers = [value for value in values if type(value) is not bool]
        kind = "binary" if type(values[0]) is bool else "continuous"
        counts = (len(values), len(numbers), booleans.count(True), len(booleans))
        found.append((scorer, path, kind, *counts, math.fsum(numbers)))
    return found


@given(st.lists(SCORES, max_size=8))
def test_it_is_what_gathering_every_value_comes_to(trials: list[dict[str, Any]]) -> None:
    told = [
        (
            *(s.scorer_key, s.path, s.value_type, s.trial_count, s.numeric_count),
            *(s.pass_true_count, s.pass_known_count, pytest.approx(s.numeric_sum, abs=1e-9)),
        )
        for s in added(*trials)
    ]
    assert told == naive(trials)


def test_booleans_are_never_numbers_and_1_and_0_never_booleans() -> None:
    assert added({"s": True}, {"s": False}) == [LeafStats("s", None, "binary", 2, 0, 0.0, 1, 2)]
    assert added({"s": 1}, {"s": 0}) == [LeafStats("s", None, "continuous", 2, 2, 1.0, 0, 0)]


def test_objects_are_walked_to_any_depth() -> None:
    assert [(s.scorer_key, s.path) for s in added({"s": {"a": {"b": {"c": 1}}, "d": True}})] == [
        ("s", "a.b.c"),
        ("s", "d"),
    ]


@pytest.mark.parametrize("value", [None, [], [1, True], {}, {"a": {}}, "text", ""])
def test_null_lists_empty_objects_and_texts_say_nothing(value: Any) -> None:
    assert added({"s": value}) == []


def test_mixed_types_share_an_entry_of_the_first_ones_type() -> None:
    assert added({"s": 0.5}, {"s": True}, {"s": None}) == [
        LeafStats("s", None, "continuous", 2, 1, 0.5, 1, 1)
    ]
    assert added({"s": True}, {"s": 0.5})[0].value_type == "binary"


def test_a_dotted_key_and_nested_ones_share_an_entry() -> None:
    assert added({"s": {"a.b": 1}}, {"s": {"a": {"b": 2}}}) == [
        LeafStats("s", "a.b", "continuous", 2, 2, 3.0, 0, 0)
    ]


def test_an_empty_key_is_an_empty_path_and_none_is_no_path() -> None:
    assert [(s.path, s.numeric_sum) for s in added({"s": {"": 1}}, {"s": 2})] == [("", 1.0), (None, 2.0)]


def test_entries_are_in_the_order_they_were_first_met() -> None:
    assert [s.scorer_key for s in added({"z": 1, "a": 1}, {"m": 1, "a": 1})] == ["z", "a", "m"]


def test_a_million_tenths_add_up_to_the_last_digit() -> None:
    found = ScorerTally()
    for _ in range(1_000_000):
        found.add({"s": 0.1})
    assert found.finish()[0].numeric_sum == math.fsum([0.1] * 1_000_000)


def test_small_numbers_survive_between_large_ones() -> None:
    assert added({"s": 1e16}, {"s": 1}, {"s": -1e16})[0].numeric_sum == 1.0


@pytest.mark.parametrize("huge", [10**400, -(10**400), 1.7e308])
def test_numbers_beyond_floats_are_counted(huge: float) -> None:
    (found,) = added({"s": huge}, {"s": huge}, {"s": 1})
    assert found.numeric_count == 3
    assert found.numeric_sum == math.copysign(math.inf, huge > 0 or -1)


def test_trials_without_scores_count_as_trials() -> None:
    found = ScorerTally()
    found.add({})
    found.add({"s": 1})
    assert found.trials == 2


def test_leaves_keep_the_order_of_keys() -> None:
    assert list(leaves({"b": 1, "a": {"y": True, "x": 2}})) == [("b", 1), ("a.y", True), ("a.x", 2)]


def trial(outcome: Outcome, **scores: float | None) -> Trial:
    return Trial(1, "q", 1, outcome, "text", {name: Score(value) for name, value in scores.items()})


def test_a_trial_of_our_own_shows_its_metrics_and_whether_it_is_right() -> None:
    assert shown_scores(trial(Outcome.RIGHT, exact_match=1.0)) == {"exact_match": 1.0, "correct": True}
    assert shown_scores(trial(Outcome.WRONG, f1=0.25)) == {"f1": 0.25, "correct": False}


def test_what_is_unscored_or_errored_is_neither_right_nor_wrong() -> None:
    assert shown_scores(trial(Outcome.UNSCORED, judge=None, f1=0.5)) == {"f1": 0.5}
    assert shown_scores(trial(Outcome.ERRORED)) == {}


def test_a_metric_called_correct_keeps_its_name() -> None:
    assert shown_scores(trial(Outcome.RIGHT, correct=0.75)) == {"correct": 0.75}


def test_a_logged_trial_shows_what_was_logged() -> None:
    logged = LoggedTrial("t", None, "text", {"s": {"deep": [1]}, "n": None}, "2026-01-02T00:00:00Z")
    own = Trial(1, "q", 1, Outcome.RIGHT, "text", {"s": Score(1.0)}, logged=logged)
    assert shown_scores(own) == {"s": {"deep": [1]}, "n": None}


def test_a_tally_is_of_what_trials_show() -> None:
    found = tally([trial(Outcome.RIGHT, f1=1.0), trial(Outcome.WRONG, f1=0.0)])
    assert found.trials == 2
    assert [(s.scorer_key, s.value_type) for s in found.finish()] == [
        ("f1", "continuous"),
        ("correct", "binary"),
    ]
