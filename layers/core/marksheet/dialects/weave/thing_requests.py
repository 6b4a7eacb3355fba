"""Datasets, evaluations, models, scorers and operations as they are handed in one by one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field

from marksheet.dialects.reading import validate
from marksheet.dialects.weave.bodies import Logged, read_exactly
from marksheet.dialects.weave.object_requests import DIGEST, MOST_ROWS, OBJECT_ID
from marksheet.dialects.weave.run_requests import Listed, Text
from marksheet.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_CODE = 1_000_000

Name = Annotated[str, Field(min_length=1, max_length=256)]
Description = Annotated[str, Field(max_length=10_000)]
Code = Annotated[str, Field(max_length=LONGEST_CODE)]

_OBJECT_ID = re.compile(OBJECT_ID)
_DIGEST = re.compile(DIGEST)


class KeepDatasetRequest(Logged):
    """`POST /datasets`."""

    name: Name | None = None
    """Datasets of one name are versions of each other."""
    description: Description | None = None
    """What a person should know of it."""
    rows: list[dict[str, Any]] = Field(max_length=MOST_ROWS)
    """Any objects."""


class KeepEvaluationRequest(Logged):
    """`POST /evaluations`."""

    name: Name
    """Evaluations of one name are versions of each other."""
    description: Description | None = None
    """What a person should know of it."""
    dataset: Text
    """A reference."""
    scorers: list[Text] | None = None
    """References."""
    trials: int = Field(default=1, ge=1, le=MOST_ROWS, strict=False)
    """How often each row is asked."""
    evaluation_name: Name | None = None
    """What runs of it are called."""
    eval_attributes: dict[str, Any] | None = None
    """What else is said of it."""


class KeepModelRequest(Logged):
    """`POST /models`."""

    name: Name
    """Models of one name are versions of each other."""
    description: Description | None = None
    """What a person should know of it."""
    source_code: Code
    """Kept, and never run."""
    attributes: dict[str, Any] | None = None
    """What else is said of it."""


class KeepScorerRequest(Logged):
    """`POST /scorers`."""

    name: Name
    """Scorers of one name are versions of each other."""
    description: Description | None = None
    """What a person should know of it."""
    op_source_code: Code
    """Kept, and never run."""


class KeepOperationRequest(Logged):
    """`POST /ops`."""

    name: Name | None = None
    """Operations of one name are versions of each other."""
    source_code: Code | None = None
    """Kept, and never run."""


class DeleteVersionsQuery(BaseModel):
    """The query of a delete: all versions without digests."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digests: Listed | None = None
    """Of versions."""


def decode_keep_dataset(body: bytes) -> KeepDatasetRequest:
    """The body of `POST /datasets`. Raises InvalidRequest."""
    return validate(KeepDatasetRequest, read_exactly(body), "body")


def decode_keep_evaluation(body: bytes) -> KeepEvaluationRequest:
    """The body of `POST /evaluations`. Raises InvalidRequest."""
    return validate(KeepEvaluationRequest, read_exactly(body), "body")


def decode_keep_model(body: bytes) -> KeepModelRequest:
    """The body of `POST /models`. Raises InvalidRequest."""
    return validate(KeepModelRequest, read_exactly(body), "body")


def decode_keep_scorer(body: bytes) -> KeepScorerRequest:
    """The body of `POST /scorers`. Raises InvalidRequest."""
    return validate(KeepScorerRequest, read_exactly(body), "body")


def decode_keep_operation(body: bytes) -> KeepOperationRequest:
    """The body of `POST /ops`. Raises InvalidRequest."""
    return validate(KeepOperationRequest, read_exactly(body), "body")


def decode_delete_versions(query: Mapping[str, str]) -> list[str] | None:
    """The digests of a delete, None for all. Raises InvalidRequest."""
    return validate(DeleteVersionsQuery, query, "query").digests


def decode_version(noun: str, object_id: str, digest: str = "latest") -> tuple[str, str]:
    """Name and digest of a path, percent-encoded or not. Raises NotFound for what no version can have."""
    name, version = unquote(object_id), unquote(digest)
    if not _OBJECT_ID.fullmatch(name) or not _DIGEST.fullmatch(version):
        raise NotFound(noun, name)
    return name, version
