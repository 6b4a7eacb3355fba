"""Routes of evaluation datasets and their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from edge import READ, WRITE, answer, body_of, caller_of, query_of

from marksheet import evaluation_datasets
from marksheet.application import application
from marksheet.dialects import digitalocean

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import Response

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


@router.post("/v2/gen-ai/evaluation_datasets/file_upload_presigned_urls")
def request_files() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    request = digitalocean.decode_files(body_of(event))
    files = [evaluation_datasets.AnnouncedFile(file.file_name, file.file_size) for file in request.files]
    places = evaluation_datasets.request_files(application(), caller, files)
    request_id = event.raw_event["requestContext"]["requestId"]
    sent_to = [(place.file_key, place.name, place.url, place.expires_at) for place in places]
    return answer(digitalocean.encode_uploads(request_id, sent_to))


@router.post("/v2/gen-ai/evaluation_datasets")
def create_evaluation_dataset() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, WRITE)
    request = digitalocean.decode_dataset(body_of(event))
    sent = request.file_upload_dataset
    new = evaluation_datasets.NewDataset(
        name=request.name,
        file_key=sent.stored_object_key,
        kind=request.dataset_type,
        file_name=sent.original_file_name,
        size=sent.size_in_bytes,
    )
    made = evaluation_datasets.create(application(), caller, new, digitalocean.fingerprint(request))
    return answer(digitalocean.encode_created_dataset(made))


@router.get("/v2/gen-ai/evaluation_datasets")
def list_evaluation_datasets() -> Response[str]:
    event = router.current_event
    caller = caller_of(event, READ)
    wanted = digitalocean.decode_dataset_list(query_of(event))
    found = evaluation_datasets.list_all(application(), caller)
    return answer(digitalocean.encode_dataset_list(found, wanted))


@router.delete("/v2/gen-ai/evaluation_datasets/<dataset_uuid>")
def delete_evaluation_dataset(dataset_uuid: str) -> Response[str]:
    caller = caller_of(router.current_event, WRITE)
    identifier = digitalocean.decode_id(evaluation_datasets.NOUN, dataset_uuid)
    evaluation_datasets.delete(application(), caller, identifier)
    return answer({})


@router.get("/v2/gen-ai/evaluation_datasets/<dataset_uuid>/download_url")
def get_download_url(dataset_uuid: str) -> Response[str]:
    caller = caller_of(router.current_event, READ)
    identifier = digitalocean.decode_id(evaluation_datasets.NOUN, dataset_uuid)
    url, expires_at = evaluation_datasets.download_url(application(), caller, identifier)
    return answer(digitalocean.encode_download(url, expires_at))
