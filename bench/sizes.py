"""How much of everything is measured: enough for a judgement, or as little as shows that it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of questions, calls and repetitions."""

    quick: bool = False
    worker_questions: int = 5000
    worker_repeats: int = 3
    stack_questions: tuple[int, ...] = (1_000, 10_000, 100_000)
    in_flight: int = 50
    api_calls: int = 200
    api_creates: int = 20
    import_repeats: int = 9
    row_questions: tuple[int, int] = (10_000, 1_000_000)
    row_reads: int = 20
    scorer_rows: int = 2000
    """More than a scorer remembers (`normalisation.REMEMBERED`), or it would only be asked to recall."""


QUICK = Sizes(
    quick=True,
    worker_questions=300,
    worker_repeats=1,
    stack_questions=(300,),
    api_calls=10,
    api_creates=2,
    import_repeats=1,
    scorer_rows=600,
    row_questions=(100, 400),
    row_reads=2,
)
"""A smoke test. Its figures are shown, and held to no target."""
