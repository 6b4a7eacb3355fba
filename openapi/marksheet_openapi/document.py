"""Puts the document together: the function's routes, each with what `OPERATIONS` says of it."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluations_api.handler import api as evaluations_api
from grading_api.handler import api as grading_api
from runs_api.handler import api as runs_api
from traces_api.handler import api as traces_api

from marksheet import __version__
from marksheet.dialects.fields import PROJECT
from marksheet.dialects.reading import CALL_ID
from marksheet.dialects.weave.object_requests import DIGEST, OBJECT_ID
from marksheet_openapi import (
    agent_datasets,
    agent_metrics,
    agent_runs,
    benchmarks,
    datasets,
    eval_results,
    eval_specs,
    evaluations,
    gateway,
    grading,
    grading_jobs,
    logged_calls,
    logged_objects,
    logged_runs,
    logged_things,
    models,
    results,
    schedules,
    service,
    test_cases,
)
from marksheet_openapi.schemas import SchemaBook, without_noise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from marksheet_openapi.operations import Operation

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"

OPERATIONS: Mapping[str, Operation] = {
    name: operation
    for part in (
        evaluations,
        results,
        benchmarks,
        models,
        schedules,
        grading,
        grading_jobs,
        eval_specs,
        datasets,
        eval_results,
        logged_calls,
        logged_objects,
        logged_runs,
        logged_things,
        agent_metrics,
        agent_datasets,
        test_cases,
        agent_runs,
        service,
    )
    for name, operation in part.OPERATIONS.items()
}
"""By the name of the route's function."""

ALIASES = "Other addresses"
"""The tag of addresses that clients use in place of those to be used."""

IDS = {
    "evaluation_id": "An evaluation's id.",
    "benchmark_id": "A benchmark's id, without a version.",
    "model_id": "A model's id.",
    "schedule_id": "A schedule's id.",
    "upload_id": "The id that came with the presigned form.",
    "eval_spec_id": "An eval spec's id.",
    "job_id": "A grading job's id.",
    "dataset_id": "A dataset's id.",
    "document_id": "A document's id.",
    "dataset_uuid": "An evaluation dataset's UUID.",
    "test_case_uuid": "A test case's UUID.",
    "evaluation_run_uuid": "A run's id, wherever it was started.",
    "entity": "The key's organization.",
    "project": "The project that evaluations say they belong to.",
    "evaluation_run_id": "A run's id, logged or not.",
    "prediction_id": "A prediction's id: of the call that asked the model.",
    "score_id": "A score's id: of the scorer's call.",
    "object_id": "The name of something that is kept.",
    "digest": "A version's digest, or `latest`.",
}
"""What stands in paths."""

_CALL = {"type": "string", "pattern": f"^{CALL_ID}$"}
_PATTERNS: Mapping[str, dict[str, Any]] = {
    "project": {"type": "string", "pattern": f"^{PROJECT}$"},
    "evaluation_run_id": _CALL,
    "evaluation_run_uuid": _CALL,
    "prediction_id": _CALL,
    "score_id": _CALL,
    "object_id": {"type": "string", "pattern": f"^{OBJECT_ID}$"},
    "digest": {"type": "string", "pattern": f"^{DIGEST}$"},
}
"""Of those that are no identifiers."""

_INFO = {
    "title": "Marksheet",
    "version": __version__,
    "summary": "Marks AI models.",
    "description": (
        "Benchmarks in, marks with honest statistics out. Everything belongs to the key's organization; "
        "another one's things are not found.\n\n"
        "Unknown fields of a body are refused, and so are NaN and JSON nested deeper than 32 levels. A path "
        "that is not here is 404, a method that a path does not have 405 with `Allow`."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}


def written() -> str:
    """The document as its files have it."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> dict[str, Any]:
    """The document. Raises LookupError for a route that nothing is said of, and for words without a route."""
    book = SchemaBook(OPERATIONS.values(), gateway.MODELS)
    paths: dict[str, dict[str, Any]] = {}
    for name, places in _routes().items():
        for alias, (method, path) in enumerate(places):
            paths.setdefault(path, {})[method.lower()] = _operation(name, path, places[0], alias, book)
    described: dict[str, Any] = {
        "openapi": "3.1.1",
        "info": _INFO,
        # Relative to where the document lies, which may be below a path.
        "servers": [{"url": ".", "description": "The deployment that this document comes from"}],
        "tags": [{"name": tag} for tag in dict.fromkeys([*(o.tag for o in OPERATIONS.values()), ALIASES])],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": gateway.SECURITY_SCHEMES,
            "responses": gateway.shared_answers({name: book.shared(name) for name in gateway.MODELS}),
        },
    }
    described["components"]["schemas"] = book.needed_by(described)
    told: dict[str, Any] = without_noise(described)
    return told


def api_routes() -> list[Any]:
    """The routes of all API functions."""
    apis = (evaluations_api, grading_api, runs_api, traces_api)
    return [route for api in apis for route in (*api._static_routes, *api._dynamic_routes)]


def _routes() -> dict[str, list[tuple[str, str]]]:
    """Name of a route's function -> its method and paths, the one to be used first."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in OPERATIONS}
    for route in api_routes():
        name = route.func.__name__
        if name not in OPERATIONS:
            source = f"{route.func.__module__.replace('.', '/')}.py"
            raise LookupError(
                f"{route.method} {route.path} ({name} in functions/{source}) is not described: add {name!r} "
                f"to OPERATIONS of the module of its subject in openapi/marksheet_openapi/"
            )
        found[name].append((route.method, route.openapi_path))
    for name, places in found.items():
        if not places:
            raise LookupError(f"{name!r} of OPERATIONS is no route's function: is it gone, or renamed?")
        places.sort(key=lambda place: len(place[1]))
    return found


def _operation(name: str, path: str, place: tuple[str, str], alias: int, book: SchemaBook) -> dict[str, Any]:
    """An operation as it stands below its path and method."""
    said = replace(OPERATIONS[name], examples=(), request_examples={}) if alias else OPERATIONS[name]
    described: dict[str, Any] = {"operationId": name, "tags": [said.tag], "summary": said.summary}
    if alias:
        described["operationId"] = f"{name}_{alias + 1}"
        described["tags"] = [ALIASES]
        described["description"] = f"Another address of `{' '.join(place)}`."
    elif said.description:
        described["description"] = said.description
    ids = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    named = [_id_parameter(part) for part in ids if part in IDS]
    parameters = [*named, *book.query(said), *said.parameters]
    if parameters:
        described["parameters"] = parameters
    if said.bodies or said.form:
        described["requestBody"] = {"required": said.body_required, "content": _request(said, book)}
    described["responses"] = dict(sorted(_responses(said, ids, book)))
    described["security"] = (
        [{scheme: [said.scope]} for scheme in gateway.SECURITY_SCHEMES] if said.scope else []
    )
    return described


def _id_parameter(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": IDS[name],
        "schema": _PATTERNS.get(name, {"$ref": "#/components/schemas/Identifier"}),
    }


def _request(said: Operation, book: SchemaBook) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if said.bodies:
        content["application/json"] = {"schema": book.body(said), **_examples(said, "request")}
    if said.form:
        structured = [name for name in ("scorers", "domain_rules") if name in said.form.model_fields]
        content["multipart/form-data"] = {
            "schema": book.form(said.form, said.file),
            **(
                {"encoding": {n: {"contentType": "application/json"} for n in structured}}
                if structured
                else {}
            ),
        }
    return content


def _responses(said: Operation, ids: list[str], book: SchemaBook) -> Iterator[tuple[str, dict[str, Any]]]:
    """Status code and answer, in no order."""
    headers = {**gateway.request_id(required=True), **said.headers}
    if isinstance(said.answer, str):
        content: dict[str, Any] = {kind: {} for kind in said.answer.split(", ")}
        yield "200", {"description": said.text, "headers": headers, "content": content}
    else:
        text = said.text or " ".join((inspect.getdoc(said.answer) or "").split())
        content = {"application/json": {"schema": book.reference(said.answer), **_examples(said, "response")}}
        yield "200", {"description": text, "headers": headers, "content": content}
    if said.redirect:
        location = {"required": True, "schema": {"type": "string", "format": "uri"}}
        never_kept = {"required": True, "schema": {"const": "no-store"}}
        addressed = {**gateway.request_id(required=True), "Location": location, "Cache-Control": never_kept}
        yield str(said.redirect.status), {"description": said.redirect.text, "headers": addressed}
    for status, when in said.refusals.items():
        yield (
            str(status),
            {
                "description": when,
                "headers": gateway.request_id(required=True),
                "content": {"application/json": {"schema": book.reference(said.surface.error)}},
            },
        )
    for name in gateway.usual_refusals(said, names_something=bool(ids)):
        if gateway.STATUS[name] not in said.refusals:
            yield str(gateway.STATUS[name]), {"$ref": f"#/components/responses/{name}"}


def _examples(said: Operation, side: str) -> dict[str, Any]:
    """The examples of one side of an operation."""
    folder = GOLDEN / said.surface.golden
    files = {name: folder / f"{name}.{side}.json" for name in said.examples}
    found = {
        name: {"value": json.loads(path.read_text(encoding="utf-8"))}
        for name, path in files.items()
        if path.exists()
    }
    if side == "request":
        found |= {name: {"value": body} for name, body in said.request_examples.items()}
    return {"examples": found} if found else {}
