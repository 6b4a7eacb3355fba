"""A tick of EventBridge Scheduler: start the evaluation that the schedule asks for."""

from __future__ import annotations

from typing import Any

from marksheet.application import application
from marksheet.observability import logger
from marksheet.ticks import start_scheduled


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    evaluation_id = start_scheduled(
        application(), event["organization"], event["schedule_id"], event["scheduled_time"]
    )
    logger().info("tick", extra={**event, "evaluation_id": evaluation_id})
    return {"evaluation_id": evaluation_id}
