"""The route that answers the results of runs row by row."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, body_of, header_of

from marksheet.application import application
from marksheet.dialects import weave
from marksheet.row_results import ResultsQuery, ResultsSummary, query_results
from traces_api.answering import answer_with
from traces_api.projects import caller_within

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/v2/<entity>/<project>/eval_results/query")
def query_eval_results(entity: str, project: str) -> Response[str]:
    event = router.current_event
    caller, label = caller_within(event, READ, entity, project)
    request = weave.decode_eval_results(body_of(event), header_of(event, "Content-Type"))
    found = query_results(application(), caller, label, _query(request))
    body = weave.encode_eval_results(
        (weave.encode_row(row.digest, row.value, row.runs) for row in found.rows),
        total_rows=found.total_rows,
        summary=None if found.summary is None else _summary(found.summary),
        unresolved=found.unresolved,
    )
    return answer_with(body, instead="ask for fewer rows at a time with limit and offset")


def _query(request: weave.EvalResultsRequest) -> ResultsQuery:
    return ResultsQuery(
        request.run_ids,
        rows=request.include_rows,
        intersect=request.require_intersection,
        values=request.include_raw_data_rows,
        resolve=request.resolve_row_refs,
        summary=request.include_summary,
        intersect_summary=request.intersect_summary,
        offset=request.offset,
        limit=request.limit,
    )


def _summary(summary: ResultsSummary) -> dict[str, Any]:
    evaluations = (
        weave.encode_run_summary(
            run.run_id,
            run.trial_count,
            (weave.encode_scorer_stats(**asdict(leaf)) for leaf in run.leaves),
            **asdict(run.facts),
        )
        for run in summary.runs
    )
    return weave.encode_summary(summary.row_count, evaluations)
