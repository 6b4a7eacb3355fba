"""The /api/v3 surface as Nugen documents it, with our additions: docs/nugen.md maps every field.

`decode_*` reads a request and raises `InvalidRequest`, `encode_*` gives the JSON-safe body of an answer, and
`download_*` writes the downloadable file piece by piece. `encode_error` alone knows status codes.
"""

from marksheet.dialects.nugen.benchmark_requests import (
    decode_benchmark_upload,
    decode_upload_request,
    decode_version,
)
from marksheet.dialects.nugen.benchmark_responses import (
    encode_benchmark,
    encode_benchmark_list,
    encode_benchmark_status,
    encode_benchmark_versions,
    encode_uploaded_benchmark,
)
from marksheet.dialects.nugen.errors import encode_error
from marksheet.dialects.nugen.evaluation_requests import (
    decode_create_evaluation,
    decode_idempotency_key,
    decode_list_evaluations,
)
from marksheet.dialects.nugen.evaluation_responses import (
    encode_created,
    encode_deleted,
    encode_evaluation,
    encode_evaluation_list,
    encode_status,
)
from marksheet.dialects.nugen.model_requests import decode_register_model
from marksheet.dialects.nugen.model_responses import encode_model, encode_model_list
from marksheet.dialects.nugen.reading import decode_id
from marksheet.dialects.nugen.results import (
    download_file_name,
    download_head,
    download_headers,
    download_middle,
    download_row,
    download_tail,
    encode_results,
)
from marksheet.dialects.nugen.upload_responses import encode_upload, encode_upload_status

__all__ = [
    "decode_benchmark_upload",
    "decode_create_evaluation",
    "decode_id",
    "decode_idempotency_key",
    "decode_list_evaluations",
    "decode_register_model",
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
    "encode_evaluation",
    "encode_evaluation_list",
    "encode_model",
    "encode_model_list",
    "encode_results",
    "encode_status",
    "encode_upload",
    "encode_upload_status",
    "encode_uploaded_benchmark",
]
