"""Reading a request's body as the service does whose API this is: as JSON only where it is called JSON."""

from __future__ import annotations

from typing import Any

from marksheet.dialects.reading import read_object
from marksheet.errors import InvalidRequest, Problem


def read_typed_object(body: bytes, content_type: str | None) -> dict[str, Any]:
    """The JSON object of a request's body.

    A body that its content type calls something else is not looked into; without one it is taken for JSON.
    Raises InvalidRequest.
    """
    if body.strip() and content_type is not None and not _is_json(content_type):
        message = "Input should be a valid dictionary or object to extract fields from"
        raise InvalidRequest(Problem(("body",), message, "model_attributes_type"))
    return read_object(body)


def _is_json(content_type: str) -> bool:
    kind, _, subtype = content_type.partition(";")[0].strip().lower().partition("/")
    return kind == "application" and (subtype == "json" or subtype.endswith("+json"))
