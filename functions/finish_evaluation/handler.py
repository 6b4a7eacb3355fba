"""State FinishEvaluation: from parts to results, and the evaluation's terminal status."""

from __future__ import annotations

from typing import Any

from marksheet.application import application
from marksheet.finishing import finish_evaluation


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    status = finish_evaluation(application(), event["organization"], event["evaluation_id"], event["attempt"])
    return {"status": status.value}
