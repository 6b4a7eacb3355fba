"""Eval specs: what their routes take and answer."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from marksheet.dialects.doteval import spec_requests as requests
from marksheet.dialects.doteval.page_requests import PageQuery
from marksheet_openapi.bodies import Body, Count, Identifier, Time
from marksheet_openapi.grading import PAGE, Deletion
from marksheet_openapi.operations import READ, WRITE, Described, Operation
from marksheet_openapi.surfaces import GRADING

Graders = Annotated[list[dict[str, Any]], Field(min_length=1, max_length=64)]
KeyIds = list[Annotated[str, Field(pattern=r"^(\*|[a-z2-7]{16})$")]]
_NOT_SHARED = {403: "The key lacks the scope, or the spec is not shared with it."}
_NOT_OWNED = {403: "The key lacks the scope, or does not own the spec."}


class EvalSpec(Body):
    """One version of an eval spec, which never changes."""

    eval_spec_id: Identifier
    version: Annotated[int, Field(ge=1)]
    name: str
    description: str | None
    graders: list[dict[str, Any]]
    """As they were sent."""
    model: Identifier | None
    embedding_model: Identifier | None
    models: list[str]
    """Ids of the models that must be registered for it to grade."""
    owner: str
    """Id of the key that may change and share it."""
    shared_with: KeyIds
    created_at: Time


class EvalSpecEntry(Body):
    """The latest version of an eval spec."""

    eval_spec_id: Identifier
    version: Annotated[int, Field(ge=1)]
    name: str
    description: str | None
    graders: Count
    """How many it has."""
    owner: str
    created_at: Time


class EvalSpecList(Body):
    """A page of the eval specs that the key may use."""

    eval_specs: list[EvalSpecEntry]
    next_page_token: str | None


class EvalSpecVersion(Body):
    """That there is a version."""

    version: Annotated[int, Field(ge=1)]
    graders: Count
    created_at: Time


class EvalSpecVersions(Body):
    """All versions, first to last."""

    eval_spec_id: Identifier
    versions: list[EvalSpecVersion]


_FIELDS: dict[str, str | Described] = {
    "name": "Unique in the organization; a spec keeps it.",
    "graders": Described("1 to 64 graders with points; OpenAI's are taken as they are.", Graders),
    "testing_criteria": Described("Another name of `graders`.", Graders),
    "description": "A sentence about it.",
}
_SPEC = {
    "name": "towns",
    "graders": [
        {"requirement": "The answer names the town.", "points": 2},
        {
            "type": "string_check",
            "name": "exact",
            "input": "{{ sample.output_text }}",
            "reference": "{{ item.town }}",
            "operation": "eq",
        },
    ],
    "model": "gpt-4o-mini",
}

OPERATIONS = {
    "create_spec": Operation(
        "Eval specs",
        "Make an eval spec",
        surface=GRADING,
        scope=WRITE,
        bodies=(requests.SpecRequest,),
        fields=_FIELDS,
        request_examples={"rubric": _SPEC},
        answer=EvalSpec,
        refusals={409: "There is a spec of this name."},
    ),
    "list_specs": Operation(
        "Eval specs",
        "List eval specs",
        "Those that the key may use, oldest first.",
        surface=GRADING,
        scope=READ,
        query=PageQuery,
        fields=PAGE,
        answer=EvalSpecList,
    ),
    "get_spec": Operation(
        "Eval specs",
        "Get an eval spec",
        "The latest version, or the one that is asked for.",
        surface=GRADING,
        scope=READ,
        query=requests.SpecVersionRequest,
        fields={"version": "Which version; the latest without it."},
        answer=EvalSpec,
        refusals=_NOT_SHARED,
    ),
    "list_spec_versions": Operation(
        "Eval specs",
        "List an eval spec's versions",
        surface=GRADING,
        scope=READ,
        answer=EvalSpecVersions,
        refusals=_NOT_SHARED,
    ),
    "update_spec": Operation(
        "Eval specs",
        "Change an eval spec",
        "Makes the next version; equal content gives the version there is.",
        surface=GRADING,
        scope=WRITE,
        bodies=(requests.SpecRequest,),
        fields=_FIELDS,
        request_examples={"rubric": _SPEC},
        answer=EvalSpec,
        refusals={**_NOT_OWNED, 409: "Another change came in between."},
    ),
    "share_spec": Operation(
        "Eval specs",
        "Share an eval spec",
        surface=GRADING,
        scope=WRITE,
        bodies=(requests.SharingRequest,),
        answer=EvalSpec,
        refusals=_NOT_OWNED,
    ),
    "delete_spec": Operation(
        "Eval specs",
        "Delete an eval spec",
        "With all its versions.",
        surface=GRADING,
        scope=WRITE,
        answer=Deletion,
        refusals=_NOT_OWNED,
    ),
}
