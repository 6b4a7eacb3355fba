"""Rows and runs that are made up: few distinct questions, so that runs share some."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from marksheet.domain import LoggedRow, LoggedTrial, MarkedRow, Outcome, Question, Score, Trial
from marksheet.row_digests import row_digest
from tests.core.run_rows.kept import SCORERS, number

_ODD = [
    "row-1",
    "row-10",
    "",
    "~",
    "!",
    "0",
    "00",
    "zz",
    "zzz",
    "é",
    "\n",
    "\ud800",
    "\uffff",
    "𐀀",
    "A\0",
    "a b",
]
REFERENCES = st.sampled_from([f"weave:///e/p/object/D:v/attr/rows/id/{name}" for name in _ODD if name])
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False)
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=4,
)
QUESTIONS = st.builds(Question, st.just(1), st.just("q"), st.integers(0, 20).map(str)) | st.builds(
    LoggedRow,
    st.just(1),
    st.just("q"),
    st.just("asked"),
    value=REFERENCES | st.integers(0, 5),
    resolved=st.none() | JSON,
)
SCORES = st.fixed_dictionaries(
    {},
    optional={
        spec.metric: st.builds(Score, st.none() | st.sampled_from([0.0, 0.1, 0.5, 0.75, 1.0]))
        for spec in SCORERS
    },
)
LOGGED = st.builds(
    LoggedTrial,
    st.just("call"),
    st.none(),
    JSON,
    st.dictionaries(
        st.sampled_from("abc"),
        st.booleans()
        | st.integers(0, 9)
        | st.floats(0, 1)
        | st.none()
        | st.dictionaries(st.sampled_from("xy"), st.booleans()),
    ),
    st.just("2026-01-01T00:00:00Z"),
)
TRIALS = st.builds(
    Trial,
    st.just(1),
    st.just("q"),
    st.integers(1, 3),
    st.sampled_from(Outcome),
    st.none() | st.just("said"),
    SCORES,
    logged=st.none() | LOGGED,
)


def _row(question: Question, trials: list[Trial]) -> MarkedRow:
    return MarkedRow(row_digest(question), question, tuple(trials))


ROWS = st.builds(_row, QUESTIONS, st.lists(TRIALS, min_size=1, max_size=3))
RUNS = st.lists(ROWS, max_size=12).map(number)
"""The rows of a run by ordinal; some of them the same question."""
