from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from marksheet.domain import LoggedRow, LoggedTrial, MarkedRow
from marksheet.run_rows import RowsWriter, external_sort, open_rows, read_page
from tests.core.run_rows.kept import (
    ORGANIZATION,
    Bucket,
    Kept,
    ask,
    make_evaluation,
    mark,
    marked,
    number,
)

ROWS = [marked(ask(n, f"Say {n}")) for n in range(1, 101)]


@pytest.fixture(autouse=True)
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where temporary files go."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def write(kept: Kept, rows: list[MarkedRow], **told: Any) -> None:
    evaluation = make_evaluation(len(rows), **told)
    with RowsWriter(kept.app, evaluation, evaluation.runs[0]) as writer:
        for row in rows:
            writer.add(row.question, row.trials)


def test_the_index_is_written_last(temporary: Path) -> None:
    kept = Kept()
    write(kept, ROWS)
    assert list(kept.bucket.content)[-1].endswith("/rows/1/index")
    assert not list(temporary.iterdir())


def test_the_same_rows_are_the_same_bytes() -> None:
    """Whoever writes them again, or beside another, changes nothing for those who read them."""
    first, second = Kept(), Kept()
    write(first, ROWS)
    write(second, ROWS)
    assert first.bucket.content == second.bucket.content


def test_rows_of_another_attempt_lie_elsewhere() -> None:
    kept = Kept()
    write(kept, ROWS)
    before = dict(kept.bucket.content)
    write(kept, ROWS[:50], attempt=2)
    assert {key: kept.bucket.content[key] for key in before} == before
    evaluation = make_evaluation(50, attempt=2)
    found = open_rows(kept.app, evaluation, evaluation.runs[0])
    assert read_page(kept.app, ORGANIZATION, [found], limit=0).total == 50


def test_an_error_on_the_way_leaves_nothing(temporary: Path) -> None:
    kept = Kept()
    broken = replace(ROWS[1], question=replace(ROWS[1].question, question="\ud800"))
    with pytest.raises(TypeError):
        write(kept, [ROWS[0], broken])
    assert not kept.bucket.content
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("name", ["ordinals", "values", "by_digest.0", "keys", "marks", "index"])
def test_an_error_at_the_end_leaves_no_index(
    name: str, monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    kept = Kept()
    whole = Bucket.write

    def break_down(self: Bucket, key: str, content: bytes, content_type: str = "", **told: Any) -> None:
        if key.endswith(f"/{name}"):
            raise ConnectionError
        whole(self, key, content, content_type, **told)

    monkeypatch.setattr(Bucket, "write", break_down)
    with pytest.raises(ConnectionError):
        write(kept, ROWS)
    assert not [key for key in kept.bucket.content if key.endswith("/index")]
    assert not list(temporary.iterdir())


def test_a_logged_row_comes_back_word_for_word() -> None:
    kept = Kept()
    value = {"big": 10**40, "half": "\ud800", "list": [1.0, 1, True, None], "float": 1e300}
    question = LoggedRow(1, "q1", "asked", value=value, resolved=[value])
    logged = LoggedTrial("c", "p", value, {"s": {"deep": [value], "n": 10**400}}, "2026-01-01T00:00:00Z")
    row = marked(question, replace(mark(question, 1.0), logged=logged))
    page = read_page(kept.app, ORGANIZATION, [kept.store([row], "a")])
    assert page.rows == [(row.digest, {"a": [row]})]


def test_a_run_may_be_empty() -> None:
    kept = Kept()
    assert read_page(kept.app, ORGANIZATION, [kept.store([], "a")]).total == 0


def test_what_does_not_fit_in_memory_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = number([marked(ask(1, f"Say {n % 70}"), mark(ask(1, ""), n / 100)) for n in range(100)])
    whole = Kept()
    whole.finish(rows, "a")
    spilled = Kept()
    monkeypatch.setattr(
        external_sort.ExternalSort.__init__, "__kwdefaults__", {"buffer_bytes": 900, "fan_in": 3}
    )
    spilled.finish(rows, "a")
    assert spilled.bucket.content == whole.bucket.content
