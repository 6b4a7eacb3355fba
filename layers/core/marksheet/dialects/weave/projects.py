"""Projects as this surface names them: the organization, as entity, and the project's label."""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple
from urllib.parse import unquote

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from marksheet.dialects.fields import PROJECT
from marksheet.errors import NotFound


class Project(NamedTuple):
    """A project by both its names."""

    organization: str
    name: str


_PROJECT = re.compile(PROJECT)


def decode_project(entity: str, project: str) -> Project:
    """The project of a path, percent-encoded or not; whose the entity is, is not said here. Raises NotFound
    for a name that no project can have.
    """
    named = Project(unquote(entity), unquote(project))
    if not _PROJECT.fullmatch(named.name):
        raise NotFound("Project", "/".join(named))
    return named


def _read(project_id: object) -> Project:
    organization, slash, name = project_id.partition("/") if isinstance(project_id, str) else ("", "", "")
    if not (organization and slash and _PROJECT.fullmatch(name)):
        raise PydanticCustomError(
            "project_id",
            "Input should be organization/project, the project of 1 to 128 letters, digits and . _ -",
        )
    return Project(organization, name)


ProjectId = Annotated[
    Project,
    BeforeValidator(_read),
    WithJsonSchema({"type": "string", "pattern": f"^[^/]+/{PROJECT}$"}),
]
"""A project as a body names it, in one text."""
