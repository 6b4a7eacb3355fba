"""A run's questions by ordinal, one or a page of them: two reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marksheet.errors import NotFound
from marksheet.run_rows.ordinal_blocks import read_ordinals
from marksheet.run_rows.records import decode_row
from marksheet.run_rows.stored_rows import rows_keys

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Evaluation, MarkedRow, Run


def read_prompts(
    app: Application, evaluation: Evaluation, run: Run, *, first: int, count: int
) -> list[MarkedRow]:
    """`count` questions from the ordinal `first` on, with their trials; fewer where the run ends. Raises
    `NotFinished` where there are no results, `NotFound` when they have been deleted meanwhile.
    """
    keys = rows_keys(evaluation, run)
    wanted = range(max(1, first), min(evaluation.total_questions, first + count - 1) + 1)
    try:
        found = read_ordinals(app.store.objects, keys, wanted)
    except KeyError as absent:
        raise NotFound("run", run.run_id) from absent
    return [decode_row(found[ordinal]) for ordinal in wanted]
