"""Runs that users' programs log with weave: read row by row, and as evaluations like any other."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from marksheet.keys import create_key
from marksheet.store import Store
from tests.e2e.client import Api
from tests.e2e.recording import Recorder

CLIENTS = Path(__file__).parent / "clients"
PROJECT = "logged_v1"


def key_of(api: Api) -> str:
    return str(api.http.headers["Authorization"]).removeprefix("Bearer ")


def play(python: Path, script: str, told: str, api: Api, home: Path, url: str | None = None) -> str:
    """What a user's script prints; its environment names the service as weave's users do."""
    where = url or api.url
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "WANDB_DIR": str(home),
        "WANDB_BASE_URL": where,
        "WF_TRACE_SERVER_URL": where,
        "WANDB_API_KEY": key_of(api),
        "WANDB_ERROR_REPORTING": "false",
    }
    done = subprocess.run(
        [python, CLIENTS / script, told],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert "Error sending" not in done.stderr, done.stderr
    return done.stdout


def results(api: Api, *run_ids: str, **asked: Any) -> Any:
    """The results of runs of the project."""
    body = {"evaluation_call_ids": list(run_ids), "include_summary": True, **asked}
    return api.call("POST", f"/v2/{api.organization}/{PROJECT}/eval_results/query", json=body)


def over(api: Api) -> dict[str, Any]:
    """The only evaluation of the project, once it is over and nothing more is on its way."""
    listed = api.wait(
        f"/api/v3/evaluations?project={PROJECT}",
        lambda page: [each["status"] for each in page["evaluations"]] == ["READY"],
    )
    (evaluation,) = listed["evaluations"]
    found: dict[str, Any] = evaluation
    return found


def trials(found: Any) -> list[Any]:
    return [trial for row in found["rows"] for run in row["evaluations"] for trial in run["trials"]]


def test_an_evaluation_of_weaves_is_an_evaluation_here(
    api: Api, clients_python: Path, tmp_path: Path
) -> None:
    project = f"{api.organization}/{PROJECT}"
    summary = json.loads(play(clients_python, "weave_evaluation.py", project, api, tmp_path))
    evaluation = over(api)
    assert (evaluation["model_id"], evaluation["benchmark_name"]) == ("Mirror", "mirrors")
    (run_id,) = evaluation["run_ids"]
    found = results(api, run_id, include_raw_data_rows=True, resolve_row_refs=True)
    assert found["warnings"] == []
    asked = {row["raw_data_row"]["question"]: row["evaluations"][0]["trials"][0] for row in found["rows"]}
    assert {question: trial["model_output"] for question, trial in asked.items()} == {
        "abc": "cba",
        "été ☃": "☃ été",
        "": "",
        "fail": None,
    }
    assert asked["abc"]["scores"] == {"exact": {"correct": True, "length": 3}, "shorter": 1.0}
    assert asked["abc"]["model_latency_seconds"] > 0
    stats = {
        (one["scorer_key"], one["path"]): one for one in found["summary"]["evaluations"][0]["scorer_stats"]
    }
    # What the client adds up itself.
    assert stats["exact", "correct"]["pass_true_count"] == summary["exact"]["correct"]["true_count"]

    document = api.document(evaluation["evaluation_id"])
    assert document["metrics"]["correct_answers"] == stats["exact", "correct"]["pass_true_count"]
    rows = {row["question"]: row for row in document["detailed_results"]}
    assert {question: row["model_answer"] for question, row in rows.items()} == {
        question: trial["model_output"] for question, trial in asked.items()
    }
    # The client caught what its model raised, and told of it with the call of the model alone.
    assert "on purpose" in rows["fail"]["error"]["message"]
    assert (document["metrics"]["errored"], document["metrics"]["unscored"]) == (1, 0)
    seen = api.call("GET", f"/v2/gen-ai/evaluation_runs/{run_id}")
    assert seen["evaluation_run"]["evaluation_run_uuid"] == run_id


def test_what_a_logger_writes_is_kept_word_for_word(api: Api, clients_python: Path, tmp_path: Path) -> None:
    play(clients_python, "weave_logger.py", f"{api.organization}/{PROJECT}", api, tmp_path)
    evaluation = over(api)
    assert (evaluation["name"], evaluation["model_id"]) == ("by hand", "mymodel")
    found = results(api, *evaluation["run_ids"], include_raw_data_rows=True)
    told = sorted((trial["model_output"]["answer"], trial["scores"]) for trial in trials(found))
    assert told == [
        (
            number,
            {
                "right": number % 2 == 0,
                "near": number / 4,
                "words": {"count": number, "polite": True},
            },
        )
        for number in range(5)
    ]
    assert {row["raw_data_row"]["question"] for row in found["rows"]} == {f"q{n}" for n in range(5)}
    document = api.document(evaluation["evaluation_id"])
    assert (document["metrics"]["accuracy"], document["metrics"]["near"]) == (0.6, 0.5)
    (run,) = [json.loads(line) for line in _lines(api, "evaluation_runs")]
    assert run["status"] == "completed"
    assert "logged by hand" in json.dumps(run["summary"])


def _lines(api: Api, path: str) -> list[bytes]:
    answer = api.http.get(f"/v2/{api.organization}/{PROJECT}/{path}")
    assert answer.status_code == 200, answer.text
    return answer.content.splitlines()


def test_a_run_is_handed_in_piece_by_piece(api: Api, clients_python: Path, tmp_path: Path) -> None:
    told = {"url": api.url, "key": key_of(api), "entity": api.organization, "project": PROJECT}
    seen = json.loads(play(clients_python, "weave_one_by_one.py", json.dumps(told), api, tmp_path))
    assert seen["begun"]["status"] == "running"
    assert [trial["model_output"] for trial in trials(seen["before"])] == [None]
    assert (seen["prediction"]["output"], seen["score"]["value"]) == (2, True)
    assert [each["output"] for each in seen["predictions"]] == [1, 2]
    assert [each["value"] for each in seen["scores"]] == [False, False, True, False]
    assert (seen["ended"]["status"], seen["ended"]["summary"]) == ("completed", {"mean": 0.25})
    assert [run["evaluation_run_id"] for run in seen["runs"]] == [seen["run_id"]]
    # Equal inputs are trials of one row.
    assert sorted(len(row["evaluations"][0]["trials"]) for row in seen["results"]["rows"]) == [2, 2]
    evaluation = over(api)
    assert (evaluation["run_ids"], evaluation["trials"]) == ([seen["run_id"]], 2)
    after = results(api, seen["run_id"], include_raw_data_rows=True)
    assert after["rows"] == [_known(row) for row in seen["results"]["rows"]]


def _known(row: dict[str, Any]) -> dict[str, Any]:
    """A row as the client gives it, without what it adds and with the names of the wire."""
    runs = []
    for run in row["evaluations"]:
        told = [
            {name: trial[name] for name in trial if name not in ("genai_span_ref", "total_cost")}
            for trial in run["trials"]
        ]
        runs.append({**run, "trials": told})
    return {**row, "evaluations": runs}


@contextmanager
def another(api: Api, store: Store) -> Iterator[Api]:
    """A caller of another organization."""
    organization = f"{api.organization}b"
    key = create_key(store, organization=organization, now=datetime.now(UTC)).key
    with Api(api.url, key, organization) as caller:
        yield caller


def test_batches_that_come_twice_and_in_any_order_make_the_same_run(
    api: Api, store: Store, clients_python: Path, tmp_path: Path
) -> None:
    with Recorder(api.url) as recorder:
        project = f"{api.organization}/{PROJECT}"
        play(clients_python, "weave_logger.py", project, api, tmp_path, recorder.url)
    evaluation = over(api)
    (run_id,) = evaluation["run_ids"]
    wanted = results(api, run_id)
    assert len(recorder.sent) >= 3
    twice = recorder.sent * 2
    random.Random(7).shuffle(twice)
    with another(api, store) as other:
        for sent in twice:
            path = sent.path.replace(api.organization, other.organization)
            body = sent.body.replace(f"{api.organization}/".encode(), f"{other.organization}/".encode())
            other.call("POST", path, content=body, headers={"Content-Type": "application/json"})
        assert over(other)["run_ids"] == [run_id]
        found = results(other, run_id)
        assert found["rows"] == wanted["rows"]
        assert (
            found["summary"]["evaluations"][0]["scorer_stats"]
            == wanted["summary"]["evaluations"][0]["scorer_stats"]
        )
    # And into the run that is there already.
    for sent in twice:
        api.call("POST", sent.path, content=sent.body, headers={"Content-Type": "application/json"})
    assert over(api)["run_ids"] == [run_id]
    assert results(api, run_id) == wanted


@pytest.mark.parametrize("surface", ["evaluation", "run"])
def test_what_is_deleted_on_one_surface_is_gone_on_both(
    surface: str, api: Api, clients_python: Path, tmp_path: Path
) -> None:
    play(clients_python, "weave_logger.py", f"{api.organization}/{PROJECT}", api, tmp_path)
    evaluation = over(api)
    (run_id,) = evaluation["run_ids"]
    if surface == "evaluation":
        api.call("DELETE", f"/api/v3/evaluations/{evaluation['evaluation_id']}")
    else:
        path = f"/v2/{api.organization}/{PROJECT}/evaluation_runs?evaluation_run_ids={run_id}"
        assert api.call("DELETE", path) == {"num_deleted": 1}
    assert results(api, run_id)["rows"] == []
    assert api.call("GET", f"/api/v3/evaluations?project={PROJECT}")["evaluations"] == []
    assert _lines(api, "evaluation_runs") == []
    assert api.http.get(f"/v2/gen-ai/evaluation_runs/{run_id}").status_code == 404
