"""Routes of what an evaluation came to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, FileResponse, answer, caller_of, large_answer, query_of

from marksheet import evaluations, showing_rows
from marksheet.application import application
from marksheet.dialects import nugen

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]

_FEWER = "ask for fewer rows with limit"


@router.get("/api/v3/evaluations/<evaluation_id>/results")
def get_results(evaluation_id: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    partial = nugen.decode_results_query(query_of(router.current_event)).partial
    identifier = nugen.decode_id("Evaluation", evaluation_id)
    found, summary = evaluations.results(application(), caller, identifier, partial=partial)
    return answer(nugen.encode_results(found, summary))


@router.get("/api/v3/evaluations/<evaluation_id>/download")
def download_results(evaluation_id: str) -> Response[bytes]:
    caller = caller_of(router.current_event, READ)
    partial = nugen.decode_results_query(query_of(router.current_event)).partial
    identifier = nugen.decode_id("Evaluation", evaluation_id)
    file = evaluations.download(application(), caller, identifier, partial=partial)
    if file.url is not None:
        headers = {"Location": file.url, "Cache-Control": "no-store"}
        return FileResponse(status_code=307, body=b"", headers=headers)
    headers = nugen.download_headers(nugen.download_file_name(file.evaluation))
    return FileResponse(status_code=200, headers=headers, body=file.body)


@router.get("/api/v3/evaluations/<evaluation_id>/rows")
def get_rows(evaluation_id: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    request = nugen.decode_rows_query(query_of(event))
    identifier = nugen.decode_id("Evaluation", evaluation_id)
    if request.flips is not None:
        flips = showing_rows.show_flips(application(), caller, identifier, request)
        body = nugen.encode_flips(
            flips.base,
            flips.compared,
            flips.rows,
            metric=request.metric or "",
            gained=flips.gained,
            lost=flips.lost,
            limit=request.limit,
            offset=request.offset,
        )
        return large_answer(body, instead=_FEWER)
    shown = showing_rows.show_rows(application(), caller, identifier, request)
    body = nugen.encode_rows(
        shown.evaluation,
        shown.run,
        shown.rows,
        metric=request.metric,
        total=shown.total,
        limit=request.limit,
        offset=request.offset,
    )
    return large_answer(body, instead=_FEWER)
