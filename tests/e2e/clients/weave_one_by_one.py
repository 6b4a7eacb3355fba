"""What a user of weave's generated client writes to hand a run in piece by piece, and to read it again.

Called with one JSON argument: `url`, `key`, `entity`, `project`. Prints what was answered, as JSON.
"""

import json
import sys

from weave.vendor.weave_server_sdk import WeaveTrace

TOLD = json.loads(sys.argv[1])
PROJECT, ENTITY = TOLD["project"], {"entity": TOLD["entity"]}
SEEN: dict = {}

client = WeaveTrace(
    base_url=TOLD["url"], username="api", password=TOLD["key"], _strict_response_validation=True
)


def plain(answer: object) -> dict:
    return json.loads(answer.to_json(exclude_unset=False))


def define() -> tuple[str, str, str]:
    """A dataset, a scorer, a model and an evaluation of these."""
    rows = [{"question": "1+1?"}, {"question": "1+2?"}]
    dataset = client.v2_datasets.create(PROJECT, name="sums", rows=rows, **ENTITY)
    SEEN["dataset"] = plain(
        client.v2_datasets.read(dataset.digest, project=PROJECT, object_id=dataset.object_id, **ENTITY)
    )
    code = "def score(output): return True"
    scorer = client.v2_scorers.create(PROJECT, name="right", op_source_code=code, **ENTITY)
    model = client.v2_models.create(PROJECT, name="adder", source_code="class Adder: ...", **ENTITY)
    reference = f"weave:///{TOLD['entity']}/{PROJECT}/object/{dataset.object_id}:{dataset.digest}"
    evaluation = client.v2_evaluations.create(
        PROJECT, name="adding", dataset=reference, scorers=[scorer.scorer], **ENTITY
    )
    return evaluation.evaluation_ref, model.api_model_ref, scorer.scorer


def query(run_id: str) -> dict:
    asked = {"evaluation_call_ids": [run_id], "include_summary": True, "include_raw_data_rows": True}
    return plain(client.v2_eval_results.query(PROJECT, **ENTITY, **asked))


def main() -> None:
    evaluation, model, scorer = define()
    run = client.v2_evaluation_runs.create(PROJECT, evaluation=evaluation, model=model, **ENTITY)
    run_id = SEEN["run_id"] = run.evaluation_run_id
    SEEN["begun"] = plain(client.v2_evaluation_runs.read(run_id, project=PROJECT, **ENTITY))
    made = []
    for number in range(4):
        inputs = {"question": f"1+{number % 2}?"}
        predicted = {"model": model, "inputs": inputs, "output": number, "evaluation_run_id": run_id}
        prediction = client.v2_predictions.create(PROJECT, **ENTITY, **predicted).prediction_id
        scored = {"prediction_id": prediction, "scorer": scorer, "evaluation_run_id": run_id}
        score = client.v2_scores.create(PROJECT, value=number == 2, **ENTITY, **scored).score_id
        made.append((prediction, score))
        if number == 0:
            SEEN["before"] = query(run_id)
        client.v2_predictions.finish(prediction, project=PROJECT, **ENTITY)
    SEEN["prediction"] = plain(client.v2_predictions.read(made[2][0], project=PROJECT, **ENTITY))
    SEEN["score"] = plain(client.v2_scores.read(made[2][1], project=PROJECT, **ENTITY))
    listed = {"evaluation_run_id": run_id, "limit": 2, "offset": 1, **ENTITY}
    SEEN["predictions"] = list(map(plain, client.v2_predictions.list(PROJECT, **listed)))
    SEEN["scores"] = list(map(plain, client.v2_scores.list(PROJECT, evaluation_run_id=run_id, **ENTITY)))
    SEEN["made"] = made
    client.v2_evaluation_runs.finish(run_id, project=PROJECT, summary={"mean": 0.25}, **ENTITY)
    SEEN["ended"] = plain(client.v2_evaluation_runs.read(run_id, project=PROJECT, **ENTITY))
    chosen = {
        "models": [model, "weave:///e/p/object/m:1"],
        "evaluation_run_ids": [run_id, "nobody"],
        **ENTITY,
    }
    SEEN["runs"] = list(map(plain, client.v2_evaluation_runs.list(PROJECT, **chosen)))
    SEEN["results"] = query(run_id)
    print(json.dumps(SEEN))


main()
