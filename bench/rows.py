"""Rows of finished runs: what FinishEvaluation takes to write them, and what a page of them takes to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.sizes import Sizes
    from bench.surroundings import Surroundings

PAGE_TARGET = 150.0
"""Milliseconds of a page of 50 rows of two runs, in the function that reads it."""
READS_TARGET = 6
READER_TARGET = 256.0
"""MB that a process needs that reads pages and sums."""
SUMS_TARGET = 200.0
"""Milliseconds of the sums of two runs."""
COMMON_TARGET = 15.0
"""Seconds of the sums over the rows that both have, the first time; a request may take 29."""
GROWTH_TARGET = 1.5
"""Peak memory of FinishEvaluation at the larger size against the smaller one."""
FINISH_TARGET = 600.0
"""Seconds of FinishEvaluation at the larger size; a Lambda has 900."""


def run(around: Surroundings, sizes: Sizes, tell: Callable[[str], None]) -> list[Figure]:
    """At each of two sizes two runs, of which half the questions are the same."""
    figures: list[Figure] = []
    finished: dict[int, dict[str, Any]] = {}
    was_read: dict[int, dict[str, Any]] = {}
    small, large = sizes.row_questions
    for count in (small, large):
        evaluations = []
        for skip in (0, count // 2):
            tell(f"{count:,} rows: answering")
            made = around.step(
                "answer", "--questions", str(count), "--skip", str(skip), module="bench.row_steps"
            )
            evaluations.append(made["evaluation_id"])
            tell(f"{count:,} rows: finishing")
            finished[count] = around.step("finish", "--evaluation", evaluations[-1])
        tell(f"{count:,} rows: reading")
        named = [word for name in evaluations for word in ("--evaluation", name)]
        repeats = ("--repeats", str(sizes.row_reads))
        was_read[count] = around.step("read", *named, *repeats, module="bench.row_steps")
        figures += _of_size(
            count, finished[count], was_read[count], judged=count == large and not sizes.quick
        )
    return figures + _growth(finished, was_read, small, large, judged=not sizes.quick)


def _of_size(count: int, finished: dict[str, Any], was_read: dict[str, Any], *, judged: bool) -> list[Figure]:
    title = f"{count:,} rows"

    def figure(name: str, value: float, unit: str, target: float | None = None) -> Figure:
        return Figure("rows", f"{title}: {name}", value, unit, target, judged)

    calls = {name: told for name, told in was_read.items() if isinstance(told, dict)}
    pages = {name: told for name, told in calls.items() if name.startswith("page of a")}
    return [
        figure("FinishEvaluation, wall time", finished["wall_seconds"], "s", FINISH_TARGET),
        figure("FinishEvaluation, processor time a row", 1e6 * finished["cpu_seconds"] / count, "us"),
        figure("FinishEvaluation, peak memory", finished["peak_mb"], "MB"),
        *(
            figure(
                f"{name}, half within",
                told["half"],
                "ms",
                PAGE_TARGET if name in pages else SUMS_TARGET if name == "sums of all rows" else None,
            )
            for name, told in calls.items()
        ),
        figure("page of two runs, reads", max(told["gets"] for told in pages.values()), "", READS_TARGET),
        figure("filter, reads", calls["filter"]["gets"], ""),
        figure("flips, reads", calls["flips"]["gets"], ""),
        figure("page of two runs, the first time", calls["page of any, start"]["first"] / 1000, "s"),
        figure(
            "sums of common rows, the first time",
            calls["sums of common rows"]["first"] / 1000,
            "s",
            COMMON_TARGET,
        ),
        figure("flips, the first time", calls["flips"]["first"] / 1000, "s"),
        figure("reader, peak memory", was_read["peak_mb"], "MB", READER_TARGET),
    ]


def _growth(
    finished: dict[int, dict[str, Any]],
    was_read: dict[int, dict[str, Any]],
    small: int,
    large: int,
    *,
    judged: bool,
) -> list[Figure]:
    title = f"{large:,} against {small:,} rows"
    memory = finished[large]["peak_mb"] / max(finished[small]["peak_mb"], 1.0)
    page = "page of any, middle"
    return [
        Figure("rows", f"peak memory of FinishEvaluation, {title}", memory, "times", GROWTH_TARGET, judged),
        Figure(
            "rows", f"{page}, {title}", was_read[large][page]["half"] / was_read[small][page]["half"], "times"
        ),
    ]
