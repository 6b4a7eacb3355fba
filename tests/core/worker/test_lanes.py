from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from marksheet import aws, evaluations
from marksheet.application import Application
from marksheet.domain import Answer, Caller, Counts, Evaluation, Outcome, Question, Status
from marksheet.errors import PermanentModelError, TransientModelError
from marksheet.evaluations import CreateEvaluation
from marksheet.providers.calling import OUT_OF_TIME
from marksheet.rows import decode_part
from marksheet.store import layout
from marksheet.store.objects import Objects
from marksheet.store.shards import Holder, ShardKey, Shards
from marksheet.worker import answering, lanes
from marksheet.worker.lanes import LaneResult, LaneTask, score_lane
from marksheet.worker.open_shards import OpenShards

Reply = Callable[[Question, int], Awaitable[str]]


class ScriptedProvider:
    """A model that answers as the test says, and counts how often each question was asked."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.asked: Counter[tuple[str, int]] = Counter()

    async def prepare(self, questions: Sequence[Question], trials: int) -> None:
        return None

    async def ask(self, question: Question, trial: int) -> Answer:
        self.asked[question.question_id, trial] += 1
        return Answer(await self.reply(question, trial), latency_seconds=0.01)

    async def close(self) -> None:
        return None


async def right(question: Question, trial: int) -> str:
    return question.expected_answer or ""


class Killed(BaseException):
    """The worker's process ends here, without the clean-up that an Exception gets."""


def die(*_: Any) -> None:
    raise Killed


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedProvider:
    provider = ScriptedProvider(right)
    monkeypatch.setattr(answering, "open_provider", lambda *_, **__: provider)
    return provider


@pytest.fixture
def created(app: Application, caller: Caller, deployment: Any, model: ScriptedProvider) -> Evaluation:
    """25 questions in shards of 5, a model with 5 in flight: one lane of five shards."""
    deployment.endpoint("scripted", "http://127.0.0.1:1/v1", max_in_flight=5, max_attempts=1)
    benchmark = deployment.benchmark(25)
    return evaluations.create(app, caller, CreateEvaluation("scripted", benchmark.benchmark_id, shard_size=5))


@pytest.fixture
def lane(created: Evaluation, execution: Any) -> LaneTask:
    (task,) = execution.plan(created)
    return task  # type: ignore[no-any-return]


def counts(app: Application, caller: Caller, evaluation: Evaluation) -> Counts:
    return evaluations.get(app, caller, evaluation.evaluation_id).runs[0].counts


def part_key(evaluation: Evaluation, number: int, generation: int = 1) -> str:
    run_id = evaluation.runs[0].run_id
    return layout.part(evaluation.organization, evaluation.evaluation_id, run_id, number, generation)


def test_every_question_is_asked_once_and_counted_once(
    app: Application, caller: Caller, created: Evaluation, lane: LaneTask, model: ScriptedProvider
) -> None:
    assert score_lane(app, lane, seconds_left=60) == LaneResult(finished=True)
    assert set(model.asked.values()) == {1}
    assert len(model.asked) == 25
    assert counts(app, caller, created) == Counts(right=25)


def test_a_lane_done_before_is_not_asked_again(
    app: Application, caller: Caller, created: Evaluation, lane: LaneTask, model: ScriptedProvider
) -> None:
    for _ in range(3):
        assert score_lane(app, lane, seconds_left=60).finished
    assert model.asked.total() == 25
    assert counts(app, caller, created) == Counts(right=25)


def test_two_deliveries_at_the_same_time_count_once(
    app: Application, caller: Caller, created: Evaluation, lane: LaneTask, model: ScriptedProvider
) -> None:
    async def slowly(question: Question, trial: int) -> str:
        await asyncio.sleep(0.02)
        return question.expected_answer or ""

    model.reply = slowly
    results: list[LaneResult] = []
    workers = [
        threading.Thread(target=lambda: results.append(score_lane(app, lane, seconds_left=60)))
        for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    while not score_lane(app, replace(lane, holder=Holder("child-1", 1)), seconds_left=60).finished:
        pass
    assert model.asked.total() == 25
    assert counts(app, caller, created) == Counts(right=25)


def test_a_shard_somebody_else_holds_makes_the_lane_wait(
    app: Application, created: Evaluation, lane: LaneTask, model: ScriptedProvider
) -> None:
    key = ShardKey("acme", created.evaluation_id, 0, 2)
    app.store.shards.lease(key, Holder("somebody", 0), now=time.time(), seconds=30)
    result = score_lane(app, lane, seconds_left=60)
    assert not result.finished
    assert 1 <= result.wait_seconds <= 5
    assert model.asked.total() == 20


def test_one_failing_question_costs_itself_alone(
    app: Application, caller: Caller, created: Evaluation, lane: LaneTask, model: ScriptedProvider
) -> None:
    async def fail_on_seven(question: Question, trial: int) -> str:
        if question.ordinal == 7:
            raise PermanentModelError("the endpoint answered 400", code="http_400")
        return question.expected_answer or ""

    model.reply = fail_on_seven
    score_lane(app, lane, seconds_left=60)
    assert counts(app, caller, created) == Counts(right=24, errored=1)
    (errored,) = [
        trial
        for trial in decode_part(app.store.objects.read(part_key(created, 2)))
        if trial.outcome is Outcome.ERRORED
    ]
    assert errored.error is not None
    assert (errored.question_id, errored.error.code) == ("q7", "http_400")


def test_a_bug_on_one_question_costs_itself_alone(
    app: Application, caller: Caller, created: Evaluation, lane: LaneTask, model: ScriptedProvider
) -> None:
    async def break_on_three(question: Question, trial: int) -> str:
        if question.ordinal == 3:
            raise ZeroDivisionError("secret prompt text")
        return question.expected_answer or ""

    model.reply = break_on_three
    score_lane(app, lane, seconds_left=60)
    assert counts(app, caller, created) == Counts(right=24, errored=1)
    assert b"secret prompt text" not in app.store.objects.read(part_key(created, 1))


def test_a_worker_killed_between_part_and_counters_loses_and_doubles_nothing(
    app: Application,
    caller: Caller,
    created: Evaluation,
    lane: LaneTask,
    model: ScriptedProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Shards, "complete", die)
        with pytest.raises(Killed):
            score_lane(app, lane, seconds_left=60)
    assert app.store.objects.find(part_key(created, 1)) is not None
    assert counts(app, caller, created) == Counts()
    asked_before = Counter(model.asked)

    retried = replace(lane, holder=Holder(lane.holder.execution, 1))
    assert score_lane(app, retried, seconds_left=60).finished
    assert counts(app, caller, created) == Counts(right=25)
    assert all(model.asked[f"q{n}", 1] == asked_before[f"q{n}", 1] for n in range(1, 6))


def test_a_killed_workers_checkpointed_answers_are_not_asked_again(
    app: Application,
    caller: Caller,
    created: Evaluation,
    lane: LaneTask,
    model: ScriptedProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checkpointed = asyncio.Event()
    write = Objects.write

    def write_and_tell(self: Objects, key: str, content: bytes, content_type: str = "") -> None:
        write(self, key, content, content_type)
        if "/checkpoints/" in key and content.count(b"\n") == 3:
            checkpointed.set()

    async def hang_after_three(question: Question, trial: int) -> str:
        if question.ordinal > 3:
            await checkpointed.wait()
            raise Killed
        return question.expected_answer or ""

    model.reply = hang_after_three
    with monkeypatch.context() as patched:
        patched.setattr(Objects, "write", write_and_tell)
        patched.setattr(OpenShards, "give_back", die)
        with pytest.raises(Killed):
            score_lane(app, lane, seconds_left=60)

    model.reply = right
    retried = replace(lane, holder=Holder(lane.holder.execution, 1))
    assert score_lane(app, retried, seconds_left=60).finished
    assert counts(app, caller, created) == Counts(right=25)
    assert [model.asked[f"q{n}", 1] for n in (1, 2, 3)] == [1, 1, 1]
    checkpoint = layout.checkpoint("acme", created.evaluation_id, created.runs[0].run_id, 1, 1)
    assert app.store.objects.find(checkpoint) is None


def test_saving_every_answer_costs_no_second_call_after_a_kill(
    app: Application,
    caller: Caller,
    created: Evaluation,
    lane: LaneTask,
    model: ScriptedProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def die_at_eight(question: Question, trial: int) -> str:
        if question.ordinal == 8:
            raise Killed
        return question.expected_answer or ""

    careful = replace(app, settings=replace(app.settings, checkpoint_seconds=0))
    one_at_a_time = replace(lane, in_flight=1)
    model.reply = die_at_eight
    with monkeypatch.context() as patched:
        patched.setattr(OpenShards, "give_back", die)
        with pytest.raises(Killed):
            score_lane(careful, one_at_a_time, seconds_left=60)

    model.reply = right
    retried = replace(one_at_a_time, holder=Holder(lane.holder.execution, 1))
    assert score_lane(careful, retried, seconds_left=60).finished
    assert counts(app, caller, created) == Counts(right=25)
    assert [name for (name, _), times in model.asked.items() if times > 1] == ["q8"]


def test_a_lane_out_of_time_hands_back_and_is_finished_by_the_next_invocation(
    app: Application,
    caller: Caller,
    created: Evaluation,
    lane: LaneTask,
    model: ScriptedProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    never = asyncio.Event()

    async def hang_on_nine(question: Question, trial: int) -> str:
        # The ninth is asked when the first ones are answered: too late to be given up before the time is up.
        await (never.wait() if question.ordinal == 9 else asyncio.sleep(0.3))
        return question.expected_answer or ""

    monkeypatch.setattr(lanes, "MARGIN_SECONDS", 0.0)
    model.reply = hang_on_nine
    assert score_lane(app, lane, seconds_left=1.0) == LaneResult(finished=False)
    assert counts(app, caller, created).errored == 0
    model.reply = right
    assert score_lane(app, lane, seconds_left=60).finished
    assert counts(app, caller, created) == Counts(right=25)
    assert model.asked.total() - 25 <= lane.in_flight


def test_a_question_that_never_got_its_turn_goes_back_instead_of_failing(
    app: Application, caller: Caller, created: Evaluation, lane: LaneTask, model: ScriptedProvider
) -> None:
    async def throttled_from_six_on(question: Question, trial: int) -> str:
        if question.ordinal >= 6:
            error = TransientModelError("turned away", code=OUT_OF_TIME)
            error.attempts = 0
            raise error
        return question.expected_answer or ""

    model.reply = throttled_from_six_on

    class NoRetries:
        def __init__(self, provider: ScriptedProvider, **_: Any) -> None:
            self.provider = provider

        async def answer(self, question: Question, trial: int, *, give_up_at: float) -> Answer:
            return await self.provider.ask(question, trial)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(answering, "Calls", NoRetries)
        assert score_lane(app, lane, seconds_left=60) == LaneResult(finished=False)
    assert counts(app, caller, created) == Counts(right=5)
    model.reply = right
    assert score_lane(app, lane, seconds_left=60).finished
    assert counts(app, caller, created) == Counts(right=25)


def test_a_cancelled_evaluation_is_noticed_and_its_answers_are_kept(
    app: Application,
    caller: Caller,
    created: Evaluation,
    lane: LaneTask,
    model: ScriptedProvider,
    execution: Any,
) -> None:
    hurried = replace(app, settings=replace(app.settings, lease_seconds=0.6))
    never = asyncio.Event()

    async def cancel_at_eight(question: Question, trial: int) -> str:
        if question.ordinal == 8:
            evaluations.cancel(app, caller, created.evaluation_id)
            await never.wait()
        return question.expected_answer or ""

    model.reply = cancel_at_eight
    assert score_lane(hurried, lane, seconds_left=60).finished
    asked = Counter(model.asked)
    assert evaluations.get(app, caller, created.evaluation_id).status is Status.CANCELLED

    model.reply = right
    resumed = evaluations.resume(app, caller, created.evaluation_id)
    assert execution.run(resumed) is Status.READY
    assert counts(app, caller, created) == Counts(right=25)
    again = {name for (name, trial), times in model.asked.items() if times > 1}
    assert again == {"q8"}
    assert asked.total() >= 8


def test_a_deleted_evaluation_leaves_nothing_behind(
    app: Application, caller: Caller, created: Evaluation, lane: LaneTask, model: ScriptedProvider
) -> None:
    async def delete_at_eight(question: Question, trial: int) -> str:
        if question.ordinal == 8:
            evaluations.delete(app, caller, created.evaluation_id)
        return question.expected_answer or ""

    model.reply = delete_at_eight
    # Shards of a few questions: some are written after the deletion.
    assert score_lane(app, lane, seconds_left=60).finished
    listed = aws.client("s3").list_objects_v2(
        Bucket=app.store.objects.bucket,
        Prefix=layout.evaluation_prefix(caller.organization, created.evaluation_id),
    )
    assert [entry["Key"] for entry in listed.get("Contents", [])] == []


def test_a_worker_of_an_older_attempt_has_nothing_to_do(
    app: Application, caller: Caller, created: Evaluation, lane: LaneTask, model: ScriptedProvider
) -> None:
    evaluations.cancel(app, caller, created.evaluation_id)
    evaluations.resume(app, caller, created.evaluation_id)
    assert score_lane(app, lane, seconds_left=60).finished
    assert model.asked.total() == 0


def test_a_resume_asks_errored_questions_only(
    app: Application, caller: Caller, created: Evaluation, model: ScriptedProvider, execution: Any
) -> None:
    async def refuse(question: Question, trial: int) -> str:
        if question.ordinal % 3:
            raise PermanentModelError("the endpoint answered 402", code="http_402")
        return question.expected_answer or ""

    model.reply = refuse
    assert execution.run(created) is Status.FAILED
    failed = evaluations.get(app, caller, created.evaluation_id)
    assert failed.error is not None
    assert "17 of 25" in failed.error
    assert "http_402 (17)" in failed.error
    assert failed.runs[0].counts == Counts(right=8, errored=17)

    model.reply = right
    resumed = evaluations.resume(app, caller, created.evaluation_id)
    assert execution.run(resumed) is Status.READY
    assert counts(app, caller, created) == Counts(right=25)
    assert {times for (name, _), times in model.asked.items() if int(name[1:]) % 3 == 0} == {1}


def test_a_resume_asks_errored_questions_of_unfinished_shards_too(
    app: Application,
    caller: Caller,
    created: Evaluation,
    lane: LaneTask,
    model: ScriptedProvider,
    execution: Any,
) -> None:
    hurried = replace(app, settings=replace(app.settings, lease_seconds=0.6))
    never = asyncio.Event()

    async def refuse_three_and_cancel_at_four(question: Question, trial: int) -> str:
        if question.ordinal == 3:
            raise PermanentModelError("the endpoint answered 402", code="http_402")
        if question.ordinal == 4:
            evaluations.cancel(app, caller, created.evaluation_id)
            await never.wait()
        return question.expected_answer or ""

    model.reply = refuse_three_and_cancel_at_four
    assert score_lane(hurried, lane, seconds_left=60).finished

    model.reply = right
    assert execution.run(evaluations.resume(app, caller, created.evaluation_id)) is Status.READY
    assert counts(app, caller, created) == Counts(right=25)
    assert {name for (name, _), times in model.asked.items() if times > 1} == {"q3", "q4"}


def test_trials_are_answered_one_by_one_and_counted_each(
    app: Application, caller: Caller, created: Evaluation, model: ScriptedProvider, execution: Any
) -> None:
    async def right_every_other_time(question: Question, trial: int) -> str:
        return (question.expected_answer or "") if trial % 2 else "no"

    model.reply = right_every_other_time
    new = CreateEvaluation("scripted", created.benchmark.benchmark_id, trials=4)
    evaluation = evaluations.create(app, caller, new)
    assert execution.run(evaluation) is Status.READY
    assert counts(app, caller, evaluation) == Counts(right=50, wrong=50)
    assert set(model.asked.values()) == {1}


@pytest.mark.parametrize(("questions", "shard_size"), [(1, 5), (49, 50), (50, 50), (51, 50), (100, 7)])
def test_the_same_answers_give_the_same_marks_whatever_the_shards(
    app: Application,
    caller: Caller,
    deployment: Any,
    model: ScriptedProvider,
    execution: Any,
    questions: int,
    shard_size: int,
) -> None:
    async def right_below_forty(question: Question, trial: int) -> str:
        return (question.expected_answer or "") if question.ordinal < 40 else "no"

    model.reply = right_below_forty
    deployment.endpoint("scripted", "http://127.0.0.1:1/v1", max_in_flight=20, max_attempts=1)
    benchmark = deployment.benchmark(questions)
    new = CreateEvaluation("scripted", benchmark.benchmark_id, shard_size=shard_size)
    evaluation = evaluations.create(app, caller, new)
    assert execution.run(evaluation) is Status.READY
    assert evaluation.runs[0].shards == -(-questions // shard_size)
    expected_right = min(questions, 39)
    assert counts(app, caller, evaluation) == Counts(right=expected_right, wrong=questions - expected_right)


def test_what_one_invocation_leaves_behind_is_not_frozen_by_the_next(
    app: Application, created: Evaluation, lane: LaneTask, model: ScriptedProvider
) -> None:
    score_lane(app, lane, seconds_left=60)
    frozen = gc.get_freeze_count()
    score_lane(app, lane, seconds_left=60)
    assert gc.get_freeze_count() <= frozen
