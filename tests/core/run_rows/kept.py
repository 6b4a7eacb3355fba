"""Runs whose rows are written to a bucket that is a dictionary, and counts what is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace, TracebackType
from typing import Any, cast

from marksheet.application import Application
from marksheet.domain import (
    Benchmark,
    Evaluation,
    MarkedRow,
    Model,
    Outcome,
    ProviderName,
    Question,
    Role,
    Run,
    Score,
    ScorerSpec,
    Status,
    Trial,
)
from marksheet.row_digests import row_digest
from marksheet.run_rows import MemoryRows, RowsWriter, RunRows, open_rows
from marksheet.summary.run_summary import RunSummary

ORGANIZATION = "acme"
SCORERS = (
    ScorerSpec("exact_match", Role.CORRECTNESS, threshold=0.75),
    ScorerSpec("token_f1", Role.RELEVANCE),
    ScorerSpec("includes"),
)


class Bucket:
    """As much of `Objects` as rows need."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.reads: Counter[str] = Counter()
        """By the last part of the key, the segment left out."""
        self.derived: list[str] = []
        """Keys of what was said to be derived."""

    def read(self, key: str, start: int | None = None, end: int | None = None) -> bytes:
        self._note(key)
        return self.content[key][start:end]

    def find(self, key: str) -> bytes | None:
        self._note(key)
        return self.content.get(key)

    def _note(self, key: str) -> None:
        self.reads[key.rpartition("/")[2].partition(".")[0]] += 1

    def stream(self, key: str) -> Iterator[bytes]:
        self._note(key)
        content = self.content[key]
        return (content[start : start + 1000] for start in range(0, len(content), 1000))

    def write(self, key: str, content: bytes, content_type: str = "", *, derived: bool = False) -> None:
        self.content[key] = content
        if derived:
            self.derived.append(key)

    def writer(self, key: str, content_type: str) -> _Writer:
        return _Writer(self, key)


class _Writer:
    def __init__(self, bucket: Bucket, key: str) -> None:
        self._bucket, self._key = bucket, key
        self._content = bytearray()

    @property
    def size(self) -> int:
        return len(self._content)

    def write(self, content: bytes) -> None:
        self._content += content

    def __enter__(self) -> _Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._bucket.write(self._key, bytes(self._content))


@dataclass
class Kept:
    """A deployment in which runs are finished at once."""

    bucket: Bucket = field(default_factory=Bucket)

    @property
    def app(self) -> Application:
        return cast(Application, SimpleNamespace(store=SimpleNamespace(objects=self.bucket)))

    def finish(self, rows: Sequence[MarkedRow], run_id: str, **told: Any) -> tuple[Evaluation, Run]:
        """An evaluation of one run that has these rows, in this order."""
        evaluation = make_evaluation(len(rows), run_id, **told)
        run = evaluation.runs[0]
        summary = RunSummary(run, evaluation)
        with RowsWriter(self.app, evaluation, run) as writer:
            for row in rows:
                writer.add(row.question, row.trials, summary.add(row.trials, None))
        return evaluation, run

    def store(self, rows: Sequence[MarkedRow], run_id: str) -> RunRows:
        return open_rows(self.app, *self.finish(rows, run_id))

    def hold(self, rows: Sequence[MarkedRow], run_id: str) -> RunRows:
        return MemoryRows(run_id, rows)


def make_evaluation(count: int, run_id: str = "run", **told: Any) -> Evaluation:
    """A finished one of a single run, with so many questions."""
    model = Model(ORGANIZATION, "m", ProviderName.RECORDED, {}, Status.READY, "2026-01-01T00:00:00Z")
    benchmark = Benchmark(
        ORGANIZATION, "b", 1, "b", Status.READY, count, "0" * 64, "orgs/acme/questions.jsonl", SCORERS, ""
    )
    evaluation = Evaluation(
        ORGANIZATION,
        f"eval-{run_id}",
        Status.READY,
        benchmark,
        (Run(run_id, 0, model),),
        SCORERS,
        "2026-01-01T00:00:00Z",
        results_bytes=1,
    )
    return replace(evaluation, **told)


def ask(ordinal: int, text: str, **told: Any) -> Question:
    return Question(ordinal, f"q{ordinal}", text, **told)


def mark(question: Question, *scores: float | None, number: int = 1, outcome: Outcome | None = None) -> Trial:
    """A trial with a score of each scorer in turn."""
    told: Mapping[str, Score] = {
        spec.metric: Score(value) for spec, value in zip(SCORERS, scores, strict=False)
    }
    first = scores[0] if scores else None
    if outcome is None:
        outcome = Outcome.UNSCORED if first is None else Outcome.RIGHT if first >= 0.75 else Outcome.WRONG
    return Trial(question.ordinal, question.question_id, number, outcome, f"{question.question}!", told)


def marked(question: Question, *trials: Trial) -> MarkedRow:
    return MarkedRow(row_digest(question), question, trials or (mark(question, 1.0),))


def number(rows: Sequence[MarkedRow]) -> list[MarkedRow]:
    """The rows with ordinals from 1."""
    return [
        replace(
            row,
            question=replace(row.question, ordinal=n, question_id=f"q{n}"),
            trials=tuple(replace(trial, ordinal=n, question_id=f"q{n}") for trial in row.trials),
        )
        for n, row in enumerate(rows, 1)
    ]
