"""Benchmarks and uploaded files: what their routes take and answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from marksheet.dialects.nugen import benchmark_requests as requests
from marksheet.dialects.nugen.benchmark_responses import MOST_ECHOED_QUESTIONS
from marksheet_openapi.bodies import Body, Count, Deleted, Identifier, Sha256, StatusWord, Time
from marksheet_openapi.operations import READ, WRITE, Described, Operation
from marksheet_openapi.questions import UploadedQuestion
from marksheet_openapi.scorers import DomainRule, DomainRules, ScorerEntry, Scorers
from marksheet_openapi.uploads import Upload, UploadProgress


class EchoedQuestion(Body):
    """A question as it was understood."""

    question_num: Annotated[int, Field(ge=1)]
    question: str
    answer: str | None


class UploadedBenchmark(Body):
    """A benchmark version that was made of an upload."""

    id: Identifier
    name: str
    status: StatusWord
    questions: Annotated[list[EchoedQuestion], Field(max_length=MOST_ECHOED_QUESTIONS)]
    """The first ones."""
    num_questions: Count
    """All of them."""
    version: Annotated[int, Field(ge=1)]
    sha256: Sha256


class BenchmarkItem(Body):
    """A version of a benchmark."""

    id: Identifier
    benchmark_name: str
    status: StatusWord
    documents: list[str]
    """The `document_id`s it was uploaded with."""
    num_questions: Count
    created_at: Time
    updated_at: Time
    """The same, as a version never changes."""
    version: Annotated[int, Field(ge=1)]
    sha256: Sha256
    """Of the questions: versions with equal questions have equal digests."""
    description: str | None


class BenchmarkVersion(BenchmarkItem):
    """A version of a benchmark, with how it is asked and marked."""

    dataset_id: str | None
    """The dataset that its questions cite."""
    scorers: list[ScorerEntry]
    domain_rules: list[DomainRule]
    prompt_template: str | None
    system_prompt: str | None
    error: str | None


class BenchmarkList(Body):
    """The latest version of each benchmark."""

    benchmarks: list[BenchmarkItem]


class BenchmarkVersions(Body):
    """All versions of a benchmark."""

    id: Identifier
    versions: list[BenchmarkItem]


class BenchmarkStatus(Body):
    """Where a benchmark stands."""

    id: Identifier
    benchmark_name: str
    status: StatusWord
    start_time: Time
    end_time: Time | None
    error: str | None


_DocumentId = Annotated[str, Field(min_length=1, max_length=requests.LONGEST_NAME)]

_FIELDS: dict[str, str | Described] = {
    "name": "What the benchmark is called. A name that exists gets its next version.",
    "description": "What it is about.",
    "document_id": Described(
        "Kept and shown, without a meaning here.", _DocumentId | list[_DocumentId] | None
    ),
    "dataset_id": "The dataset whose documents the questions may cite in `context`. What they cite is copied "
    "when they are taken in.",
    "scorers": Described("How answers are marked; by exact_match and token_f1 without it.", Scorers),
    "domain_rules": Described("What every answer has to keep to.", DomainRules),
    "prompt_template": "Text with `{question}`, which must be there, `{context}` and `{choices}`. Without "
    "one the question is asked as it is.",
    "system_prompt": "Comes before every question.",
    "questions": Described(
        "The questions themselves.", Annotated[list[UploadedQuestion], Field(min_length=1)]
    ),
    "filename": "The file's name; its ending tells the format.",
    "format": "The file's format, where its name does not end in .json, .jsonl, .ndjson or .csv.",
}

OPERATIONS = {
    "upload_benchmark": Operation(
        "Benchmarks",
        "Upload a benchmark",
        "With its questions: in a file of a form (JSON, JSON Lines or CSV; the field `document_id` may be "
        "repeated), or in a JSON body. A file is taken whole or not at all.",
        scope=WRITE,
        bodies=(requests.BenchmarkWithQuestions,),
        form=requests.BenchmarkFields,
        fields=_FIELDS,
        request_examples={
            "two_questions": {
                "name": "Fibre",
                "scorers": ["numeric"],
                "questions": [
                    {
                        "question": "A robe takes 2 bolts of blue fibre and half that much white. How many "
                        "in all?",
                        "answer": "3",
                    },
                    {"question": "How many bolts do two robes take?", "answer": "6", "cluster": "robes"},
                ],
            }
        },
        answer=UploadedBenchmark,
        refusals={409: "Other uploads of this benchmark keep coming in between."},
    ),
    "request_upload": Operation(
        "Benchmarks",
        "Send a benchmark's file",
        "Gives a presigned form for a file of any size.",
        scope=WRITE,
        bodies=(requests.BenchmarkToCome,),
        fields=_FIELDS,
        request_examples={"json_lines": {"name": "Fibre", "filename": "fibre.jsonl", "scorers": ["numeric"]}},
        answer=Upload,
    ),
    "get_upload": Operation(
        "Benchmarks",
        "Get an upload's status",
        "Of a file of questions, or of recorded answers; for a week.",
        scope=READ,
        answer=UploadProgress,
    ),
    "list_benchmarks": Operation("Benchmarks", "List benchmarks", scope=READ, answer=BenchmarkList),
    "get_benchmark_status": Operation(
        "Benchmarks", "Get a benchmark's status", scope=READ, answer=BenchmarkStatus
    ),
    "get_benchmark": Operation(
        "Benchmarks",
        "Get a benchmark",
        "The latest version, or the one that is asked for.",
        scope=READ,
        query=requests.VersionQuery,
        fields={"version": "Which version; the latest without it."},
        answer=BenchmarkVersion,
    ),
    "list_versions": Operation(
        "Benchmarks", "List a benchmark's versions", scope=READ, answer=BenchmarkVersions
    ),
    "delete_benchmark": Operation(
        "Benchmarks",
        "Delete a benchmark",
        "With all its versions.",
        scope=WRITE,
        answer=Deleted,
        refusals={409: "An evaluation that runs is using it."},
    ),
}
