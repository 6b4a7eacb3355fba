"""Writing the parts of a logged run, a few at once."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from marksheet.rows import encode_trial
from marksheet.store import layout

if TYPE_CHECKING:
    from types import TracebackType

    from marksheet.application import Application
    from marksheet.domain import Evaluation, MarkedRow

_AT_ONCE = 8


class PartWriter:
    """Takes in rows in order, and writes the part of every shard that is full. All of them stand once its
    block is left.
    """

    def __init__(self, app: Application, evaluation: Evaluation) -> None:
        self._app = app
        self._evaluation = evaluation
        self._lines: list[bytes] = []
        self._rows = 0
        self._number = 0
        self._pool = ThreadPoolExecutor(_AT_ONCE)
        self._under_way: deque[Future[None]] = deque()

    def add(self, row: MarkedRow) -> None:
        """Take in the next row."""
        self._lines += map(encode_trial, row.trials)
        self._rows += 1
        if self._rows == self._evaluation.shard_size:
            self._write()

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None and self._rows:
                self._write()
            while error is None and self._under_way:
                self._under_way.popleft().result()
        finally:
            self._pool.shutdown(cancel_futures=True)

    def _write(self) -> None:
        evaluation, self._number = self._evaluation, self._number + 1
        key = layout.part(
            evaluation.organization,
            evaluation.evaluation_id,
            evaluation.runs[0].run_id,
            self._number,
            evaluation.attempt,
        )
        content = b"".join(self._lines)
        self._under_way.append(self._pool.submit(self._app.store.objects.write, key, content))
        self._lines, self._rows = [], 0
        if len(self._under_way) > _AT_ONCE:
            self._under_way.popleft().result()
