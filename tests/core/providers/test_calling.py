"""The retry layer, on a clock that jumps."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marksheet.domain import Answer, Question
from marksheet.errors import ModelError, PermanentModelError, TransientModelError
from marksheet.providers import Embedding
from marksheet.providers.calling import IDENTICAL_REPEATS, Calls
from tests.core.providers.virtual_time import FAR, now, run


def throttled(retry_after: float | None = None) -> TransientModelError:
    return TransientModelError("slow", code="http_429", retry_after_seconds=retry_after, throttled=True)


def overloaded() -> TransientModelError:
    return TransientModelError("down", code="http_500")


def no_key() -> PermanentModelError:
    return PermanentModelError("no key", code="http_401", fatal=True)


class Model:
    """Answers after `seconds`, unless `trouble`, given a question's id and how often it came, objects."""

    def __init__(
        self, trouble: Callable[[str, int], Exception | None] = lambda *_: None, seconds: float = 1.0
    ):
        self.trouble = trouble
        self.seconds = seconds
        self.calls: Counter[str] = Counter()
        self.times: list[float] = []
        self.open = self.most_open = 0

    async def prepare(self, questions, trials):
        """Nothing."""

    async def close(self):
        """Nothing."""

    async def ask(self, question: Question, trial: int) -> Answer:
        self.calls[question.question_id] += 1
        self.times.append(now())
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            trouble = self.trouble(question.question_id, self.calls[question.question_id])
            if trouble is not None:
                await asyncio.sleep(0.01)
                raise trouble
            await asyncio.sleep(self.seconds)
            return Answer(f"{question.question_id}/{trial}")
        finally:
            self.open -= 1


def put(model: Model, count: int, *, in_flight: int = 50, attempts: int = 6, give_up_at: float = FAR) -> list:
    """Puts so many questions at once; the answers, or the errors in their place."""

    async def scene() -> list:
        calls = Calls(
            model, max_in_flight=in_flight, max_attempts=attempts, clock=now, draw=random.Random(1).random
        )
        tasks = [calls.answer(Question(n, f"q{n}", "?"), 1, give_up_at=give_up_at) for n in range(count)]
        return await asyncio.gather(*tasks, return_exceptions=True)

    return run(scene())


def only(results: list) -> ModelError:
    (error,) = results
    assert isinstance(error, ModelError)
    return error


def test_an_answer_comes_through_with_its_number_of_attempts():
    assert put(Model(), 1) == [Answer("q0/1")]


def test_a_transient_error_is_tried_again_until_it_passes():
    model = Model(lambda _, call: overloaded() if call < 4 else None)
    assert put(model, 1) == [Answer("q0/1", attempts=4)]


def test_it_gives_up_after_max_attempts_with_the_last_error():
    error = only(put(Model(lambda *_: overloaded()), 1, attempts=4))
    assert (error.code, error.attempts) == ("http_500", 4)


@pytest.mark.parametrize(("code", "attempts"), [("bad_response", 2), ("timeout", 3), ("bad_json", 6)])
def test_some_errors_get_fewer_attempts(code, attempts):
    error = only(put(Model(lambda *_: TransientModelError("no", code=code)), 1))
    assert (error.code, error.attempts) == (code, attempts)


def test_a_permanent_error_is_not_tried_again():
    model = Model(lambda *_: PermanentModelError("no", code="http_400"))
    assert only(put(model, 1)).attempts == 1


def test_waits_grow_and_are_drawn_at_random():
    model = Model(lambda *_: overloaded())
    put(model, 1, attempts=10)
    waits = [later - earlier - 0.01 for earlier, later in zip(model.times, model.times[1:], strict=False)]
    assert all(0 <= wait <= min(20, 0.5 * 2**n) for n, wait in enumerate(waits))
    assert len(set(waits)) == len(waits)
    assert max(waits) > 2


def test_never_more_calls_are_open_than_allowed():
    model = Model()
    assert len(put(model, 200, in_flight=7)) == 200
    assert model.most_open == 7


def test_a_question_that_waits_for_its_next_attempt_holds_no_slot():
    model = Model(lambda q, call: overloaded() if q == "q0" and call < 6 else None)
    results = put(model, 4, in_flight=1)
    assert all(isinstance(result, Answer) for result in results)
    first_repeat = model.calls["q0"]
    assert first_repeat == 6
    assert model.most_open == 1


@pytest.mark.parametrize("retry_after", [10.0, 30.0])
def test_nobody_calls_before_retry_after_has_passed_and_no_question_is_lost(retry_after):
    model = Model(lambda *_: throttled(retry_after) if now() < 25 else None)
    results = put(model, 50)
    assert all(isinstance(result, Answer) for result in results)
    assert not [at for at in model.times if 0 < at < retry_after]
    assert sum(model.calls.values()) <= 3 * 50


def test_thirty_seconds_of_throttling_without_retry_after_make_no_storm():
    model = Model(lambda *_: throttled() if now() < 30 else None)
    results = put(model, 50)
    assert all(isinstance(result, Answer) for result in results)
    assert sum(model.calls.values()) <= 3 * 50
    assert max(model.times) < 120


def test_attempts_that_were_throttled_are_told_but_not_counted_against_the_question():
    model = Model(lambda _, call: throttled(1.0) if call <= 20 else None)
    assert put(model, 1, attempts=2) == [Answer("q0/1", attempts=21)]


def test_an_endpoint_with_a_rate_limit_gets_all_questions_in_the_end():
    served: list[float] = []

    def rate_limit(*_) -> Exception | None:
        if sum(1 for at in served if at > now() - 1) >= 5:
            return throttled()
        served.append(now())
        return None

    results = put(Model(rate_limit, seconds=0.5), 200)
    assert all(isinstance(result, Answer) for result in results)


def test_a_question_that_alone_is_throttled_for_ever_fails_alone():
    model = Model(lambda q, _: throttled() if q == "q3" else None)
    results = put(model, 300, in_flight=5)
    assert [n for n, result in enumerate(results) if not isinstance(result, Answer)] == [3]
    assert results[3].code == "http_429"


def test_a_model_that_only_throttles_is_given_up_after_some_minutes():
    model = Model(lambda *_: throttled())
    results = put(model, 100)
    assert {result.code for result in results} == {"http_429"}
    assert 300 < max(model.times) < 360
    assert sum(model.calls.values()) < 100


def test_a_pause_of_an_hour_is_not_waited_for():
    model = Model(lambda *_: throttled(3600.0))
    results = put(model, 100, in_flight=10)
    assert {result.code for result in results} == {"http_429"}
    assert sum(model.calls.values()) == 10
    assert max(model.times) < 1


def test_after_three_equal_fatal_errors_the_model_is_not_called_any_more():
    model = Model(lambda *_: no_key())
    results = put(model, 100, in_flight=2)
    assert {result.code for result in results} == {"http_401"}
    assert all(result.fatal for result in results)
    assert sum(model.calls.values()) in {3, 4}
    assert results[-1].attempts == 0


@pytest.mark.parametrize(
    "third",
    [
        None,
        PermanentModelError("gone", code="http_404", fatal=True),
        PermanentModelError("no", code="http_400"),
    ],
)
def test_fatal_errors_that_are_interrupted_stop_nothing(third):
    def trouble(question: str, _: int) -> Exception | None:
        return third if question in {"q2", "q5"} else no_key()

    model = Model(trouble)
    put(model, 7, in_flight=1)
    assert sum(model.calls.values()) == 7


def test_a_call_that_hangs_is_cut_when_its_time_is_up_and_its_slot_is_free_again():
    model = Model(seconds=1000)
    error = only(put(model, 1, give_up_at=30))
    assert (error.code, error.attempts) == ("out_of_time", 1)
    assert model.open == 0


def test_a_question_that_never_had_its_turn_says_so_by_zero_attempts():
    results = put(Model(seconds=1000), 2, in_flight=1, give_up_at=30)
    assert [(error.code, error.attempts) for error in results] == [("out_of_time", 1), ("out_of_time", 0)]


def test_a_question_out_of_time_tells_what_it_met_last():
    error = only(put(Model(lambda *_: throttled(100.0)), 1, give_up_at=30))
    assert (error.code, error.attempts) == ("http_429", 1)


def test_time_that_was_up_before_the_beginning_costs_no_call():
    model = Model()
    assert only(put(model, 1, give_up_at=0)).code == "out_of_time"
    assert not model.calls


def test_an_error_of_our_own_passes_and_gives_its_slot_back():
    model = Model(lambda q, _: ZeroDivisionError() if q == "q0" else None)
    first, second = put(model, 2, in_flight=1)
    assert isinstance(first, ZeroDivisionError)
    assert second == Answer("q1/1")


def test_a_timeout_of_the_providers_own_is_not_taken_for_ours():
    (error,) = put(Model(lambda *_: TimeoutError()), 1)
    assert isinstance(error, TimeoutError)


def test_a_cancelled_question_gives_its_slot_back():
    async def scene() -> Answer:
        calls = Calls(Model(), max_in_flight=1, max_attempts=1, clock=now)
        task = asyncio.create_task(calls.answer(Question(1, "a", "?"), 1, give_up_at=FAR))
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return await calls.answer(Question(2, "b", "?"), 1, give_up_at=FAR)

    assert run(scene()) == Answer("b/1")


def refused(words: str = "no such field") -> PermanentModelError:
    return PermanentModelError(words, code="http_400")


def test_a_model_that_refuses_everything_in_the_same_words_is_not_called_any_more():
    model = Model(lambda *_: refused())
    results = put(model, 1000, in_flight=10)
    assert {(result.code, result.message) for result in results} == {("http_400", "no such field")}
    assert IDENTICAL_REPEATS <= sum(model.calls.values()) < IDENTICAL_REPEATS + 10


def test_throttling_among_them_does_not_hide_equal_refusals():
    model = Model(lambda _, call: throttled() if call == 1 else refused())
    put(model, 1000, in_flight=10)
    assert sum(call > 1 for call in model.calls.values()) < IDENTICAL_REPEATS + 10


@pytest.mark.parametrize(
    "trouble",
    [
        lambda q, _: refused(f"{q} is too long"),
        lambda q, _: PermanentModelError("filtered", code="content_filter"),
        lambda q, _: PermanentModelError("no answer was recorded", code="no_recorded_answer"),
        lambda q, _: None if q == "q0" else refused(),
    ],
)
def test_refusals_that_tell_of_single_questions_stop_nothing(trouble):
    model = Model(trouble)
    put(model, 100, in_flight=1)
    assert sum(model.calls.values()) == 100


def test_any_attempt_is_repeated_and_told_how_often():
    model = Model()
    left = [throttled(1.0), overloaded(), None]

    async def attempt() -> Embedding:
        if trouble := left.pop(0):
            raise trouble
        return Embedding(((1.0,),))

    async def scene() -> Embedding:
        calls = Calls(model, max_in_flight=1, max_attempts=3, clock=now, draw=random.Random(1).random)
        return await calls.call(attempt, give_up_at=FAR)

    assert run(scene()) == Embedding(((1.0,),), attempts=3)


def test_an_attempt_that_fails_for_good_tells_how_often_it_was_made():
    async def attempt() -> Answer:
        raise overloaded()

    async def scene() -> None:
        calls = Calls(Model(), max_in_flight=1, max_attempts=4, clock=now, draw=random.Random(1).random)
        with pytest.raises(TransientModelError) as caught:
            await calls.call(attempt, give_up_at=FAR)
        assert caught.value.attempts == 4

    run(scene())


def test_attempts_of_all_kinds_share_the_slots():
    model = Model()

    async def scene() -> None:
        calls = Calls(model, max_in_flight=3, max_attempts=1, clock=now)
        asked = [calls.answer(Question(n, f"q{n}", "?"), 1, give_up_at=FAR) for n in range(10)]
        others = [
            calls.call(partial(model.ask, Question(n, f"o{n}", "?"), 1), give_up_at=FAR) for n in range(10)
        ]
        await asyncio.gather(*asked, *others)

    run(scene())
    assert model.most_open == 3


@pytest.mark.parametrize(("share", "seconds"), [(0.0, 20), (0.01, 30), (0.05, 40), (0.1, 50)])
def test_a_model_that_throttles_one_call_now_and_then_is_hardly_slowed_down(share, seconds):
    """500 questions of a second each, 25 at a time: 20 seconds at best."""
    draws = random.Random(1)
    model = Model(lambda *_: throttled() if draws.random() < share else None)
    results = put(model, 500, in_flight=25)
    assert all(isinstance(result, Answer) for result in results)
    assert max(model.times) < seconds
    assert sum(model.calls.values()) < 500 * (1 + 2 * share) + 1


def test_a_model_with_a_limit_of_its_own_is_soon_asked_as_much_as_it_takes():
    model = Model(lambda *_: throttled() if model.open > 10 else None)
    results = put(model, 500, in_flight=50)
    assert all(isinstance(result, Answer) for result in results)
    assert max(model.times) < 1.2 * 500 / 10
    assert sum(model.calls.values()) < 1.5 * 500


TROUBLES = st.sampled_from(["answer", "answer", "500", "429", "429+5", "400", "timeout", "401"])


def trouble_of(word: str) -> Exception | None:
    match word:
        case "500":
            return overloaded()
        case "429":
            return throttled()
        case "429+5":
            return throttled(5.0)
        case "400" | "401":
            return PermanentModelError("no", code=f"http_{word}", fatal=word == "401")
        case "timeout":
            return TransientModelError("late", code="timeout")
    return None


@settings(max_examples=150, deadline=None)
@given(
    scripts=st.lists(st.lists(TROUBLES, max_size=8), min_size=1, max_size=12),
    in_flight=st.integers(1, 4),
    give_up_at=st.sampled_from([3.0, 60.0, FAR]),
)
def test_whatever_happens_every_question_is_accounted_for(scripts, in_flight, give_up_at):
    def trouble(question: str, call: int) -> Exception | None:
        script = scripts[int(question[1:])]
        return trouble_of(script[call - 1]) if call <= len(script) else None

    model = Model(trouble)
    results = put(model, len(scripts), in_flight=in_flight, attempts=3, give_up_at=give_up_at)
    assert len(results) == len(scripts)
    for number, result in enumerate(results):
        assert isinstance(result, Answer | ModelError)
        assert result.attempts == model.calls[f"q{number}"]
    assert model.open == 0
    assert model.most_open <= in_flight
