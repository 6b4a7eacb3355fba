from __future__ import annotations

from typing import Any

import pytest

from marksheet.application import Application
from marksheet.domain import Benchmark
from marksheet.store.objects import Objects
from marksheet.worker import question_slices
from marksheet.worker.question_slices import QuestionSlices


@pytest.fixture
def benchmark(deployment: Any) -> Benchmark:
    return deployment.benchmark(23)  # type: ignore[no-any-return]


class Reads(Objects):
    """Counts what is read."""

    count = 0

    def read(self, key: str, start: int | None = None, end: int | None = None) -> bytes:
        self.count += 1
        return super().read(key, start, end)


@pytest.fixture
def objects(app: Application) -> Reads:
    return Reads(app.store.objects.bucket)


@pytest.fixture
def slices(objects: Reads, benchmark: Benchmark) -> QuestionSlices:
    return QuestionSlices(objects, benchmark.questions_key, shard_size=5, total=23)


def ordinals(slices: QuestionSlices, number: int, last: int = 5) -> list[int]:
    return [question.ordinal for question in slices.read(number, last)]


def test_every_shard_has_its_own_questions_and_the_last_one_what_is_left(slices: QuestionSlices) -> None:
    assert [ordinals(slices, number) for number in range(1, 6)] == [
        [1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10],
        [11, 12, 13, 14, 15],
        [16, 17, 18, 19, 20],
        [21, 22, 23],
    ]


def test_shards_of_one_block_take_two_reads_together(slices: QuestionSlices, objects: Reads) -> None:
    for number in range(2, 6):
        slices.read(number, 5)
    assert objects.count == 2


def test_nothing_beyond_the_lane_is_held(slices: QuestionSlices, objects: Reads) -> None:
    slices.read(1, 2)
    slices.read(2, 2)
    assert objects.count == 2
    assert ordinals(slices, 3) == [11, 12, 13, 14, 15]
    assert objects.count == 4


def test_a_block_ends_with_the_shard_that_reaches_its_size(
    slices: QuestionSlices, objects: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question_slices, "BLOCK_BYTES", 1)
    assert [ordinals(slices, number)[0] for number in (1, 2, 5)] == [1, 6, 21]
    assert objects.count == 6


def test_a_block_has_no_more_shards_than_it_may(
    slices: QuestionSlices, objects: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(question_slices, "BLOCK_SHARDS", 2)
    assert [ordinals(slices, number)[0] for number in range(1, 6)] == [1, 6, 11, 16, 21]
    assert objects.count == 6


def test_shards_can_be_read_in_any_order(slices: QuestionSlices) -> None:
    assert ordinals(slices, 4) == [16, 17, 18, 19, 20]
    assert ordinals(slices, 1) == [1, 2, 3, 4, 5]
    assert ordinals(slices, 5) == [21, 22, 23]
