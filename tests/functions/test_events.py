"""The sample events: every function and every route has some, and a test plays each of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from evaluations_api.handler import api as evaluations_api
from grading_api.handler import api as grading_api
from runs_api.handler import api as runs_api
from traces_api.handler import api as traces_api

ROOT = Path(__file__).resolve().parents[2]
EVENTS = sorted((ROOT / "events").glob("*/*.json"))


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def test_every_folder_of_events_is_one_of_a_function() -> None:
    functions = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    assert {path.parent.name for path in EVENTS} == functions


@pytest.mark.parametrize("path", EVENTS, ids=name)
def test_an_event_is_played_by_a_test_of_its_function(path: Path) -> None:
    assert isinstance(json.loads(path.read_text()), dict)
    tests = (ROOT / "tests" / "functions" / path.parent.name).glob("test_*.py")
    assert any(f'"{path.stem}"' in test.read_text() for test in tests)


@pytest.mark.parametrize(
    ("folder", "api"),
    [
        ("evaluations_api", evaluations_api),
        ("grading_api", grading_api),
        ("runs_api", runs_api),
        ("traces_api", traces_api),
    ],
)
def test_every_route_that_asks_for_a_key_has_an_event(folder: str, api: Any) -> None:
    events = [json.loads(path.read_text()) for path in EVENTS if path.parent.name == folder]
    asked = [(event["requestContext"]["http"]["method"], event["rawPath"]) for event in events]
    without = [
        f"{route.method} {route.path}"
        for route in (*api._static_routes, *api._dynamic_routes)
        if route.path.startswith(("/api/v3/", "/v1/eval", "/v1/datasets", "/v2/", "/call", "/obj", "/table"))
        and not route.path.endswith(("/", "/create"))
        and not any(method == route.method and route.rule.match(path) for method, path in asked)
    ]
    assert without == []
