"""Answers about eval specs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.dialects.doteval.page_tokens import encode_page_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from marksheet.domain import EvalSpec, ListedSpec


def encode_spec(spec: EvalSpec, models: Sequence[str]) -> dict[str, Any]:
    """One version; `models` are the ids that must be registered for it to grade."""
    return {
        "eval_spec_id": spec.spec_id,
        "version": spec.version,
        "name": spec.name,
        "description": spec.description,
        "graders": list(spec.graders),
        "model": spec.model,
        "embedding_model": spec.embedding_model,
        "models": list(models),
        "owner": spec.owner,
        "shared_with": list(spec.shared_with),
        "created_at": spec.created_at,
    }


def encode_spec_list(specs: Iterable[ListedSpec], next_after: str | None) -> dict[str, Any]:
    """A page of specs: the latest version of each, without its graders."""
    return {
        "eval_specs": [
            {
                "eval_spec_id": spec.spec_id,
                "version": spec.version,
                "name": spec.name,
                "description": spec.description,
                "graders": spec.grader_count,
                "owner": spec.owner,
                "created_at": spec.created_at,
            }
            for spec in specs
        ],
        "next_page_token": encode_page_token(next_after),
    }


def encode_spec_versions(spec_id: str, specs: Iterable[EvalSpec]) -> dict[str, Any]:
    """All versions of one spec, first to last."""
    listed = [
        {"version": spec.version, "graders": len(spec.graders), "created_at": spec.created_at}
        for spec in specs
    ]
    return {"eval_spec_id": spec_id, "versions": listed}
