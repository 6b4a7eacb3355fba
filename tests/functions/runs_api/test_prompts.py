"""Routes of what became of a run's questions, down to the type of every field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from marksheet import evaluations, models
from marksheet.domain import CallEnd, ProviderName
from marksheet.ingesting import ingest_upload
from marksheet.models import NewModel
from marksheet.store import layout
from marksheet.tracing.calls import take_in
from tests import traces
from tests.functions.runs_api.conftest import Gen

if TYPE_CHECKING:
    from marksheet.application import Application
    from marksheet.domain import Caller


@pytest.fixture
def recorded(deployed: Application, caller: Caller) -> Any:
    """Registers a model with these rows of answers."""

    def record(model_id: str, *rows: dict[str, Any]) -> str:
        models.register(deployed, caller, NewModel(model_id, ProviderName.RECORDED, {}))
        upload = models.request_answers(deployed, caller, model_id)
        key = layout.upload_object(caller.organization, upload.upload_id)
        deployed.store.objects.write(key, "\n".join(map(json.dumps, rows)).encode())
        ingest_upload(deployed, key)
        return model_id

    return record


@pytest.fixture
def over(gen: Gen, recorded: Any, execution: Any) -> str:
    """A run of three questions that is over: the second is wrong, the third was not answered."""
    recorded(
        "tape",
        {"question_id": "1", "output": "1", "prompt_tokens": 12, "completion_tokens": 0},
        {"question_id": "2", "output": "22"},
    )
    run_id = gen.runs(gen.case(), "tape")[0]
    execution.run(gen.evaluation(run_id))
    return run_id


def page(gen: Gen, run_id: str, **query: str) -> Any:
    return gen.get("prompt_list", f"evaluation_runs/{run_id}/results", query=query)


def test_a_prompt_is_typed_to_the_last_field(gen: Gen, over: str) -> None:
    answer = gen.ask("prompt_get", f"evaluation_runs/{over}/results/1")
    assert answer.json == {
        "prompt": {
            "prompt_id": 1,
            "input": "Say 1",
            "ground_truth": "1",
            "output": "1",
            "input_tokens": "12",
            "output_tokens": "0",
            "prompt_level_metric_results": [
                {
                    "metric_uuid": "afeb6cdf-c54f-57b9-96e2-002e02a53965",
                    "metric_name": "exact_match",
                    "metric_value_type": "METRIC_VALUE_TYPE_NUMBER",
                    "number_value": 1.0,
                    "status": "EVALUATION_METRIC_RESULT_STATUS_COMPLETED",
                },
                {
                    "metric_uuid": "55970d75-a5f3-5461-9a61-667351fab103",
                    "metric_name": "token_f1",
                    "metric_value_type": "METRIC_VALUE_TYPE_NUMBER",
                    "number_value": 1.0,
                    "status": "EVALUATION_METRIC_RESULT_STATUS_COMPLETED",
                },
            ],
            "trace_id": f"{over}-1-1",
        }
    }
    assert b'"number_value":1.0' in answer.content


def test_what_was_not_answered_has_no_output_and_says_why(gen: Gen, over: str) -> None:
    prompt = gen.get("prompt_get", f"evaluation_runs/{over}/results/3")["prompt"]
    assert not {"output", "input_tokens", "output_tokens", "prompt_chunks"} & prompt.keys()
    for result in prompt["prompt_level_metric_results"]:
        assert result["status"] == "EVALUATION_METRIC_RESULT_STATUS_FAILED"
        assert result["error_description"].startswith("no_recorded_answer: ")
        assert "number_value" not in result


def test_no_answer_has_null_or_nan_anywhere(gen: Gen, over: str) -> None:
    for case, path in (("prompt_list", "results"), ("run_get", "")):
        content = gen.ask(case, f"evaluation_runs/{over}/{path}".rstrip("/")).content
        assert b"null" not in content
        assert b"NaN" not in content


def test_pages_go_through_all_prompts_in_their_order(gen: Gen, over: str) -> None:
    first = page(gen, over, page="1", per_page="2")
    path = f"/v2/gen-ai/evaluation_runs/{over}/results"
    assert [prompt["prompt_id"] for prompt in first["prompts"]] == [1, 2]
    assert first["meta"] == {"page": 1, "pages": 2, "total": 3}
    assert first["links"]["pages"] == {
        "first": f"{path}?page=1&per_page=2",
        "last": f"{path}?page=2&per_page=2",
        "next": f"{path}?page=2&per_page=2",
    }
    second = page(gen, over, page="2", per_page="2")
    assert [prompt["prompt_id"] for prompt in second["prompts"]] == [3]
    assert second["links"]["pages"] == {
        "first": f"{path}?page=1&per_page=2",
        "last": f"{path}?page=2&per_page=2",
        "previous": f"{path}?page=1&per_page=2",
    }
    assert second["evaluation_run"] == first["evaluation_run"] == gen.run(over)


def test_a_page_says_of_a_prompt_what_it_says_alone(gen: Gen, over: str) -> None:
    for prompt in page(gen, over)["prompts"]:
        path = f"evaluation_runs/{over}/results/{prompt['prompt_id']}"
        assert gen.get("prompt_get", path)["prompt"] == prompt


def test_a_page_has_twenty_prompts_unless_it_is_told_otherwise(
    gen: Gen, deployment: Any, execution: Any
) -> None:
    deployment.recorded("tape", {str(n): str(n) for n in range(1, 22)})
    rows = "query,expected_answer\n" + "".join(f"Say {n},{n}\n" for n in range(1, 22))
    run_id = gen.runs(gen.case(gen.dataset(rows.encode())), "tape")[0]
    execution.run(gen.evaluation(run_id))
    found = page(gen, run_id)
    assert (len(found["prompts"]), found["meta"]) == (20, {"page": 1, "pages": 2, "total": 21})


@pytest.mark.parametrize("number", ["3", "1000000000", str((1 << 63) - 1)])
def test_there_is_nothing_after_the_last_page(gen: Gen, over: str, number: str) -> None:
    found = page(gen, over, page=number, per_page="2")
    assert found["prompts"] == []
    assert found["meta"] == {"page": int(number), "pages": 2, "total": 3}
    assert found["links"]["pages"]["previous"].endswith("?page=2&per_page=2")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("page", value) for value in ("0", "-1", "two", "1.5", "", "9" * 40)],
        *[("per_page", value) for value in ("0", "-1", "201", "1e9", "99999999999999999999", "")],
        ("cursor", "1"),
    ],
)
def test_a_page_that_cannot_be_is_refused_with_the_field(gen: Gen, over: str, name: str, value: str) -> None:
    answer = gen.ask("prompt_list", f"evaluation_runs/{over}/results", query={name: value})
    assert (answer.status, answer.json["id"]) == (400, "invalid_request")
    assert answer.json["message"].startswith(f"query.{name}: ")


@pytest.mark.parametrize("prompt_id", ["0", "4", "-1", "1.0", "one", "1e3", "%31", "9" * 30, "..%2f1"])
def test_a_prompt_that_there_is_not_is_not_found(gen: Gen, over: str, prompt_id: str) -> None:
    answer = gen.ask("prompt_get", f"evaluation_runs/{over}/results/{prompt_id}")
    assert (answer.status, answer.json["id"]) == (404, "not_found")


def test_a_run_that_is_not_over_has_no_prompts_yet(gen: Gen, deployment: Any) -> None:
    deployment.recorded("tape", {"1": "1"})
    run_id = gen.runs(gen.case(), "tape")[0]
    found = page(gen, run_id)
    assert (found["prompts"], found["meta"]) == ([], {"page": 1, "pages": 0, "total": 0})
    assert found["evaluation_run"]["status"] == "EVALUATION_RUN_QUEUED"
    assert gen.ask("prompt_get", f"evaluation_runs/{run_id}/results/1").status == 404


def test_a_run_that_is_taken_up_again_shows_no_results_of_before(
    gen: Gen, deployment: Any, deployed: Application, caller: Caller, execution: Any
) -> None:
    deployment.recorded("mute", {"1": "1"})
    run_id = gen.runs(gen.case(), "mute")[0]
    evaluation = gen.evaluation(run_id)
    execution.run(evaluation)
    assert len(page(gen, run_id)["prompts"]) == 3
    evaluations.resume(deployed, caller, evaluation.evaluation_id)
    assert page(gen, run_id)["prompts"] == []


def test_of_several_trials_the_first_answer_is_shown_and_the_mean_told(
    gen: Gen, recorded: Any, deployed: Application, caller: Caller, execution: Any, deployment: Any
) -> None:
    recorded(
        "tape",
        {"question_id": "q1", "trial": 2, "output": "1"},
        {"question_id": "q1", "trial": 3, "output": "no"},
    )
    new = evaluations.CreateEvaluation(
        model_id="tape", benchmark_id=deployment.benchmark(1).benchmark_id, trials=3
    )
    evaluation = evaluations.create(deployed, caller, new)
    execution.run(evaluation)
    (prompt,) = page(gen, evaluation.runs[0].run_id)["prompts"]
    # The first trial was not answered.
    assert (prompt["output"], prompt["trace_id"]) == ("1", f"{evaluation.runs[0].run_id}-1-2")
    assert prompt["prompt_level_metric_results"][0]["number_value"] == 0.5


def test_context_is_shown_with_what_the_answer_used_of_it(gen: Gen, recorded: Any, execution: Any) -> None:
    recorded("tape", {"question_id": "1", "output": "The ferry leaves at dawn."})
    rows = [
        {"query": "When?", "expected_response": "At dawn", "context": ["The ferry leaves at dawn.", "Fog."]},
        {"query": "Why?", "context": "Nobody knows."},
    ]
    content = "\n".join(map(json.dumps, rows)).encode()
    run_id = gen.runs(gen.case(gen.dataset(content, file_name="a.jsonl")), "tape")[0]
    execution.run(gen.evaluation(run_id))
    first, second = page(gen, run_id)["prompts"]
    assert first["prompt_chunks"] == [
        {"text": "The ferry leaves at dawn.", "chunk_used": True, "chunk_usage_pct": 100.0},
        {"text": "Fog.", "chunk_used": False, "chunk_usage_pct": 0.0},
    ]
    assert second["prompt_chunks"] == [{"text": "Nobody knows."}]


def test_a_page_that_fits_no_answer_is_too_large(
    gen: Gen, over: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.LARGEST_ANSWER_BYTES", 100)
    answer = gen.ask("prompt_list", f"evaluation_runs/{over}/results")
    assert (answer.status, answer.json["id"]) == (413, "too_large")
    assert "per_page" in answer.json["message"]


def test_a_run_that_was_made_elsewhere_and_logged_is_shown_like_any_other(
    gen: Gen, deployed: Application, caller: Caller, execution: Any
) -> None:
    first, *rest = traces.a_run(3)
    end = CallEnd(traces.RUN, traces.at(30), {})
    take_in(deployed, caller, "p", starts=[first], completes=rest, ends=[end])
    execution.run(gen.evaluation(traces.RUN))
    run = gen.run(traces.RUN)
    assert (run["status"], run["agent_name"]) == ("EVALUATION_RUN_SUCCESSFUL", "mirror")
    told = {m["metric_name"]: m["number_value"] for m in run["run_level_metric_results"]}
    assert told["exact.correct"] == pytest.approx(2 / 3)
    found = page(gen, traces.RUN)
    assert [prompt["output"] for prompt in found["prompts"]] == ["answer 1", "answer 2", "answer 3"]
    results = {m["metric_name"]: m for m in found["prompts"][1]["prompt_level_metric_results"]}
    assert results["exact.correct"]["number_value"] == 0.0
    # Word for word, also where no scorer of ours could say it.
    assert results["exact.length"]["number_value"] == 5.0
    assert found["prompts"][1]["trace_id"] == "trial-002"
