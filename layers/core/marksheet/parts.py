"""Reading what an evaluation's workers wrote: its parts in order, and the questions they are about."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby, islice
from typing import TYPE_CHECKING

from marksheet import questions
from marksheet.errors import ShardsUnfinished
from marksheet.rows import decode_part, decode_trial, part_lines
from marksheet.store import layout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from marksheet.application import Application
    from marksheet.domain import Evaluation, Question, Run, Trial

_READ_AHEAD = 16
"""Parts fetched at once; one takes about as long to fetch as it takes to add up."""


def part_keys(app: Application, evaluation: Evaluation, run: Run) -> list[str]:
    """The part of every shard of a run, in order. Raises `ShardsUnfinished` when one is missing."""
    organization, evaluation_id = evaluation.organization, evaluation.evaluation_id
    if evaluation.logged:
        # PlanEvaluation wrote all of them for this attempt, or there is nothing to finish.
        numbers = range(1, run.shards + 1)
        return [layout.part(organization, evaluation_id, run.run_id, n, evaluation.attempt) for n in numbers]
    done = {
        shard.number: shard.generation
        for shard in app.store.shards.list_all(organization, evaluation_id, run.position)
        if shard.done
    }
    if missing := run.shards - len(done):
        raise ShardsUnfinished(
            f"{missing} of {run.shards} shards of model {run.model.model_id} were not finished; "
            "resume the evaluation to take them up"
        )
    return [
        layout.part(organization, evaluation_id, run.run_id, number, done[number])
        for number in range(1, run.shards + 1)
    ]


def read_questions(app: Application, evaluation: Evaluation) -> Iterator[Question]:
    """The evaluation's questions in order; of a grading job the rows that were handed in."""
    return map(questions.decode_question, app.store.objects.lines(evaluation.benchmark.questions_key))


def read_trials(app: Application, keys: list[str]) -> Iterator[Trial]:
    """All trials of a run in order."""
    for content in _read_parts(app, keys):
        yield from decode_part(content)


def read_lines(app: Application, keys: list[str]) -> Iterator[tuple[list[Trial], list[bytes]]]:
    """The trials of each question together, and the lines they are written in, without newlines."""
    lines = (line for content in _read_parts(app, keys) for line in part_lines(content))
    for _, group in groupby(
        ((decode_trial(line), line) for line in lines), key=lambda found: found[0].ordinal
    ):
        found = list(group)
        yield [trial for trial, _ in found], [line for _, line in found]


def _read_parts(app: Application, keys: list[str]) -> Iterator[bytes]:
    """The parts in order, fetched a few ahead."""
    with ThreadPoolExecutor(_READ_AHEAD) as pool:
        waiting = iter(keys)
        ahead: deque[Future[bytes]] = deque(
            pool.submit(app.store.objects.read, key) for key in islice(waiting, _READ_AHEAD)
        )
        while ahead:
            content = ahead.popleft().result()
            for key in islice(waiting, 1):
                ahead.append(pool.submit(app.store.objects.read, key))
            yield content
