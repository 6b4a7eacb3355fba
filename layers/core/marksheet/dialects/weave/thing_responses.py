"""Answers about datasets, evaluations, models, scorers and operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marksheet.domain import ObjectVersion

_OPERATIONS = ("evaluate", "predict_and_score", "summarize")


def encode_kept(version: ObjectVersion, **reference: str) -> dict[str, Any]:
    """The version that was kept; some kinds are told their reference too."""
    return {
        "digest": version.digest,
        "object_id": version.object_id,
        "version_index": version.number,
        **reference,
    }


def encode_dataset(version: ObjectVersion) -> dict[str, Any]:
    """A dataset; `rows` is a reference to its table."""
    return {**_head(version), **_named(version), "rows": _text(version, "rows")}


def encode_evaluation(version: ObjectVersion) -> dict[str, Any]:
    """An evaluation with references to its dataset and scorers."""
    told = _told(version)
    trials, scorers = told.get("trials"), told.get("scorers")
    return {
        **_head(version),
        **_named(version),
        "dataset": _text(version, "dataset"),
        "scorers": [each for each in scorers if isinstance(each, str)] if isinstance(scorers, list) else [],
        "trials": trials if isinstance(trials, int) else 1,
        "evaluation_name": _text(version, "evaluation_name") or None,
        **{f"{name}_op": _text(version, name) or None for name in _OPERATIONS},
    }


def encode_model(version: ObjectVersion, source_code: str) -> dict[str, Any]:
    """A model with its source."""
    attributes = _told(version).get("attributes")
    return {
        **_head(version),
        **_named(version),
        "source_code": source_code,
        "attributes": attributes if isinstance(attributes, dict) else None,
    }


def encode_scorer(version: ObjectVersion) -> dict[str, Any]:
    """A scorer; `score_op` is a reference to its operation."""
    return {**_head(version), **_named(version), "score_op": _text(version, "score")}


def encode_operation(version: ObjectVersion, source_code: str) -> dict[str, Any]:
    """An operation with its source."""
    return {**_head(version), "code": source_code}


def _head(version: ObjectVersion) -> dict[str, Any]:
    return {
        "object_id": version.object_id,
        "digest": version.digest,
        "version_index": version.number,
        "created_at": version.created_at,
    }


def _named(version: ObjectVersion) -> dict[str, Any]:
    """Under which name, which is its id where it has none."""
    return {
        "name": _text(version, "name") or version.object_id,
        "description": _text(version, "description") or None,
    }


def _text(version: ObjectVersion, name: str) -> str:
    value = _told(version).get(name)
    return value if isinstance(value, str) else ""


def _told(version: ObjectVersion) -> dict[str, Any]:
    return version.value if isinstance(version.value, dict) else {}
