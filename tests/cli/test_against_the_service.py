"""The grading commands against the real functions on moto: that the stub speaks the service's wire.

Only what needs no storage beyond the functions' own: presigned forms lead to AWS.
"""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from aws_lambda_powertools import Logger

from marksheet import application as application_module
from marksheet.application import Application, application
from marksheet.keys import SCOPES, create_key
from tests.gateway import Gateway

SPEC = {
    "name": "exact",
    "graders": [
        {
            "type": "string_check",
            "name": "same",
            "input": "{{sample.output_text}}",
            "reference": "{{item.expected_answer}}",
            "operation": "eq",
        }
    ],
}


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Quiet: pytest shows what matters."""


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where moto's account is looked for."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.fixture
def live(app: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """The functions behind a gateway on loopback, and a key for them in the environment."""
    application.cache_clear()
    monkeypatch.setattr(application_module, "build", lambda settings: app)
    monkeypatch.setenv("TABLE_NAME", app.settings.table_name)
    monkeypatch.setenv("BUCKET_NAME", app.settings.bucket_name)
    # What the functions log must not get among what the command prints.
    log = Logger(service=f"test-{id(app)}", stream=io.StringIO())
    monkeypatch.setattr("surfaces.logger", lambda: log)
    made = create_key(app.store, organization="acme", name="t", scopes=SCOPES, now=app.clock())
    with make_server("127.0.0.1", 0, Gateway(), handler_class=QuietHandler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("MARKSHEET_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("MARKSHEET_API_KEY", made.key)
        yield app
        server.shutdown()
        thread.join()
    application.cache_clear()


@pytest.fixture
def json_of(live, bare_cli):
    """Runs a command with --json and gives back the one document that is on stdout."""

    def run(*arguments, exit_code=0):
        result = bare_cli(*arguments, "--json")
        assert result.exit_code == exit_code, result.output
        return json.loads(result.stdout)

    return run


@pytest.fixture
def spec(json_of, tmp_path):
    """A spec file, of which version 1 is made."""
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(SPEC))
    json_of("specs", "create", str(path))
    return path


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(
        '{"id": "a", "input": "1 + 1?", "output": "2", "expected_answer": "2"}\n'
        '{"id": "b", "input": "0.5 + 0.6?", "output": 1.10, "expected_answer": 1.1}\n'
        '{"id": "c", "input": "3?", "output": "3"}\n'
    )
    return path


def test_a_spec_goes_through_its_whole_life(json_of, spec):
    assert [row["name"] for row in json_of("specs", "list")["eval_specs"]] == ["exact"]
    assert json_of("specs", "update", "exact", str(spec))["version"] == 1
    changed = spec.with_name("changed.yaml")
    changed.write_text("graders:\n  - requirement: says please\nmodel: judge\n")
    assert json_of("specs", "update", "exact", str(changed))["version"] == 2
    assert len(json_of("specs", "versions", "exact")["versions"]) == 2
    assert json_of("specs", "show", "exact@1")["graders"] == SPEC["graders"]
    assert json_of("specs", "share", "exact", "--with", "*")["shared_with"] == ["*"]
    assert json_of("specs", "delete", "exact", "--yes")["message"] == "Successfully deleted eval spec"


def test_rows_are_graded_in_one_call_by_their_digits(json_of, spec, rows):
    document = json_of("grade", "--spec", "exact", str(rows), "--threshold", "0.6", exit_code=100)
    assert [row["percentage"] for row in document["results"]] == [1, 0, None]
    assert document["summary"]["unscored"] == 1


def test_the_tables_and_the_report_take_what_the_service_says(bare_cli, live, spec, rows, tmp_path):
    report = tmp_path / "report.xml"
    result = bare_cli("grade", "--spec", "exact", str(rows), "--junit", str(report))
    assert result.exit_code == 0, result.stderr
    assert "Rows without a grade" in result.stdout
    assert re.search(r"c\s+unscored\s+same: the row has no item.expected_answer", result.stdout)
    assert '<testcase name="c"' in report.read_text()


def test_a_wrong_row_is_named_by_its_line(bare_cli, live, spec, tmp_path):
    path = tmp_path / "wrong.jsonl"
    path.write_text('{"input": "a", "output": "x"}\n\n{"input": "b", "sample": "x"}\n')
    result = bare_cli("grade", "--spec", "exact", str(path))
    assert result.exit_code == 1
    assert "line 3, field sample" in result.stderr


def test_an_unknown_judge_is_not_found(json_of, bare_cli, rows, tmp_path):
    judged = tmp_path / "judged.yaml"
    judged.write_text("graders: [{requirement: says please}]\n")
    json_of("specs", "create", str(judged))
    result = bare_cli("grade", "--spec", "judged", str(rows), "--model", "nobody")
    assert result.exit_code == 5, result.stderr


def test_an_unknown_version_is_not_found(bare_cli, live, spec, rows):
    assert bare_cli("grade", "--spec", "exact@7", str(rows)).exit_code == 5


def test_jobs_are_listed_and_an_unknown_one_is_not_found(json_of, bare_cli):
    assert json_of("jobs", "list") == {"jobs": [], "total": 0, "limit": 20, "offset": 0}
    assert bare_cli("jobs", "show", "job-0").exit_code == 5


def test_a_dataset_goes_through_its_whole_life(json_of):
    made = json_of("datasets", "create", "manual", "--description", "how to")
    assert json_of("datasets", "list")["datasets"] == [made]
    assert json_of("datasets", "documents", "manual")["documents"] == []
    assert json_of("datasets", "pull", "manual", "out")["written"] == []
    assert json_of("datasets", "delete", "manual", "--yes")["id"] == made["dataset_id"]


def test_an_imported_spec_is_taken_and_taken_again(json_of, tmp_path):
    path = tmp_path / "eval.json"
    path.write_text(json.dumps({"object": "eval", "name": "sums", "testing_criteria": SPEC["graders"]}))
    for _ in range(2):
        (brought,) = json_of("import", "openai-evals", str(path))["evals"]
        assert brought["spec"]["version"] == 1
