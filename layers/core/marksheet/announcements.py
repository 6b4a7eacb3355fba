"""`EvaluationFinished` on EventBridge: how other systems hear that an evaluation ended, whichever way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from marksheet.aws import client

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import Evaluation, Status

SOURCE = "marksheet"
DETAIL_TYPE = "EvaluationFinished"


class Announcements:
    def __init__(self, event_bus_name: str) -> None:
        self._bus = event_bus_name

    def evaluation_finished(
        self,
        evaluation: Evaluation,
        status: Status,
        headline: Mapping[int, Mapping[str, Any]] | None = None,
    ) -> None:
        """Announce a terminal status. At least once: an execution that is tried again may announce again."""
        detail = {
            "organization": evaluation.organization,
            "evaluation_id": evaluation.evaluation_id,
            "attempt": evaluation.attempt,
            "name": evaluation.name,
            "status": status.value,
            "benchmark_id": evaluation.benchmark.benchmark_id,
            "benchmark_version": evaluation.benchmark.version,
            "models": [
                {"model_id": run.model.model_id, "metrics": (headline or {}).get(run.position)}
                for run in evaluation.runs
            ],
        }
        answer = client("events").put_events(
            Entries=[
                {
                    "Source": SOURCE,
                    "DetailType": DETAIL_TYPE,
                    "EventBusName": self._bus,
                    "Detail": json.dumps(detail),
                }
            ]
        )
        if answer.get("FailedEntryCount"):
            raise RuntimeError("EventBridge refused the event")
