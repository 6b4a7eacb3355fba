from __future__ import annotations

import pytest

from bench.graders import GRADERS, make_rows, run
from bench.sizes import Sizes
from marksheet.domain import Mark


@pytest.mark.parametrize("name", GRADERS)
def test_a_grader_of_the_benchmark_marks_its_rows(name: str) -> None:
    from bench.graders import _grade
    from marksheet.grading import build_graders

    (grader,) = build_graders([GRADERS[name][0]])
    marks = [_grade(grader, row) for row in make_rows(20)]
    assert all(isinstance(mark, Mark) for mark in marks)
    # Of made-up questions some have no number, which `numeric` leaves unscored.
    assert name == "scorer numeric" or all(mark.value is not None for mark in marks)  # type: ignore[attr-defined]


def test_every_grader_and_every_library_has_a_rate() -> None:
    figures = run(None, Sizes(scorer_rows=20), lambda _: None)  # type: ignore[arg-type]
    libraries = sum(library is not None for _, library in GRADERS.values())
    assert len(figures) == len(GRADERS) + libraries
    assert all(figure.value > 0 for figure in figures)
