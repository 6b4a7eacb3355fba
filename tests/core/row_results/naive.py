"""The results of logged runs put together the plain way: every call at hand, one loop for each sentence of
docs/weave.md.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from marksheet.domain import Call


def naive_results(
    calls: Sequence[Call], datasets: Mapping[str, Any], run_ids: Sequence[str], query: Mapping[str, Any]
) -> dict[str, Any]:
    """The answer to a query about all calls of a project; `datasets` has the row of each good reference."""
    ids = set(run_ids)
    trials = sorted(
        (call for call in calls if call.parent_id in ids and "predict_and_score" in call.op_name), key=_start
    )
    rows: dict[str, dict[str, Any]] = {}
    for trial in trials:
        row = rows.setdefault(_digest(trial.inputs.get("example")), {"value": None, "runs": {}})
        if row["value"] is None:
            row["value"] = trial.inputs.get("example")
        children = sorted((call for call in calls if call.parent_id == trial.call_id), key=_start)
        row["runs"].setdefault(trial.parent_id, []).append(_trial(trial, children))
    warnings = 0
    if query["include_rows"] and query["include_raw_data_rows"] and query["resolve_row_refs"]:
        references = [row for row in rows.values() if str(row["value"]).startswith("weave:")]
        if all(row["value"] in datasets for row in references):
            for row in references:
                row["value"] = datasets[row["value"]]
        else:
            warnings = 1
    shown: list[Any] = []
    total = 0
    if query["include_rows"]:
        kept = _kept(rows, ids, intersect=query["require_intersection"])
        total = len(kept)
        start = max(0, query["offset"])
        end = None if query["limit"] is None else start + query["limit"]
        shown = [
            _row(digest, rows[digest], values=query["include_raw_data_rows"]) for digest in kept[start:end]
        ]
    summary = None
    if query["include_summary"]:
        stated = query["summary_require_intersection"]
        intersect = query["require_intersection"] if stated is None else stated
        summary = _summary(calls, rows, _kept(rows, ids, intersect=intersect))
    return {"rows": shown, "total_rows": total, "summary": summary, "warnings": warnings}


def _start(call: Call) -> tuple[datetime, str]:
    return datetime.fromisoformat(call.started_at), call.call_id


def _digest(example: Any) -> str:
    if isinstance(example, str) and "/attr/rows/id/" in example:
        return example.split("/attr/rows/id/")[1]
    text = example if isinstance(example, str) else json.dumps(example, sort_keys=True)
    encoded = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return encoded.replace("=", "").replace("-", "X").replace("_", "Y")


def _trial(trial: Call, children: Sequence[Call]) -> dict[str, Any]:
    output = trial.output if isinstance(trial.output, dict) else {}
    scores = output.get("scores")
    scores = scores if isinstance(scores, dict) else {}
    scoring = [call for call in children if call.attributes.get("_weave_eval_meta", {}).get("score")]
    asking = [
        call
        for call in children
        if call not in scoring
        and (call.inputs.get("self") == trial.inputs.get("model") or "predict" in call.op_name.lower())
    ]
    predict = asking[0] if asking else None
    latency = None
    if predict and predict.ended_at:
        began, ended = map(datetime.fromisoformat, (predict.started_at, predict.ended_at))
        latency = (ended - began).total_seconds()
    told = [usage["total_tokens"] for usage in predict.summary.get("usage", {}).values()] if predict else []
    return {
        "predict_and_score_call_id": trial.call_id,
        "predict_call_id": predict.call_id if predict else None,
        "model_output": output.get("output"),
        "scores": scores,
        "model_latency_seconds": latency,
        "total_tokens": sum(map(int, told)) if told else None,
        "scorer_call_ids": {
            key: next(call.call_id for call in scoring if key.lower() in call.op_name.lower())
            for key in scores
            if any(key.lower() in call.op_name.lower() for call in scoring)
        },
    }


def _kept(rows: Mapping[str, Any], ids: set[str], *, intersect: bool) -> list[str]:
    everywhere = intersect and len(ids) > 1
    return sorted(digest for digest, row in rows.items() if not everywhere or set(row["runs"]) == ids)


def _row(digest: str, row: Mapping[str, Any], *, values: bool) -> dict[str, Any]:
    evaluations = [{"evaluation_call_id": run_id, "trials": trials} for run_id, trials in row["runs"].items()]
    return {
        "row_digest": digest,
        "raw_data_row": row["value"] if values else None,
        "evaluations": evaluations,
    }


def _summary(calls: Sequence[Call], rows: Mapping[str, Any], kept: Sequence[str]) -> dict[str, Any]:
    runs: dict[str, list[dict[str, Any]]] = {}
    for digest in kept:
        for run_id, trials in rows[digest]["runs"].items():
            runs.setdefault(run_id, []).extend(trial["scores"] for trial in trials)
    known = {call.call_id: call for call in calls}
    return {
        "row_count": len(kept),
        "evaluations": [_overview(run_id, scores, known.get(run_id)) for run_id, scores in runs.items()],
    }


def _overview(run_id: str, scores: Sequence[Mapping[str, Any]], call: Call | None) -> dict[str, Any]:
    leaves: dict[tuple[str, str | None], list[Any]] = {}
    for told in scores:
        for key, value in told.items():
            _gather(leaves, key, [], value)
    inputs = call.inputs if call else {}
    return {
        "evaluation_call_id": run_id,
        "trial_count": len(scores),
        "scorer_stats": [_stats(key, path, values) for (key, path), values in leaves.items()],
        "evaluation_ref": inputs.get("self"),
        "model_ref": inputs.get("model"),
        "display_name": call.display_name if call else None,
        "trace_id": call.trace_id if call else None,
        "started_at": call.started_at.replace("Z", "+00:00") if call else None,
    }


def _gather(leaves: dict[tuple[str, str | None], list[Any]], key: str, steps: list[str], value: Any) -> None:
    if isinstance(value, dict):
        for step, inner in value.items():
            _gather(leaves, key, [*steps, step], inner)
    elif type(value) in (bool, int, float):
        leaves.setdefault((key, ".".join(steps) if steps else None), []).append(value)


def _stats(key: str, path: str | None, values: Sequence[Any]) -> dict[str, Any]:
    booleans = [value for value in values if type(value) is bool]
    numbers = [value for value in values if type(value) is not bool]
    return {
        "scorer_key": key,
        "path": path,
        "value_type": "binary" if type(values[0]) is bool else "continuous",
        "trial_count": len(values),
        "numeric_count": len(numbers),
        "numeric_mean": math.fsum(numbers) / len(numbers) if numbers else None,
        "pass_true_count": sum(booleans),
        "pass_known_count": len(booleans),
        "pass_rate": sum(booleans) / len(booleans) if booleans else None,
        "pass_signal_coverage": len(booleans) / len(values),
    }
