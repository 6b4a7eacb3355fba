"""What requests about benchmarks ask for: settings, and questions in the body, in a form, or to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from marksheet.dialects.forms import is_form, read_form
from marksheet.dialects.reading import StrictModel, read_json, read_object, validate
from marksheet.errors import InvalidRequest, InvalidUpload, Problem, TooLarge
from marksheet.prompts import validate_template
from marksheet.questions import Format, guess_format
from marksheet.scoring import parse_rules, parse_specs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marksheet.domain import DomainRule, ScorerSpec

MOST_UPLOAD_BYTES = 4_500_000
"""A form is binary, so it reaches the function in base64, and a function takes 6 MB."""
LONGEST_NAME = 200
LONGEST_DESCRIPTION = 4_000
LONGEST_PROMPT = 100_000

_STRUCTURED_FIELDS = frozenset({"scorers", "domain_rules"})


class BenchmarkRequest(NamedTuple):
    """What a benchmark is to be, beside its questions."""

    name: str
    description: str | None
    document_ids: tuple[str, ...]
    dataset_id: str | None
    scorers: tuple[ScorerSpec, ...]
    """Empty leaves them to the default."""
    domain_rules: tuple[DomainRule, ...]
    prompt_template: str | None
    system_prompt: str | None


class BenchmarkUpload(NamedTuple):
    """A benchmark whose questions came with the request."""

    benchmark: BenchmarkRequest
    content: bytes
    format: Format
    in_body: bool
    """Whether the questions are a field of a JSON body, not a form's file."""

    def located(self, error: InvalidUpload) -> InvalidRequest:
        """What is wrong with the questions, where the request has them: in a JSON body their positions count
        from 0, as all positions in bodies do."""
        if not self.in_body:
            return error
        position = () if error.line is None else (error.line - 1,)
        field = () if error.field is None else (error.field,)
        return InvalidRequest(
            Problem(("body", "questions", *position, *field), error.detail, "invalid_upload")
        )


class UploadRequest(NamedTuple):
    """A benchmark whose questions will be uploaded as a file."""

    benchmark: BenchmarkRequest
    format: Format


def _document_ids(value: Any) -> Any:
    """One id, a list of them (a form may repeat the field), or null."""
    ids = [value] if isinstance(value, str) else [] if value is None else value
    if isinstance(ids, list) and all(isinstance(one, str) and 0 < len(one) <= LONGEST_NAME for one in ids):
        return tuple(ids)
    raise PydanticCustomError("document_id_type", "Input should be an id, a list of ids or null")


class BenchmarkFields(StrictModel):
    """What is said of a benchmark beside its questions: the fields of a form without its file."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    description: str | None = Field(default=None, max_length=LONGEST_DESCRIPTION)
    document_id: Annotated[tuple[str, ...], BeforeValidator(_document_ids)] = ()
    dataset_id: str | None = Field(default=None, min_length=1, max_length=LONGEST_NAME)
    scorers: Any = None
    domain_rules: Any = None
    prompt_template: str | None = None
    system_prompt: str | None = Field(default=None, max_length=LONGEST_PROMPT)

    def decoded(self) -> BenchmarkRequest:
        """With scorers, rules and template read. Raises InvalidRequest."""
        scorers, rules = self.scorers, self.domain_rules
        if self.prompt_template is not None:
            validate_template(self.prompt_template, ("body", "prompt_template"))
        return BenchmarkRequest(
            name=self.name,
            description=self.description,
            document_ids=self.document_id,
            dataset_id=self.dataset_id,
            scorers=() if scorers is None else parse_specs(scorers, location=("body", "scorers")),
            domain_rules=() if rules is None else parse_rules(rules, location=("body", "domain_rules")),
            prompt_template=self.prompt_template,
            system_prompt=self.system_prompt,
        )


class BenchmarkWithQuestions(BenchmarkFields):
    """The JSON body of `POST /api/v3/benchmark/upload`."""

    questions: list[Any] = Field(min_length=1)


class BenchmarkToCome(BenchmarkFields):
    """`POST /api/v3/benchmark/upload-url`."""

    filename: str = Field(min_length=1, max_length=LONGEST_NAME)
    format: Format | None = None


class VersionQuery(BaseModel):
    """The query of `GET /api/v3/benchmark/{id}`."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = Field(default=None, ge=1, le=999_999_999)


def decode_benchmark_upload(body: bytes, content_type: str) -> BenchmarkUpload:
    """The body of `POST /api/v3/benchmark/upload`, a form or JSON. Raises InvalidRequest or TooLarge.

    The questions themselves stay as they came: `questions.read_questions` reads them from any source alike.
    """
    if len(body) > MOST_UPLOAD_BYTES:
        raise TooLarge(
            f"The request has {len(body):,} bytes; up to {MOST_UPLOAD_BYTES:,} are taken directly. "
            "Send a larger file by POST /api/v3/benchmark/upload-url"
        )
    if is_form(content_type):
        return _decode_form(body, content_type)
    request = validate(BenchmarkWithQuestions, read_object(body), "body")
    return BenchmarkUpload(request.decoded(), orjson.dumps(request.questions), "json", in_body=True)


def decode_upload_request(body: bytes) -> UploadRequest:
    """The body of `POST /api/v3/benchmark/upload-url`. Raises InvalidRequest."""
    request = validate(BenchmarkToCome, read_object(body), "body")
    file_format = request.format or _format_of(request.filename)
    return UploadRequest(request.decoded(), file_format)


def decode_version(query: Mapping[str, str]) -> int | None:
    """The `version` a query asks for, or None for the latest. Raises InvalidRequest."""
    if not query:
        return None
    found = validate(VersionQuery, query, "query")
    return found.version


def _format_of(filename: str) -> Format:
    """By the name's ending alone: the content is not here yet."""
    endings = (".json", ".jsonl", ".ndjson", ".csv")
    if filename.lower().endswith(endings):
        return guess_format(filename, b"")
    message = f"Field required, because the file name does not end in {', '.join(endings)}"
    raise InvalidRequest(Problem(("body", "format"), message, "missing"))


def _decode_form(body: bytes, content_type: str) -> BenchmarkUpload:
    fields: dict[str, Any] = {}
    file = None
    for part in read_form(body, content_type):
        if part.name == "document_id" and part.content:
            fields.setdefault("document_id", []).append(part.text)
        elif part.name in fields or (part.name == "file" and file is not None):
            raise InvalidRequest(Problem(("body", part.name), "Field given more than once", "duplicate"))
        elif part.name == "file":
            file = part
        elif part.content or part.name == "name":
            # A browser sends every field of a form, the empty ones too.
            structured = part.name in _STRUCTURED_FIELDS
            fields[part.name] = read_json(part.content, ("body", part.name)) if structured else part.text
    if file is None:
        raise InvalidRequest(Problem(("body", "file"), "Field required", "missing"))
    settings = validate(BenchmarkFields, fields, "body").decoded()
    file_format = guess_format(file.filename or "", file.content[:4096])
    return BenchmarkUpload(settings, file.content, file_format, in_body=False)
