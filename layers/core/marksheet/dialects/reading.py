"""Reading what a request carries, strictly and alike in every dialect: JSON, models over it, identifiers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

import orjson
from pydantic import AliasChoices, BaseModel, ConfigDict, ValidationError

from marksheet.errors import InvalidRequest, NotFound, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

IDENTIFIER = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}"
"""What a model, benchmark, evaluation or upload may be called: safe in paths, file names and storage keys."""

DEEPEST_NESTING = 32
"""Arrays and objects inside one another: more than any real request has, less than a recursive reader
survives."""

IDENTIFIER_WORDS = "an id of 1 to 128 letters, digits and . _ : -, the first a letter or a digit"

CALL_ID = r"[A-Za-z0-9_:-][A-Za-z0-9_.:-]{0,127}"
"""What a call may be called by the client that logs it, and so a run: no dot first, or a path would lead to
another place.
"""

CALL_ID_WORDS = "an id of 1 to 128 letters, digits and . _ : -, the first no dot"

_IDENTIFIER = re.compile(IDENTIFIER)
_CALL_ID = re.compile(CALL_ID)

_PLAIN_WORDS = {
    "bool_parsing": "Input should be true or false",
    "bool_type": "Input should be true or false",
    "dict_type": "Input should be an object",
    "model_type": "Input should be an object",
}
_PLAIN_LITERALS = {"Input should be True": "Input should be true"}

_FORMS: dict[str, str] = {}
"""Patterns of `of_form`, and what they ask for."""

RequestT = TypeVar("RequestT", bound=BaseModel)


def of_form(pattern: str, words: str) -> str:
    """A pattern for a field, which a refusal tells in words: few people read an expression."""
    _FORMS[pattern] = f"Input should be {words}"
    return pattern


class StrictModel(BaseModel):
    """A request body: unknown fields are refused, and a number in quotes is no number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def read_json(body: bytes | str, location: tuple[str | int, ...] = ("body",)) -> Any:
    """The value of a JSON text.

    Raises InvalidRequest for broken JSON, NaN, Infinity, or nesting beyond 32 levels.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        message = f"JSON decode error: {error.msg} (line {error.lineno}, column {error.colno})"
        raise InvalidRequest(Problem((*location, error.pos), message, "json_invalid")) from error
    if nesting_exceeds(value, DEEPEST_NESTING):
        message = f"JSON decode error: nested deeper than {DEEPEST_NESTING} levels"
        raise InvalidRequest(Problem(location, message, "json_invalid"))
    return value


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a request's body.

    Raises InvalidRequest as `read_json`, and for an empty body or another type.
    """
    if not body.strip():
        raise InvalidRequest(Problem(("body",), "Field required", "missing"))
    value = read_json(body)
    if not isinstance(value, dict):
        # pydantic's own words would name our class; these are the ones FastAPI answers.
        message = "Input should be a valid dictionary or object to extract fields from"
        raise InvalidRequest(Problem(("body",), message, "model_attributes_type"))
    return value


def validate(model: type[RequestT], values: Mapping[str, Any], where: str) -> RequestT:
    """An instance of `model`.

    Raises InvalidRequest with every problem pydantic finds, its path beginning with `where`.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise InvalidRequest(
            [Problem((where, *problem["loc"]), _told(model, problem), problem["type"]) for problem in found]
        ) from None  # the cause prints its input, an endpoint's key included


def decode_id(kind: str, text: str) -> str:
    """An identifier from a path, percent-encoded or not.

    One that cannot exist is treated as one that does not: raises NotFound, which names `kind` ("Evaluation",
    "Benchmark", "Model", "Upload").
    """
    identifier = unquote(text)
    if not _IDENTIFIER.fullmatch(identifier):
        raise NotFound(kind, identifier)
    return identifier


def decode_call_id(kind: str, text: str) -> str:
    """The id of a call from a path, or of a run, which is a call; as `decode_id`."""
    call_id = unquote(text)
    if not is_call_id(call_id):
        raise NotFound(kind, call_id)
    return call_id


def is_call_id(text: str) -> bool:
    """Whether a call can have this id."""
    return _CALL_ID.fullmatch(text) is not None


def nesting_exceeds(value: Any, limit: int) -> bool:
    """Whether arrays and objects are inside one another more than `limit` deep.

    Level by level: a recursive walk is what the limit protects from.
    """
    containers = [value] if isinstance(value, (dict, list)) else []
    depth = 0
    while containers and depth <= limit:
        depth += 1
        containers = [
            child
            for container in containers
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, (dict, list))
        ]
    return depth > limit


def _told(model: type[BaseModel], problem: ErrorDetails) -> str:
    """pydantic's words, or ours where its own do not say what is allowed, or name a class of ours."""
    if problem["type"] == "extra_forbidden" and len(problem["loc"]) == 1:
        return f"{problem['msg']}; allowed: {', '.join(_names(model))}"
    if problem["type"] == "string_pattern_mismatch":
        return _FORMS.get(problem["ctx"]["pattern"], problem["msg"])
    return _PLAIN_WORDS.get(problem["type"]) or _PLAIN_LITERALS.get(problem["msg"], problem["msg"])


def _names(model: type[BaseModel]) -> list[str]:
    """The fields a request may have, by the names it may call them."""
    names: list[str] = []
    for name, field in model.model_fields.items():
        alias = field.validation_alias
        names += map(str, alias.choices) if isinstance(alias, AliasChoices) else [str(alias or name)]
    return names
