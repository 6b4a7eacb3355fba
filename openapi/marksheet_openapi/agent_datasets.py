"""Evaluation datasets: what their routes take and answer."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from marksheet.dialects.digitalocean import dataset_requests as requests
from marksheet_openapi.agent_metrics import Text64, Uuid
from marksheet_openapi.bodies import Body, Count, Identifier, Time, absent
from marksheet_openapi.operations import READ, WRITE, Operation
from marksheet_openapi.surfaces import AGENTS

_TAG = "Agent evaluations"
Url = Annotated[str, Field(pattern="^https?://")]


class AgentDataset(Body):
    """What models are asked: a benchmark version. What only a file tells is left out where none was sent."""

    dataset_uuid: Uuid
    dataset_name: str
    dataset_type: requests.DatasetType
    dataset_paradigm: requests.DatasetParadigm
    row_count: Count
    file_size: Text64 = absent()
    """Bytes."""
    has_ground_truth: bool = absent()
    """Whether any row has an expected answer."""
    created_at: Time


class AgentDatasetList(Body):
    """The organization's evaluation datasets, oldest first, of many the newest 5,000."""

    evaluation_datasets: list[AgentDataset]


class DatasetCreated(Body):
    """The dataset that the file is now, or was already."""

    evaluation_dataset_uuid: Uuid


class FileUpload(Body):
    """Where to send a file: PUT it to `presigned_url`, without the key."""

    object_key: Identifier
    """What to name the file by when it has arrived."""
    original_file_name: str
    presigned_url: Url
    """Takes just as many bytes as were announced."""
    expires_at: Time


class FileUploads(Body):
    """Where to send the files, in their order."""

    request_id: str
    uploads: list[FileUpload]


class DatasetDownload(Body):
    """Where the file is, without a key."""

    download_url: Url
    expires_at: Time


class Nothing(Body):
    """It is gone for good."""


OPERATIONS = {
    "request_files": Operation(
        _TAG,
        "Get URLs to send dataset files to",
        surface=AGENTS,
        scope=WRITE,
        bodies=(requests.FilesRequest,),
        request_examples={"one": {"files": [{"file_name": "questions.csv", "file_size": "2048"}]}},
        answer=FileUploads,
        examples=("uploads",),
    ),
    "create_evaluation_dataset": Operation(
        _TAG,
        "Make a dataset of a file",
        "The file is read into a benchmark of its own: CSV with a column `query`, and one of "
        "`expected_response`, `ground_truth` and `expected_answer`, or JSON Lines with the same names. The "
        "same request within ten minutes is answered with the same dataset.",
        surface=AGENTS,
        scope=WRITE,
        bodies=(requests.DatasetRequest,),
        request_examples={
            "file": {
                "name": "support questions",
                "file_upload_dataset": {
                    "original_file_name": "questions.csv",
                    "size_in_bytes": "2048",
                    "stored_object_key": "upload-01kdy2m8r80000000000000001",
                },
            }
        },
        answer=DatasetCreated,
        refusals={409: "Another benchmark has its name, and the one that it would have instead."},
        examples=("dataset_created",),
    ),
    "list_evaluation_datasets": Operation(
        _TAG,
        "List evaluation datasets",
        surface=AGENTS,
        scope=READ,
        query=requests.DatasetListRequest,
        answer=AgentDatasetList,
        examples=("dataset_list",),
    ),
    "delete_evaluation_dataset": Operation(
        _TAG,
        "Delete an evaluation dataset",
        "Its benchmark goes with it.",
        surface=AGENTS,
        scope=WRITE,
        answer=Nothing,
        refusals={409: "It is being evaluated on, or its benchmark has several versions."},
    ),
    "get_download_url": Operation(
        _TAG,
        "Get a URL to download a dataset's file",
        "As it was sent; of a benchmark that came in another way its questions as JSON Lines.",
        surface=AGENTS,
        scope=READ,
        answer=DatasetDownload,
        examples=("dataset_download",),
    ),
}
