"""What the clients ask about the service itself: its version, and in GraphQL the project and who they are."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field

from marksheet.dialects.fields import PROJECT_CHARACTERS
from marksheet.dialects.reading import validate
from marksheet.dialects.weave.bodies import Logged, read_exactly

OLDEST_CLIENT = "0.52.0"
"""The first of the clients whose calls are understood."""
SPOKEN = "0.54.0"
"""The release whose wire this surface speaks."""


class GraphqlRequest(Logged):
    """`POST /graphql`."""

    query: str = Field(max_length=10_000)
    """GraphQL."""
    variables: dict[str, Any] | None = None
    """What the query's variables are."""

    def text(self, name: str) -> str:
        """A variable, empty where it is not there or no text."""
        value = (self.variables or {}).get(name)
        return value if isinstance(value, str) else ""


def decode_graphql(body: bytes) -> GraphqlRequest:
    """The body of `POST /graphql`. Raises InvalidRequest."""
    return validate(GraphqlRequest, read_exactly(body), "body")


def encode_server_info() -> dict[str, Any]:
    """Which clients are understood."""
    return {"min_required_weave_python_version": OLDEST_CLIENT, "trace_server_version": SPOKEN}


def encode_graphql(request: GraphqlRequest, *, organization: str, key_id: str) -> dict[str, Any]:
    """The answer to the three questions that the clients have: of a project, of making one, of the caller.

    Every project of the caller's organization is there, without being made; in another one none is. The
    clients go on with the name in the answer, in which what no project's name has is a dash.
    """
    entity = request.text("entityName") or request.text("entity")
    if "upsertModel" in request.query or "project(" in request.query:
        if entity != organization:
            message = f"the API key is of organization {organization!r}; use {organization}/<project>"
            error = {"message": message, "extensions": {"code": "PERMISSION_ERROR"}}
            return {"data": None, "errors": [error]}
        named = {"name": re.sub(f"[^{PROJECT_CHARACTERS}]+", "-", request.text("name"))[:128] or "-"}
        if "upsertModel" in request.query:
            return {"data": {"upsertModel": {"model": {**named, "description": None}}}}
        return {"data": {"project": named}}
    if "viewer" in request.query:
        viewer = {"id": key_id, "username": key_id, "defaultEntity": {"name": organization}}
        return {"data": {"viewer": viewer}}
    return {"data": None, "errors": [{"message": "this query is not supported"}]}
