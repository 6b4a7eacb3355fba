"""Questions of a benchmark, as a JSON body carries them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from marksheet import question_fields as limits
from marksheet_openapi.bodies import Body, absent

_Text = str | int | float
_Name = Annotated[str, Field(min_length=1, max_length=limits.MAX_NAME_CHARACTERS)] | int | float


def _has_a_question(schema: dict[str, Any]) -> None:
    """Under one of its names: which, JSON Schema can say, and pydantic cannot."""
    schema["anyOf"] = [{"required": [name]} for name in limits.ALIASES["question"]]


class Citation(Body):
    """A document of the benchmark's dataset, or one part of it: a section, a page, or the characters between
    two offsets. Its text is copied when the questions are taken in."""

    document: Annotated[str, Field(min_length=1)]
    """Its id, or its file name."""
    section: str | None = absent()
    """A heading: the text from there to the next one of its level or a higher one."""
    page: int | None = absent()
    """Of a document that has pages."""
    start: int | None = Field(default=None, alias="from")
    """The first character, counted from 0; the very first without it."""
    to: int | None = absent()
    """The character behind the last one; to the end without it."""


class UploadedQuestion(Body):
    """A question. Null is as good as absent, a number is taken as text, and what no field claims goes to
    `metadata`. Of a field's other names a question may have one."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_has_a_question)

    question: _Text = absent()
    """Required, under this or one of its other names; up to 256 KiB."""
    input: _Text = absent()
    """Another name of `question`."""
    prompt: _Text = absent()
    """Another name of `question`."""
    question_id: _Name | None = absent()
    """Unique; the question's position without one."""
    id: _Name | None = absent()
    """Another name of `question_id`."""
    question_num: _Name | None = absent()
    """Another name of `question_id`."""
    expected_answer: _Text | None = absent()
    """Up to 256 KiB; without one the question is asked, and unscored by scorers that need it."""
    answer: _Text | None = absent()
    """Another name of `expected_answer`."""
    expected: _Text | None = absent()
    """Another name of `expected_answer`."""
    target: _Text | None = absent()
    """Another name of `expected_answer`."""
    context: str | Citation | list[str | Citation] | None = absent()
    """Given with the question; together up to 512 KiB. To cite documents, the benchmark names a dataset."""
    choices: Annotated[list[_Text], Field(max_length=limits.MAX_CHOICES)] | None = absent()
    """Two or more, lettered from A."""
    cluster: _Name | None = absent()
    """Questions that share one are not independent."""
    metadata: dict[str, Any] | None = absent()
    """Kept with the question; up to 64 KiB."""
