"""Answers that were uploaded."""

import asyncio
import json

import pytest

from marksheet.answers import index_answers
from marksheet.domain import Question
from marksheet.errors import PermanentModelError
from marksheet.providers.recorded import RecordedProvider

KEY = "orgs/acme/models/m/1/answers.jsonl"


class Objects:
    """Stored objects that remember what was read of them."""

    def __init__(self, *rows: dict) -> None:
        data = b"\n".join(json.dumps(row).encode() for row in rows)
        self.contents = {KEY: data, KEY.replace(".jsonl", ".index"): index_answers([data]).data}
        self.reads: list[tuple[str, int | None, int | None]] = []

    def read(self, key: str, start: int | None, end: int | None) -> bytes:
        self.reads.append((key, start, end))
        return self.contents[key][start:end]


def questions(*ids: str) -> list[Question]:
    return [Question(ordinal, question_id, "?") for ordinal, question_id in enumerate(ids, 1)]


def ask(provider: RecordedProvider, asked: list[Question], trials: int = 1) -> list[str]:
    """Every answer's text, or its error's code."""

    async def one(question: Question, trial: int) -> str:
        try:
            return (await provider.ask(question, trial)).text
        except PermanentModelError as error:
            return error.code

    async def all_of_them() -> list[str]:
        await provider.prepare(asked, trials)
        found = [await one(question, trial) for question in asked for trial in range(1, trials + 1)]
        await provider.close()
        return found

    return asyncio.run(all_of_them())


def test_answers_come_by_question_id_and_missing_ones_are_told():
    objects = Objects({"question_id": "a", "output": "x"}, {"question_id": "b", "output": "y"})
    provider = RecordedProvider(KEY, objects.read)
    assert ask(provider, questions("b", "c", "a")) == ["y", "no_recorded_answer", "x"]


def test_one_row_answers_all_trials_unless_rows_name_them():
    objects = Objects(
        {"question_id": "a", "output": "x"},
        {"question_id": "b", "trial": 1, "output": "y"},
        {"question_id": "b", "trial": 3, "output": "z"},
    )
    provider = RecordedProvider(KEY, objects.read)
    assert ask(provider, questions("a", "b"), trials=3) == ["x", "x", "x", "y", "no_recorded_answer", "z"]


def test_neighbouring_rows_are_one_read_and_the_index_is_read_once():
    objects = Objects(*({"question_id": str(n), "output": str(n)} for n in range(50)))
    provider = RecordedProvider(KEY, objects.read)
    wanted = [str(n) for n in range(10, 40)]
    assert ask(provider, questions(*wanted)) == wanted
    assert ask(provider, questions("3")) == ["3"]
    assert len(objects.reads) == 3
    assert sum(end - start for _, start, end in objects.reads if start is not None) < len(
        objects.contents[KEY]
    )


def test_rows_far_apart_are_read_apart():
    filler = "x" * 200_000
    objects = Objects(
        {"question_id": "a", "output": "first"},
        {"question_id": "filler", "output": filler},
        {"question_id": "b", "output": "last"},
    )
    assert ask(RecordedProvider(KEY, objects.read), questions("a", "b")) == ["first", "last"]
    assert sum(end - start for _, start, end in objects.reads if start is not None) < 1000


def test_questions_of_an_earlier_preparation_can_still_be_asked():
    objects = Objects({"question_id": "a", "output": "x"}, {"question_id": "b", "output": "y"})
    provider = RecordedProvider(KEY, objects.read)
    first, second = questions("a", "b")

    async def both() -> list[str]:
        await provider.prepare([first], 1)
        await provider.prepare([second], 1)
        return [(await provider.ask(question, 1)).text for question in (first, second)]

    assert asyncio.run(both()) == ["x", "y"]


def test_answers_are_let_go_once_every_trial_was_asked():
    objects = Objects({"question_id": "a", "output": "x"})
    provider = RecordedProvider(KEY, objects.read)
    assert ask(provider, questions("a"), trials=2) == ["x", "x"]
    with pytest.raises(KeyError):
        asyncio.run(provider.ask(*questions("a"), 1))


@pytest.mark.parametrize("gone", [KEY, KEY.replace(".jsonl", ".index")])
def test_a_file_that_is_gone_is_fatal_for_every_question(gone):
    objects = Objects({"question_id": "a", "output": "x"})
    del objects.contents[gone]
    provider = RecordedProvider(KEY, objects.read)
    assert ask(provider, questions("a", "b")) == ["no_recorded_answers"] * 2
    with pytest.raises(PermanentModelError) as caught:
        asyncio.run(provider.ask(*questions("a"), 1))
    assert caught.value.fatal


def test_a_model_without_answers_says_so():
    objects = Objects({"question_id": "a", "output": "x"})
    assert ask(RecordedProvider(None, objects.read), questions("a")) == ["no_recorded_answers"]
    assert objects.reads == []


@pytest.mark.parametrize(
    "use", [lambda p: p.chat([{"role": "user", "content": "?"}]), lambda p: p.embed(["?"])]
)
def test_nothing_else_can_be_asked_of_recorded_answers(use):
    objects = Objects({"question_id": "a", "output": "x"})
    with pytest.raises(PermanentModelError) as caught:
        asyncio.run(use(RecordedProvider(KEY, objects.read)))
    assert (caught.value.code, caught.value.fatal) == ("recorded_model", True)
