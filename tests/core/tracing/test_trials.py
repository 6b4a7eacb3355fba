from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from marksheet.domain import Call, LoggedTrial
from marksheet.row_digests import digest_of
from marksheet.tracing.trials import is_reference, row_of, rows_of, trial_of

MODEL = "weave:///acme/p/object/M:1"
ROW = "weave:///acme/p/object/Dataset:1/attr/rows/id/abc"


def at(second: float) -> str:
    return datetime.fromtimestamp(1_767_323_045 + second, UTC).isoformat()


def call(call_id: str, op: str, second: float = 0, **fields: Any) -> Call:
    """A call that began at this second, and ended a second later unless the fields say otherwise."""
    fields = {"ended_at": at(second + 1), **fields}
    return Call(call_id, "trace", "parent", op, at(second), **fields)


def trial_call(call_id: str = "t", second: float = 0, example: Any = None, **fields: Any) -> Call:
    inputs = {"self": "e", "model": MODEL, "example": example}
    return call(call_id, "Evaluation.predict_and_score", second, inputs=inputs, **fields)


def logged(*children: Call, **fields: Any) -> LoggedTrial:
    """What a trial with these calls below it comes to."""
    return trial_of(trial_call(**fields), children).logged


def predict(call_id: str = "p", second: float = 0, **fields: Any) -> Call:
    return call(call_id, "weave:///acme/p/op/M.predict:1", second, **fields)


def test_output_and_scores_are_those_of_the_trials_own_output() -> None:
    found = logged(predict(output="other"), output={"output": {"any": [1]}, "scores": {"s": True, "n": None}})
    assert found.output == {"any": [1]}
    assert found.scores == {"s": True, "n": None}


@pytest.mark.parametrize("output", [None, "text", [1], 7, {}, {"scores": None}, {"scores": [1]}])
def test_an_output_without_an_object_of_scores_has_none(output: Any) -> None:
    found = logged(output=output)
    assert found.scores == {}
    assert found.output is None


def test_a_trial_without_children_knows_no_calls() -> None:
    found = logged()
    assert (found.call_id, found.predict_call_id, found.scorer_call_ids) == ("t", None, {})


@pytest.mark.parametrize(
    ("op", "inputs", "is_predict"),
    [
        ("weave:///acme/p/op/M.predict:1", {}, True),
        ("weave:///acme/p/op/Chain.invoke:1", {}, True),
        ("PREDICT", {}, True),
        ("weave:///acme/p/op/anything:1", {"self": MODEL}, True),
        ("weave:///acme/p/op/anything:1", {"self": "weave:///acme/p/object/M:2"}, False),
        ("weave:///acme/p/op/anything:1", {}, False),
        # The names of entity and project say nothing.
        ("weave:///acme/predictions/op/anything:1", {}, False),
    ],
)
def test_the_predict_call_asks_the_trials_model_or_is_called_like_it(
    op: str, inputs: dict[str, Any], is_predict: bool
) -> None:
    assert (logged(call("c", op, inputs=inputs)).predict_call_id == "c") is is_predict


def test_without_a_model_a_call_without_self_is_the_predict_call() -> None:
    nobody = replace(trial_call(), inputs={})
    assert trial_of(nobody, [call("c", "anything")]).logged.predict_call_id == "c"


def test_the_first_by_start_is_the_predict_call_in_whatever_order_they_come() -> None:
    children = [predict("b", 2), predict("a", 1), predict("c", 3)]
    for order in permutations(children):
        assert logged(*order).predict_call_id == "a"


@pytest.mark.parametrize(
    ("attributes", "scores"),
    [
        ({"weave": {"score": "true"}}, True),
        ({"weave": {"score": True}}, False),
        ({"weave": "true"}, False),
        ({"_weave_eval_meta": {"score": True}}, True),
        ({"_weave_eval_meta": {"score": "yes"}}, True),
        ({"_weave_eval_meta": {"score": False}}, False),
        ({"_weave_eval_meta": {"imperative": True}}, False),
        ({"_weave_eval_meta": None}, False),
        ({}, False),
    ],
)
def test_a_call_that_says_it_scores_is_no_predict_call(attributes: dict[str, Any], scores: bool) -> None:
    assert (logged(predict(attributes=attributes)).predict_call_id is None) is scores


def test_latency_is_what_the_predict_call_took() -> None:
    child = predict(second=1, ended_at=at(3.25))
    assert logged(child, output={"model_latency": {"mean": 9}}).latency_seconds == 2.25


def test_times_in_two_zones_are_told_apart() -> None:
    child = replace(
        predict(), started_at="2026-01-02T03:00:00.5+01:00", ended_at="2026-01-02T02:00:01.000000Z"
    )
    assert logged(child).latency_seconds == 0.5


@pytest.mark.parametrize(
    ("latency", "seconds"),
    [
        ({"mean": 1.5}, 1.5),
        ({"mean": 2}, 2.0),
        ({"mean": "2"}, None),
        ({"mean": None}, None),
        ({"mean": True}, None),
        ({"mean": 10**400}, None),
        ({}, None),
        # What the client's own evaluations log is not used.
        (1.5, None),
        (None, None),
    ],
)
def test_without_a_finished_predict_call_latency_is_the_mean_of_the_trials_output(
    latency: Any, seconds: float | None
) -> None:
    output = {"model_latency": latency}
    assert logged(output=output).latency_seconds == seconds
    assert logged(predict(ended_at=None), output=output).latency_seconds == seconds


@pytest.mark.parametrize(
    ("summary", "tokens"),
    [
        ({"usage": {"m": {"total_tokens": 5}}}, 5),
        ({"usage": {"m": {"total_tokens": 5}, "n": {"total_tokens": 2.9}}}, 7),
        ({"usage": {"m": {"total_tokens": 0}}}, 0),
        ({"usage": {"m": {"prompt_tokens": 5}}}, None),
        ({"usage": {"m": {"total_tokens": "5"}, "n": None}}, None),
        ({"usage": {"m": {"total_tokens": 10**400}}}, None),
        ({"usage": {}}, None),
        ({"usage": None}, None),
        ({}, None),
    ],
)
def test_tokens_are_the_sum_over_the_models_of_the_predict_call(
    summary: dict[str, Any], tokens: int | None
) -> None:
    assert logged(predict(summary=summary)).total_tokens == tokens


def test_the_trials_own_usage_is_not_counted() -> None:
    usage = {"usage": {"m": {"total_tokens": 5}}}
    assert logged(predict(), summary=usage).total_tokens is None
    assert logged(summary=usage).total_tokens is None


def scorer(call_id: str, op: str, second: float = 0, *, says_so: bool = True) -> Call:
    attributes = {"_weave_eval_meta": {"score": True}} if says_so else {}
    return call(call_id, op, second, attributes=attributes, inputs={"self": "s"})


def scorer_calls(scores: dict[str, Any], *children: Call) -> Any:
    return logged(*children, output={"scores": scores}).scorer_call_ids


def test_a_score_leads_to_the_first_scorers_call_named_like_it() -> None:
    calls = (scorer("c2", "weave:///acme/p/op/Exact:1", 2), scorer("c1", "weave:///acme/p/op/exact_v2:1", 1))
    assert scorer_calls({"EXACT": 1, "other": 2}, *calls) == {"EXACT": "c1"}


def test_a_name_may_be_within_the_key() -> None:
    assert scorer_calls({"my_exact_match": 1}, scorer("c", "exact")) == {"my_exact_match": "c"}


@pytest.mark.parametrize(
    ("op", "found"),
    [
        ("Exact.score", True),
        ("exact_scorer", True),
        ("weave:///acme/p/op/Exact.score:1", True),
        ("exact", False),
    ],
)
def test_scorers_that_do_not_say_so_are_known_by_their_names(op: str, found: bool) -> None:
    assert (scorer_calls({"exact": 1}, scorer("c", op, says_so=False)) == {"exact": "c"}) is found


def test_a_project_named_like_a_score_leads_nowhere() -> None:
    assert scorer_calls({"acme": 1}, scorer("c", "weave:///acme/p/op/exact:1")) == {}


def test_an_unfinished_trial_counts() -> None:
    read = trial_of(trial_call(ended_at=None, example={"q": 1}), [])
    assert (read.ended, read.logged.output, read.logged.scores) == (False, None, {})
    (row,) = rows_of([(trial_call(ended_at=None, example={"q": 1}), [])])
    assert len(row.trials) == 1


def raised(**trial: Any) -> str | None:
    """The exception of a trial whose model, a plain function, raised one."""
    model = call("p", "weave:///acme/p/op/answer:1", exception="no idea")
    return trial_of(trial_call(**trial), [model]).exception


def test_what_a_model_raised_is_the_exception_of_a_trial_that_came_to_nothing() -> None:
    assert raised(output={"output": None, "scores": {}}) == "no idea"
    assert raised(output={"output": None, "scores": {}}, exception="of the trial") == "of the trial"


@pytest.mark.parametrize(
    "output", [{"output": "an answer", "scores": {}}, {"output": None, "scores": {"s": False}}]
)
def test_a_trial_that_came_to_something_is_not_errored_by_a_call_below_it(output: dict[str, Any]) -> None:
    assert raised(output=output) is None


def test_what_a_scorer_raised_is_not_the_models() -> None:
    scorer_call = call("s", "exact", exception="no score", attributes={"weave": {"score": "true"}})
    assert trial_of(trial_call(output={"output": None, "scores": {}}), [scorer_call]).exception is None


@pytest.mark.parametrize("example", [None, {"q": 1}, "text", ROW, [1], 7])
def test_a_trial_is_of_the_row_of_its_example(example: Any) -> None:
    read = trial_of(trial_call(example=example), [])
    assert read.digest == digest_of(example)
    assert read.value == example


def test_a_trial_without_an_example_is_of_the_row_of_null() -> None:
    assert trial_of(replace(trial_call(), inputs={}), []).digest == digest_of(None)


def test_rows_are_by_digest_and_trials_by_start_whatever_came_first() -> None:
    calls = [(trial_call(f"t{n}", 10 - n, example={"q": n % 3}), []) for n in range(6)]
    rows = rows_of(calls)
    assert [row.digest for row in rows] == sorted(digest_of({"q": n}) for n in range(3))
    assert [row.question.ordinal for row in rows] == [1, 2, 3]
    by_digest = {row.digest: [t.logged.call_id for t in row.trials if t.logged] for row in rows}
    assert by_digest[digest_of({"q": 0})] == ["t3", "t0"]
    assert rows_of(reversed(calls)) == rows


def test_trials_that_began_at_once_are_by_id() -> None:
    (row,) = rows_of([(trial_call(call_id, 1), []) for call_id in "bca"])
    assert [(t.trial, t.logged.call_id) for t in row.trials if t.logged] == [(1, "a"), (2, "b"), (3, "c")]


def test_starts_in_several_zones_and_without_any_are_in_their_true_order() -> None:
    starts = ["2026-01-02T05:00:00+02:00", "2026-01-02T03:00:01", "2026-01-02T03:00:00.5Z"]
    (row,) = rows_of([(replace(trial_call(f"t{n}"), started_at=text), []) for n, text in enumerate(starts)])
    assert [t.logged.call_id for t in row.trials if t.logged] == ["t0", "t2", "t1"]


def test_a_row_has_the_value_of_its_first_trial_with_one() -> None:
    # The text "null" and null have one digest.
    calls = [(trial_call("t1", 1, None), []), (trial_call("t2", 2, "null"), [])]
    (row,) = rows_of(calls)
    assert getattr(row.question, "value", ...) == "null"
    # So have an object and its text; the first one stands.
    (row,) = rows_of([(trial_call("t1", 1, '{"q": 1}'), []), (trial_call("t2", 2, {"q": 1}), [])])
    assert getattr(row.question, "value", ...) == '{"q": 1}'


def test_only_references_are_resolved() -> None:
    asked: list[str] = []

    def resolve(reference: str) -> Any:
        asked.append(reference)
        return {"q": 2}

    rows = rows_of([(trial_call("t1", 1, ROW), []), (trial_call("t2", 2, "plain"), [])], resolve)
    assert asked == [ROW]
    assert {row.digest: getattr(row.question, "resolved", ...) for row in rows} == {
        "abc": {"q": 2},
        digest_of("plain"): None,
    }


def test_one_row_can_be_put_together_by_itself() -> None:
    read = [trial_of(trial_call(f"t{n}", 3 - n, {"q": 1}), []) for n in range(3)]
    row = row_of(7, read)
    assert row.question.ordinal == 7
    assert [t.logged.call_id for t in row.trials if t.logged] == ["t2", "t1", "t0"]
    assert {t.ordinal for t in row.trials} == {7}


@pytest.mark.parametrize(("value", "is_one"), [(ROW, True), ("text", False), (None, False), ([ROW], False)])
def test_references_are_texts_that_lead_to_a_row(value: Any, is_one: bool) -> None:
    assert is_reference(value) is is_one
