"""State ScoreShard: work on one lane until it is finished or the invocation's time is up."""

from __future__ import annotations

from typing import Any

from marksheet.application import application
from marksheet.worker.lanes import LaneTask, score_lane


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    seconds_left = context.get_remaining_time_in_millis() / 1000
    result = score_lane(application(), LaneTask.from_event(event), seconds_left=seconds_left)
    return {"finished": result.finished, "wait_seconds": result.wait_seconds}
