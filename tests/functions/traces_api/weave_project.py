"""A project as its clients see it: calls go in and results by row come out, through gateway, authorizer and
function.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from werkzeug.test import Client

from marksheet_openapi.eval_results import EvalResults
from tests import contract
from tests.gateway import Gateway

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

MODEL = "weave:///acme/proj/object/M:1"
EVALUATION = "weave:///acme/proj/object/ev:1"
TRIAL = "weave:///acme/proj/op/Evaluation.predict_and_score:1"
PREDICT = "weave:///acme/proj/op/M.predict:1"
BEGINNING = 1_767_323_045
"""2026-01-02T03:04:05Z."""

_NOTHING: Mapping[str, Any] = {}


def at(second: float) -> str:
    """A time, so many seconds after the beginning, as the clients write it."""
    return datetime.fromtimestamp(BEGINNING + second, UTC).isoformat().replace("+00:00", "Z")


@dataclass
class WeaveProject:
    """One project, and somebody with a key."""

    key: str
    entity: str = "acme"
    project: str = "proj"
    client: Client = field(default_factory=lambda: Client(Gateway()))

    def post(self, path: str, body: Any, *, user: str = "api", **options: Any) -> TestResponse:
        """Post to a route of the project. A body in bytes is sent as it is."""
        credentials = base64.b64encode(f"{user}:{self.key}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        headers |= options.pop("headers", {})
        data = body if isinstance(body, bytes) else json.dumps(body)
        return self.client.post(
            f"/v2/{self.entity}/{self.project}/{path}",
            data=data,
            headers={name: value for name, value in headers.items() if value is not None},
            **options,
        )

    def hand_in(self, path: str, body: Any) -> None:
        answer = self.post(path, body)
        assert answer.status_code == 200, answer.text

    def start(self, run_id: str = "run", second: float = 0, **fields: Any) -> None:
        """Begin a run."""
        begun = {
            "project_id": f"{self.entity}/{self.project}",
            "id": run_id,
            "trace_id": "trace",
            "parent_id": None,
            "op_name": "weave:///acme/proj/op/Evaluation.evaluate:1",
            "started_at": at(second),
            "attributes": {},
            "inputs": {"self": EVALUATION, "model": MODEL},
        }
        self.hand_in("call/start", {"start": begun | fields})

    def end(self, run_id: str = "run", second: float = 100) -> None:
        """End a run."""
        ended = {"id": run_id, "trace_id": "trace", "ended_at": at(second), "output": {}, "summary": {}}
        self.hand_in("call/end", {"end": {"project_id": f"{self.entity}/{self.project}", **ended}})

    def begin(self, call: Mapping[str, Any]) -> None:
        """Begin a call whose end is not told."""
        left_out = ("ended_at", "output", "summary")
        self.hand_in(
            "call/start", {"start": {name: value for name, value in call.items() if name not in left_out}}
        )

    def complete(self, *calls: Mapping[str, Any]) -> None:
        """Hand in calls that are over."""
        self.hand_in("calls/complete", {"batch": list(calls)})

    def call(
        self, call_id: str, parent_id: str, op_name: str, second: float = 0, **fields: Any
    ) -> dict[str, Any]:
        """A call of one second."""
        return {
            "project_id": f"{self.entity}/{self.project}",
            "id": call_id,
            "trace_id": "trace",
            "parent_id": parent_id,
            "op_name": op_name,
            "started_at": at(second),
            "ended_at": at(second + 1),
            "attributes": {},
            "inputs": {},
            "output": None,
            "summary": {},
            **fields,
        }

    def trial(
        self,
        call_id: str,
        example: Any,
        scores: Any = _NOTHING,
        *,
        run_id: str = "run",
        second: float = 0,
        output: Any = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """A trial as the logger writes it."""
        inputs = {"self": EVALUATION, "model": MODEL, "example": example}
        told = {"output": output, "scores": scores, "model_latency": None}
        return self.call(call_id, run_id, TRIAL, second, **{"inputs": inputs, "output": told, **fields})

    def log(self, *trials: Mapping[str, Any], run_id: str = "run", **fields: Any) -> None:
        """A run with trials that is not over."""
        self.start(run_id, **fields)
        self.complete(*trials)

    def ask(self, body: Any, **options: Any) -> TestResponse:
        """The answer to a query, whatever it is, held against the document."""
        answer = self.post("eval_results/query", body, **options)
        contract.check(
            "POST",
            f"/v2/{self.entity}/{self.project}/eval_results/query",
            answer.status_code,
            dict(answer.headers),
            answer.data,
        )
        return answer

    def query(self, *run_ids: str, **body: Any) -> Any:
        """The results of runs."""
        answer = self.ask({"evaluation_call_ids": list(run_ids), **body})
        assert answer.status_code == 200, answer.text
        EvalResults.model_validate_json(answer.data)
        return answer.get_json()

    def rows(self, *run_ids: str, **body: Any) -> list[Any]:
        """The rows of runs."""
        found: list[Any] = self.query(*run_ids, **body)["rows"]
        return found

    def trials(self, *run_ids: str, **body: Any) -> list[Any]:
        """All trials of runs in the order of the answer."""
        return [
            trial
            for row in self.rows(*run_ids, **body)
            for run in row["evaluations"]
            for trial in run["trials"]
        ]

    def summary(self, *run_ids: str, **body: Any) -> Any:
        """The summary of runs."""
        return self.query(*run_ids, include_summary=True, **body)["summary"]

    def stats(self, *scores: Any, run_id: str = "stats") -> list[Any]:
        """What the scores of one trial each come to, rows in the order of the scores."""
        trials = [
            self.trial(f"{run_id}-{n}", f"x/attr/rows/id/{n:03d}", told, run_id=run_id, second=n)
            for n, told in enumerate(scores)
        ]
        self.log(*trials, run_id=run_id)
        (run,) = self.summary(run_id)["evaluations"]
        found: list[Any] = run["scorer_stats"]
        return found
