"""Routes of what clients keep beside their calls: objects, tables, files."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, answer, body_of, caller_of, header_of

from marksheet.application import application
from marksheet.dialects import weave
from marksheet.tracing import objects
from traces_api.answering import answer_with
from traces_api.projects import caller_of_body

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/obj/create")
def keep_object() -> Response[str]:
    event = router.current_event
    caller_of(event, WRITE)
    told = weave.decode_keep_object(body_of(event))
    caller, project = caller_of_body(event, WRITE, told.project_id)
    kept = objects.keep_object(
        application(), caller, project, told.object_id, told.val, expected_digest=told.expected_digest
    )
    return answer(weave.encode_kept_object(kept))


@router.post("/obj/read")
def read_object() -> Response[str]:
    event = router.current_event
    caller_of(event, READ)
    asked = weave.decode_read_object(body_of(event))
    caller, project = caller_of_body(event, READ, asked.project_id)
    found = objects.get_object(application(), caller, project, asked.object_id, asked.digest)
    body = weave.encode_object("/".join(asked.project_id), found, with_value=not asked.metadata_only)
    return answer_with(body, instead="ask for it with metadata_only")


@router.post("/table/create")
def keep_table() -> Response[str]:
    event = router.current_event
    caller_of(event, WRITE)
    told = weave.decode_keep_table(body_of(event))
    caller, project = caller_of_body(event, WRITE, told.project_id)
    kept = objects.keep_table(application(), caller, project, told.rows, expected_digest=told.expected_digest)
    return answer(weave.encode_kept_table(kept.digest, kept.row_digests))


@router.post("/table/create_from_digests")
def join_table() -> Response[str]:
    event = router.current_event
    caller_of(event, WRITE)
    told = weave.decode_join_table(body_of(event))
    caller, project = caller_of_body(event, WRITE, told.project_id)
    digest = objects.join_table(
        application(), caller, project, told.row_digests, expected_digest=told.expected_digest
    )
    return answer(weave.encode_digest(digest))


@router.post("/table/query")
def query_table() -> Response[str]:
    event = router.current_event
    caller_of(event, READ)
    asked = weave.decode_query_table(body_of(event))
    caller, project = caller_of_body(event, READ, asked.project_id)
    rows = objects.query_table(
        application(),
        caller,
        project,
        asked.digest,
        row_digests=asked.filter.row_digests if asked.filter else None,
        offset=asked.offset or 0,
        limit=asked.limit,
    )
    return answer_with(weave.encode_table_rows(rows), instead="ask for fewer rows with limit and offset")


@router.post("/table/query_stats")
def count_table() -> Response[str]:
    event = router.current_event
    caller_of(event, READ)
    asked = weave.decode_count_table(body_of(event))
    caller, project = caller_of_body(event, READ, asked.project_id)
    count = objects.count_table(application(), caller, project, asked.digest)
    return answer(weave.encode_table_count(count))


@router.post("/file/create")
def keep_file() -> Response[str]:
    event = router.current_event
    caller_of(event, WRITE)
    sent = weave.decode_keep_file(body_of(event), header_of(event, "Content-Type") or "")
    caller, project = caller_of_body(event, WRITE, sent.project_id)
    digest = objects.keep_file(
        application(), caller, project, sent.content, expected_digest=sent.expected_digest
    )
    return answer(weave.encode_digest(digest))


@router.post("/file/content")
def read_file() -> Response[bytes]:
    event = router.current_event
    caller_of(event, READ)
    asked = weave.decode_read_file(body_of(event))
    caller, project = caller_of_body(event, READ, asked.project_id)
    content = objects.get_file(application(), caller, project, asked.digest)
    return Response(status_code=200, content_type="application/octet-stream", body=content)
