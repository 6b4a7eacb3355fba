"""grade against the stub service: in one call, as a job, and held against a threshold."""

from __future__ import annotations

import json
import re

import pytest

from marksheet_cli import grading, waiting
from tests.stubs.api_stub import Reply
from tests.stubs.grading_stub import graded, refusal

ROWS = '{"input": "a?", "output": 1.10}\n\n{"input": "b?", "output": "x", "id": "b"}\n'


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(ROWS)
    return path


@pytest.fixture
def manners(service):
    """The stub has a spec, and grades one row well and one badly."""
    service.grading.add_spec("manners")
    return service


@pytest.fixture
def grade(cli, rows, manners):
    """Grades the two rows by the spec."""
    return lambda *options: cli("grade", "--spec", "manners", str(rows), *options)


def test_few_rows_go_in_one_call_with_their_numbers_as_they_are_written(grade, manners):
    assert grade("--model", "strict").exit_code == 0
    (sent,) = manners.sent("POST /v1/eval$")
    assert sent.json["eval_spec_id"] == "spec-1"
    assert sent.json["model"] == "strict"
    assert [row["input"] for row in sent.json["dataset"]] == ["a?", "b?"]
    assert b'"output": 1.10' in sent.body


def test_a_version_of_the_spec_is_pinned(cli, manners, rows):
    cli("grade", "--spec", "manners@2", str(rows))
    assert manners.sent("POST")[0].json["eval_spec_id"] == "spec-1@2"


def test_the_tables_have_totals_with_interval_graders_lost_rows_and_cost(grade, manners):
    manners.grading.document = graded(1.0, 0.0, None)
    shown = grade().stdout
    assert re.search(r"spec-1@2\s+0\.500\s+\[0\.100, 0\.900\]\s+1/2\s+wilson\n", shown)
    assert re.search(r"\n\s+3\s+2\s+1\s+1\s+1\s+0\n", shown)
    assert re.search(r"polite\s+criterion\s+1\s+0\.500\s+1\s+1", shown)
    assert re.search(r"row-2\s+0\.000\s+0/1\s+polite: UNMET: it is curt", shown)
    assert re.search(r"row-3\s+unscored\s+polite: no verdict could be read", shown)
    assert "2 calls, 1,200 prompt and 60 completion tokens, and cost 0.0004 USD" in shown


def test_rows_that_failed_come_first_of_those_without_a_grade(grade, manners):
    document = graded(*[None] * 7)
    document["results"][6]["report"]["graders"][0]["error"] = {"code": "timeout", "message": "no answer"}
    manners.grading.document = document
    shown = grade().stdout
    assert re.search(r"row-7\s+timeout\s+polite: no verdict could be read\nrow-1\s+unscored", shown)
    assert "left out of the totals: 5 of 7" in shown


def test_a_row_that_lost_points_for_no_reason_given_says_how_many(grade, manners):
    manners.grading.document = graded(0.7123456, 0.25, 0.0)
    for row in manners.grading.document["results"]:
        row["report"]["graders"][0] |= {"verdict": None, "reason": None}
    shown = grade().stdout
    assert re.search(r"row-1\s+0\.712\s+0\.712/1\s+polite: 0\.712/1", shown)
    assert re.search(r"row-2\s+0\.250\s+0\.25/1\s+polite: 0\.25/1", shown)
    assert re.search(r"row-3\s+0\.000\s+0/1\s+polite: not passed", shown)


def test_a_cost_that_is_not_known_is_said_in_words(grade, manners):
    manners.grading.document["summary"]["usage"]["cost_usd"] = None
    assert "and what they cost is not known." in " ".join(grade().stdout.split())


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_words_are_whole_and_lines_fit(grade, manners, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    manners.grading.document = graded(1.0, 0.0, None)
    manners.grading.document["summary"]["eval_spec_id"] = "spec-01jd5m0q3v8x2k7n4r6t9w1y3z"
    shown = grade().stdout
    assert "spec-01jd5m0q3v8x2k7n4r6t9w1y3z@2" in shown
    assert max(map(len, shown.splitlines())) <= width


def test_of_many_rows_that_lost_the_worst_few_are_shown(grade, manners):
    manners.grading.document = graded(*(number / 20 for number in range(10)), 1.0)
    shown = grade().stdout
    assert "Rows that lost points: 5 of 10" in shown
    assert [f"row-{n}  " in shown for n in (1, 5, 6, 11)] == [True, True, False, False]


def test_with_json_the_document_is_alone_on_stdout(grade, manners):
    result = grade("--json")
    assert json.loads(result.stdout) == manners.grading.document


@pytest.mark.parametrize(("threshold", "code"), [("0.5", 0), ("0.51", 100), ("0", 0), ("1", 100)])
def test_less_than_the_threshold_overall_exits_with_100(grade, threshold, code):
    result = grade("--threshold", threshold)
    assert result.exit_code == code
    assert ("was missed: 0.5 overall" in result.stderr) == (code == 100)


def test_a_missed_threshold_leaves_one_document_on_stdout(grade, manners):
    result = grade("--threshold", "0.9", "--json")
    assert result.exit_code == 100
    assert json.loads(result.stdout) == manners.grading.document


def test_nothing_graded_misses_every_threshold(grade, manners):
    manners.grading.document = graded(None, None)
    result = grade("--threshold", "0")
    assert result.exit_code == 100
    assert "the threshold of 0 was missed: no row was graded" in result.stderr


def test_nothing_graded_is_a_failure_without_a_threshold(grade, manners):
    manners.grading.document = graded(None)
    assert grade().exit_code == 1


def test_more_than_half_errored_is_a_failure_as_it_is_for_a_job(grade, manners):
    manners.grading.document = graded(1.0, None, None, errored=2)
    result = grade()
    assert result.exit_code == 1
    assert "more than half of the rows errored" in result.stderr


def test_a_threshold_for_every_row_names_the_rows_below_it(grade, manners):
    manners.grading.document = graded(1.0, 0.25, 0.5, None, 0.1, 0.2)
    result = grade("--per-row-threshold", "0.5")
    assert result.exit_code == 100
    assert "below the threshold of 0.5 for every row: row-2, row-4, row-5 and 1 more" in result.stderr


def test_an_unscored_row_fails_only_where_that_is_asked_for(grade, manners):
    manners.grading.document = graded(1.0, None)
    assert grade("--threshold", "1").exit_code == 0
    result = grade("--fail-on-unscored")
    assert result.exit_code == 100
    assert "not graded: row-2" in result.stderr


def test_a_problem_is_named_by_the_line_of_the_file(grade, manners):
    problems = [{"field": "dataset[1].output", "message": "is missing", "kind": "missing"}]
    manners.fault("POST /v1/eval$", Reply(400, refusal("invalid_request", "...", problems)))
    result = grade()
    assert result.exit_code == 1
    assert "line 3, field output: is missing" in result.stderr


def test_of_a_hundred_problems_the_first_are_told_and_all_are_in_the_json(grade, manners):
    problems = [{"field": "dataset[0].x", "message": str(number)} for number in range(100)]
    manners.fault("POST /v1/eval$", Reply(400, refusal("invalid_request", "...", problems)))
    result = grade("--json")
    assert result.stderr.strip().endswith("and 95 more")
    assert len(json.loads(result.stdout)["error"]["problems"]) == 100


def test_an_unknown_judge_says_what_is_similar(grade, manners):
    manners.models["strict"] = {"model_id": "strict"}
    problems = [{"field": "model", "message": "there is no such model", "kind": "not_found"}]
    manners.fault("POST /v1/eval$", Reply(400, refusal("invalid_request", "...", problems)))
    result = grade("--model", "strikt")
    assert result.exit_code == 5
    assert "did you mean 'strict'?" in result.stderr


def test_a_grading_call_is_never_repeated(grade, manners):
    manners.fault("POST /v1/eval$", Reply(503, refusal("internal_error", "busy"), {"Retry-After": "0"}))
    assert grade().exit_code == 3
    assert len(manners.sent("POST /v1/eval$")) == 1


# As a job


def test_more_than_a_call_can_do_becomes_a_job(grade, manners):
    manners.fault("POST /v1/eval$", Reply(413, refusal("too_large", "send it as a job")))
    result = grade()
    assert result.exit_code == 0, result.stderr
    assert "it is graded as a job" in result.stderr
    (created,) = manners.sent("POST /v1/eval/jobs$")
    assert created.json == {"eval_spec_id": "spec-1", "upload": True}
    assert re.fullmatch(r"[0-9a-f-]{36}", created.headers["idempotency-key"])


@pytest.mark.parametrize(("limit", "value"), [("INLINE_BYTES", 10), ("INLINE_ROWS", 1)])
def test_many_rows_are_a_job_at_once(grade, manners, monkeypatch, limit, value):
    monkeypatch.setattr(grading, limit, value)
    assert grade().exit_code == 0
    assert not manners.sent("POST /v1/eval$")
    assert len(manners.sent("POST /v1/eval/jobs$")) == 1


def test_no_job_insists_on_one_call(grade, manners, monkeypatch):
    monkeypatch.setattr(grading, "INLINE_ROWS", 1)
    manners.fault("POST /v1/eval$", Reply(413, refusal("too_large", "send it as a job")))
    result = grade("--no-job")
    assert result.exit_code == 1
    assert "without --no-job it is graded as a job" in result.stderr
    assert not manners.sent("jobs")


def test_a_jobs_file_goes_to_the_storage_as_it_is_without_the_key(grade, manners):
    grade("--job")
    (stored,) = manners.sent("POST /storage")
    assert ROWS.encode() in stored.body
    assert "authorization" not in stored.headers
    assert stored.body.index(b'name="key"') < stored.body.index(b'name="file"')


def test_a_lost_create_of_a_job_is_repeated_with_the_same_key(grade, manners):
    manners.fault("POST /v1/eval/jobs", Reply(503, refusal("internal_error", "busy"), {"Retry-After": "0"}))
    assert grade("--job").exit_code == 0
    first, second = manners.sent("POST /v1/eval/jobs$")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


def test_a_jobs_progress_is_told_in_rows(grade):
    told = grade("--job").stderr
    assert "job-1: 1/2 rows" in told
    assert "job-1: 2/2 rows" in told


@pytest.mark.parametrize("inline", [True, False])
def test_a_jobs_results_are_those_of_a_call_wherever_they_lie(grade, manners, inline):
    manners.grading.inline_results = inline
    manners.files["results.json"] = json.dumps(manners.grading.document).encode()
    result = grade("--job", "--json")
    assert json.loads(result.stdout) == manners.grading.document
    for fetched in manners.sent("GET /storage"):
        assert "authorization" not in fetched.headers


def test_a_name_and_a_budget_make_a_job(grade, manners):
    grade("--name", "nightly", "--max-cost-usd", "0.50")
    assert manners.sent("POST /v1/eval/jobs$")[0].json == {
        "eval_spec_id": "spec-1",
        "upload": True,
        "name": "nightly",
        "max_cost_usd": "0.50",
    }


def test_a_file_the_service_refuses_is_named_by_its_line(grade, manners):
    wrong = {"status": "FAILED", "error": "it is no text", "line": 3, "field": "output"}
    manners.grading.final_job = wrong
    result = grade("--job")
    assert result.exit_code == 1
    assert "line 3, field output: it is no text" in result.stderr


def test_a_line_of_what_was_sent_is_told_as_the_element_it_was(cli, manners, tmp_path):
    path = tmp_path / "rows.json"
    path.write_text('[\n {"input": "a?", "output": "x"},\n {"input": "b?",\n "output": []}]')
    manners.grading.final_job = {"status": "FAILED", "error": "no", "line": 2, "field": "output"}
    result = cli("grade", "--spec", "manners", str(path), "--job")
    assert "element 2, field output: no" in result.stderr


def test_a_failed_job_shows_the_grades_it_has_and_exits_with_1(grade, manners):
    manners.grading.document = graded(1.0, None, None, errored=2)
    manners.grading.final_job = {
        "status": "FAILED",
        "error": "more rows errored than allowed",
        "stopped": False,
    }
    result = grade("--job")
    assert result.exit_code == 1
    assert "spec-1@2" in result.stdout
    assert "job job-1 did not succeed: more rows errored than allowed" in result.stderr
    assert "marksheet jobs resume job-1" in result.stderr


def test_a_job_that_its_budget_stopped_says_how_to_go_on(grade, manners):
    manners.grading.final_job = {"status": "FAILED", "error": "the budget is used up", "stopped": True}
    assert "marksheet jobs resume job-1 --max-cost-usd USD" in grade("--job").stderr


def test_a_file_the_storage_refuses_leaves_no_job_behind(grade, manners):
    manners.storage_reply = Reply(400, b"<Error><Code>EntityTooLarge</Code></Error>")
    result = grade("--job")
    assert result.exit_code == 1
    assert "EntityTooLarge" in result.stderr
    assert manners.grading.jobs == {}


def test_ctrl_c_leaves_the_job_and_says_how_to_go_on_with_the_same_gate(
    grade, manners, monkeypatch, tmp_path
):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(waiting, "PACE", waiting.Pace(sleep=interrupted))
    result = grade("--job", "--threshold", "0.8", "--junit", "my report.xml", "--fail-on-unscored")
    assert result.exit_code == 130
    assert "the job job-1 continues" in result.stderr
    again = "marksheet jobs results job-1 --follow --threshold 0.8 --junit 'my report.xml' --fail-on-unscored"
    assert again in result.stderr
    assert "marksheet jobs cancel job-1" in result.stderr
    assert "job-1" in manners.grading.jobs


def test_out_of_time_the_job_continues(grade, manners, monkeypatch):
    manners.polls_until_done = 1_000
    ticks = iter(range(1_000))
    monkeypatch.setattr(waiting, "PACE", waiting.Pace(sleep=lambda _: None, now=lambda: next(ticks)))
    result = grade("--job", "--timeout", "5")
    assert result.exit_code == 3
    assert "not finished after 5 s; the job job-1 continues" in result.stderr


def test_no_wait_gives_the_id_and_asks_no_more(grade, manners):
    assert grade("--no-wait").stdout == "job-1\n"
    assert not manners.sent("GET /v1/eval/jobs")


@pytest.mark.parametrize(
    "options",
    [
        ("--no-job", "--max-cost-usd", "1"),
        ("--no-job", "--no-wait"),
        ("--no-wait", "--threshold", "0.5"),
        ("--no-wait", "--junit", "report.xml"),
        ("--threshold", "1.1"),
        ("--threshold", "nan"),
        ("--per-row-threshold", "-1"),
        ("--junit", "nowhere/report.xml"),
        ("--output", "rows.jsonl"),
        ("--output", "."),
    ],
    ids=" ".join,
)
def test_options_that_exclude_each_other_or_cannot_be_met_are_usage_errors(grade, manners, options):
    assert grade(*options).exit_code == 2
    assert manners.requests == []
