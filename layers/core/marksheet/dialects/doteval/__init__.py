"""The /v1 surface: `POST /v1/eval` as doteval documents it, with our additions. docs/grading.md and
docs/documents.md map every field.

`decode_*` reads a request and raises `InvalidRequest`, `encode_*` gives the JSON-safe body of an answer.
`encode_error` alone knows status codes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from marksheet.dialects.doteval.document_responses import (
    encode_added_document,
    encode_dataset,
    encode_dataset_list,
    encode_deleted,
    encode_document,
    encode_document_list,
    encode_documents_page,
)
from marksheet.dialects.doteval.errors import encode_error, encode_problem
from marksheet.dialects.doteval.grading_responses import encode_graded, encode_row, encode_summary
from marksheet.dialects.doteval.job_responses import (
    encode_job,
    encode_job_list,
    encode_job_result,
    encode_job_upload,
)
from marksheet.dialects.doteval.spec_responses import encode_spec, encode_spec_list, encode_spec_versions

if TYPE_CHECKING:
    from marksheet.dialects.doteval.document_requests import decode_add_document, decode_create_dataset
    from marksheet.dialects.doteval.grading_requests import (
        decode_grade,
        decode_job,
        decode_job_list,
        decode_job_resume,
    )
    from marksheet.dialects.doteval.page_requests import decode_page
    from marksheet.dialects.doteval.spec_requests import (
        decode_sharing,
        decode_spec,
        decode_spec_reference,
    )
    from marksheet.dialects.fields import decode_idempotency_key
    from marksheet.dialects.reading import decode_id

__all__ = [
    "decode_add_document",
    "decode_create_dataset",
    "decode_grade",
    "decode_id",
    "decode_idempotency_key",
    "decode_job",
    "decode_job_list",
    "decode_job_resume",
    "decode_page",
    "decode_sharing",
    "decode_spec",
    "decode_spec_reference",
    "encode_added_document",
    "encode_dataset",
    "encode_dataset_list",
    "encode_deleted",
    "encode_document",
    "encode_document_list",
    "encode_documents_page",
    "encode_error",
    "encode_graded",
    "encode_job",
    "encode_job_list",
    "encode_job_result",
    "encode_job_upload",
    "encode_problem",
    "encode_row",
    "encode_spec",
    "encode_spec_list",
    "encode_spec_versions",
    "encode_summary",
]

_READERS = {
    "decode_add_document": "doteval.document_requests",
    "decode_create_dataset": "doteval.document_requests",
    "decode_grade": "doteval.grading_requests",
    "decode_id": "reading",
    "decode_idempotency_key": "fields",
    "decode_job": "doteval.grading_requests",
    "decode_job_list": "doteval.grading_requests",
    "decode_job_resume": "doteval.grading_requests",
    "decode_page": "doteval.page_requests",
    "decode_sharing": "doteval.spec_requests",
    "decode_spec": "doteval.spec_requests",
    "decode_spec_reference": "doteval.spec_requests",
}
"""What reads requests, and the module of `marksheet.dialects` it is in. These modules need pydantic, which
the functions that only write answers do not wait for.
"""


def __getattr__(name: str) -> Any:
    """Import a reader when it is first used."""
    if name not in _READERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"marksheet.dialects.{_READERS[name]}"), name)
