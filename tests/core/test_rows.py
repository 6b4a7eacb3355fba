from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from marksheet.domain import Counts, Grade, Judging, Mark, Outcome, Score, Trial, TrialError
from marksheet.rows import decode_part, decode_trial, encode_trial

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCORES = st.dictionaries(
    TEXT, st.builds(Score, st.none() | st.floats(0, 1), *[st.none() | TEXT.filter(bool)] * 2), max_size=4
)
COUNTS = st.integers(0, 10**6)
DOLLARS = st.decimals(0, 1000, places=12)
JUDGING = st.builds(Judging, COUNTS, COUNTS, COUNTS, st.none() | DOLLARS)
ERRORS = st.builds(TrialError, TEXT, TEXT, st.integers(1, 9))
MARKS = st.builds(
    Mark,
    st.none() | st.floats(0, 1),
    st.none() | st.booleans(),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    *[st.none() | TEXT] * 3,
)
GRADES = st.builds(
    Grade,
    name=TEXT,
    kind=TEXT,
    points=st.floats(-10, 10) | st.integers(-10, 10),
    mark=MARKS | st.builds(Mark, st.floats(0, 1), parts=st.dictionaries(TEXT, MARKS, max_size=2)),
    models=st.lists(TEXT, max_size=2).map(tuple),
    judging=st.none() | JUDGING,
    latency_seconds=st.none() | st.floats(0, 1000),
    error=st.none() | ERRORS,
)
TRIALS = st.builds(
    Trial,
    ordinal=st.integers(1, 10**6),
    question_id=TEXT,
    trial=st.integers(1, 100),
    outcome=st.sampled_from(Outcome),
    output=st.none() | TEXT,
    scores=SCORES,
    violations=st.lists(TEXT, max_size=3).map(tuple),
    error=st.none() | ERRORS,
    latency_seconds=st.none() | st.floats(0, 1000),
    prompt_tokens=st.none() | st.integers(0, 10**6),
    completion_tokens=st.none() | st.integers(0, 10**6),
    finish_reason=st.none() | TEXT,
    cost_usd=st.none() | DOLLARS,
    judging=st.none() | JUDGING,
    grades=st.lists(GRADES, max_size=2).map(tuple),
)


@given(TRIALS)
def test_a_trial_comes_back_as_it_went_and_takes_one_line(trial: Trial) -> None:
    line = encode_trial(trial)
    assert decode_trial(line) == trial
    assert line.count(b"\n") == 1


def test_a_trial_without_grades_has_the_line_that_it_had_before_there_were_any() -> None:
    trial = Trial(1, "q", 1, Outcome.RIGHT, "out", {"exact_match": Score(1.0)})
    assert encode_trial(trial) == (
        b'{"ordinal":1,"question_id":"q","trial":1,"outcome":"right","output":"out",'
        b'"scores":{"exact_match":1.0}}\n'
    )


def test_of_a_grade_only_what_it_says_is_written() -> None:
    trial = Trial(1, "q", 1, Outcome.WRONG, None, {}, grades=(Grade("g", "criterion", 2, Mark(0.0)),))
    assert encode_trial(trial).endswith(
        b'"grades":[{"name":"g","kind":"criterion","points":2,"mark":{"value":0.0}}]}\n'
    )


@given(st.lists(TRIALS, min_size=1, unique_by=lambda trial: (trial.ordinal, trial.trial)), st.data())
def test_a_part_cut_short_loses_its_last_line_only(trials: list[Trial], data: st.DataObject) -> None:
    content = b"".join(map(encode_trial, trials))
    last_line = content[:-1].rfind(b"\n") + 1
    cut = data.draw(st.integers(last_line, len(content) - 1))
    assert len(list(decode_part(content[:cut]))) == len(trials) - 1


def test_counts_add_and_take_back() -> None:
    counts = Counts(1, 2, 3, 4)
    assert counts + -counts == Counts()
    assert (counts.total, counts.scored) == (10, 3)
