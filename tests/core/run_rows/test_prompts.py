from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.errors import NotFinished, TooLarge
from marksheet.run_rows import ordinal_blocks, read_prompts
from tests.core.run_rows.kept import Kept, ask, make_evaluation, marked

ROWS = [marked(ask(n, f"Say {n % 50}")) for n in range(1, 201)]


@given(first=st.integers(-5, 210), count=st.integers(-1, 210))
def test_prompts_are_a_stretch_of_the_benchmark(first: int, count: int) -> None:
    kept = Kept()
    evaluation, run = kept.finish(ROWS, "a")
    found = read_prompts(kept.app, evaluation, run, first=first, count=count)
    assert found == [row for row in ROWS if first <= row.question.ordinal < first + count]


@pytest.mark.parametrize("ordinal", [1, 64, 65, 128, 200])
def test_one_prompt_takes_two_reads(ordinal: int) -> None:
    kept = Kept()
    evaluation, run = kept.finish(ROWS, "a")
    kept.bucket.reads.clear()
    assert read_prompts(kept.app, evaluation, run, first=ordinal, count=1) == [ROWS[ordinal - 1]]
    assert kept.bucket.reads == {"ordinals": 1, "by_ordinal": 1}


def test_a_run_without_results_has_no_prompts() -> None:
    evaluation = make_evaluation(1, results_bytes=None)
    with pytest.raises(NotFinished):
        read_prompts(Kept().app, evaluation, evaluation.runs[0], first=1, count=1)


def test_more_than_memory_holds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept()
    evaluation, run = kept.finish(ROWS, "a")
    monkeypatch.setattr(ordinal_blocks, "MOST_BYTES", 1000)
    with pytest.raises(TooLarge, match="ask for fewer"):
        read_prompts(kept.app, evaluation, run, first=1, count=200)
