"""What requests about eval specs ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from marksheet.dialects.fields import ModelId
from marksheet.dialects.reading import StrictModel, decode_id, of_form, read_object, validate
from marksheet.errors import InvalidRequest, NotFound, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEY_ID_WORDS = "the id of a key, which is the 16 characters between its two underscores"
_VERSION = re.compile(r"[1-9][0-9]{0,8}")

KeyId = Annotated[str, Field(pattern=of_form(r"^[a-z2-7]{16}$", _KEY_ID_WORDS))]
KeyIdOrAll = Annotated[str, Field(pattern=of_form(r"^(\*|[a-z2-7]{16})$", f"{_KEY_ID_WORDS}, or *"))]
"""`*` is every key of the organization."""


class SpecRequest(StrictModel):
    """`POST /v1/eval/specs`, and `PUT /v1/eval/specs/{id}` for the next version."""

    name: str = Field(min_length=1, max_length=200)
    graders: Any = Field(validation_alias=AliasChoices("graders", "testing_criteria"))
    """1 to 64 graders; see docs/grading.md."""
    description: str | None = Field(default=None, max_length=2_000)
    model: ModelId | None = None
    """Judges where a grader names no model."""
    embedding_model: ModelId | None = None
    """Whose vectors `cosine` compares."""
    shared_with: list[KeyIdOrAll] = Field(default=[], max_length=100)
    """Ids of the keys that may use it too."""


class SharingRequest(StrictModel):
    """`PUT /v1/eval/specs/{id}/sharing`."""

    shared_with: list[KeyIdOrAll] = Field(max_length=100)
    """Ids of the keys that may use the spec beside its owner; `*` is every key of the organization."""
    owner: KeyId | None = None
    """Another key that owns it from now on."""


class SpecVersionRequest(BaseModel):
    """The query of `GET /v1/eval/specs/{id}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int | None = Field(default=None, ge=1, le=999_999_999)


def decode_spec(body: bytes) -> SpecRequest:
    """The body of a create, or of a change. Raises InvalidRequest."""
    values = read_object(body)
    if "graders" in values and "testing_criteria" in values:
        message = "is another name for graders; give one of the two"
        raise InvalidRequest(Problem(("body", "testing_criteria"), message))
    return validate(SpecRequest, values, "body")


def decode_sharing(body: bytes) -> SharingRequest:
    """Who may use a spec. Raises InvalidRequest."""
    return validate(SharingRequest, read_object(body), "body")


def decode_spec_reference(text: str, query: Mapping[str, str]) -> tuple[str, int | None]:
    """An id and a version from a path, `id` or `id@2`, or from the query; no version is the latest.

    Raises NotFound for an id that cannot exist, InvalidRequest for a query that means nothing.
    """
    name, at, number = text.replace("%40", "@").partition("@")
    version = validate(SpecVersionRequest, query, "query").version
    if at:
        if not _VERSION.fullmatch(number):
            raise NotFound("Eval spec", text)
        if version not in (None, int(number)):
            message = f"is {version}, while the path has @{number}; give one of the two"
            raise InvalidRequest(Problem(("query", "version"), message))
        version = int(number)
    return decode_id("Eval spec", name), version
