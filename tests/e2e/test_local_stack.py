"""The local stack itself: safe to repeat, closed to others, and what it stores outlives it."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from marksheet_cli.local.stack import LocalStack
from tests.e2e import workers
from tests.e2e.client import Api
from tests.stubs.openai_stub import OpenAIStub

ROOT = Path(__file__).resolve().parents[2]


def listed_evaluations(environment: dict[str, str]) -> httpx.Response:
    key = environment["MARKSHEET_API_KEY"]
    return httpx.get(
        f"{environment['MARKSHEET_URL']}/api/v3/evaluations",
        headers={"Authorization": f"Bearer {key}"},
        timeout=30,
    )


def test_health_needs_no_key(local_stack: LocalStack) -> None:
    answer = httpx.get(f"{local_stack.environment['MARKSHEET_URL']}/v1/health", timeout=30)
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_the_key_of_local_env_is_accepted(local_stack: LocalStack) -> None:
    assert listed_evaluations(local_stack.environment).status_code == 200


def test_a_made_up_key_is_not(local_stack: LocalStack) -> None:
    made_up = local_stack.environment | {"MARKSHEET_API_KEY": "msk_" + "a" * 16 + "_" + "b" * 43}
    assert listed_evaluations(made_up).status_code == 401


def test_a_second_up_changes_nothing(local_stack: LocalStack) -> None:
    before = (local_stack.pid, local_stack.environment)
    local_stack.up()
    assert (local_stack.pid, local_stack.environment) == before


def test_local_env_is_for_its_owner_alone_and_a_shell_can_load_it(local_stack: LocalStack) -> None:
    assert local_stack.env_file.stat().st_mode & 0o777 == 0o600
    script = f'set -a; . {shlex.quote(str(local_stack.env_file))}; printf %s "$MARKSHEET_URL"'
    loaded = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout == local_stack.environment["MARKSHEET_URL"]


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc to see who listens where")
def test_the_emulator_listens_on_loopback_alone(local_stack: LocalStack) -> None:
    listening = "0A"
    inodes = {}
    for table, loopback in (("tcp", "0100007F"), ("tcp6", "00000000000000000000000001000000")):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == listening:
                inodes[f"socket:[{fields[9]}]"] = fields[1].split(":")[0] == loopback
    held = [str(link.readlink()) for link in Path(f"/proc/{local_stack.pid}/fd").iterdir()]
    mine = [inodes[target] for target in held if target in inodes]
    assert mine
    assert all(mine)


def test_status_tells_where_it_runs(local_stack: LocalStack) -> None:
    command = [sys.executable, "-m", "marksheet_cli.main", "local", "status", "--json"]
    home = ["--home", str(local_stack.env_file.parent), "--repository", str(ROOT)]
    told = subprocess.run([*command, *home], capture_output=True, text=True, check=True)
    assert json.loads(told.stdout)["url"] == local_stack.environment["MARKSHEET_URL"]


def test_an_evaluation_cut_off_by_a_stop_can_be_resumed(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path / "home", ROOT)
    try:
        before = stack.up()
        with OpenAIStub(latency=0.5) as model, Api.of(before) as api:
            api.endpoint("slow", model.base_url, max_in_flight=2)
            rows = [{"question": f"{n}. answer: {n}", "answer": str(n)} for n in range(1, 21)]
            evaluation_id = api.create("slow", api.benchmark("cut", rows))
            path = f"/api/v3/evaluations/{evaluation_id}"
            api.wait(f"{path}/status", lambda status: status["questions_completed"] > 0)
            stack.down()
            stack.up()
            cut_off = api.call("GET", path)
            assert cut_off["status"] == "FAILED"
            assert "stopped from outside" in cut_off["failure_reason"]
            api.call("POST", f"{path}/resume")
            assert api.document(evaluation_id)["metrics"]["right"] == 20
    finally:
        stack.down(wipe=True)


def test_an_emulator_that_was_killed_before_it_saved_starts_empty_and_says_so(tmp_path: Path) -> None:
    told: list[str] = []
    stack = LocalStack(tmp_path / "home", ROOT, report=told.append)
    try:
        stack.up()
        workers.kill(stack.pid or 0)
        after = stack.up()
        assert any("killed" in line for line in told)
        assert listed_evaluations(after).json()["total"] == 0
    finally:
        stack.down(wipe=True)


def test_what_is_stored_survives_a_stop(tmp_path: Path) -> None:
    stack = LocalStack(tmp_path / "home", ROOT)
    try:
        before = stack.up()
        stack.down()
        assert not stack.running
        after = stack.up()
        assert after == before
        assert listed_evaluations(after).status_code == 200
    finally:
        stack.down(wipe=True)
    assert not stack.env_file.exists()
