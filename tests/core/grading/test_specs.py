"""The wire form of graders: what is taken, what is refused and where, names, models."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import EvalSpec
from marksheet.errors import InvalidRequest
from marksheet.grading import build_graders, graders_of, judges_of, parse_graders
from marksheet.grading.specs import LARGEST_GRADERS
from marksheet.grading.table import KINDS

EXACT = {"type": "scorer", "scorer": "exact_match"}
TOWN = {"requirement": "It names the town."}


def problems_of(graders):
    with pytest.raises(InvalidRequest) as caught:
        parse_graders(graders)
    assert all(problem.location[:2] == ("body", "graders") for problem in caught.value.problems)
    return {problem.location[2:]: problem.message for problem in caught.value.problems}


def test_graders_come_back_as_they_are():
    sent = [
        {"id": "g1", **EXACT, "points": 1.5, "options": {"ignore_case": False}, "pass_threshold": None},
        {**TOWN, "weight": -2, "model": "judge"},
    ]
    parsed = parse_graders(sent)
    assert parsed == tuple(sent)
    assert json.loads(json.dumps(parsed)) == sent
    assert parse_graders(list(parsed)) == parsed


def test_what_comes_back_is_not_what_was_sent_itself():
    sent = [{**EXACT, "options": {}}]
    [parsed] = parse_graders(sent)
    sent[0]["options"]["ignore_case"] = False
    assert parsed == {**EXACT, "options": {}}


@pytest.mark.parametrize(
    ("graders", "message"),
    [
        (None, "must be a list of 1 to 64 graders"),
        ({}, "must be a list of 1 to 64 graders"),
        ("criterion", "must be a list of 1 to 64 graders"),
        ([], "must have 1 to 64 graders, not 0"),
        ([EXACT] * 65, "must have 1 to 64 graders, not 65"),
        (
            [{"requirement": "x" * 9_000, "name": f"g{n}"} for n in range(15)],
            "must have at most 128,000 characters",
        ),
    ],
)
def test_a_list_of_graders_has_its_limits(graders, message):
    [(location, told)] = problems_of(graders).items()
    assert location == ()
    assert message in told


def test_the_size_is_that_of_the_json_with_its_letters():
    graders = [{"requirement": "é" * 9_900, "name": f"g{n}"} for n in range(12)]
    assert len(json.dumps(graders)) > LARGEST_GRADERS
    assert len(parse_graders(graders)) == 12


@pytest.mark.parametrize(
    ("grader", "where", "message"),
    [
        ("exact_match", (), "must be a grader, an object with a type"),
        ({}, ("type",), "is required: one of criterion, scorer, string_check"),
        ({"type": 5}, ("type",), "is required: one of"),
        ({"type": "string-check"}, ("type",), 'unknown type "string-check"; did you mean "string_check"?'),
        (
            {"type": "python", "source": "def grade(): ..."},
            ("type",),
            "python is refused: Marksheet runs no code of yours",
        ),
        ({**EXACT, "nme": "x"}, ("nme",), 'unknown field "nme"; did you mean "name"?'),
        ({**EXACT, "name": ""}, ("name",), "must be 1 to 200 printable characters"),
        ({**EXACT, "name": " "}, ("name",), "must be 1 to 200 printable characters"),
        ({**EXACT, "name": "a\nb"}, ("name",), "must be 1 to 200 printable characters"),
        ({**EXACT, "name": "x" * 201}, ("name",), "must be 1 to 200 printable characters"),
        ({**EXACT, "name": 5}, ("name",), "must be 1 to 200 printable characters"),
        ({**EXACT, "points": 0}, ("points",), "and not 0"),
        ({**EXACT, "points": 0.0}, ("points",), "and not 0"),
        ({**EXACT, "points": "1"}, ("points",), "must be a number"),
        ({**EXACT, "points": True}, ("points",), "must be a number"),
        ({**EXACT, "points": 1_000_001}, ("points",), "from -1,000,000 to 1,000,000"),
        ({**EXACT, "points": -1e9}, ("points",), "from -1,000,000 to 1,000,000"),
        ({**EXACT, "points": 0.1 + 0.2}, ("points",), "at most 6 decimal places"),
        ({**EXACT, "weight": 1e-7}, ("weight",), "at most 6 decimal places"),
        ({**EXACT, "points": 1, "weight": 1}, ("weight",), "is another name for points"),
        ({**EXACT, "pass_threshold": "0.5"}, ("pass_threshold",), "must be a number from 0 to 1"),
        ({**EXACT, "pass_threshold": 1.1}, ("pass_threshold",), "must be a number from 0 to 1"),
        (
            {"type": "text_similarity", "input": "a", "reference": "b"},
            ("evaluation_metric",),
            "is required: one of fuzzy_match, bleu",
        ),
        (
            {"type": "text_similarity", "input": "a", "reference": "b", "evaluation_metric": "rouge_6"},
            ("evaluation_metric",),
            'did you mean "rouge_',
        ),
        (
            {"type": "string_check", "input": "a", "reference": "b", "operation": "equals"},
            ("operation",),
            "allowed: eq, ne, neq, like, ilike",
        ),
        ({"type": "string_check", "reference": "b", "operation": "eq"}, ("input",), "is required"),
        (
            {"type": "string_check", "input": "{{sample.output_text", "reference": "b", "operation": "eq"},
            ("input",),
            "opens {{ without closing it",
        ),
        (
            {**EXACT, "options": {"ignore_case": float("nan")}},
            ("options", "ignore_case"),
            "must be a finite number",
        ),
        ({**EXACT, "points": float("inf")}, ("points",), "must be a finite number"),
        ({**EXACT, "name": "\ud800"}, ("name",), "half of a surrogate pair"),
        ({**EXACT, "\udc00": 1}, (), "a member whose name is not text"),
        ({**EXACT, 5: 1}, (), "a member whose name is not text"),
        ({**EXACT, "points": 2**70}, ("points",), "is too large a number"),
        ({**EXACT, "options": {"x": {1, 2}}}, ("options", "x"), "is not JSON"),
    ],
)
def test_what_is_wrong_with_a_grader_is_named_where_it_stands(grader, where, message):
    [(location, told)] = problems_of([EXACT, grader]).items()
    assert location == (1, *where)
    assert message in told


def test_graders_nested_too_deeply_are_refused():
    deep: object = "x"
    for _ in range(5_000):
        deep = [deep]
    assert problems_of([{**EXACT, "options": deep}]) == {(): "must not be nested more than 32 levels deep"}


def test_everything_that_is_wrong_is_told_at_once():
    found = problems_of([{"type": "scorer"}, {**TOWN, "points": 0, "mode": 1}, EXACT, {"type": "x"}])
    assert set(found) == {(0, "scorer"), (1, "points"), (1, "mode"), (3, "type")}


@pytest.mark.parametrize("points", [1, -1, 0.5, 0.000001, 1_000_000, -999_999.999999])
def test_points_are_kept_as_they_were_written(points):
    [made] = build_graders(parse_graders([{**EXACT, "points": points}]))
    assert made.points == points


def test_a_grader_without_points_has_one():
    assert [made.points for made in build_graders([EXACT, {**TOWN, "weight": None}], model="m")] == [1, 1]


def names(*graders):
    return [made.name for made in build_graders(parse_graders(list(graders)), model="judge")]


def test_a_grader_without_a_name_is_called_by_its_scorer_or_its_type():
    assert names(EXACT, TOWN) == ["exact_match", "criterion"]


def test_several_of_one_type_are_numbered():
    assert names(TOWN, EXACT, {**TOWN, "name": "own"}, TOWN) == [
        "criterion 1",
        "exact_match",
        "own",
        "criterion 2",
    ]


@pytest.mark.parametrize(
    ("graders", "index"),
    [
        ([{**EXACT, "name": "a"}, {**TOWN, "name": "a"}], 1),
        ([TOWN, {**EXACT, "name": "criterion"}], 1),
        ([{**EXACT, "name": "criterion 2"}, TOWN, TOWN], 2),
    ],
)
def test_two_graders_of_one_name_are_refused(graders, index):
    [(location, message)] = problems_of(graders).items()
    assert location == (index, "name")
    assert "every grader needs its own" in message


def test_graders_without_a_judge_are_named_when_they_are_to_work():
    with pytest.raises(InvalidRequest) as caught:
        build_graders(
            parse_graders([EXACT, {**TOWN, "name": "town"}, {"type": "scorer", "scorer": "judge_relevance"}])
        )
    [problem] = caught.value.problems
    assert (problem.location, problem.kind) == (("body", "model"), "missing")
    assert problem.message.startswith('graders "town", "judge_relevance" need a judge')


def test_one_grader_without_a_judge_is_named():
    with pytest.raises(InvalidRequest, match='grader "criterion" needs a judge'):
        build_graders([TOWN])


def test_a_judge_inside_a_formula_is_needed_too():
    with pytest.raises(InvalidRequest, match='grader "multi" needs a judge'):
        build_graders([{"type": "multi", "graders": {"a": TOWN}, "calculate_output": "a"}])


COSINE = {"type": "text_similarity", "input": "a", "reference": "b", "evaluation_metric": "cosine"}


def test_all_models_that_are_asked_are_told_each_once():
    graders = [EXACT, {**TOWN, "model": "own"}, TOWN, TOWN, COSINE]
    assert judges_of(graders, model="usual") == ("own", "usual", "text-embedding-3-large")
    assert judges_of(graders, model=None, embedding_model="vectors") == ("own", "vectors")


def test_a_specs_graders_have_its_models():
    spec = EvalSpec("acme", "s", 1, "s", (TOWN, COSINE), "", "k", model="usual", embedding_model="vectors")
    assert [made.models for made in graders_of(spec)] == [("usual",), ("vectors",)]
    assert [made.models for made in graders_of(spec, "other")] == [("other",), ("vectors",)]


NEEDED = {
    "criterion": {"requirement": "x"},
    "scorer": {"scorer": "exact_match"},
    "string_check": {"input": "a", "reference": "b", "operation": "eq"},
    "text_similarity": {"input": "a", "reference": "b", "evaluation_metric": "bleu"},
    "score_model": {"input": [{"role": "user", "content": "x"}]},
    "label_model": {
        "input": [{"role": "user", "content": "x"}],
        "labels": ["a", "b"],
        "passing_labels": ["a"],
    },
    "multi": {"graders": {"a": {"type": "scorer", "scorer": "exact_match"}}, "calculate_output": "a"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_takes_what_exports_add_and_refuses_what_nobody_knows(kind):
    wire = {"type": kind, **NEEDED[kind], "id": "grader-1", "pass_threshold": None, "unknown": None}
    [made] = build_graders(parse_graders([wire]), model="judge")
    usual = {"scorer": "exact_match", "text_similarity": "bleu"}
    assert (made.kind, made.name) == (kind, usual.get(kind, kind))
    [(location, message)] = problems_of([{**wire, "unknown": 1}]).items()
    assert location == (0, "unknown")
    assert message.startswith('unknown field "unknown"')


@pytest.mark.parametrize("kind", KINDS)
def test_equal_wires_make_equal_graders(kind):
    wire = {"type": kind, **NEEDED[kind]}
    assert build_graders([wire], model="judge") == build_graders([wire], model="judge")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    "type",
    "name",
    "points",
    "weight",
    "pass_threshold",
    "requirement",
    "scorer",
    "options",
    "input",
    "reference",
]
FIELDS += [
    "operation",
    "evaluation_metric",
    "range",
    "labels",
    "passing_labels",
    "sampling_params",
    "graders",
    "model",
]
FIELDS += ["calculate_output", "expected_answer"]


@given(st.sampled_from(list(KINDS)), st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4))
def test_whatever_is_sent_is_taken_or_refused_with_a_place(kind, wrong):
    graders = [{"type": kind, **NEEDED[kind], **wrong}]
    try:
        assert json.loads(json.dumps(parse_graders(graders))) == graders
    except InvalidRequest as refused:
        told = refused
    else:
        return
    assert all(problem.location[:2] == ("body", "graders") and problem.message for problem in told.problems)
