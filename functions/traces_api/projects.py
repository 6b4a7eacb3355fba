"""Whose project a path, or a body, names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge import caller_of

from marksheet.dialects import weave
from marksheet.errors import InvalidRequest, NotFound, Problem

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent

    from marksheet.dialects.weave.projects import Project
    from marksheet.domain import Caller


def caller_within(event: BaseProxyEvent, scope: str, entity: str, project: str) -> tuple[Caller, str]:
    """Who calls, and the label of the project that a path names by entity and project.

    Raises as `caller_of`, and `NotFound` where the entity is not the caller's organization, be it another's
    or nobody's, and where no project can have that name.
    """
    caller = caller_of(event, scope)
    named = weave.decode_project(entity, project)
    if named.organization != caller.organization:
        raise NotFound("Project", f"{named.organization}/{named.name}")
    return caller, named.name


def caller_of_body(
    event: BaseProxyEvent, scope: str, named: Project, path: tuple[str, str] | None = None
) -> tuple[Caller, str]:
    """Who calls, and the label of the project that a body names; a path may name it too, as in
    `caller_within`.

    Raises as `caller_within`, and `InvalidRequest` for a body of another project than the path.
    """
    entity, project = path or named
    caller, label = caller_within(event, scope, entity, project)
    if named != (caller.organization, label):
        message = f"is not the project of the path, {caller.organization}/{label}"
        raise InvalidRequest(Problem(("body", "project_id"), message))
    return caller, label
