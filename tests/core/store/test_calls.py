"""Calls as they are stored and put together again, whatever the order in which they arrive and how often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marksheet import aws
from marksheet.domain import Call, CallEnd
from marksheet.store.bodies import LARGEST_BODY
from marksheet.store.calls import Calls
from marksheet.store.objects import Objects
from marksheet.store.table import Table
from marksheet.store.trace_deleting import TraceDeleter
from tests.deployment import BUCKET, TABLE
from tests.traces import RUN, TRACE, a_run, a_trial, at, call, run_call

pytestmark = pytest.mark.usefixtures("aws_account")

NOW = 1_767_323_045
Read = dict[str, tuple[Call, dict[str, Call]]]


@pytest.fixture
def calls() -> Calls:
    return Calls(Table(TABLE), Objects(BUCKET))


def read(calls: Calls, run_id: str = RUN, project: str = "p") -> Read:
    """A run's trials by id, each with the calls below it."""
    found = list(calls.trials_of("acme", project, run_id))
    told = {trial.call_id: (trial, {child.call_id: child for child in children}) for trial, children in found}
    assert len(told) == len(found)
    return told


def expected(made: list[Call]) -> Read:
    trials = [each for each in made if each.is_trial]
    return {
        trial.call_id: (trial, {each.call_id: each for each in made if each.parent_id == trial.call_id})
        for trial in trials
    }


def apart(whole: Call) -> tuple[Call, CallEnd]:
    """Start and end of a call, as clients send them that do not wait for the end."""
    assert whole.ended_at is not None
    start = replace(whole, ended_at=None, output=None, exception=None, summary={})
    return start, CallEnd(whole.call_id, whole.ended_at, whole.output, whole.exception, whole.summary)


def test_trials_are_read_with_the_calls_below_them(calls: Calls) -> None:
    made = a_run(trials=3)
    calls.add("acme", "p", starts=made[:1], completes=made[1:])
    assert read(calls) == expected(made)


def test_other_calls_of_a_run_are_no_trials(calls: Calls) -> None:
    made = a_run(trials=1)
    summary = call("summary", RUN, "Evaluation.summarize", 9)
    deeper = call("deeper", "trial-001-p", "openai.chat", 9)
    calls.add("acme", "p", starts=made[:1], completes=[*made[1:], summary, deeper])
    assert read(calls) == expected(made)


def test_start_and_end_may_come_apart_and_the_end_first(calls: Calls) -> None:
    made = a_run(trials=2)
    pairs = [apart(each) for each in made[1:]]
    calls.add("acme", "p", ends=[end for _, end in pairs])
    assert read(calls) == {}
    calls.add("acme", "p", starts=[made[0], *(start for start, _ in pairs)])
    assert read(calls) == expected(made)


def test_a_call_without_an_end_is_unfinished(calls: Calls) -> None:
    run, trial, *_ = a_run(trials=1)
    start, _ = apart(trial)
    calls.add("acme", "p", starts=[run, start])
    assert read(calls) == {"trial-001": (start, {})}


def test_what_came_whole_counts_before_what_came_apart(calls: Calls) -> None:
    trial = a_trial(1)[0]
    start, end = apart(trial)
    calls.add("acme", "p", starts=[start], completes=[trial], ends=[replace(end, output="late")])
    assert read(calls)["trial-001"][0] == trial


def test_of_two_records_of_one_kind_the_later_one_counts(calls: Calls) -> None:
    trial = a_trial(1)[0]
    calls.add("acme", "p", completes=[replace(trial, output=1), replace(trial, output=2)])
    assert read(calls)["trial-001"][0].output == 2
    calls.add("acme", "p", completes=[trial])
    assert read(calls)["trial-001"][0] == trial


def test_trials_of_one_run_in_several_traces_are_all_found(calls: Calls) -> None:
    elsewhere = [replace(each, trace_id="elsewhere") for each in a_trial(2)]
    calls.add("acme", "p", completes=[*a_trial(1), *elsewhere])
    assert read(calls) == expected([*a_trial(1), *elsewhere])


def test_runs_of_one_trace_are_told_apart(calls: Calls) -> None:
    other = [replace(each, call_id=f"{each.call_id}-other") for each in a_trial(1)]
    other = [
        replace(each, parent_id="another-run" if each.is_trial else f"{each.parent_id}-other")
        for each in other
    ]
    calls.add("acme", "p", completes=[*a_trial(1), *other])
    assert read(calls) == expected(a_trial(1))
    assert read(calls, "another-run") == expected(other)


def test_trials_are_read_of_a_run_that_nobody_began(calls: Calls) -> None:
    calls.add("acme", "p", completes=a_trial(1))
    assert read(calls) == expected(a_trial(1))
    assert calls.find_runs("acme", "p", [RUN])[RUN].call is None


def test_organizations_and_projects_are_apart(calls: Calls) -> None:
    calls.add("acme", "p", starts=[run_call()], completes=a_trial(1))
    assert read(calls, project="q") == {}
    assert list(calls.trials_of("umbrella", "p", RUN)) == []
    assert calls.find_runs("acme", "q", [RUN]) == {}


@pytest.mark.parametrize(
    "value",
    [None, {}, [], "", 0, 1, 1.0, True, False, -0.0, 2**80, 1e-9, {"": {}}, "\ud800", "\x00", [[None]]],
    ids=repr,
)
def test_what_was_logged_comes_back_as_it_was(calls: Calls, value: Any) -> None:
    trial = replace(a_trial(1)[0], output={"output": value}, inputs={"example": value})
    calls.add("acme", "p", completes=[trial])
    found = read(calls)["trial-001"][0]
    assert repr(found) == repr(trial)


def test_what_is_too_large_for_an_item_lies_in_s3(calls: Calls) -> None:
    # Hexadecimal digits of a digest do not compress to less than half.
    large = "".join(sha256(str(n).encode()).hexdigest() for n in range(LARGEST_BODY // 24))
    trial = replace(a_trial(1)[0], output=large)
    calls.add("acme", "p", completes=[trial])
    assert read(calls)["trial-001"][0] == trial


def test_a_usual_call_takes_one_write_unit(calls: Calls) -> None:
    attributes = {
        "weave": {
            "python": {"type": "function"},
            "client_version": "0.54.0",
            "source": "python-sdk",
            "sys_version": "3.11.7 (main, May  9 2026, 07:35:25) [GCC 12.2.0]",
            "os_name": "Linux",
            "os_version": "#1 SMP PREEMPT_DYNAMIC @0",
        }
    }
    made = [replace(each, attributes=attributes) for each in a_trial(1)]
    calls.add("acme", "p", completes=made)
    items = aws.client("dynamodb").scan(TableName=TABLE)["Items"]
    sizes = [
        sum(len(name) + len(next(iter(value.values()))) for name, value in item.items())
        for item in items
        if "body" in item
    ]
    assert len(sizes) == 3
    assert max(sizes) <= 1024


def test_a_trial_costs_a_unit_a_call_and_one_where_the_model_was_asked(calls: Calls) -> None:
    def units() -> int:
        return len(aws.client("dynamodb").scan(TableName=TABLE)["Items"])

    calls.add("acme", "p", completes=a_trial(1))
    before = units()
    trial, asked, scored = a_trial(2)
    # A scorer that is an object of its own.
    scored = replace(scored, inputs={"self": "weave:///acme/p/object/exact:s0"})
    calls.add("acme", "p", completes=[trial, asked, scored])
    assert units() - before == 4


def test_a_run_is_over_once_start_and_end_are_there(calls: Calls) -> None:
    trials = a_trial(1)
    assert calls.add("acme", "p", completes=trials) == set()
    assert calls.add("acme", "p", ends=[CallEnd(RUN, at(9))]) == set()
    assert calls.add("acme", "p", starts=[run_call()]) == {RUN}
    assert calls.add("acme", "p", ends=[CallEnd(RUN, at(9))]) == {RUN}


def test_a_run_that_comes_whole_is_over(calls: Calls) -> None:
    assert calls.add("acme", "p", completes=[replace(run_call(), ended_at=at(9))]) == {RUN}


def test_the_end_of_another_call_ends_no_run(calls: Calls) -> None:
    start, end = apart(call("alone", None, "something"))
    assert calls.add("acme", "p", starts=[start], ends=[end]) == set()


def settled(calls: Calls) -> bool:
    return calls.find_runs("acme", "p", [RUN])[RUN].settled


def have_settled(calls: Calls, attempt: int = 1) -> None:
    changes = calls.changes_of_run("acme", "p", RUN)
    calls.plan("acme", "p", RUN, attempt, changes=changes, dangling=False)
    calls.settle("acme", "p", RUN, attempt)


@pytest.fixture
def over(calls: Calls) -> Calls:
    """With a run that is over and in an evaluation's results."""
    made = a_run(trials=2)
    calls.add("acme", "p", starts=made[:1], completes=made[1:], ends=[CallEnd(RUN, at(9))])
    assert not settled(calls)
    assert calls.claim("acme", "p", RUN, "eval-1") == "eval-1"
    have_settled(calls)
    assert settled(calls)
    return calls


def test_the_evaluation_that_was_said_first_stays(over: Calls) -> None:
    assert over.claim("acme", "p", RUN, "eval-2") == "eval-1"
    assert over.find_runs("acme", "p", [RUN])[RUN].evaluation_id == "eval-1"


@pytest.mark.parametrize(
    "late",
    [
        {"completes": a_trial(3)},
        {"completes": a_trial(2)[1:]},
        {"starts": [apart(a_trial(3)[1])[0]]},
        {"starts": [apart(a_trial(3)[1])[0]], "ends": [apart(a_trial(3)[1])[1]]},
    ],
    ids=["a trial", "calls below a trial", "a start", "a start and its end"],
)
def test_what_comes_after_a_run_was_settled_is_noticed(over: Calls, late: dict[str, Any]) -> None:
    assert over.add("acme", "p", **late) == {RUN}
    assert not settled(over)


def test_a_late_end_of_a_call_below_is_noticed(over: Calls) -> None:
    start, end = apart(a_trial(3)[2])
    over.add("acme", "p", starts=[start])
    have_settled(over, attempt=2)
    assert over.add("acme", "p", ends=[end]) == {RUN}
    assert not settled(over)


def test_what_comes_in_while_calls_are_read_is_not_settled(over: Calls) -> None:
    changes = over.changes_of_run("acme", "p", RUN)
    over.add("acme", "p", completes=a_trial(3))
    over.plan("acme", "p", RUN, 2, changes=changes, dangling=True)
    over.settle("acme", "p", RUN, 2)
    assert not settled(over)


def test_an_older_attempt_settles_nothing(over: Calls) -> None:
    over.add("acme", "p", completes=a_trial(3))
    over.plan("acme", "p", RUN, 2, changes=over.changes_of_run("acme", "p", RUN), dangling=False)
    over.settle("acme", "p", RUN, 1)
    assert not settled(over)


def test_runs_are_listed_once(calls: Calls) -> None:
    for _ in range(2):
        calls.add("acme", "p", starts=[run_call()], ends=[CallEnd(RUN, at(9))])
    assert list(calls.list_runs("acme", "p")) == [(RUN, at(0))]
    assert list(calls.list_runs("acme", "q")) == []


def everything() -> list[str]:
    """Sort keys of all items there are."""
    items = aws.client("dynamodb").scan(TableName=TABLE)["Items"]
    return sorted(item["SK"]["S"] for item in items)


def test_a_deleted_run_leaves_nothing_but_that_it_is_deleted(over: Calls) -> None:
    over.add("acme", "p", starts=[apart(a_trial(3)[1])[0]], ends=[apart(a_trial(3)[1])[1]])
    over.delete_run("acme", "p", RUN, now=NOW)
    assert everything() == ["D"]
    assert over.find_runs("acme", "p", [RUN])[RUN].deleted
    assert list(over.list_runs("acme", "p")) == []


@pytest.mark.parametrize(
    "late",
    [
        {"starts": [run_call()], "completes": a_trial(1), "ends": [CallEnd(RUN, at(9))]},
        {"completes": a_trial(1)},
        {"starts": [run_call()]},
        {"ends": [CallEnd(RUN, at(9))]},
    ],
)
def test_what_comes_in_of_a_deleted_run_is_deleted_again(over: Calls, late: dict[str, Any]) -> None:
    over.delete_run("acme", "p", RUN, now=NOW)
    over.add("acme", "p", **late)
    assert read(over) == {}
    assert over.find_runs("acme", "p", [RUN])[RUN].deleted
    assert everything() == ["D"]


def test_a_deletion_that_was_cut_short_is_repeated(over: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(TraceDeleter, "delete_run", killed)
        with pytest.raises(KeyboardInterrupt):
            over.delete_run("acme", "p", RUN, now=NOW)
    assert read(over) == {}
    over.delete_run("acme", "p", RUN, now=NOW)
    assert everything() == ["D"]


def test_deleting_a_run_leaves_another_one_of_its_trace(over: Calls) -> None:
    other = replace(a_trial(7)[0], parent_id="another-run")
    below = a_trial(7)[1]
    over.add("acme", "p", completes=[other, below, call("deeper", "trial-001-p", "openai.chat")])
    over.delete_run("acme", "p", RUN, now=NOW)
    assert read(over, "another-run") == {"trial-007": (other, {"trial-007-p": below})}
    assert not [key for key in everything() if "trial-001" in key]


def test_a_deleted_trial_is_gone_with_what_it_called(over: Calls) -> None:
    place = over.find_place("acme", "p", "trial-001-p")
    assert place is not None
    assert over.delete("acme", "p", place.group, place, now=NOW) == {RUN}
    assert read(over) == expected(a_trial(2))
    assert not settled(over)
    over.add("acme", "p", completes=a_trial(1))
    assert read(over) == expected(a_trial(2))


def test_a_deleted_call_below_a_trial_is_gone_alone(over: Calls) -> None:
    place = over.find_place("acme", "p", "trial-001-p")
    assert over.delete("acme", "p", "trial-001-s", place, now=NOW) == {RUN}
    trial, children = read(over)["trial-001"]
    assert (trial.call_id, set(children)) == ("trial-001", {"trial-001-p"})


def test_a_batch_that_comes_twice_at_once_counts_once(calls: Calls) -> None:
    made = a_run(trials=20)
    with ThreadPoolExecutor(4) as pool:
        for done in [
            pool.submit(calls.add, "acme", "p", starts=made[:1], completes=made[1:]) for _ in range(4)
        ]:
            done.result()
    assert read(calls) == expected(made)
    assert calls.changes("acme", "p", [TRACE]) == {TRACE: 4}


WHOLE = a_run(trials=4)
RECORDS: list[tuple[str, Any]] = [("starts", WHOLE[0]), ("ends", CallEnd(RUN, at(99), {"mean": 1}))]
for _number, _each in enumerate(WHOLE[1:]):
    # Every second call comes whole, the others apart.
    if _number % 2:
        RECORDS.append(("completes", _each))
    else:
        RECORDS += zip(("starts", "ends"), apart(_each), strict=True)


@given(
    order=st.permutations(range(len(RECORDS))),
    again=st.lists(st.sampled_from(range(len(RECORDS))), max_size=10),
    size=st.integers(1, len(RECORDS)),
)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_order_of_batches_and_however_often_the_run_is_the_same(
    calls: Calls, order: list[int], again: list[int], size: int
) -> None:
    # A project of its own for every example.
    project = f"p{hash((tuple(order), tuple(again), size)) & 0xFFFFFFFF}"
    sent = [RECORDS[number] for number in (*order, *again)]
    over: list[set[str]] = []
    for start in range(0, len(sent), size):
        batch: dict[str, list[Any]] = {"starts": [], "completes": [], "ends": []}
        for kind, record in sent[start : start + size]:
            batch[kind].append(record)
        over.append(calls.add("acme", project, **batch))
    assert read(calls, project=project) == expected(WHOLE)
    assert {RUN} in over
    found = calls.find_runs("acme", project, [RUN])[RUN].call
    assert found == replace(WHOLE[0], ended_at=at(99), output={"mean": 1})
