"""The /v1 half of the stub service: eval specs, grading, jobs, datasets and their documents.

Jobs and documents are done after a number of looks, as evaluations are; `ApiStub` serves it.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any

from tests.stubs.replies import Reply, Request

if TYPE_CHECKING:
    from collections.abc import Callable

CREATED_AT = "2026-01-01T00:00:00.000Z"


def refusal(code: str, message: str, problems: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """The body of an error of /v1."""
    return {"error": {"code": code, "message": message, **({"problems": problems} if problems else {})}}


def graded(*percentages: float | None, **summary: Any) -> dict[str, Any]:
    """The body of POST /v1/eval for rows of one point each; None is a row that is unscored."""
    scored = [p for p in percentages if p is not None]
    overall = sum(scored) / len(scored) if scored else None
    totals = {
        "total_earned_points": sum(scored),
        "total_possible_points": len(scored),
        "overall_percentage": overall,
        "rows": len(percentages),
        "graded": len(scored),
        "unscored": len(percentages) - len(scored),
        "errored": 0,
        "passed": sum(p >= 0.5 for p in scored),
        "failed": sum(p < 0.5 for p in scored),
        "interval": {
            "mean": overall,
            "low": 0.1,
            "high": 0.9,
            "level": 0.95,
            "method": "wilson",
            "n": len(scored),
        },
        "graders": [
            {"name": "polite", "type": "criterion", "points": 1, "mean": overall, "passed": 1, "failed": 1}
        ],
        "usage": {"calls": len(scored), "prompt_tokens": 1200, "completion_tokens": 60, "cost_usd": "0.0004"},
        "eval_spec_id": "spec-1",
        "eval_spec_version": 2,
    }
    rows = [_row(number, percentage) for number, percentage in enumerate(percentages, start=1)]
    return {"results": rows, "summary": {**totals, **summary}}


def _row(number: int, percentage: float | None) -> dict[str, Any]:
    passed = None if percentage is None else percentage >= 0.5
    why = "no verdict could be read"
    said = {True: ("MET", "it says please"), False: ("UNMET", "it is curt"), None: (None, why)}[passed]
    grader = {
        "name": "polite",
        "type": "criterion",
        "points": 1,
        "earned_points": percentage,
        "value": percentage,
        "passed": passed,
        "verdict": said[0],
        "reason": said[1],
        "latency_seconds": 0.5,
    }
    report = {"id": f"row-{number}", "passed": passed, "graders": [grader]}
    if percentage is None:
        report["error"] = f"polite: {why}"
    return {"earned_points": percentage, "possible_points": 1, "percentage": percentage, "report": report}


class GradingStub:
    """What /v1 keeps. `polls_until_done` and the storage are those of the service around it."""

    def __init__(self, url: Callable[[], str], polls_until_done: Callable[[], int]) -> None:
        self.specs: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.document = graded(1.0, 0.0)
        """What grading answers."""
        self.final_job: dict[str, Any] = {"status": "READY"}
        self.inline_results = True
        self.datasets: list[dict[str, Any]] = []
        self.documents: dict[str, dict[str, Any]] = {}
        self.extracted: dict[str, dict[str, Any]] = {}
        """What becomes of a document, by its file name: fields over READY's."""
        self.looks = 0
        """How often documents were listed since the last file has arrived."""
        self.page_size = 100
        """Of lists that have pages, however many rows are asked for."""
        self._numbers = itertools.count(1)
        self._url = url
        self._polls_until_done = polls_until_done

    def answer(self, request: Request) -> Reply | None:
        """The reply to a request of /v1, None for a route that it does not have."""
        line = f"{request.method} {request.path.partition('?')[0]}"
        for pattern, route in _ROUTES:
            found = re.fullmatch(pattern, line)
            if found:
                return route(self, request, *found.groups())
        return None

    # Eval specs

    def add_spec(self, name: str, *, version: int = 1, **fields: Any) -> str:
        identifier = f"spec-{len(self.specs) + 1}"
        self.specs[identifier] = {
            "eval_spec_id": identifier,
            "version": version,
            "name": name,
            "graders": [{"type": "criterion", "name": "polite", "requirement": "says please"}],
            "models": ["judge"],
            "owner": "aaaaaaaaaaaaaaaa",
            "shared_with": [],
            "created_at": CREATED_AT,
            **fields,
        }
        return identifier

    def _create_spec(self, request: Request) -> Reply:
        if any(spec["name"] == request.json["name"] for spec in self.specs.values()):
            message = f"there is an eval spec named {request.json['name']!r} already"
            return Reply(409, refusal("conflict", message))
        return Reply(body=self.specs[self.add_spec(**request.json)])

    def _specs(self, request: Request) -> Reply:
        rows = [{**spec, "graders": len(spec["graders"])} for spec in self.specs.values()]
        return Reply(body=self._page(request, "eval_specs", rows))

    def _spec(self, request: Request, identifier: str, part: str = "") -> Reply:
        if identifier not in self.specs:
            return Reply(404, refusal("not_found", "Eval spec not found"))
        spec = self.specs[identifier]
        if request.method == "DELETE":
            del self.specs[identifier]
            return Reply(body={"id": identifier, "message": "Successfully deleted eval spec"})
        if part == "versions":
            listed = {"version": spec["version"], "graders": 1, "created_at": CREATED_AT}
            return Reply(body={"eval_spec_id": identifier, "versions": [listed]})
        if part == "sharing":
            spec |= request.json
        elif request.method == "PUT":
            spec |= {**request.json, "version": spec["version"] + 1}
        return Reply(body=spec)

    # Grading

    def _grade(self, request: Request) -> Reply:
        return Reply(body=self.document)

    def _create_job(self, request: Request) -> Reply:
        identifier = f"job-{len(self.jobs) + 1}"
        asked = request.json
        self.jobs[identifier] = {
            "job_id": identifier,
            "status": "PROCESSING",
            "name": asked.get("name"),
            "eval_spec_id": asked["eval_spec_id"],
            "eval_spec_version": 2,
            "rows_graded": 0,
            "rows_total": None,
            "created_at": CREATED_AT,
            "polls": 0,
        }
        form = {"url": f"{self._url()}/storage", "fields": {"key": f"jobs/{identifier}"}}
        return Reply(
            201, {**self._shown(identifier), "upload": form, "expires_in": 900, "maximum_bytes": 10**9}
        )

    def _jobs(self, request: Request) -> Reply:
        rows = list(map(self._shown, self.jobs))
        return Reply(body={"jobs": rows, "total": len(rows), "limit": 20, "offset": 0})

    def _job(self, request: Request, identifier: str, action: str = "") -> Reply:
        if identifier not in self.jobs:
            return Reply(404, refusal("not_found", "Grading job not found"))
        job = self.jobs[identifier]
        if request.method == "DELETE":
            del self.jobs[identifier]
            return Reply(body={"id": identifier, "message": "Successfully deleted grading job"})
        if action:
            return Reply(body=self._shown(identifier))
        job["polls"] += 1
        if job["polls"] < self._polls_until_done():
            job |= {"rows_graded": 1, "rows_total": 2}
            return Reply(body=self._shown(identifier))
        job |= {"rows_graded": 2, "rows_total": 2, **self.final_job}
        if job["status"] == "READY":
            job["summary"] = self.document["summary"]
            job["results"] = self.document["results"] if self.inline_results else None
            job["results_url"] = None if self.inline_results else f"{self._url()}/storage/results.json"
        return Reply(body=self._shown(identifier))

    def _results(self, request: Request, identifier: str) -> Reply:
        if identifier not in self.jobs:
            return Reply(404, refusal("not_found", "Grading job not found"))
        if self.jobs[identifier]["status"] == "PROCESSING" or self.jobs[identifier].get("line"):
            return Reply(400, refusal("not_finished", "The grading job is not yet completed"))
        if self.inline_results:
            return Reply(200, self.document, {"Content-Disposition": "attachment; filename=results.json"})
        return Reply(307, None, {"Location": f"{self._url()}/storage/results.json?signature=s"})

    def _shown(self, identifier: str) -> dict[str, Any]:
        return {name: value for name, value in self.jobs[identifier].items() if name != "polls"}

    # Datasets

    def add_dataset(self, name: str, description: str | None = None) -> str:
        identifier = f"dataset-{len(self.datasets) + 1}"
        made = {"dataset_id": identifier, "name": name, "description": description}
        self.datasets.append({**made, "documents": 0, "created_at": CREATED_AT})
        return identifier

    def add_document(self, filename: str, *, dataset: str = "dataset-1", **fields: Any) -> str:
        identifier = f"doc-{next(self._numbers)}"
        self.documents[identifier] = {
            "document_id": identifier,
            "dataset_id": dataset,
            "filename": filename,
            "status": "READY",
            "pages": None,
            "characters": 9,
            "warnings": [],
            "error": None,
            "sha256": None,
            "extracted_md": f"# {filename}\n",
            "created_at": CREATED_AT,
            **fields,
        }
        return identifier

    def arrived(self, key: str) -> None:
        """The storage has got a file under this key of a form."""
        if key.startswith("documents/"):
            self.documents[key.removeprefix("documents/")]["arrived"] = True
            self.looks = 0

    def _create_dataset(self, request: Request) -> Reply:
        identifier = self.add_dataset(**request.json)
        return Reply(201, self._found(identifier))

    def _list_datasets(self, request: Request) -> Reply:
        return Reply(body=self._page(request, "datasets", self.datasets))

    def _dataset(self, request: Request, identifier: str) -> Reply:
        found = self._found(identifier)
        if found is None:
            return Reply(404, refusal("not_found", "Dataset not found"))
        if request.method == "DELETE":
            self.datasets.remove(found)
            return Reply(body={"id": identifier, "message": "Successfully deleted dataset"})
        return Reply(body=found)

    def _add_document(self, request: Request, dataset: str) -> Reply:
        identifier = self.add_document(request.json["filename"], dataset=dataset, status="PROCESSING")
        form = {"url": f"{self._url()}/storage", "fields": {"key": f"documents/{identifier}"}}
        made = {"upload": form, "expires_in": 900, "maximum_bytes": 10**8}
        return Reply(201, {**self._told(identifier), **made})

    def _list_documents(self, request: Request, dataset: str) -> Reply:
        self.looks += 1
        if self.looks >= self._polls_until_done():
            for document in self.documents.values():
                if document.pop("arrived", False):
                    document |= {"status": "READY", **self.extracted.get(document["filename"], {})}
        rows = [self._told(name) for name, kept in self.documents.items() if kept["dataset_id"] == dataset]
        return Reply(body={"dataset_id": dataset, **self._page(request, "documents", rows)})

    def _document(self, request: Request, dataset: str, identifier: str) -> Reply:
        if identifier not in self.documents:
            return Reply(404, refusal("not_found", "Document not found"))
        if request.method == "DELETE":
            del self.documents[identifier]
            return Reply(body={"id": identifier, "message": "Successfully deleted document"})
        return Reply(body=self.documents[identifier])

    def _page(self, request: Request, name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
        """The page of `rows` that a request asks for; its token is the number of rows before it."""
        token = re.search(r"page_token=(\d+)", request.path)
        start = int(token[1]) if token else 0
        end = start + self.page_size
        return {name: rows[start:end], "next_page_token": str(end) if end < len(rows) else None}

    def _found(self, identifier: str) -> dict[str, Any] | None:
        return next((row for row in self.datasets if row["dataset_id"] == identifier), None)

    def _told(self, identifier: str) -> dict[str, Any]:
        hidden = {"extracted_md", "extracted_md_url", "download_url", "arrived"}
        return {name: value for name, value in self.documents[identifier].items() if name not in hidden}


_ID = "([^/]+)"
_ROUTES: list[tuple[str, Callable[..., Reply]]] = [
    ("POST /v1/eval/specs", GradingStub._create_spec),
    ("GET /v1/eval/specs", GradingStub._specs),
    (f"(?:GET|PUT|DELETE) /v1/eval/specs/{_ID}", GradingStub._spec),
    (f"GET /v1/eval/specs/{_ID}/(versions)", GradingStub._spec),
    (f"PUT /v1/eval/specs/{_ID}/(sharing)", GradingStub._spec),
    ("POST /v1/eval", GradingStub._grade),
    ("POST /v1/eval/jobs", GradingStub._create_job),
    ("GET /v1/eval/jobs", GradingStub._jobs),
    (f"(?:GET|DELETE) /v1/eval/jobs/{_ID}", GradingStub._job),
    (f"POST /v1/eval/jobs/{_ID}/(cancel|resume)", GradingStub._job),
    (f"GET /v1/eval/jobs/{_ID}/results", GradingStub._results),
    ("POST /v1/datasets", GradingStub._create_dataset),
    ("GET /v1/datasets", GradingStub._list_datasets),
    (f"(?:GET|DELETE) /v1/datasets/{_ID}", GradingStub._dataset),
    (f"POST /v1/datasets/{_ID}/documents", GradingStub._add_document),
    (f"GET /v1/datasets/{_ID}/documents", GradingStub._list_documents),
    (f"(?:GET|DELETE) /v1/datasets/{_ID}/documents/{_ID}", GradingStub._document),
]


def decoded(body: bytes) -> Any:
    """The JSON of a body, for tests that look at what was written, digit for digit."""
    return json.loads(body, parse_float=str)
