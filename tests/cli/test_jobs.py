"""jobs list, show, results, cancel, resume, delete against the stub service."""

from __future__ import annotations

import json

import pytest

from tests.stubs.api_stub import Reply
from tests.stubs.grading_stub import graded, refusal


@pytest.fixture
def job(cli, service, tmp_path):
    """A job that is being graded."""
    service.grading.add_spec("manners")
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"input": "a?", "output": "x"}\n')
    return cli("grade", "--spec", "manners", str(rows), "--no-wait", "--name", "nightly").stdout.strip()


def test_list_prints_what_the_service_has_and_sends_its_page(json_of, service, job):
    assert json_of("jobs", "list", "--limit", "5", "--offset", "2")["jobs"][0]["job_id"] == job
    assert service.requests[-1].path == "/v1/eval/jobs?limit=5&offset=2"


def test_list_says_when_there_is_nothing(cli):
    assert "No jobs." in cli("jobs", "list").stdout


def test_list_says_how_to_see_more(cli, service):
    service.fault("GET", Reply(200, {"jobs": [{"job_id": "job-1"}], "total": 7}))
    assert "1 of 7; the next ones: --offset 1" in cli("jobs", "list").stderr


def test_show_tells_how_far_it_is_and_leaves_the_grades_to_results(cli, json_of, service, job):
    assert json_of("jobs", "show", job)["rows_graded"] == 1
    shown = cli("jobs", "show", job).stdout
    assert "READY" in shown
    assert "percentage" not in shown


def test_results_of_a_job_that_is_over_are_held_against_a_threshold(cli, service, job, tmp_path):
    service.polls_until_done = 1
    report = tmp_path / "report.xml"
    result = cli("jobs", "results", job, "--threshold", "0.9", "--junit", str(report))
    assert result.exit_code == 100
    assert 'name="nightly"' in report.read_text()


def test_results_of_a_job_that_is_not_over_say_how_far_it_is_to_be_seen(cli, job):
    result = cli("jobs", "results", job)
    assert result.exit_code == 1
    assert "not yet completed" in result.stderr
    assert "marksheet jobs show" in result.stderr


def test_results_with_follow_wait_for_the_end(cli, service, job):
    result = cli("jobs", "results", job, "--follow", "--json")
    assert json.loads(result.stdout) == service.grading.document


def test_results_that_are_no_json_are_unavailable(cli, service, job):
    service.polls_until_done = 1
    service.grading.inline_results = False
    service.files["results.json"] = b"<html>"
    assert cli("jobs", "results", job).exit_code == 3


def test_an_expired_address_of_results_is_a_failure(cli, service, job):
    service.polls_until_done = 1
    service.grading.inline_results = False
    service.fault("GET /storage", Reply(403, b"<Error><Code>AccessDenied</Code></Error>"))
    result = cli("jobs", "results", job)
    assert result.exit_code == 1
    assert "AccessDenied" in result.stderr


def test_an_unknown_job_is_not_found(cli):
    result = cli("jobs", "show", "job-9")
    assert result.exit_code == 5
    assert "Grading job not found" in result.stderr


def test_cancel_asks_for_just_that(json_of, service, job):
    json_of("jobs", "cancel", job)
    assert service.requests[-1].path == "/v1/eval/jobs/job-1/cancel"


def test_resume_takes_a_new_budget_and_shows_the_grades(cli, service, job):
    service.grading.document = graded(1.0)
    result = cli("jobs", "resume", job, "--max-cost-usd", "2")
    assert "1.000" in result.stdout
    assert service.sent("/resume")[0].json == {"max_cost_usd": "2"}


def test_resume_without_waiting_asks_for_no_grades(cli, service, job):
    assert cli("jobs", "resume", job, "--no-wait").exit_code == 0
    assert service.requests[-1].path == "/v1/eval/jobs/job-1/resume"


def test_what_a_jobs_state_does_not_allow_is_a_failure(cli, service, job):
    service.fault("/cancel", Reply(409, refusal("conflict", "the job is over")))
    result = cli("jobs", "cancel", job)
    assert result.exit_code == 1
    assert "the job is over" in result.stderr


def test_delete_asks_for_yes_and_then_deletes(cli, service, job):
    assert cli("jobs", "delete", job).exit_code == 2
    assert cli("jobs", "delete", job, "--yes").exit_code == 0
    assert service.grading.jobs == {}
