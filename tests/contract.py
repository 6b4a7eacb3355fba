"""Holds answers against the OpenAPI document: an operation, a status, a header or a field that is not in
it fails.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError

from marksheet_openapi import gateway
from marksheet_openapi.document import OPERATIONS, ROOT, document
from marksheet_openapi.surfaces import SURFACES, Surface


def shared(surface: Surface, status: int) -> Any:
    """The body of a shared answer."""
    models = gateway.shared_models(surface)
    return next(models[name] for name, code in gateway.shared_statuses(surface).items() if code == status)


class Place(NamedTuple):
    """An operation of the document, and where it is."""

    method: str
    pattern: re.Pattern[str]
    described: Mapping[str, Any]


@functools.cache
def _document() -> dict[str, Any]:
    return document()


@functools.cache
def _places() -> tuple[Place, ...]:
    found = [
        Place(method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), described)
        for path, methods in _document()["paths"].items()
        for method, described in methods.items()
    ]
    return tuple(sorted(found, key=lambda place: place.pattern.pattern.count("+")))


def check(method: str, path: str, status: int, headers: Mapping[str, str], content: bytes) -> None:
    """Raises AssertionError for an answer that the document does not know."""
    here = [place for place in _places() if place.pattern.fullmatch(path)]
    described = next((place.described for place in here if place.method == method), None)
    told = f"{method} {path} answered {status}"
    if described is None:
        assert status in ((404, 401, 405) if here else (404, 401)), f"{told}, and is not in the document"
        _check_undescribed(told, content)
        return
    answers = described["responses"]
    assert str(status) in answers, f"{told}, and the document knows only {', '.join(answers)}"
    answer = answers[str(status)]
    if "$ref" in answer:
        answer = _document()["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    _check_headers(told, answer, {name.lower(): value for name, value in headers.items()})
    if content or "content" in answer:
        _check_kind(told, answer, headers)
    model = _model(described, status)
    if model is not None:
        _check_body(told, model, content)


def _check_undescribed(told: str, content: bytes) -> None:
    """What is not in the document is refused in the form of one of the surfaces, or by the gateway."""
    forms = [gateway.GatewayError, *(surface.error for surface in SURFACES)]
    assert any(_is_of(form, content) for form in forms), f"{told} with {content[:200]!r}"


def _is_of(model: type[BaseModel], content: bytes) -> bool:
    try:
        model.model_validate_json(content)
    except ValidationError:
        return False
    return True


def _check_headers(told: str, answer: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    for name, header in answer.get("headers", {}).items():
        assert name.lower() in headers or not header.get("required"), f"{told} without {name}"


def _check_kind(told: str, answer: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    named = {name.lower(): value for name, value in headers.items()}
    kind = named.get("content-type", "").partition(";")[0]
    kinds = tuple(answer.get("content", {"": {}}))
    assert kind in kinds, f"{told} with {kind!r}, and the document knows only {kinds}"


def _model(described: Mapping[str, Any], status: int) -> Any:
    """What reads the answer's body; None for one without a body of ours."""
    said = OPERATIONS[re.sub(r"_\d+$", "", described["operationId"])]
    if status == 200:
        return None if isinstance(said.answer, str) else said.answer
    if said.redirect and status == said.redirect.status:
        return None
    return said.surface.error if status in said.refusals else shared(said.surface, status)


def _check_body(told: str, model: type[BaseModel], content: bytes) -> None:
    try:
        TypeAdapter(model).validate_json(content)
    except ValidationError as error:
        problems = [f"  {'.'.join(map(str, p['loc']))}: {p['msg']}" for p in error.errors(include_url=False)]
        where = Path(inspect.getsourcefile(model) or "") if inspect.isclass(model) else ROOT
        raise AssertionError(
            f"{told} with a body that is not the {getattr(model, '__name__', model)} of the document. Mend "
            f"the answer, or {where.relative_to(ROOT)} and run make openapi:\n" + "\n".join(problems)
        ) from None
