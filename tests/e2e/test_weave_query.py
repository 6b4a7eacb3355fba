"""Results row by row on the stack: by weave's own clients, of a run of Marksheet's and of a logged one."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from marksheet.keys import create_key
from marksheet.row_digests import digest_of
from marksheet.store import Store
from tests.e2e.client import Api

SCRIPT = Path(__file__).parent / "clients" / "weave_query.py"
PROJECT = "retrieval_v2"
QUESTIONS = 20
SHARED = range(11, QUESTIONS + 1)
"""The questions of the benchmark that are logged too, beside five of its own."""
LOGGED = "01a22a6f-34e7-765f-8ccc-83d23c685250"


def value(number: int) -> dict[str, str]:
    return {"question": f"Say {number}", "expected_answer": str(number)}


def log_run(api: Api) -> None:
    """Log a run as the client does: its trials before it, and in no order."""
    began = datetime(2026, 1, 2, tzinfo=UTC)
    place = {"project_id": f"{api.organization}/{PROJECT}", "trace_id": "trace"}
    batch = [
        {
            **place,
            "id": f"trial-{number}",
            "parent_id": LOGGED,
            "op_name": f"weave:///{api.organization}/{PROJECT}/op/Evaluation.predict_and_score:1",
            "started_at": (began + timedelta(seconds=number)).isoformat(),
            "ended_at": (began + timedelta(seconds=number + 1)).isoformat(),
            "attributes": {},
            "inputs": {
                "self": "weave:///e/p/object/ev:1",
                "model": "weave:///e/p/object/M:1",
                "example": value(number),
            },
            "output": {"output": str(number), "scores": {"exact": {"correct": number % 2 == 0, "n": number}}},
            "summary": {},
        }
        for number in reversed(range(SHARED[0], QUESTIONS + 6))
    ]
    start = {
        **place,
        "id": LOGGED,
        "op_name": f"weave:///{api.organization}/{PROJECT}/op/Evaluation.evaluate:1",
        "display_name": "logged",
        "started_at": began.isoformat(),
        "attributes": {},
        "inputs": {"self": "weave:///e/p/object/ev:1", "model": "weave:///e/p/object/M:1"},
    }
    end = {**place, "id": LOGGED, "ended_at": (began + timedelta(hours=1)).isoformat(), "summary": {}}
    within = f"/v2/{api.organization}/{PROJECT}"
    api.call("POST", f"{within}/calls/complete", json={"batch": batch[:9]})
    api.call("POST", f"{within}/call/start", json={"start": start})
    api.call("POST", f"{within}/calls/complete", json={"batch": batch[9:]})
    api.call("POST", f"{within}/call/end", json={"end": end})


@pytest.fixture
def made(api: Api) -> str:
    """The id of a run of a model that does not answer the last question and is right otherwise."""
    rows = [{"question_id": str(n), **value(n)} for n in range(1, QUESTIONS + 1)]
    benchmark = api.benchmark("say it", rows)
    answers = [
        {"question_id": str(n), "output": str(n), "prompt_tokens": 10, "completion_tokens": n}
        for n in range(1, QUESTIONS)
    ]
    api.recorded("steady", "\n".join(map(json.dumps, answers)).encode())
    evaluation_id = api.create("steady", benchmark, project=PROJECT, name="nightly")
    over = api.finish(evaluation_id)
    assert over["status"] == "READY", over
    (run_id,) = over["run_ids"]
    return str(run_id)


def play(python: Path, told: dict[str, Any], home: Path) -> Any:
    """What the user's script prints."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "WANDB_DIR": str(home)}
    done = subprocess.run(
        [python, SCRIPT, json.dumps(told)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def by_run(summary: Any) -> dict[str, Any]:
    return {run["evaluation_call_id"]: run for run in summary["evaluations"]}


def test_weaves_clients_read_a_run_of_ours_and_a_logged_one_together(
    api: Api, made: str, clients_python: Path, tmp_path: Path
) -> None:
    log_run(api)
    key = api.http.headers["Authorization"].removeprefix("Bearer ")
    told = {
        "url": api.url,
        "key": key,
        "entity": api.organization,
        "project": PROJECT,
        "runs": [made, LOGGED],
    }
    seen = play(clients_python, told, tmp_path)

    whole = seen["whole"]
    digests = [row["row_digest"] for row in whole["rows"]]
    assert digests == sorted(digest_of(value(n)) for n in range(1, QUESTIONS + 6))
    assert whole["total_rows"] == len(digests)
    assert [row for page in seen["pages"] for row in page["rows"]] == whole["rows"]
    assert [page["summary"] for page in seen["pages"]] == [whole["summary"]] * 4

    shared = seen["shared"]
    assert {row["row_digest"] for row in shared["rows"]} == {digest_of(value(n)) for n in SHARED}
    assert {row["raw_data_row"]["expected_answer"] for row in shared["rows"]} == {str(n) for n in SHARED}
    # The logged one began long before.
    assert all(
        [run["evaluation_call_id"] for run in row["evaluations"]] == [LOGGED, made] for row in shared["rows"]
    )
    overviews = by_run(shared["summary"])
    assert {run["trial_count"] for run in overviews.values()} == {len(SHARED)}
    stats = {one["path"]: one for one in overviews[LOGGED]["scorer_stats"]}
    assert (stats["correct"]["pass_rate"], stats["n"]["numeric_mean"]) == (0.5, 15.5)
    assert overviews[made]["evaluation_ref"].startswith(f"weave:///{api.organization}/{PROJECT}/object/")
    assert (overviews[made]["display_name"], overviews[LOGGED]["display_name"]) == ("nightly", "logged")
    ours = {one["scorer_key"]: one for one in overviews[made]["scorer_stats"]}
    assert (ours["correct"]["pass_true_count"], ours["correct"]["trial_count"]) == (9, 9)

    same = {key: value for key, value in seen["bound"].items() if key != "rows"}
    assert same == {key: value for key, value in shared.items() if key != "rows"}
    assert seen["bound"]["rows"] == shared["rows"]
    assert seen["first_output"] is not None
    assert (seen["nobody"]["rows"], seen["nobody"]["summary"]["row_count"]) == ([], 0)

    assert (seen["wrong_user"]["status"], seen["wrong_key"]["status"]) == (401, 401)
    assert seen["wrong_user"]["body"] == {"reason": "Invalid or missing API key"}
    assert (seen["other_entity"]["status"], set(seen["other_entity"]["body"])) == (404, {"reason"})
    assert seen["no_ids"]["body"]["detail"][0]["loc"] == ["body"]
    assert seen["negative"]["body"]["detail"][0]["loc"] == ["body", "limit"]


def test_a_trial_of_ours_says_what_it_took(api: Api, made: str) -> None:
    path = f"/v2/{api.organization}/{PROJECT}/eval_results/query"
    rows = api.call("POST", path, json={"evaluation_call_ids": [made]})["rows"]
    trials = {row["row_digest"]: row["evaluations"][0]["trials"][0] for row in rows}
    answered = trials[digest_of(value(3))]
    assert answered["predict_and_score_call_id"] == f"{made}-3-1"
    assert (answered["model_output"], answered["total_tokens"]) == ("3", 13)
    assert answered["scores"]["correct"] is True
    mute = trials[digest_of(value(QUESTIONS))]
    assert (mute["model_output"], mute["scores"]) == (None, {})


def test_results_of_another_organization_are_not_to_be_had(api: Api, made: str, store: Store) -> None:
    other = f"{api.organization}x"
    key = create_key(store, organization=other, now=datetime.now(UTC)).key
    with Api(api.url, key, other) as stranger:
        asked = {"evaluation_call_ids": [made], "include_summary": True}
        own = stranger.call("POST", f"/v2/{other}/{PROJECT}/eval_results/query", json=asked)
        assert own == {
            "rows": [],
            "total_rows": 0,
            "summary": {"row_count": 0, "evaluations": []},
            "warnings": [],
        }
        theirs = stranger.http.post(f"/v2/{api.organization}/{PROJECT}/eval_results/query", json=asked)
        assert (theirs.status_code, set(theirs.json())) == (404, {"reason"})


def test_the_path_of_another_surface_is_never_taken_for_a_project(api: Api) -> None:
    # It would be the entity `gen-ai`; the route with fewer placeholders wins. Not held against the document,
    # which cannot tell.
    with httpx.Client(base_url=api.url, headers=api.http.headers, timeout=60, trust_env=False) as plain:
        listed = plain.get("/v2/gen-ai/evaluation_metrics")
        assert (listed.status_code, "metrics" in listed.json()) == (200, True)
        for path in ("/v2/gen-ai/proj/eval_results/query", "/v2/gen-ai/a/b/eval_results/query"):
            answer = plain.post(path, json={"evaluation_call_ids": ["run"]})
            # How that surface says it, and not this one.
            assert (answer.status_code, answer.json()["id"]) == (404, "not_found")


def test_a_body_of_5_mb_is_answered(api: Api) -> None:
    body = {"evaluation_call_ids": ["x" * 5_000_000]}
    path = f"/v2/{api.organization}/{PROJECT}/eval_results/query"
    assert api.call("POST", path, json=body)["total_rows"] == 0


def test_without_a_key_the_gateway_answers(api: Api) -> None:
    path = f"{api.url}/v2/{api.organization}/{PROJECT}/eval_results/query"
    answer = httpx.post(path, json={"evaluation_call_ids": ["x"]}, timeout=60, trust_env=False)
    assert answer.status_code == 401
