"""What a user of pydo writes: a dataset, a test case, runs of two models, and every result of theirs.

Called with one JSON argument: `url`, `key`, `csv`, `agents`, `metrics`, `name`. Prints what it was answered,
as JSON.
"""

import json
import sys
import time
import urllib.request

from pydo import Client

TOLD = json.loads(sys.argv[1])
PLAIN = {"enforce_https": False}
"""pydo sends a key over plain http only when it is told so with every call."""


def send(url: str, content: bytes) -> None:
    request = urllib.request.Request(url, data=content, method="PUT", headers={"Content-Type": "text/csv"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200


def finished(genai: object, run_uuid: str) -> dict:
    give_up_at = time.monotonic() + 150
    while True:
        run = genai.get_evaluation_run(run_uuid, **PLAIN)["evaluation_run"]
        if "finished_at" in run:
            return run
        assert time.monotonic() < give_up_at, run
        time.sleep(0.3)


def all_prompts(genai: object, run_uuid: str, per_page: int) -> list:
    prompts, page = [], 1
    while True:
        answer = genai.get_evaluation_run_results(run_uuid, page=page, per_page=per_page, **PLAIN)
        prompts += answer["prompts"]
        if "next" not in answer["links"]["pages"]:
            assert answer["meta"]["total"] == len(prompts), answer["meta"]
            return prompts
        page += 1


def main() -> None:
    genai = Client(TOLD["key"], endpoint=TOLD["url"]).genai
    content = TOLD["csv"].encode()
    asked = {"files": [{"file_name": "questions.csv", "file_size": str(len(content))}]}
    upload = genai.create_evaluation_dataset_file_upload_presigned_urls(asked, **PLAIN)["uploads"][0]
    send(upload["presigned_url"], content)
    dataset = genai.create_evaluation_dataset(
        {
            "name": TOLD["name"],
            "dataset_type": "EVALUATION_DATASET_TYPE_NON_ADK",
            "file_upload_dataset": {
                "original_file_name": "questions.csv",
                "size_in_bytes": str(len(content)),
                "stored_object_key": upload["object_key"],
            },
        },
        **PLAIN,
    )["evaluation_dataset_uuid"]
    known = genai.list_evaluation_datasets(**PLAIN)["evaluation_datasets"]
    metrics = {m["metric_name"]: m["metric_uuid"] for m in genai.list_evaluation_metrics(**PLAIN)["metrics"]}
    star, *_ = TOLD["metrics"]
    test_case = genai.create_evaluation_test_case(
        {
            "name": TOLD["name"],
            "description": "",
            "dataset_uuid": dataset,
            "metrics": [metrics[name] for name in TOLD["metrics"]],
            "star_metric": {"metric_uuid": metrics[star], "name": star, "success_threshold": 0.6},
            "workspace_uuid": "support",
        },
        **PLAIN,
    )["test_case_uuid"]
    body = {"test_case_uuid": test_case, "agent_uuids": TOLD["agents"], "run_name": "nightly"}
    runs = genai.run_evaluation_test_case(body, **PLAIN)["evaluation_run_uuids"]
    repeated = genai.run_evaluation_test_case(body, **PLAIN)["evaluation_run_uuids"]
    ended = [finished(genai, run) for run in runs]
    prompts = [all_prompts(genai, run, per_page=7) for run in runs]
    one = genai.get_evaluation_run_prompt_results(runs[0], 3, **PLAIN)["prompt"]
    changed = genai.update_evaluation_test_case(
        test_case, {"metrics": {"metric_uuids": [metrics[star]]}, "test_case_uuid": test_case}, **PLAIN
    )
    download = genai.get_evaluation_dataset_download_url(dataset, **PLAIN)["download_url"]
    with urllib.request.urlopen(download, timeout=60) as answer:
        downloaded = answer.read().decode()
    told = {
        "dataset": dataset,
        "datasets": known,
        "metrics": metrics,
        "test_case": test_case,
        "runs": runs,
        "repeated": repeated,
        "ended": ended,
        "prompts": prompts,
        "one": one,
        "changed": changed,
        "seen": genai.get_evaluation_test_case(test_case, **PLAIN)["evaluation_test_case"],
        "first": genai.get_evaluation_test_case(test_case, evaluation_test_case_version=1, **PLAIN),
        "listed": genai.list_evaluation_runs_by_test_case(test_case, **PLAIN)["evaluation_runs"],
        "of_latest": genai.list_evaluation_runs_by_test_case(
            test_case, evaluation_test_case_version=2, **PLAIN
        )["evaluation_runs"],
        "workspace": genai.list_evaluation_test_cases_by_workspace("support", **PLAIN),
        "cases": genai.list_evaluation_test_cases(**PLAIN)["evaluation_test_cases"],
        "downloaded": downloaded,
        "unknown": genai.get_evaluation_run("019b7ca9-8ca0-774e-9ba1-bcabc8446f25", **PLAIN),
        "deleted": genai.delete_evaluation_dataset(dataset, **PLAIN),
        "left": genai.list_evaluation_datasets(**PLAIN)["evaluation_datasets"],
    }
    print(json.dumps(told))


main()
