"""The `marksheet` command as a user runs it: a process of its own against the stack."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from marksheet_cli.exits import ExitCode
from tests.e2e.client import Api

EXPORTS = Path(__file__).resolve().parents[1] / "cli" / "openai_evals" / "exports"
SPEC = """
graders:
  - type: string_check
    name: same
    input: "{{sample.output_text}}"
    reference: "{{item.expected_answer}}"
    operation: eq
"""
ROWS = 1200
"""More than go in one call."""


class Command:
    """Runs the command with one organization's key, in a directory of its own."""

    def __init__(self, api: Api, directory: Path) -> None:
        self.directory = directory
        key = api.http.headers["Authorization"].removeprefix("Bearer ")
        self.environment = {**os.environ, "MARKSHEET_URL": api.url, "MARKSHEET_API_KEY": key, "NO_COLOR": "1"}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "marksheet_cli.main", *arguments],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def json(self, *arguments: str, code: int = ExitCode.OK) -> Any:
        """The document that it prints, with that exit code."""
        done = self.run(*arguments, "--json")
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)


@pytest.fixture
def command(api: Api, tmp_path: Path) -> Command:
    return Command(api, tmp_path)


def rows(path: Path, count: int, right: int) -> Path:
    """Outputs to grade, of which the first are right."""
    lines = [
        {"id": f"r{n}", "output": "yes" if n < right else "no", "expected_answer": "yes"}
        for n in range(count)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_file_of_outputs_passes_or_fails_a_build(command: Command) -> None:
    (command.directory / "exact.yaml").write_text(SPEC)
    created = command.json("specs", "create", "exact.yaml")
    rows(command.directory / "rows.jsonl", 10, right=8)
    gate = ("grade", "--spec", "exact", "rows.jsonl", "--threshold")

    assert command.json(*gate, "0.8")["summary"]["overall_percentage"] == 0.8
    missed = command.json(*gate, "0.9", "--junit", "report.xml", code=ExitCode.MISSED)
    report = ElementTree.parse(command.directory / "report.xml").getroot()

    assert created["name"] == "exact"
    assert missed["summary"]["overall_percentage"] == 0.8
    assert len(report.findall(".//failure")) == 2


def test_more_rows_than_go_in_a_call_are_graded_by_a_job(command: Command) -> None:
    (command.directory / "exact.yaml").write_text(SPEC)
    command.json("specs", "create", "exact.yaml")
    rows(command.directory / "rows.jsonl", ROWS, right=900)

    graded = command.json("grade", "--spec", "exact", "rows.jsonl")

    assert graded["summary"]["overall_percentage"] == 900 / ROWS
    assert len(command.json("jobs", "list")["jobs"]) == 1


def test_documents_go_up_and_their_text_comes_back(command: Command) -> None:
    folder = command.directory / "policies"
    folder.mkdir()
    (folder / "leave.md").write_text("# Leave\n\nThirty days.\n")
    (folder / "travel.html").write_text("<h1>Travel</h1><p>Trains before planes.</p>")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing more")

    command.json("datasets", "push", "policies", "--dataset", "hr", "--create", code=ExitCode.FAILED)
    documents = command.json("datasets", "documents", "hr")["documents"]
    command.json("datasets", "pull", "hr", "texts")

    assert {document["filename"]: document["status"] for document in documents} == {
        "leave.md": "READY",
        "travel.html": "READY",
        "broken.pdf": "FAILED",
    }
    assert "Thirty days." in (command.directory / "texts" / "leave.md.md").read_text()
    assert "# Travel" in (command.directory / "texts" / "travel.html.md").read_text()


def test_an_export_of_openai_evals_can_be_graded_at_once(command: Command) -> None:
    files = [str(path) for path in sorted(EXPORTS.glob("*.json"))]

    imported = command.run("import", "openai-evals", *files, "--skip-unsupported")
    assert imported.returncode == ExitCode.OK, imported.stderr
    written = command.run("import", "openai-evals", *files, "--skip-unsupported", "--output", "out")
    assert written.returncode == ExitCode.OK, written.stderr
    specs = command.json("specs", "list")["eval_specs"]

    assert len(specs) == 1
    assert command.json("benchmarks", "list")["benchmarks"]
    assert (command.directory / "out" / "spec.json").is_file()
