"""The /v2/{entity}/{project} surface as W&B Weave's trace server has it: docs/weave.md maps every field."""

from __future__ import annotations

from marksheet.dialects.reading import decode_call_id
from marksheet.dialects.weave.call_requests import (
    decode_complete,
    decode_end,
    decode_start,
    decode_upsert,
)
from marksheet.dialects.weave.call_responses import encode_started, encode_upserted
from marksheet.dialects.weave.errors import encode_error, encode_reason
from marksheet.dialects.weave.eval_results_requests import EvalResultsRequest, decode_eval_results
from marksheet.dialects.weave.eval_results_responses import (
    encode_eval_results,
    encode_row,
    encode_run_summary,
    encode_scorer_stats,
    encode_summary,
)
from marksheet.dialects.weave.feedback import decode_feedback, decode_feedback_batch, encode_feedback
from marksheet.dialects.weave.object_requests import (
    decode_count_table,
    decode_join_table,
    decode_keep_file,
    decode_keep_object,
    decode_keep_table,
    decode_query_table,
    decode_read_file,
    decode_read_object,
)
from marksheet.dialects.weave.object_responses import (
    encode_digest,
    encode_kept_object,
    encode_kept_table,
    encode_object,
    encode_table_count,
    encode_table_rows,
)
from marksheet.dialects.weave.projects import decode_project
from marksheet.dialects.weave.run_requests import (
    decode_begin_run,
    decode_delete_predictions,
    decode_delete_runs,
    decode_delete_scores,
    decode_finish_run,
    decode_list,
    decode_predict,
    decode_run_list,
    decode_score,
    decode_trial_list,
    possible_ids,
)
from marksheet.dialects.weave.run_responses import (
    encode_num_deleted,
    encode_predicted,
    encode_prediction,
    encode_run,
    encode_run_begun,
    encode_score,
    encode_scored,
    encode_success,
)
from marksheet.dialects.weave.service import decode_graphql, encode_graphql, encode_server_info
from marksheet.dialects.weave.thing_requests import (
    decode_delete_versions,
    decode_keep_dataset,
    decode_keep_evaluation,
    decode_keep_model,
    decode_keep_operation,
    decode_keep_scorer,
    decode_version,
)
from marksheet.dialects.weave.thing_responses import (
    encode_dataset,
    encode_evaluation,
    encode_kept,
    encode_model,
    encode_operation,
    encode_scorer,
)

__all__ = [
    "EvalResultsRequest",
    "decode_begin_run",
    "decode_call_id",
    "decode_complete",
    "decode_count_table",
    "decode_delete_predictions",
    "decode_delete_runs",
    "decode_delete_scores",
    "decode_delete_versions",
    "decode_end",
    "decode_eval_results",
    "decode_feedback",
    "decode_feedback_batch",
    "decode_finish_run",
    "decode_graphql",
    "decode_join_table",
    "decode_keep_dataset",
    "decode_keep_evaluation",
    "decode_keep_file",
    "decode_keep_model",
    "decode_keep_object",
    "decode_keep_operation",
    "decode_keep_scorer",
    "decode_keep_table",
    "decode_list",
    "decode_predict",
    "decode_project",
    "decode_query_table",
    "decode_read_file",
    "decode_read_object",
    "decode_run_list",
    "decode_score",
    "decode_start",
    "decode_trial_list",
    "decode_upsert",
    "decode_version",
    "encode_dataset",
    "encode_digest",
    "encode_error",
    "encode_eval_results",
    "encode_evaluation",
    "encode_feedback",
    "encode_graphql",
    "encode_kept",
    "encode_kept_object",
    "encode_kept_table",
    "encode_model",
    "encode_num_deleted",
    "encode_object",
    "encode_operation",
    "encode_predicted",
    "encode_prediction",
    "encode_reason",
    "encode_row",
    "encode_run",
    "encode_run_begun",
    "encode_run_summary",
    "encode_score",
    "encode_scored",
    "encode_scorer",
    "encode_scorer_stats",
    "encode_server_info",
    "encode_started",
    "encode_success",
    "encode_summary",
    "encode_table_count",
    "encode_table_rows",
    "encode_upserted",
    "possible_ids",
]
