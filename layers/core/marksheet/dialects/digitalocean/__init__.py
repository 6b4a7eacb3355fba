"""The /v2/gen-ai surface as DigitalOcean documents it for agent evaluations: docs/digitalocean.md maps every
field.
"""

from __future__ import annotations

from marksheet.dialects.digitalocean.case_requests import (
    decode_case,
    decode_case_change,
    decode_case_version,
    decode_label,
)
from marksheet.dialects.digitalocean.case_responses import (
    encode_case,
    encode_case_list,
    encode_changed_case,
    encode_created_case,
)
from marksheet.dialects.digitalocean.dataset_requests import (
    decode_dataset,
    decode_dataset_list,
    decode_files,
)
from marksheet.dialects.digitalocean.dataset_responses import (
    encode_created_dataset,
    encode_dataset_list,
    encode_download,
    encode_uploads,
)
from marksheet.dialects.digitalocean.errors import encode_error, encode_problem
from marksheet.dialects.digitalocean.fields import fingerprint
from marksheet.dialects.digitalocean.metrics import encode_metric_list
from marksheet.dialects.digitalocean.run_requests import decode_page, decode_prompt_id, decode_run
from marksheet.dialects.digitalocean.run_responses import (
    encode_prompt,
    encode_results_page,
    encode_run,
    encode_run_list,
    encode_started_runs,
)
from marksheet.dialects.reading import decode_call_id, decode_id

__all__ = [
    "decode_call_id",
    "decode_case",
    "decode_case_change",
    "decode_case_version",
    "decode_dataset",
    "decode_dataset_list",
    "decode_files",
    "decode_id",
    "decode_label",
    "decode_page",
    "decode_prompt_id",
    "decode_run",
    "encode_case",
    "encode_case_list",
    "encode_changed_case",
    "encode_created_case",
    "encode_created_dataset",
    "encode_dataset_list",
    "encode_download",
    "encode_error",
    "encode_metric_list",
    "encode_problem",
    "encode_prompt",
    "encode_results_page",
    "encode_run",
    "encode_run_list",
    "encode_started_runs",
    "encode_uploads",
    "fingerprint",
]
