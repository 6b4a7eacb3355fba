"""State FailEvaluation, and the target of the rule on executions that ended without reaching it."""

from __future__ import annotations

import json
from typing import Any

from marksheet.application import application
from marksheet.finishing import fail_evaluation
from marksheet.observability import logger


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    if "detail" in event:
        # EventBridge: "Step Functions Execution Status Change"; the execution's input is JSON text.
        given = json.loads(event["detail"]["input"])
        error = event["detail"]["status"]
    else:
        given = event
        error = event["error"]["Error"]
    logger().warning("an execution failed", extra={"evaluation_id": given["evaluation_id"], "error": error})
    status = fail_evaluation(
        application(),
        given["organization"],
        given["evaluation_id"],
        given["attempt"],
        error=error,
    )
    return {"status": status.value if status else None}
