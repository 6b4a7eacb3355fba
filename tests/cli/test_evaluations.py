"""run, status, results, download, list, cancel, resume, delete against the stub service."""

from __future__ import annotations

import json
import re

import pytest

from marksheet_cli import waiting
from marksheet_cli.progress import WorkProgress
from marksheet_cli.screen import Screen
from tests.stubs.api_stub import Reply


@pytest.fixture
def compared(service, comparison):
    """The stub has a benchmark and answers results with a comparison."""
    service.add_benchmark("sums")
    service.results = comparison
    return service


RUN = ("run", "--model", "hasty", "--compare", "careful", "--benchmark", "sums")


def test_run_sends_the_request_with_an_idempotency_key(cli, compared):
    options = ("--metric", "accuracy", "--trials", "2", "--shard-size", "5", "--name", "first")
    options += ("--project", "retrieval_v2")
    assert cli(*RUN, *options).exit_code == 0
    (sent,) = compared.sent("POST /api/v3/evaluations")
    assert sent.json == {
        "model_id": "hasty",
        "model_id_2": "careful",
        "benchmark_id": "bench-1",
        "custom_metrics": ["accuracy"],
        "trials": 2,
        "shard_size": 5,
        "name": "first",
        "project": "retrieval_v2",
    }
    assert re.fullmatch(r"[0-9a-f-]{36}", sent.headers["idempotency-key"])


def test_run_repeats_a_lost_create_with_the_same_key(cli, compared):
    compared.fault("POST /api/v3/evaluations", Reply(503, {"detail": "busy"}, {"Retry-After": "0"}))
    assert cli(*RUN).exit_code == 0
    first, second = compared.sent("POST /api/v3/evaluations")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


def test_run_shows_the_four_facts_the_intervals_and_the_difference(cli, compared):
    shown = cli(*RUN).stdout
    assert re.search(r"hasty\s+14\s+6\s+2\s+1\s+3\s*\n", shown)
    assert re.search(r"accuracy\s+careful\s+0\.700\s+\[0\.481, 0\.855\]\s+20\s+wilson", shown)
    difference = r"accuracy\s+\+0\.150\s+\[-0\.079, \+0\.379\]\s+0\.3750\s+4/1\s+no difference shown"
    assert re.search(difference, shown)
    assert "Higher overall score: careful" in shown


def test_run_tells_progress_in_plain_lines_when_stderr_is_no_terminal(cli, compared):
    told = cli(*RUN).stderr
    assert "5/10 questions" in told
    assert "1 min 2 s left" in told
    assert "10/10 questions" in told
    assert "\x1b" not in told


def test_run_with_json_puts_the_results_alone_on_stdout(json_of, compared, comparison):
    assert json_of(*RUN) == {"evaluation_id": "eval-1", **comparison}


def test_run_without_waiting_gives_the_id_and_asks_no_status(json_of, compared):
    assert json_of(*RUN, "--no-wait")["evaluation_id"] == "eval-1"
    assert not compared.sent("/status")


def test_run_finds_a_benchmark_by_name_and_pins_a_version(cli, compared):
    cli("run", "--model", "m", "--benchmark", "sums@2", "--no-wait")
    assert compared.sent("POST")[0].json["benchmark_id"] == "bench-1@2"


def test_run_takes_a_benchmark_whose_name_ends_like_a_version_by_its_name(cli, service):
    service.add_benchmark("sums@2")
    cli("run", "--model", "m", "--benchmark", "sums@2", "--no-wait")
    assert service.sent("POST")[0].json["benchmark_id"] == "bench-1"


def test_run_with_an_unknown_benchmark_says_what_is_similar(cli, compared):
    result = cli("run", "--model", "m", "--benchmark", "sumz")
    assert result.exit_code == 5
    assert "did you mean 'sums'?" in result.stderr


def test_run_with_an_unknown_judge_says_what_is_similar(cli, compared):
    compared.models |= {name: {"model_id": name} for name in ("hasty", "careful")}
    problem = {"loc": ["body", "pairwise"], "msg": "there is no such model", "type": "not_found"}
    compared.fault("POST /api/v3/evaluations", Reply(422, {"detail": [problem]}))
    models = ("--model", "hasty", "--compare", "careful")
    result = cli("run", *models, "--benchmark", "sums", "--pairwise-judge", "carefull")
    assert result.exit_code == 5
    assert "did you mean 'careful'?" in result.stderr


@pytest.mark.parametrize(("field", "options"), [("model_id", ()), ("model_id_2", ("--compare", "hastie"))])
def test_run_with_an_unknown_model_says_what_is_similar(cli, compared, field, options):
    compared.models["hasty"] = {"model_id": "hasty"}
    problem = {"loc": ["body", field], "msg": "there is no such model", "type": "not_found"}
    compared.fault("POST /api/v3/evaluations", Reply(422, {"detail": [problem]}))
    model = "hasty" if options else "hastie"
    result = cli("run", "--model", model, *options, "--benchmark", "sums")
    assert result.exit_code == 5
    assert "there is no model 'hastie'" in result.stderr
    assert "did you mean 'hasty'?" in result.stderr


def test_a_refused_model_that_exists_is_refused_in_the_services_words(cli, compared):
    compared.models["hasty"] = {"model_id": "hasty"}
    problem = {"loc": ["body", "model_id"], "msg": "it has no answers yet", "type": "conflict"}
    compared.fault("POST /api/v3/evaluations", Reply(422, {"detail": [problem]}))
    result = cli("run", "--model", "hasty", "--benchmark", "sums")
    assert result.exit_code == 1
    assert "it has no answers yet" in result.stderr


def test_the_pace_counts_what_was_done_since_the_first_look(capsys):
    screen = Screen(as_json=False)
    with WorkProgress(screen, "eval-1", unit="questions", doing="marking") as progress:
        progress.show(900, 1000, elapsed_seconds=0.0)
        progress.show(1000, 1000, elapsed_seconds=50.0)
    first, second = capsys.readouterr().err.splitlines()
    assert first == "eval-1: 900/1000 questions"
    assert second == "eval-1: 1000/1000 questions, 2.0/s"


def test_time_left_is_taken_from_the_pace_where_the_service_does_not_say(capsys):
    with WorkProgress(Screen(as_json=False), "job-1", unit="rows", doing="grading") as progress:
        progress.show(0, None, elapsed_seconds=0.0)
        progress.show(20, 100, elapsed_seconds=10.0)
    first, second = capsys.readouterr().err.splitlines()
    assert first == "job-1: 0 rows"
    assert second == "job-1: 20/100 rows, 2.0/s, 40 s left"


def test_run_of_a_failed_evaluation_says_why_and_how_to_resume(cli, compared):
    compared.final_status = {"status": "FAILED", "failure_reason": "more trials errored than allowed"}
    result = cli(*RUN)
    assert result.exit_code == 1
    assert "more trials errored than allowed" in result.stderr
    assert "marksheet resume eval-1" in result.stderr


def test_run_out_of_time_says_that_the_evaluation_continues(cli, compared, monkeypatch):
    compared.polls_until_done = 1_000
    ticks = iter(range(1_000))
    monkeypatch.setattr(waiting, "PACE", waiting.Pace(sleep=lambda _: None, now=lambda: next(ticks)))
    result = cli(*RUN, "--timeout", "5")
    assert result.exit_code == 3
    assert "the evaluation eval-1 continues" in result.stderr
    assert "marksheet status eval-1" in result.stderr


def test_ctrl_c_says_that_the_evaluation_continues_and_how_to_stop_it(cli, compared, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(waiting, "PACE", waiting.Pace(sleep=interrupted))
    result = cli(*RUN)
    assert result.exit_code == 130
    assert "the evaluation eval-1 continues" in result.stderr
    assert "marksheet cancel eval-1" in result.stderr


def test_waiting_bears_a_service_that_is_silent_for_a_moment(cli, compared):
    for _ in range(3):
        compared.fault("/status", Reply(500, {"detail": "Internal Server Error"}))
    assert cli(*RUN).exit_code == 0


def test_waiting_gives_up_on_a_service_that_stays_silent(cli, compared):
    for _ in range(50):
        compared.fault("/status", Reply(500, {"detail": "Internal Server Error"}))
    assert cli(*RUN).exit_code == 3


@pytest.mark.parametrize("options", [("--trials", "0"), ("--trials", "101"), ("--max-error-share", "2")])
def test_run_refuses_numbers_out_of_range_before_sending(cli, service, options):
    assert cli(*RUN, *options).exit_code == 2
    assert service.requests == []


def test_one_model_has_no_difference_table(cli, service, single):
    service.add_benchmark("sums")
    service.results = single
    shown = cli("run", "--model", "hasty", "--benchmark", "sums").stdout
    assert "hasty" in shown
    assert "difference" not in shown


def test_a_narrow_terminal_keeps_means_and_intervals(cli, compared, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    shown = cli(*RUN).stdout
    assert "[0.481, 0.855]" in shown
    assert "+0.150" in shown
    assert max(map(len, shown.splitlines())) <= 60


def test_status_shows_the_services_answer(json_of, compared):
    cli_id = json_of(*RUN, "--no-wait")["evaluation_id"]
    assert json_of("status", cli_id)["progress"] == "5/10 questions"


def test_status_follow_ends_with_the_marks(cli, json_of, compared):
    json_of(*RUN, "--no-wait")
    assert "Paired difference" in cli("status", "eval-1", "--follow").stdout


def test_list_sends_its_filters(cli, service):
    filters = ("--status", "cancelled", "--model", "m", "--project", "p")
    assert cli("list", *filters, "--limit", "5", "--offset", "2").exit_code == 0
    (sent,) = service.sent("GET /api/v3/evaluations")
    assert sent.path == "/api/v3/evaluations?limit=5&offset=2&status=cancelled&model_id=m&project=p"


@pytest.mark.parametrize(
    ("told", "state"),
    [({"stopped": True}, "STOPPED"), ({"failure_reason": "cancelled"}, "CANCELLED"), ({}, "FAILED")],
)
def test_list_says_why_an_evaluation_has_no_marks(cli, service, told, state):
    service.evaluations["eval-1"] = {"evaluation_id": "eval-1", "model_id": "m", "status": "FAILED", **told}
    assert state in cli("list").stdout.split()


def test_list_says_when_there_is_nothing(cli):
    assert "No evaluations." in cli("list").stdout


def test_cancel_and_resume_ask_for_just_that(json_of, compared):
    json_of(*RUN, "--no-wait")
    json_of("cancel", "eval-1")
    json_of("resume", "eval-1", "--no-wait")
    assert [request.path for request in compared.sent("POST")[1:]] == [
        "/api/v3/evaluations/eval-1/cancel",
        "/api/v3/evaluations/eval-1/resume",
    ]


def test_delete_without_a_terminal_needs_yes(cli, compared):
    result = cli("delete", "eval-1")
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert not compared.sent("DELETE")


def test_download_writes_the_services_file_name(json_of, service, tmp_path):
    answer = json_of("download", "eval-1")
    assert answer["path"] == "evaluation_results_eval-1.json"
    assert (tmp_path / answer["path"]).read_bytes() == service.results_file


def test_download_follows_a_redirect_without_the_key(cli, service, tmp_path):
    service.redirect_downloads = True
    assert cli("download", "eval-1", "-o", "out.json").exit_code == 0
    (fetched,) = service.sent("GET /storage")
    assert "authorization" not in fetched.headers
    assert (tmp_path / "out.json").read_bytes() == service.results_file


def test_download_into_a_directory_keeps_the_file_name(cli, tmp_path):
    (tmp_path / "results").mkdir()
    assert cli("download", "eval-1", "-o", "results").exit_code == 0
    assert (tmp_path / "results" / "evaluation_results_eval-1.json").is_file()


def test_download_to_stdout_prints_the_file_alone(cli, service):
    assert json.loads(cli("download", "eval-1", "-o", "-").stdout) == json.loads(service.results_file)


def test_a_download_does_not_replace_a_file_without_force(cli, service, tmp_path):
    (tmp_path / "out.json").write_text("old")
    result = cli("download", "eval-1", "-o", "out.json")
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert service.requests == []
    assert cli("download", "eval-1", "-o", "out.json", "--force").exit_code == 0
    assert (tmp_path / "out.json").read_bytes() == service.results_file


def test_a_download_under_the_services_name_does_not_replace_a_file_either(cli, tmp_path):
    (tmp_path / "evaluation_results_eval-1.json").write_text("old")
    assert cli("download", "eval-1").exit_code == 2
    assert (tmp_path / "evaluation_results_eval-1.json").read_text() == "old"


def test_a_download_through_a_link_writes_what_it_leads_to(cli, service, tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "link.json").symlink_to(tmp_path / "kept" / "real.json")
    assert cli("download", "eval-1", "-o", "link.json").exit_code == 0
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "kept" / "real.json").read_bytes() == service.results_file


def test_a_download_makes_no_directory(cli, service, tmp_path):
    result = cli("download", "eval-1", "-o", "absent/out.json")
    assert result.exit_code == 2
    assert str(tmp_path / "absent") in result.stderr
    assert service.requests == []
    assert list(tmp_path.iterdir()) == []


def test_a_broken_download_leaves_the_old_file_and_no_piece(cli, service, tmp_path):
    (tmp_path / "out.json").write_text("old")
    service.fault("/download", Reply(200, b"half", {"Content-Length": "400"}))
    assert cli("download", "eval-1", "-o", "out.json", "--force").exit_code == 3
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    assert (tmp_path / "out.json").read_text() == "old"


def test_a_file_name_that_leads_elsewhere_is_not_taken(cli, service, tmp_path):
    evil = {"Content-Disposition": "attachment; filename=../../evil.json"}
    service.fault("/download", Reply(200, b"{}", evil))
    assert cli("download", "eval-1").exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["evaluation_results_eval-1.json"]


def test_download_before_the_end_is_refused_with_the_services_words(cli, service):
    service.fault("/download", Reply(400, {"detail": "Evaluation is not completed"}))
    result = cli("download", "eval-1")
    assert result.exit_code == 1
    assert "Evaluation is not completed" in result.stderr


def test_an_expired_link_is_a_failure_that_names_the_storages_code(cli, service):
    service.redirect_downloads = True
    service.fault("GET /storage", Reply(403, b"<Error><Code>AccessDenied</Code></Error>"))
    result = cli("download", "eval-1")
    assert result.exit_code == 1
    assert "AccessDenied" in result.stderr


def test_a_p_value_too_small_to_print_is_not_shown_as_zero(cli, compared, comparison):
    comparison["comparison"]["statistics"]["accuracy"]["p_value"] = 1e-22
    assert "< 0.0001" in cli(*RUN).stdout


def test_help_names_every_command_and_the_exit_codes(cli):
    shown = cli("--help").stdout
    names = (
        "run",
        "status",
        "results",
        "download",
        "cancel",
        "resume",
        "benchmarks",
        "models",
        "keys",
        "local",
    )
    assert [name for name in names if not re.search(rf"^\W*{name} ", shown, re.MULTILINE)] == []
    assert "130 interrupted" in " ".join(shown.split())


def test_run_of_a_stopped_evaluation_says_how_to_see_its_marks_and_go_on(cli, compared):
    compared.final_status = {
        "status": "FAILED",
        "failure_reason": "its budget of 1 USD is used up",
        "stopped": True,
        "has_results": True,
    }
    result = cli(*RUN)
    assert result.exit_code == 1
    assert "--max-cost-usd USD" in result.stderr
    assert "--partial" in result.stderr


def test_run_sends_budget_judge_and_policy_as_the_service_takes_them(cli, compared, tmp_path):
    rubric = tmp_path / "rubric.txt"
    rubric.write_text("the kinder one")
    scorers = tmp_path / "scorers.json"
    scorers.write_text('[{"name": "llm_judge", "options": {"model": "judge", "rubric": "be fair"}}]')
    given = ["--max-cost-usd", "2.50", "--errored-as", "wrong", "--scorers", str(scorers)]
    cli(*RUN, *given, "--pairwise-judge", "judge", "--pairwise-rubric", str(rubric))
    (created,) = [r for r in compared.requests if r.method == "POST" and r.path == "/api/v3/evaluations"]
    assert created.json["max_cost_usd"] == "2.50"
    assert created.json["errored_as"] == "wrong"
    assert created.json["pairwise"] == {"model": "judge", "rubric": "the kinder one"}
    assert created.json["custom_metrics"][0]["options"]["model"] == "judge"


def test_run_without_a_model_or_earlier_answers_is_a_usage_error(cli, compared):
    result = cli("run", "--benchmark", "sums")
    assert result.exit_code == 2
    assert "--model" in result.stderr
    assert compared.requests == []


def test_a_dry_run_shows_calls_money_and_time_and_follows_nothing(cli, compared):
    estimate = {
        "dry_run": True,
        "cost_usd": "0.0125",
        "unpriced": [],
        "seconds": 75.0,
        "models": [
            {
                "model_id": "small",
                "role": "answers",
                "calls": 1000,
                "prompt_tokens": 250000,
                "completion_tokens": 64000,
                "cost_usd": "0.0125",
                "seconds": 75.0,
                "based_on": None,
            }
        ],
    }
    compared.fault(r"POST /api/v3/evaluations", Reply(200, estimate))
    result = cli(*RUN, "--dry-run")
    assert result.exit_code == 0
    assert "250,000" in result.stdout
    assert "about 0.013 USD and 1 min 15 s" in result.stdout


def test_a_dry_run_of_an_unpriced_model_says_that_the_cost_is_not_known(cli, compared):
    model = {"model_id": "small", "role": "answers", "calls": 1, "cost_usd": None, "seconds": 2.0}
    estimate = {"dry_run": True, "cost_usd": None, "unpriced": ["small"], "seconds": 2.0, "models": [model]}
    compared.fault(r"POST /api/v3/evaluations", Reply(200, estimate))
    result = cli(*RUN, "--dry-run")
    assert "no prices are registered for small" in result.stdout


def test_resume_sends_its_new_budget(cli, compared):
    cli("resume", "eval-1", "--max-cost-usd", "5", "--no-wait")
    (resumed,) = [r for r in compared.requests if r.path.endswith("/resume")]
    assert resumed.json == {"max_cost_usd": "5"}


def test_results_and_download_ask_for_partial_marks_when_told(cli, compared, tmp_path):
    cli("results", "eval-1", "--partial")
    cli("download", "eval-1", "--partial", "-o", str(tmp_path))
    asked = [r.path for r in compared.requests if "partial" in r.path]
    assert [path.partition("?")[2] for path in asked] == ["partial=true", "partial=true"]
