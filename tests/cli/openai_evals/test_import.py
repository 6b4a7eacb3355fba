"""`import openai-evals` against the stub service, and into files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.stubs.api_stub import Reply
from tests.stubs.grading_stub import refusal

EXPORTS = Path(__file__).parent / "exports"
EVAL, RUN, ITEMS, ROWS = (
    str(EXPORTS / name) for name in ("eval.json", "run.json", "output_items.json", "rows.jsonl")
)
MODEL = "IT-tickets-gpt-4.1-2025-04-14"


@pytest.fixture
def bring(cli, service):
    service.uploads["upload-1"] = {"status": "READY"}
    return lambda *arguments: cli("import", "openai-evals", *arguments)


def test_spec_benchmark_and_recorded_model_are_made(bring, service):
    result = bring(EVAL, RUN, ITEMS, "--skip-unsupported")
    assert result.exit_code == 0, result.stderr
    (spec,) = service.sent("POST /v1/eval/specs$")
    assert [grader["name"] for grader in spec.json["graders"]] == ["Right label", "Tone"]
    (benchmark,) = service.sent("POST /api/v3/benchmark/upload$")
    assert b"Ticket: My monitor stays black." in benchmark.body
    assert b"Name the ticket's label" in benchmark.body
    assert service.models[MODEL]["provider"] == "recorded"
    (answers,) = service.sent("POST /storage")
    assert b'"output": "Hardware"' in answers.body


def test_what_was_left_out_exits_with_1_though_the_rest_was_brought(bring, service):
    result = bring(EVAL, RUN, ITEMS)
    assert result.exit_code == 1
    assert "left out: grader Own code" in result.stderr
    assert len(service.grading.specs) == 1


def test_the_next_commands_name_what_was_made(bring, service):
    told = bring(EVAL, RUN, ITEMS).stdout
    assert "made an eval spec (2 graders), a benchmark (3 questions), a recorded model" in told
    assert f"marksheet run --model {MODEL} --benchmark 'IT tickets'" in told
    assert "marksheet models add gpt-4o-mini --base-url https://api.openai.com/v1" in told


def test_a_judge_that_is_registered_need_not_be_added(bring, service):
    service.models["gpt-4o-mini"] = {"model_id": "gpt-4o-mini"}
    assert "models add gpt-4o-mini" not in bring(EVAL, RUN, ITEMS).stdout


def test_rows_that_can_be_graded_as_they_are_are_named(bring):
    assert f"marksheet grade --spec 'IT tickets' {ROWS}" in bring(EVAL, ROWS, "--skip-unsupported").stdout


def test_with_json_there_is_one_document(bring, service):
    document = json.loads(bring(EVAL, RUN, ITEMS, "--json").stdout)
    (brought,) = document["evals"]
    assert brought["spec"]["eval_spec_id"] == "spec-1"
    assert brought["outputs"] == {MODEL: 2}
    assert len(brought["left_out"]) == 1


def test_a_spec_of_the_name_gets_its_next_version(bring, service):
    service.grading.add_spec("IT tickets")
    bring(EVAL, RUN, ITEMS)
    assert not service.sent("POST /v1/eval/specs$")
    assert len(service.sent("PUT /v1/eval/specs/spec-1$")) == 1


def test_a_spec_of_the_name_may_be_on_the_last_page(bring, service):
    service.grading.page_size = 1
    service.grading.add_spec("another")
    service.grading.add_spec("IT tickets")
    bring(EVAL, RUN, ITEMS)
    assert not service.sent("POST /v1/eval/specs$")
    assert len(service.sent("PUT /v1/eval/specs/spec-2$")) == 1


def test_what_was_made_before_a_failure_is_said_to_stay(bring, service):
    service.fault("POST /api/v3/benchmark/upload$", Reply(500, refusal("internal_error", "broken")))
    result = bring(EVAL, RUN, ITEMS)
    assert result.exit_code == 3
    assert "what was made before stays" in result.stderr


def test_a_dry_run_sends_and_writes_nothing(bring, service, tmp_path):
    result = bring(EVAL, RUN, ITEMS, "--dry-run")
    assert "would make an eval spec (2 graders)" in result.stdout
    assert service.requests == []
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_writes_no_files_either_and_tells_the_command_with_its_options(bring, service, tmp_path):
    directory = tmp_path / "out"
    options = ("--name", "my eval", "--output", str(directory))
    told = bring(EVAL, RUN, ITEMS, *options, "--skip-unsupported", "--dry-run").stdout
    assert "would make an eval spec (2 graders)" in told
    assert f"{ITEMS} --name 'my eval' --output {directory} --skip-unsupported\n" in told
    assert service.requests == []
    assert not directory.exists()


def test_output_writes_files_and_sends_nothing(bring, service, tmp_path):
    result = bring(EVAL, RUN, ITEMS, "--output", str(tmp_path / "out"))
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"spec.json", "questions.jsonl", "benchmark.json", "answers.jsonl", "rows.jsonl"}
    assert f"marksheet grade --spec 'IT tickets' {tmp_path / 'out' / 'rows.jsonl'}" in result.stdout
    assert service.requests == []


def test_files_that_exist_are_replaced_with_force_only(bring, tmp_path):
    rows = tmp_path / "rows.jsonl"
    rows.write_text(Path(ROWS).read_text())
    result = bring(EVAL, str(rows), "--output", str(tmp_path))
    assert result.exit_code == 2
    assert "rows.jsonl exists; nothing was written" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]
    bring(EVAL, RUN, ITEMS, "--output", str(tmp_path), "--force")
    assert "Hardware" in rows.read_text()


def test_several_models_have_files_of_their_own(bring, tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text(
        "\n".join(
            json.dumps({"item": {"question": "q"}, "sample": {"output_text": "x", "model": model}})
            for model in ("a", "b")
        )
    )
    bring(str(path), "--output", str(tmp_path / "out"))
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"answers.in-a.jsonl", "answers.in-b.jsonl", "rows.in-a.jsonl", "rows.in-b.jsonl"} <= names


def test_several_evals_have_folders_of_their_own(bring, tmp_path):
    evals = [{**json.loads(Path(EVAL).read_text()), "id": f"eval_{n}", "name": f"e {n}"} for n in (1, 2)]
    path = tmp_path / "evals.json"
    path.write_text(json.dumps({"object": "list", "data": evals}))
    bring(str(path), "--output", str(tmp_path / "out"))
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"e-1", "e-2"}


def test_what_is_no_export_is_a_usage_error(bring, service, tmp_path):
    path = tmp_path / "other.json"
    path.write_text('{"a": 1}')
    result = bring(str(path))
    assert result.exit_code == 2
    assert service.requests == []
