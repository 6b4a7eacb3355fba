from __future__ import annotations

import re
import time
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from marksheet import eval_specs, instant_grading
from marksheet.application import Application
from marksheet.domain import Caller, EvalSpec, Submission
from marksheet.errors import InvalidRequest, NotFound, PermanentModelError, TooLarge
from marksheet.eval_specs import NewSpec
from marksheet.instant_grading import Graded, grade_now
from marksheet.providers.calling import OUT_OF_TIME
from marksheet.worker import grading as worker_grading

EXACT = {"type": "scorer", "name": "right", "scorer": "exact_match"}
TOWN = {"requirement": "It names the town.", "points": 2, "model": "judge"}


def rows(count: int, output: str = "Skerrow", expected: str = "Skerrow") -> list[Submission]:
    return [
        Submission(
            ordinal=n, question_id=str(n), question=f"Question {n}?", expected_answer=expected, output=output
        )
        for n in range(1, count + 1)
    ]


def spec_of(app: Application, caller: Caller, *graders: dict[str, Any], **more: Any) -> EvalSpec:
    return eval_specs.create(app, caller, NewSpec("spec", list(graders), **more))


def grade(app: Application, caller: Caller, spec: EvalSpec, given: list[Submission], **more: Any) -> Graded:
    return grade_now(app, caller, spec.spec_id, None, given, **more)


def verdict(word: str) -> Any:
    """A judge that says this of everything."""

    def answer(messages: Any) -> str:
        anchor = re.findall(r"VERDICT-\w+", messages[-1]["content"])[-1]
        return f"I looked.\n{anchor}: {word}"

    return answer


def test_rows_come_back_in_the_datasets_order(app: Application, caller: Caller) -> None:
    given = [*rows(2), *rows(1, output="elsewhere")]
    graded = grade(app, caller, spec_of(app, caller, EXACT), given)
    assert [row.submission for row in graded.rows] == given
    assert [row.grades[0].mark.value for row in graded.rows] == [1, 1, 0]


def test_the_summary_adds_up(app: Application, caller: Caller) -> None:
    graded = grade(app, caller, spec_of(app, caller, EXACT), [*rows(3), *rows(1, output="elsewhere")])
    assert (graded.summary["total_earned_points"], graded.summary["total_possible_points"]) == (3, 4)
    assert graded.summary["overall_percentage"] == 0.75


def test_a_judge_decides_a_criterion(
    app: Application, caller: Caller, deployment: Any, scripted: Any
) -> None:
    deployment.endpoint("judge", "http://127.0.0.1:9/v1")
    scripted.verdict = verdict("MET")
    (row,) = grade(app, caller, spec_of(app, caller, TOWN), rows(1)).rows
    (grade_of_town,) = row.grades
    assert (grade_of_town.earned, grade_of_town.mark.verdict) == (2, "MET")
    assert grade_of_town.models == ("judge",)
    assert grade_of_town.judging is not None
    assert (grade_of_town.judging.calls, grade_of_town.judging.prompt_tokens) == (1, 100)
    assert grade_of_town.latency_seconds == pytest.approx(0.01)


def test_a_requests_judge_takes_the_place_of_those_the_graders_name(
    app: Application, caller: Caller, deployment: Any, scripted: Any
) -> None:
    deployment.endpoint("other", "http://127.0.0.1:9/v1")
    scripted.verdict = verdict("UNMET")
    (row,) = grade(app, caller, spec_of(app, caller, TOWN), rows(1), judge="other").rows
    assert row.grades[0].models == ("other",)


def test_a_specs_judge_stands_in_where_a_grader_names_none(
    app: Application, caller: Caller, deployment: Any, scripted: Any
) -> None:
    deployment.endpoint("usual", "http://127.0.0.1:9/v1")
    scripted.verdict = verdict("MET")
    spec = spec_of(app, caller, {"requirement": "It names the town."}, model="usual")
    assert grade(app, caller, spec, rows(1)).rows[0].grades[0].models == ("usual",)


def test_a_judge_that_is_not_registered_is_named(app: Application, caller: Caller) -> None:
    with pytest.raises(InvalidRequest, match="asks model 'judge', which is not registered"):
        grade(app, caller, spec_of(app, caller, TOWN), rows(1))


def test_a_recorded_model_cannot_judge(app: Application, caller: Caller, deployment: Any) -> None:
    deployment.recorded("judge", {"q1": "yes"})
    with pytest.raises(InvalidRequest, match="recorded answers and cannot judge"):
        grade(app, caller, spec_of(app, caller, TOWN), rows(1))


def test_no_judge_at_all_is_the_requests_fault(app: Application, caller: Caller) -> None:
    spec = spec_of(app, caller, {"requirement": "It names the town."})
    with pytest.raises(InvalidRequest, match="model"):
        grade(app, caller, spec, rows(1))


def test_an_unknown_spec_is_not_found(app: Application, caller: Caller) -> None:
    with pytest.raises(NotFound):
        grade_now(app, caller, "spec-unknown", None, rows(1))


def test_a_judge_that_gives_no_answer_leaves_its_row_unscored_and_the_others_graded(
    app: Application, caller: Caller, deployment: Any, scripted: Any
) -> None:
    deployment.endpoint("judge", "http://127.0.0.1:9/v1")

    def answer(messages: Any) -> str:
        if "Question 2?" in messages[-1]["content"]:
            raise PermanentModelError("the endpoint refused it", code="content_filter")
        told: str = verdict("MET")(messages)
        return told

    scripted.verdict = answer
    graded = grade(app, caller, spec_of(app, caller, TOWN), rows(3))
    assert [row.grades[0].earned for row in graded.rows] == [2, None, 2]
    failed = graded.rows[1].grades[0]
    assert failed.error is not None
    assert failed.error.code == "content_filter"
    assert (graded.summary["graded"], graded.summary["unscored"], graded.summary["errored"]) == (2, 1, 1)
    assert graded.summary["overall_percentage"] == 1


def test_a_grader_that_crashes_costs_its_row_alone(
    app: Application, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from marksheet.scoring.exact_match import ExactMatch

    scored = ExactMatch.score

    def fragile(self: ExactMatch, question: Any, answer: Any) -> Any:
        if answer.text == "poison":
            raise ZeroDivisionError
        return scored(self, question, answer)

    monkeypatch.setattr(ExactMatch, "score", fragile)
    given = [*rows(1), *rows(1, output="poison"), *rows(1)]
    graded = grade(app, caller, spec_of(app, caller, EXACT), given)
    assert [row.grades[0].earned for row in graded.rows] == [1, None, 1]
    assert graded.rows[1].grades[0].error is not None


def test_a_set_that_takes_too_long_is_refused_before_a_judge_is_asked(
    app: Application, caller: Caller, deployment: Any, scripted: Any
) -> None:
    deployment.endpoint("judge", "http://127.0.0.1:9/v1", max_in_flight=1)
    with pytest.raises(TooLarge, match="POST /v1/eval/jobs"):
        grade(app, caller, spec_of(app, caller, TOWN), rows(11))
    assert scripted.chats == []


def test_long_texts_are_refused_too(app: Application, caller: Caller) -> None:
    spec = spec_of(app, caller, {"type": "scorer", "scorer": "levenshtein"})
    long = "x" * 100_000
    with pytest.raises(TooLarge, match="POST /v1/eval/jobs"):
        grade(app, caller, spec, rows(44, output=long, expected=long))


def test_a_report_that_would_not_fit_an_answer_is_refused(app: Application, caller: Caller) -> None:
    graders = [{**EXACT, "name": f"g{n}"} for n in range(16)]
    with pytest.raises(TooLarge, match="bytes"):
        grade(app, caller, spec_of(app, caller, *graders), rows(800))


def test_rows_that_are_not_reached_in_time_say_so(app: Application, caller: Caller) -> None:
    began = time.monotonic() - instant_grading.SECONDS
    graded = grade(app, caller, spec_of(app, caller, EXACT), rows(2), began=began)
    for row in graded.rows:
        assert row.grades[0].earned is None
        assert row.grades[0].error is not None
        assert row.grades[0].error.code == OUT_OF_TIME
    assert graded.summary["unscored"] == 2


def test_five_hundred_rows_are_few(app: Application, caller: Caller) -> None:
    assert grade(app, caller, spec_of(app, caller, EXACT), rows(500)).summary["graded"] == 500


def test_a_report_of_formulas_is_as_large_as_their_parts(app: Application, caller: Caller) -> None:
    part = {"type": "string_check", "operation": "eq", "input": "a", "reference": "b"}
    parts = {f"part{n}": part for n in range(16)}
    graders = [
        {"type": "multi", "name": f"m{n}", "graders": parts, "calculate_output": "part0"} for n in range(16)
    ]
    with pytest.raises(TooLarge, match="bytes"):
        grade(app, caller, spec_of(app, caller, *graders), rows(100))


def test_a_report_is_as_large_as_its_graders_names(app: Application, caller: Caller) -> None:
    # Two bytes in UTF-8, six as an answer may have to be written.
    graders = [{**EXACT, "name": f"{'ж' * 190}{n}"} for n in range(16)]
    with pytest.raises(TooLarge, match="bytes"):
        grade(app, caller, spec_of(app, caller, *graders), rows(250))


def test_graders_that_take_all_the_time_leave_the_rest_out(
    app: Application, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    ten_seconds_each = SimpleNamespace(monotonic=partial(next, count(time.monotonic(), 10)))
    monkeypatch.setattr(worker_grading, "time", ten_seconds_each)
    spec = spec_of(app, caller, *[{**EXACT, "name": f"g{n}"} for n in range(5)])
    (row,) = grade(app, caller, spec, rows(1)).rows
    assert [grade.error and grade.error.code for grade in row.grades] == [None] * 3 + [OUT_OF_TIME] * 2
