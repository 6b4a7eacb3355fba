"""However the service fails, the command ends with a line or two and the documented exit code."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import pytest

from tests.stubs.api_stub import API_KEY, Reply
from tests.stubs.grading_stub import refusal


def test_connection_refused_is_unavailable_and_says_how_to_check(bare_cli, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("MARKSHEET_URL", url)
    monkeypatch.setenv("MARKSHEET_API_KEY", API_KEY)
    result = bare_cli("list")
    assert result.exit_code == 3
    assert f"cannot reach {url}" in result.stderr
    assert "marksheet local status" in result.stderr
    assert result.stdout == ""


def test_a_wrong_key_is_unauthenticated(cli):
    result = cli("list", "--api-key", "msk_other")
    assert result.exit_code == 4
    assert "Not authenticated" in result.stderr


def test_a_missing_scope_is_unauthenticated_and_says_scope(cli, service):
    service.fault("GET /api/v3/evaluations", Reply(403, {"detail": "This key may not read"}))
    result = cli("list")
    assert result.exit_code == 4
    assert "scope" in result.stderr


def test_a_refusal_of_the_gateway_itself_does_not_blame_the_scope(cli, service):
    service.fault("GET /api/v3/evaluations", Reply(403, {"message": "Forbidden"}))
    result = cli("list")
    assert result.exit_code == 4
    assert "Forbidden" in result.stderr
    assert "scope" not in result.stderr


def test_an_unknown_evaluation_is_not_found(cli):
    result = cli("results", "eval-99")
    assert result.exit_code == 5
    assert "Evaluation not found" in result.stderr


def test_marks_that_are_not_there_yet_have_two_ways_out(cli, service):
    service.fault("GET", Reply(400, {"detail": "Evaluation is not yet completed"}))
    result = cli("results", "eval-1")
    assert result.exit_code == 1
    assert [line.strip().partition(":")[0] for line in result.stderr.splitlines()] == [
        "marksheet",
        "how far it is",
        "the marks it has, if any",
    ]


@pytest.mark.parametrize("body", [b"<html>404</html>", {"message": "Not Found"}, b""])
def test_a_404_of_something_else_says_that_it_is_no_marksheet_api(cli, service, body):
    service.fault("GET", Reply(404, body))
    result = cli("models", "show", "m")
    assert result.exit_code == 3
    assert f"{service.url} does not look like a Marksheet API" in result.stderr
    assert "list" not in result.stderr


GROUPS = ("benchmarks", "datasets", "import", "jobs", "keys", "local", "models", "schedules", "specs")


@pytest.mark.parametrize("command", [(), *((name,) for name in GROUPS)], ids=" ".join)
def test_no_group_offers_shell_completion(bare_cli, command):
    assert "completion" not in bare_cli(*command, "--help").stdout


@pytest.mark.parametrize(
    ("status", "code", "exit_code"),
    [
        (400, "invalid_request", 1),
        (401, "unauthenticated", 4),
        (403, "forbidden", 4),
        (404, "not_found", 5),
        (405, "method_not_allowed", 1),
        (409, "conflict", 1),
        (413, "too_large", 1),
        (429, "limit_exceeded", 1),
        (500, "internal_error", 3),
    ],
)
def test_an_error_of_the_grading_surface_has_its_words_and_exit_code(cli, service, status, code, exit_code):
    for _ in range(3):
        reply = Reply(status, refusal(code, f"words of {code}"), {"Retry-After": "0"})
        service.fault("GET /v1/eval/specs", reply)
    result = cli("specs", "list")
    assert result.exit_code == exit_code
    assert f"words of {code}" in result.stderr


def test_a_404_of_the_grading_surface_is_one_of_marksheet(cli, service):
    service.fault("GET", Reply(404, refusal("not_found", "Eval spec not found")))
    assert "does not look like a Marksheet API" not in cli("specs", "list").stderr


def test_what_no_request_can_carry_is_a_usage_error(cli, service):
    result = cli("datasets", "create", "half \ud800 a character")
    assert result.exit_code == 2
    assert "is no character that can be sent" in result.stderr
    assert service.requests == []


def test_a_validation_error_names_the_field_path(cli, service):
    service.add_benchmark("sums")
    problem = {"loc": ["body", "custom_metrics", 0], "msg": "unknown metric 'acuracy'", "type": "value_error"}
    service.fault("POST /api/v3/evaluations", Reply(422, {"detail": [problem]}))
    result = cli("run", "--model", "m", "--benchmark", "sums", "--metric", "acuracy")
    assert result.exit_code == 1
    assert "body.custom_metrics.0: unknown metric 'acuracy'" in result.stderr


@pytest.mark.parametrize("body", [b"<html>not JSON</html>", b"[1, 2]", b"", b"\xff\xfe"])
def test_an_answer_that_is_no_json_object_is_unavailable(cli, service, body):
    service.fault("GET", body)
    result = cli("list")
    assert result.exit_code == 3
    assert "no JSON object" in result.stderr


def test_a_list_of_another_shape_is_unavailable(cli, service):
    service.fault("GET", Reply(200, {"items": []}))
    assert cli("models", "list").exit_code == 3


def test_a_500_is_unavailable_and_tells_the_request_id(cli, service):
    service.fault("GET", Reply(500, {"detail": "Internal Server Error"}, {"x-request-id": "abc-1"}))
    result = cli("list")
    assert result.exit_code == 3
    assert "Internal Server Error" in result.stderr
    assert "abc-1" in result.stderr


def test_a_read_is_repeated_after_a_503(cli, service):
    service.fault("GET", Reply(503, {"detail": "busy"}, {"Retry-After": "0"}))
    assert cli("list").exit_code == 0
    assert len(service.sent("GET /api/v3/evaluations")) == 2


def test_a_delete_is_never_repeated(cli, service):
    service.fault("DELETE", Reply(503, {"detail": "busy"}, {"Retry-After": "0"}))
    assert cli("delete", "eval-1", "--yes").exit_code == 3
    assert len(service.sent("DELETE")) == 1


def test_a_conflict_is_a_failure_with_the_services_words(cli, service):
    service.fault("POST", Reply(409, {"detail": "there is a model 'm' already"}))
    result = cli("models", "add", "m", "--base-url", "http://localhost:1/v1", "--model", "x")
    assert result.exit_code == 1
    assert "there is a model 'm' already" in result.stderr


def test_with_json_an_error_is_one_document_on_stdout(cli):
    result = cli("results", "eval-99", "--json")
    assert json.loads(result.stdout)["error"]["code"] == "not_found"
    assert json.loads(result.stdout)["error"]["exit_code"] == 5


def test_control_characters_of_the_service_do_not_reach_the_terminal(cli, service):
    service.fault("GET", Reply(409, {"detail": "\x1b]0;owned\x07"}))
    assert "\x1b" not in cli("list").stderr


@pytest.mark.parametrize("identifier", ["", ".", ".."])
def test_an_identifier_that_would_lead_elsewhere_is_refused_before_sending(cli, service, identifier):
    assert cli("results", identifier).exit_code == 2
    assert service.requests == []


def test_an_identifier_is_one_path_segment(cli, service):
    assert cli("results", "../models").exit_code == 5
    assert service.requests[0].path == "/api/v3/evaluations/..%2Fmodels/results"


def test_a_defect_of_the_command_shows_no_traceback(tmp_path):
    script = "import marksheet_cli.main as m\nm.app = lambda: 1 / 0\nm.main()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert "Traceback" not in done.stderr
    assert "ZeroDivisionError" in done.stderr
