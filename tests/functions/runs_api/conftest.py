"""The API function as the gateway calls it, with its events from files over the use cases and moto."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from runs_api.handler import handler

from marksheet.scoring.metric_ids import metric_id
from marksheet.store import layout
from tests.functions.calling import Answer, send

if TYPE_CHECKING:
    from collections.abc import Callable

    from marksheet.application import Application
    from marksheet.domain import Evaluation

ROWS = b"query,expected_response\nSay 1,1\nSay 2,2\nSay 3,3\n"


@pytest.fixture
def event(load_event: Callable[[str, str], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """An event file's content; keyword arguments replace its top-level fields."""

    def load(case: str, **changes: Any) -> dict[str, Any]:
        return load_event("runs_api", case) | changes

    return load


@pytest.fixture
def call() -> Callable[[dict[str, Any]], Answer]:
    """Sends an event through the function."""
    return lambda event: send(handler, event)


class Gen:
    """A client of the surface, whose requests are the sample events with other paths, bodies and queries."""

    def __init__(self, app: Application, load_event: Callable[[str, str], dict[str, Any]]) -> None:
        self._app = app
        self._load_event = load_event

    def ask(
        self,
        case: str,
        path: str | None = None,
        body: Any = None,
        query: dict[str, str] | None = None,
        organization: str = "acme",
        key_id: str = "abcdefghijklmnop",
    ) -> Answer:
        """The answer to a request; `path` is what comes after the surface's name."""
        event = self._load_event("runs_api", case)
        event["queryStringParameters"] = query or {}
        if path is not None:
            event["rawPath"] = event["requestContext"]["http"]["path"] = f"/v2/gen-ai/{path}"
        if body is not None:
            event["body"] = body if isinstance(body, str) else json.dumps(body)
        event["requestContext"]["authorizer"]["lambda"] |= {"organization": organization, "key_id": key_id}
        return send(handler, event)

    def get(self, case: str, path: str | None = None, **options: Any) -> Any:
        """The JSON of an answer that must be a success."""
        answer = self.ask(case, path, **options)
        assert answer.status == 200, answer.content
        return answer.json

    def file(self, content: bytes = ROWS, name: str = "questions.csv") -> str:
        """The key of a file that was sent."""
        files = [{"file_name": name, "file_size": len(content)}]
        upload = self.get("files_request", body={"files": files})["uploads"][0]
        key = layout.incoming_file("acme", upload["object_key"])
        self._app.store.objects.write(key, content)
        return str(upload["object_key"])

    def dataset(self, content: bytes = ROWS, name: str = "sums", file_name: str = "questions.csv") -> str:
        body = {"name": name, "file_upload_dataset": {"stored_object_key": self.file(content, file_name)}}
        return str(self.get("dataset_create", body=body)["evaluation_dataset_uuid"])

    def case(self, dataset: str | None = None, **fields: Any) -> str:
        body = {"name": "case", "dataset_uuid": dataset or self.dataset(), **fields}
        return str(self.get("case_create", body=body)["test_case_uuid"])

    def runs(self, case: str, *agents: str, **fields: Any) -> list[str]:
        body = {"test_case_uuid": case, "agent_uuids": list(agents), **fields}
        return list(self.get("run_create", body=body)["evaluation_run_uuids"])

    def run(self, run_id: str) -> Any:
        return self.get("run_get", f"evaluation_runs/{run_id}")["evaluation_run"]

    def evaluation(self, run_id: str) -> Evaluation:
        """The evaluation behind a run."""
        place = self._app.store.runs.find("acme", [run_id])[run_id]
        found = self._app.store.evaluations.find("acme", place.evaluation_id)
        assert found is not None
        return found


@pytest.fixture
def gen(deployed: Application, load_event: Callable[[str, str], dict[str, Any]]) -> Gen:
    return Gen(deployed, load_event)


@pytest.fixture
def exact() -> str:
    """The UUID of exact_match."""
    return metric_id("exact_match")
