from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from bench.figures import Failure, Figure, as_json, as_table, percentile, shown

KEPT = Figure("worker", "processor time", 0.5, "ms", target=0.8)
MISSED = Figure("worker", "overhead", 1.3, "ms", target=1.2)
FREE = Figure("api", "get", 12.0, "ms")


def test_a_target_is_kept_up_to_itself() -> None:
    assert (KEPT.met, MISSED.met, FREE.met) == (True, False, None)
    assert Figure("a", "b", 1.2, "ms", target=1.2).met


def test_a_figure_of_too_few_questions_is_held_to_nothing() -> None:
    assert Figure("a", "b", 99, "ms", target=1, judged=False).met is None


def test_json_has_every_figure_with_its_verdict_and_every_failure() -> None:
    document = as_json([KEPT, FREE], [Failure("stack", "no emulator")], quick=True)
    assert json.loads(json.dumps(document)) == document
    assert document["figures"][0] == {
        "bench": "worker",
        "name": "processor time",
        "value": 0.5,
        "unit": "ms",
        "target": 0.8,
        "judged": True,
        "met": True,
    }
    assert document["failures"] == [{"bench": "stack", "reason": "no emulator"}]
    assert document["quick"] is True
    assert document["machine"].keys() == {"python", "system", "architecture", "cores"}


def test_the_table_says_which_targets_are_missed() -> None:
    stream = io.StringIO()
    Console(file=stream, width=120).print(as_table([KEPT, MISSED, FREE]))
    lines = stream.getvalue().splitlines()
    assert [line.split()[-1] for line in lines[1:3]] == ["kept", "MISSED"]
    assert "≤ 0.8" in lines[1]
    assert lines[2].startswith(" "), "a benchmark is named once"
    assert lines[-1].split() == ["api", "get", "12", "ms"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (123456.7, "123,457"),
        (250.4, "250"),
        (12.34, "12.3"),
        (1.234, "1.23"),
        (0.01234, "0.0123"),
        (7.0, "7"),
    ],
)
def test_numbers_are_shown_as_a_person_reads_them(value: float, text: str) -> None:
    assert shown(value) == text


def test_a_percentile_is_the_smallest_value_that_the_share_does_not_exceed() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1.0)) == (50, 99, 100)
    assert percentile([3.0], 0.99) == 3.0
