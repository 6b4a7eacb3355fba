"""Routes of datasets, and the page's own route of a dataset's documents."""

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


@router.post("/v1/datasets")
def create_dataset() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    request = doteval.decode_create_dataset(body_of(event))
    made = datasets.create(application(), caller, request.name, request.description)
    return answer(doteval.encode_dataset(made))


@router.get("/v1/datasets")
def list_datasets() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    query = doteval.decode_page(query_of(event))
    page = datasets.list_datasets(application(), caller, query.limit, query.after)
    return answer(doteval.encode_dataset_list(page.datasets, page.next_after))


@router.get("/v1/datasets/<dataset_id>")
def get_dataset(dataset_id: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    found = datasets.get(application(), caller, doteval.decode_id("Dataset", dataset_id))
    return answer(doteval.encode_dataset(found))


@router.delete("/v1/datasets/<dataset_id>")
def delete_dataset(dataset_id: str) -> Response[str]:
    caller = caller_of(router.current_event, WRITE)
    identifier = doteval.decode_id("Dataset", dataset_id)
    datasets.delete(application(), caller, identifier)
    return answer(doteval.encode_deleted("dataset", identifier))


@router.get("/v1/eval/<dataset_id>/documents")
def read_documents(dataset_id: str) -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    identifier = doteval.decode_id("Dataset", dataset_id)
    query = doteval.decode_page(query_of(event))
    page = datasets.read_documents(application(), caller, identifier, query.limit, query.after)
    return answer(doteval.encode_documents_page(identifier, page.documents, page.next_after))
