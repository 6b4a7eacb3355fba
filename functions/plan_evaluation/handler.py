"""State PlanEvaluation: cut an evaluation into lanes of shards and write the manifest the map reads."""

from __future__ import annotations

from typing import Any

from marksheet.application import application
from marksheet.domain import Stage
from marksheet.planning import plan_evaluation


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    app = application()
    plan = plan_evaluation(
        app, event["organization"], event["evaluation_id"], event["attempt"], Stage(event["stage"])
    )
    return {
        "manifest": {"bucket": app.settings.bucket_name, "key": plan.manifest_key},
        "lanes": plan.lanes,
        "next_stage": plan.next_stage,
    }
