"""Routes of the documents of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, answer, body_of, caller_of, query_of

from marksheet import datasets
from marksheet.application import application
from marksheet.dialects import doteval

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/v1/datasets/<dataset_id>/documents")
def add_document(dataset_id: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    identifier = doteval.decode_id("Dataset", dataset_id)
    request = doteval.decode_add_document(body_of(event))
    asked = datasets.request_document(application(), caller, identifier, request.filename, request.size_bytes)
    body = doteval.encode_added_document(
        asked.document,
        url=asked.post.url,
        fields=asked.post.fields,
        expires_seconds=asked.expires_seconds,
        maximum_bytes=asked.maximum_bytes,
    )
    return answer(body)


@router.get("/v1/datasets/<dataset_id>/documents")
def list_documents(dataset_id: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    identifier = doteval.decode_id("Dataset", dataset_id)
    query = doteval.decode_page(query_of(event))
    page = datasets.list_documents(application(), caller, identifier, query.limit, query.after)
    return answer(doteval.encode_document_list(identifier, page.documents, page.next_after))


@router.get("/v1/datasets/<dataset_id>/documents/<document_id>")
def show_document(dataset_id: str, document_id: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    shown = datasets.get_document(
        application(),
        caller,
        doteval.decode_id("Dataset", dataset_id),
        doteval.decode_id("Document", document_id),
    )
    return answer(doteval.encode_document(shown))


@router.delete("/v1/datasets/<dataset_id>/documents/<document_id>")
def delete_document(dataset_id: str, document_id: str) -> Response[str]:
    caller = caller_of(router.current_event, WRITE)
    identifier = doteval.decode_id("Document", document_id)
    dataset = doteval.decode_id("Dataset", dataset_id)
    datasets.delete_document(application(), caller, dataset, identifier)
    return answer(doteval.encode_deleted("document", identifier))
