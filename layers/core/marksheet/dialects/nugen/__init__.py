"""The /api/v3 surface as Nugen documents it, with our additions: docs/nugen.md maps every field.

`decode_*` reads a request and raises `InvalidRequest`, `encode_*` gives the JSON-safe body of an answer, and
`download_*` writes the downloadable file piece by piece. `encode_error` alone knows status codes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from marksheet.dialects.nugen.benchmark_responses import (
    encode_benchmark,
    encode_benchmark_list,
    encode_benchmark_status,
    encode_benchmark_versions,
    encode_uploaded_benchmark,
)
from marksheet.dialects.nugen.errors import encode_error
from marksheet.dialects.nugen.evaluation_responses import (
    encode_created,
    encode_deleted,
    encode_estimate,
    encode_evaluation,
    encode_evaluation_list,
    encode_status,
)
from marksheet.dialects.nugen.model_responses import encode_model, encode_model_list
from marksheet.dialects.nugen.results import (
    download_file_name,
    download_head,
    download_headers,
    download_middle,
    download_row,
    download_tail,
    encode_results,
)
from marksheet.dialects.nugen.row_responses import encode_flips, encode_rows
from marksheet.dialects.nugen.schedule_responses import encode_schedule, encode_schedule_list
from marksheet.dialects.nugen.upload_responses import encode_upload, encode_upload_status

if TYPE_CHECKING:
    from marksheet.dialects.fields import decode_idempotency_key
    from marksheet.dialects.nugen.benchmark_requests import (
        decode_benchmark_upload,
        decode_upload_request,
        decode_version,
    )
    from marksheet.dialects.nugen.evaluation_requests import (
        decode_create_evaluation,
        decode_list_evaluations,
        decode_results_query,
        decode_resume,
        read_create_evaluation,
    )
    from marksheet.dialects.nugen.model_requests import decode_register_model
    from marksheet.dialects.nugen.row_requests import decode_rows_query
    from marksheet.dialects.nugen.schedule_requests import decode_create_schedule
    from marksheet.dialects.reading import decode_id

__all__ = [
    "decode_benchmark_upload",
    "decode_create_evaluation",
    "decode_create_schedule",
    "decode_id",
    "decode_idempotency_key",
    "decode_list_evaluations",
    "decode_register_model",
    "decode_results_query",
    "decode_resume",
    "decode_rows_query",
    "decode_upload_request",
    "decode_version",
    "download_file_name",
    "download_head",
    "download_headers",
    "download_middle",
    "download_row",
    "download_tail",
    "encode_benchmark",
    "encode_benchmark_list",
    "encode_benchmark_status",
    "encode_benchmark_versions",
    "encode_created",
    "encode_deleted",
    "encode_error",
    "encode_estimate",
    "encode_evaluation",
    "encode_evaluation_list",
    "encode_flips",
    "encode_model",
    "encode_model_list",
    "encode_results",
    "encode_rows",
    "encode_schedule",
    "encode_schedule_list",
    "encode_status",
    "encode_upload",
    "encode_upload_status",
    "encode_uploaded_benchmark",
    "read_create_evaluation",
]

_READERS = {
    "decode_benchmark_upload": "nugen.benchmark_requests",
    "decode_create_evaluation": "nugen.evaluation_requests",
    "decode_create_schedule": "nugen.schedule_requests",
    "decode_id": "reading",
    "decode_idempotency_key": "fields",
    "decode_list_evaluations": "nugen.evaluation_requests",
    "decode_register_model": "nugen.model_requests",
    "decode_results_query": "nugen.evaluation_requests",
    "decode_resume": "nugen.evaluation_requests",
    "decode_rows_query": "nugen.row_requests",
    "decode_upload_request": "nugen.benchmark_requests",
    "decode_version": "nugen.benchmark_requests",
    "read_create_evaluation": "nugen.evaluation_requests",
}
"""What reads requests, and the module of `marksheet.dialects` it is in. These modules need pydantic, which is
half of what importing this package would cost the functions that only write.
"""


def __getattr__(name: str) -> Any:
    """Import a reader when it is first used."""
    if name not in _READERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"marksheet.dialects.{_READERS[name]}"), name)
