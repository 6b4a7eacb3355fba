"""A request's custom_metrics."""

from __future__ import annotations

import pytest

from marksheet.domain import Role, ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.scoring import DEFAULT_SPECS, SCORERS
from marksheet.scoring.custom_metrics import choose

NUMERIC = ScorerSpec("numeric", Role.CORRECTNESS, {"marker": "A:"}, threshold=1.0)
ROUGE = ScorerSpec("rouge_l", label="closeness")
BENCHMARK = (NUMERIC, ROUGE)


def problems(custom_metrics):
    with pytest.raises(InvalidRequest) as caught:
        choose(custom_metrics, BENCHMARK)
    return [(problem.location, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize("nothing", [None, [], {}])
def test_nothing_keeps_the_benchmarks_scorers_and_shows_everything(nothing):
    assert choose(nothing, BENCHMARK) == (BENCHMARK, ())


@pytest.mark.parametrize(
    "names",
    [["accuracy", "relevance"], {"accuracy": True, "relevance": None}, {"accuracy": {}, "relevance": {}}],
)
def test_metric_names_are_shown_in_their_order(names):
    assert choose(names, DEFAULT_SPECS) == (DEFAULT_SPECS, ("accuracy", "relevance"))


def test_a_metric_named_twice_is_shown_once():
    assert choose(["accuracy", "uncertainty", "accuracy"], BENCHMARK)[1] == ("accuracy", "uncertainty")


def test_relevance_brings_a_scorer_where_there_is_none():
    assert choose(["relevance"], BENCHMARK) == (
        (*BENCHMARK, ScorerSpec("token_f1", Role.RELEVANCE)),
        ("relevance",),
    )


def test_the_relevance_that_is_added_does_not_take_a_name_in_use():
    specs, _ = choose(["relevance"], (ScorerSpec("token_f1", Role.CORRECTNESS),))
    assert [(spec.metric, spec.role) for spec in specs] == [
        ("token_f1", Role.CORRECTNESS),
        ("relevance_token_f1", Role.RELEVANCE),
    ]


def test_the_benchmarks_own_metric_is_shown_by_its_name():
    assert choose(["closeness", "numeric"], BENCHMARK) == (BENCHMARK, ("closeness", "accuracy"))


@pytest.mark.parametrize("wish", [["exact_match", "levenshtein"], {"exact_match": True, "levenshtein": None}])
def test_other_scorers_replace_the_benchmarks(wish):
    assert choose(wish, BENCHMARK) == (
        (ScorerSpec("exact_match", Role.CORRECTNESS), ScorerSpec("levenshtein", Role.EXTRA)),
        (),
    )


def test_a_scorer_may_come_with_settings():
    specs = (ScorerSpec("numeric", Role.CORRECTNESS, {"tolerance": 0.5}, "near"),)
    entry = {"name": "numeric", "label": "near", "options": {"tolerance": 0.5}}
    assert choose([entry], BENCHMARK) == (specs, ())
    assert choose({"numeric": {"label": "near", "options": {"tolerance": 0.5}}}, BENCHMARK) == (specs, ())


def test_settings_for_a_scorer_of_the_benchmark_replace_it():
    assert choose({"numeric": {"tolerance": 0.5}}, BENCHMARK) == (
        (ScorerSpec("numeric", Role.CORRECTNESS, {"tolerance": 0.5}),),
        (),
    )


def test_a_benchmarks_scorer_named_beside_another_keeps_its_settings():
    assert choose(["levenshtein", "numeric"], BENCHMARK)[0] == (
        ScorerSpec("levenshtein", Role.EXTRA),
        NUMERIC,
    )


def test_metrics_and_scorers_may_be_mixed():
    specs, shown = choose(["accuracy", "relevance", "exact_match", "levenshtein"], BENCHMARK)
    assert [(spec.name, spec.role) for spec in specs] == [
        ("exact_match", Role.CORRECTNESS),
        ("levenshtein", Role.EXTRA),
        ("token_f1", Role.RELEVANCE),
    ]
    assert shown == ("accuracy", "relevance", "levenshtein")


@pytest.mark.parametrize(("wish", "key"), [(["accuracy", "acuracy"], 1), ({"acuracy": True}, "acuracy")])
def test_an_unknown_name_is_located_and_answered_with_what_exists(wish, key):
    [(location, message)] = problems(wish)
    assert location == ("body", "custom_metrics", key)
    assert message.startswith(
        'unknown metric "acuracy"; did you mean "accuracy"? allowed: accuracy, relevance, '
    )
    assert all(name in message for name in [*SCORERS, "domain_violations", "closeness"])


def test_every_unknown_name_is_reported():
    assert [location[-1] for location, _ in problems(["x", "accuracy", "y"])] == [0, 2]


@pytest.mark.parametrize("value", ["accuracy", 5, True])
def test_it_is_a_list_an_object_or_null(value):
    assert problems(value) == [
        (("body", "custom_metrics"), "must be a list of names, an object keyed by name, or null")
    ]


@pytest.mark.parametrize("entry", [None, 5, [], True, {}])
def test_an_entry_is_a_name_or_an_object_with_one(entry):
    assert problems([entry])[0][0][:3] == ("body", "custom_metrics", 0)


@pytest.mark.parametrize(
    "wish",
    [{"accuracy": {"threshold": 1}}, {"accuracy": False}, [{"name": "accuracy"}], {"closeness": {"x": 1}}],
)
def test_a_metric_takes_no_settings(wish):
    assert [message for _, message in problems(wish)] == ["is a metric, not a scorer; it takes no settings"]


def test_a_wrong_option_is_located_below_its_entry():
    [(location, _)] = problems({"numeric": {"markr": "A:"}})
    assert location == ("body", "custom_metrics", "numeric", "options", "markr")


def test_the_list_is_bounded():
    assert problems(["accuracy"] * 22) == [
        (("body", "custom_metrics"), "must have at most 21 entries, not 22")
    ]


def test_scorers_that_cannot_stand_together_are_refused():
    [(location, message)] = problems([{"name": "token_f1", "role": "relevance"}])
    assert location == ("body", "custom_metrics")
    assert message == "exactly one scorer must have the role correctness, not 0"
