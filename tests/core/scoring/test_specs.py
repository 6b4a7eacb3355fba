"""The wire form of scorers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Role, ScorerSpec
from marksheet.errors import InvalidRequest
from marksheet.scoring import DEFAULT_SPECS, SCORERS, encode_specs, parse_specs
from marksheet.scoring.specs import RESERVED_METRICS, run_metric
from tests.scorer_options import NEEDED_OPTIONS


def problems(value):
    with pytest.raises(InvalidRequest) as caught:
        parse_specs(value)
    return [(problem.location, problem.message) for problem in caught.value.problems]


def test_the_first_of_several_names_is_correctness_and_the_rest_are_extra():
    assert parse_specs(["numeric", "rouge_l", "token_f1"]) == (
        ScorerSpec("numeric", Role.CORRECTNESS),
        ScorerSpec("rouge_l", Role.EXTRA),
        ScorerSpec("token_f1", Role.EXTRA),
    )


def test_a_role_that_is_said_wins():
    specs = parse_specs(["rouge_l", {"name": "numeric", "role": "correctness"}])
    assert [spec.role for spec in specs] == [Role.EXTRA, Role.CORRECTNESS]


def test_the_first_scorer_without_a_role_becomes_correctness():
    specs = parse_specs(
        [{"name": "token_f1", "role": "relevance"}, {"name": "rouge_l", "role": "extra"}, "regex"]
    )
    assert [spec.role for spec in specs] == [Role.RELEVANCE, Role.EXTRA, Role.CORRECTNESS]


def test_every_field_of_an_entry_is_kept():
    entry = {
        "name": "numeric",
        "role": "correctness",
        "label": "close.1",
        "threshold": 1,
        "options": {"marker": "A:", "tolerance": 0.5},
    }
    [spec] = parse_specs([entry])
    assert spec == ScorerSpec("numeric", Role.CORRECTNESS, {"marker": "A:", "tolerance": 0.5}, "close.1", 1.0)


def test_null_fields_mean_their_defaults():
    assert parse_specs(
        [{"name": "regex", "role": None, "label": None, "threshold": None, "options": None}]
    ) == (ScorerSpec("regex", Role.CORRECTNESS),)


@pytest.mark.parametrize("told", [True, None, {}])
def test_the_object_form_names_scorers_by_key(told):
    assert parse_specs({"numeric": told, "token_f1": told}) == parse_specs(["numeric", "token_f1"])


def test_the_object_form_takes_options():
    assert parse_specs({"numeric": {"marker": "A:"}}) == parse_specs(
        [{"name": "numeric", "options": {"marker": "A:"}}]
    )


def test_the_object_form_takes_the_other_fields():
    specs = parse_specs(
        {"token_f1": {"role": "relevance"}, "numeric": {"threshold": 1, "options": {"marker": "A:"}}}
    )
    assert specs == (
        ScorerSpec("token_f1", Role.RELEVANCE),
        ScorerSpec("numeric", Role.CORRECTNESS, {"marker": "A:"}, threshold=1.0),
    )


def test_an_option_name_is_not_taken_for_a_field():
    located = problems({"numeric": {"marker": "A:", "role": "extra"}})
    assert [location for location, _ in located] == [("body", "scorers", "numeric", "options", "role")]


@pytest.mark.parametrize("value", [None, 5, "numeric", True])
def test_scorers_are_a_list_or_an_object(value):
    assert problems(value) == [
        (("body", "scorers"), "must be a list of scorers or an object keyed by scorer")
    ]


@pytest.mark.parametrize(
    ("value", "count"), [([], 0), ({}, 0), ([{"name": "regex", "label": f"r{n}"} for n in range(17)], 17)]
)
def test_there_are_1_to_16_scorers(value, count):
    assert problems(value) == [(("body", "scorers"), f"must name 1 to 16 scorers, not {count}")]


def test_sixteen_scorers_are_accepted():
    assert len(parse_specs([{"name": "regex", "label": f"r{number}"} for number in range(16)])) == 16


def test_scorers_and_their_options_are_bounded_together():
    texts = [f"{number:03}" * 300 for number in range(70)]
    assert parse_specs({"includes": {"any": texts}})
    [(location, message)] = problems({"includes": {"any": texts}, "starts_with": {"any": texts[:5]}})
    assert location == ("body", "scorers")
    assert message.startswith("must have at most 64,000 characters as JSON, options included, not 6")


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (5, ()),
        ({}, ("name",)),
        ({"name": 5}, ("name",)),
        ({"name": "numerc"}, ("name",)),
        ({"name": "numeric", "role": "main"}, ("role",)),
        ({"name": "numeric", "role": []}, ("role",)),
        ({"name": "numeric", "label": "a b"}, ("label",)),
        ({"name": "numeric", "label": "x" * 65}, ("label",)),
        ({"name": "numeric", "label": 5}, ("label",)),
        ({"name": "numeric", "threshold": 0}, ("threshold",)),
        ({"name": "numeric", "threshold": 1.01}, ("threshold",)),
        ({"name": "numeric", "threshold": float("nan")}, ("threshold",)),
        ({"name": "numeric", "threshold": "1"}, ("threshold",)),
        ({"name": "numeric", "options": []}, ("options",)),
        ({"name": "numeric", "options": {"x": 1}}, ("options", "x")),
        ({"name": "numeric", "weight": 2}, ("weight",)),
    ],
)
def test_a_wrong_entry_is_located_at_its_field(entry, field):
    assert [location for location, _ in problems(["regex", entry])] == [("body", "scorers", 1, *field)]


def test_every_problem_of_every_entry_is_reported():
    located = problems([{"name": "numerc", "role": "main"}, "regx"])
    assert [location[2:] for location, _ in located] == [(0, "role"), (0, "name"), (1, "name")]


@pytest.mark.parametrize("label", RESERVED_METRICS)
def test_a_label_is_not_the_name_of_a_computed_metric(label):
    [(location, message)] = problems([{"name": "numeric", "label": label}])
    assert location == ("body", "scorers", 0, "label")
    assert message == f'"{label}" is computed for every run; choose another label'


def test_two_scorers_do_not_share_a_metric():
    [(location, message)] = problems(["regex", {"name": "numeric", "label": "regex"}])
    assert location == ("body", "scorers", 1, "label")
    assert message.startswith('another scorer is called "regex" already')


def test_one_scorer_may_be_used_twice_under_two_labels():
    specs = parse_specs(["regex", {"name": "regex", "label": "strict", "options": {"whole": True}}])
    assert [spec.metric for spec in specs] == ["regex", "strict"]


@pytest.mark.parametrize(
    ("roles", "count"), [(["correctness", "correctness"], 2), (["relevance", "extra"], 0)]
)
def test_exactly_one_scorer_is_correctness(roles, count):
    entries = [{"name": name, "role": role} for name, role in zip(["regex", "numeric"], roles, strict=True)]
    assert problems(entries) == [
        (("body", "scorers"), f"exactly one scorer must have the role correctness, not {count}")
    ]


def test_at_most_one_scorer_is_relevance():
    entries = ["regex", {"name": "token_f1", "role": "relevance"}, {"name": "rouge_l", "role": "relevance"}]
    assert problems(entries) == [
        (("body", "scorers"), "at most one scorer may have the role relevance, not 2")
    ]


def test_a_threshold_belongs_to_correctness():
    assert [location for location, _ in problems(["regex", {"name": "rouge_l", "threshold": 0.7}])] == [
        ("body", "scorers", 1, "threshold")
    ]


def test_the_default_is_exact_match_with_token_f1_as_relevance():
    assert parse_specs(encode_specs(DEFAULT_SPECS)) == DEFAULT_SPECS
    assert [run_metric(spec) for spec in DEFAULT_SPECS] == ["accuracy", "relevance"]


def test_an_extra_scorer_has_a_metric_of_its_own():
    assert [run_metric(spec) for spec in parse_specs(["regex", {"name": "rouge_l", "label": "near"}])] == [
        "accuracy",
        "near",
    ]


@given(
    st.lists(
        st.fixed_dictionaries(
            {"name": st.sampled_from(sorted(SCORERS))},
            optional={
                "role": st.sampled_from([None, "extra"]),
                "label": st.from_regex(r"[a-z]{8}", fullmatch=True),
            },
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda entry: entry.get("label") or entry["name"],
    ),
    st.floats(0.01, 1),
)
def test_encoded_specs_are_read_back_equal(entries, threshold):
    first = {"name": "numeric", "label": "first", "role": "correctness", "threshold": threshold}
    entries = [entry | {"options": NEEDED_OPTIONS.get(entry["name"], {})} for entry in entries]
    specs = parse_specs([*entries, {**first, "options": {"tolerance": threshold}}])
    assert parse_specs(json.loads(json.dumps(encode_specs(specs)))) == specs
