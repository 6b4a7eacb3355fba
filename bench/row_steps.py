"""The steps of the benchmark of rows, each in a process of its own that tells what it used.

    python -m bench.row_steps answer --questions 10000 --skip 5000
    python -m bench.row_steps read --evaluation ID --evaluation ID --repeats 20

`answer` leaves an evaluation as its workers would have left it, without asking a model. `bench.steps finish`
finishes it. `read` reads what that wrote, as a warm function would. Each prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from bench.counting import watch
from bench.figures import percentile
from bench.processes import peak_mb
from bench.questions import make_questions
from bench.steps import CALLER, SCORERS
from marksheet import aws
from marksheet.application import Application, application
from marksheet.domain import (
    Benchmark,
    Evaluation,
    Model,
    Outcome,
    ProviderName,
    Question,
    Run,
    Score,
    Status,
    Trial,
)
from marksheet.questions import encode_question
from marksheet.rows import encode_trial
from marksheet.run_rows import (
    RowStatistics,
    filtered,
    flips,
    open_rows,
    read_page,
    read_prompts,
    run_statistics,
)
from marksheet.store import layout
from marksheet.store.shards import DONE
from marksheet.store.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Place = tuple[Evaluation, Run]

_SHARD = 50
_PAGE = 50
_WRITERS = 8
_ORGANIZATION = CALLER.organization


def answer(given: argparse.Namespace) -> dict[str, Any]:
    """An evaluation of one run whose shards are all done; of the questions that are made up the first `skip`
    are left out, so that two evaluations share some.
    """
    app = application()
    evaluation = _evaluation(app, given.questions)
    app.store.evaluations.add(evaluation)
    asked = _questions(given.questions, given.skip)
    marked = random.Random(given.skip)
    with (
        app.store.objects.writer(evaluation.benchmark.questions_key, "application/x-ndjson") as out,
        ThreadPoolExecutor(_WRITERS) as pool,
    ):
        for number, shard in enumerate(_cut(asked), 1):
            out.write(b"".join(map(encode_question, shard)))
            part = b"".join(encode_trial(_trial(question, marked)) for question in shard)
            key = layout.part(_ORGANIZATION, evaluation.evaluation_id, evaluation.runs[0].run_id, number, 1)
            pool.submit(app.store.objects.write, key, part)
    _mark_done(app, evaluation)
    return {"evaluation_id": evaluation.evaluation_id}


def _evaluation(app: Application, questions: int) -> Evaluation:
    now = app.now()
    name = uuid.uuid4().hex
    model = Model(_ORGANIZATION, "bench", ProviderName.RECORDED, {}, Status.READY, now)
    benchmark = Benchmark(
        _ORGANIZATION,
        f"bench-{name}",
        1,
        "bench",
        Status.READY,
        questions,
        "0" * 64,
        layout.questions(_ORGANIZATION, f"bench-{name}", "1"),
        SCORERS,
        now,
    )
    run = Run(str(uuid.uuid4()), 0, model, shards=-(-questions // _SHARD))
    return Evaluation(
        _ORGANIZATION, f"eval-{name}", Status.PROCESSING, benchmark, (run,), SCORERS, now, started_at=now
    )


def _questions(count: int, skip: int) -> Iterator[Question]:
    rows = islice(make_questions(skip + count), skip, None)
    for ordinal, row in enumerate(rows, 1):
        yield Question(ordinal, row["question_id"], row["question"], row["expected_answer"])


def _cut(asked: Iterator[Question]) -> Iterator[list[Question]]:
    while shard := list(islice(asked, _SHARD)):
        yield shard


def _trial(question: Question, draw: random.Random) -> Trial:
    """Three of four are right; the overlap of the others' words has some twenty values."""
    right = draw.random() < 0.75
    overlap = 1.0 if right else draw.randint(0, 20) / 20
    values = (float(right), overlap, float(right), overlap * 0.97)
    scores = {spec.metric: Score(value) for spec, value in zip(SCORERS, values, strict=True)}
    return Trial(
        question.ordinal,
        question.question_id,
        1,
        Outcome.RIGHT if right else Outcome.WRONG,
        f"On the stone is written {question.expected_answer}, as far as anyone can tell.",
        scores,
        latency_seconds=draw.random(),
        prompt_tokens=120,
        completion_tokens=20,
        finish_reason="stop",
    )


def _mark_done(app: Application, evaluation: Evaluation) -> None:
    partition = layout.evaluation(_ORGANIZATION, evaluation.evaluation_id)
    Table(app.settings.table_name).put_many(
        {
            "PK": partition,
            "SK": layout.shard(0, number),
            "state": DONE,
            "generation": 1,
            **dict.fromkeys(("right", "wrong", "unscored", "errored"), 0),
        }
        for number in range(1, evaluation.runs[0].shards + 1)
    )


def read(given: argparse.Namespace) -> dict[str, Any]:
    """Pages and sums over the runs of finished evaluations: milliseconds of the first call, of half of the
    calls after it, and reads from S3.
    """
    app = application()
    found = [app.store.evaluations.find(_ORGANIZATION, name) for name in given.evaluation]
    evaluations = [evaluation for evaluation in found if evaluation is not None]
    places = [(evaluation, evaluation.runs[0]) for evaluation in evaluations]
    watched = _Watched(given.repeats)
    rows = 0
    for word, intersect in (("any", False), ("all", True)):
        page = partial(_page, app, places, intersect)
        total = watched.call(f"page of {word}, start", page, 0)
        watched.call(f"page of {word}, middle", page, total // 2)
        watched.call(f"page of {word}, end", page, max(0, total - _PAGE))
        rows = max(rows, total)
    watched.call("page of one run, middle", _page, app, places[:1], False, rows // 3)
    watched.call("prompts, middle", partial(read_prompts, app, *places[0], first=rows // 3, count=_PAGE))
    watched.call("sums of all rows", _sums, app, places, False)
    watched.call("sums of common rows", _sums, app, places, True)
    watched.call("filter", partial(filtered, app, *places[0], metric="relevance", below=0.04, limit=_PAGE))
    watched.call("flips", partial(flips, app, places[0], places[-1], metric="accuracy", limit=_PAGE))
    return {**watched.told, "peak_mb": peak_mb()}


def _page(app: Application, places: Sequence[Place], intersect: bool, offset: int) -> int:
    runs = [open_rows(app, *place) for place in places]
    return read_page(app, _ORGANIZATION, runs, offset=offset, limit=_PAGE, intersect=intersect).total


def _sums(app: Application, places: Sequence[Place], intersect: bool) -> RowStatistics:
    runs = [open_rows(app, *place) for place in places]
    return run_statistics(app, _ORGANIZATION, runs, intersect=intersect)


class _Watched:
    """Calls once, and then several times again."""

    def __init__(self, repeats: int) -> None:
        self._repeats = repeats
        self._requests = watch([aws.client("s3")])
        self.told: dict[str, dict[str, float]] = {}

    def call(self, name: str, call: Callable[..., Any], *given: Any) -> Any:
        """What the call gives."""
        took = []
        for _ in range(1 + self._repeats):
            before = self._requests.billed()["gets"]
            began = time.perf_counter()
            answer = call(*given)
            took.append(1000 * (time.perf_counter() - began))
            gets = self._requests.billed()["gets"] - before
        self.told[name] = {"first": took[0], "half": percentile(took[1:], 0.5), "gets": gets}
        return answer


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("step", choices=("answer", "read"))
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--evaluation", action="append")
    parser.add_argument("--repeats", type=int, default=20)
    given = parser.parse_args(arguments)
    print(json.dumps({"answer": answer, "read": read}[given.step](given)))


if __name__ == "__main__":
    main()
