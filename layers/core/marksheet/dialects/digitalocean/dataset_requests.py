"""What requests about evaluation datasets ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from marksheet.dialects.digitalocean.fields import FileSize, Identifier, read_request
from marksheet.dialects.fields import ONE_LINE
from marksheet.dialects.reading import StrictModel, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_FILES = 20
"""Files that one request may announce."""

DatasetType = Literal[
    "EVALUATION_DATASET_TYPE_UNKNOWN",
    "EVALUATION_DATASET_TYPE_ADK",
    "EVALUATION_DATASET_TYPE_NON_ADK",
    "EVALUATION_DATASET_TYPE_MODEL",
]
UNKNOWN_TYPE: Final = "EVALUATION_DATASET_TYPE_UNKNOWN"

DatasetParadigm = Literal[
    "EVALUATION_DATASET_PARADIGM_SINGLE_TURN",
    "EVALUATION_DATASET_PARADIGM_MULTI_TURN",
    "EVALUATION_DATASET_PARADIGM_CODING",
    "EVALUATION_DATASET_PARADIGM_N_PLUS_1",
]
SINGLE_TURN: Final = "EVALUATION_DATASET_PARADIGM_SINGLE_TURN"

FileName = Annotated[str, Field(min_length=1, max_length=255)]


class FileToCome(StrictModel):
    """A file that is to be sent."""

    file_name: FileName
    """Its ending tells what it is: .csv, .jsonl or .json."""
    file_size: FileSize
    """Bytes, as a number or as text, 50 MiB at most; the URL takes just as many."""


class FilesRequest(StrictModel):
    """`POST /v2/gen-ai/evaluation_datasets/file_upload_presigned_urls`."""

    files: list[FileToCome] = Field(min_length=1, max_length=MOST_FILES)
    """The files that are to be sent."""


class SentFile(StrictModel):
    """A file that was sent."""

    stored_object_key: Identifier
    """The `object_key` that came with the URL."""
    original_file_name: FileName | None = None
    """What the file is called; without it what it was announced as."""
    size_in_bytes: FileSize | None = None
    """Refused where it is not what was announced."""


class DatasetRequest(StrictModel):
    """`POST /v2/gen-ai/evaluation_datasets`."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=ONE_LINE)]
    """What it is called; several may have one name."""
    file_upload_dataset: SentFile
    """The file that has its rows."""
    dataset_type: DatasetType = UNKNOWN_TYPE
    """A label."""
    dataset_paradigm: Literal["EVALUATION_DATASET_PARADIGM_SINGLE_TURN"] = SINGLE_TURN
    """One question and one answer a row."""


class DatasetListRequest(BaseModel):
    """The query of `GET /v2/gen-ai/evaluation_datasets`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset_type: DatasetType = UNKNOWN_TYPE
    """Only datasets with this label; EVALUATION_DATASET_TYPE_UNKNOWN is every one."""
    dataset_paradigm: DatasetParadigm = SINGLE_TURN
    """There are none but of single turns."""
    has_ground_truth: bool | None = None
    """Only datasets that are known to have expected answers, or to have none."""


def decode_files(body: bytes) -> FilesRequest:
    """The files that are to be sent. Raises InvalidRequest."""
    return read_request(FilesRequest, body)


def decode_dataset(body: bytes) -> DatasetRequest:
    """A file that is to be a dataset. Raises InvalidRequest."""
    return read_request(DatasetRequest, body)


def decode_dataset_list(query: Mapping[str, str]) -> DatasetListRequest:
    """Which datasets are asked for. Raises InvalidRequest."""
    return validate(DatasetListRequest, query, "query")
