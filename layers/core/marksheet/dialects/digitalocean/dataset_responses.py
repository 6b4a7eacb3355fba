"""Answers about evaluation datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.dialects.digitalocean.dataset_requests import SINGLE_TURN, UNKNOWN_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marksheet.dialects.digitalocean.dataset_requests import DatasetListRequest
    from marksheet.domain import EvaluationDataset


def encode_uploads(request_id: str, places: Iterable[tuple[str, str, str, str]]) -> dict[str, Any]:
    """Where files are to be sent: for each its key, its name, its URL and when that expires."""
    return {
        "request_id": request_id,
        "uploads": [
            {
                "object_key": key,
                "original_file_name": name,
                "presigned_url": url,
                "expires_at": expires_at,
            }
            for key, name, url, expires_at in places
        ],
    }


def encode_created_dataset(dataset: EvaluationDataset) -> dict[str, Any]:
    return {"evaluation_dataset_uuid": dataset.dataset_id}


def encode_dataset_list(datasets: Iterable[EvaluationDataset], wanted: DatasetListRequest) -> dict[str, Any]:
    """The datasets that a list asks for."""
    return {"evaluation_datasets": [encode_dataset(each) for each in datasets if _is_wanted(each, wanted)]}


def encode_dataset(dataset: EvaluationDataset) -> dict[str, Any]:
    """A dataset. What is only known of files is left out where none was sent."""
    told = {
        "dataset_uuid": dataset.dataset_id,
        "dataset_name": dataset.name,
        "dataset_type": dataset.kind or UNKNOWN_TYPE,
        "dataset_paradigm": SINGLE_TURN,
        "row_count": dataset.row_count,
        "file_size": None if dataset.file_bytes is None else str(dataset.file_bytes),
        "has_ground_truth": dataset.has_expected_answers,
        "created_at": dataset.created_at,
    }
    return {name: value for name, value in told.items() if value is not None}


def encode_download(url: str, expires_at: str) -> dict[str, Any]:
    return {"download_url": url, "expires_at": expires_at}


def _is_wanted(dataset: EvaluationDataset, wanted: DatasetListRequest) -> bool:
    return (
        wanted.dataset_paradigm == SINGLE_TURN
        and wanted.dataset_type in (UNKNOWN_TYPE, dataset.kind)
        and wanted.has_ground_truth in (None, dataset.has_expected_answers)
    )
