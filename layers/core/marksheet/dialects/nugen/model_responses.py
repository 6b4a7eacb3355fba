"""Answers about models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marksheet.dialects.nugen.evaluation_responses import encode_status_word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marksheet.domain import Model


def encode_model(model: Model) -> dict[str, Any]:
    """One model. Of its endpoint's key only this is told: whether there is one."""
    return {
        "model_id": model.model_id,
        "provider": model.provider.value,
        "settings": dict(model.settings),
        "status": encode_status_word(model.status),
        "has_api_key": model.secret_name is not None,
        "answer_count": model.answer_count,
        "error": model.error,
        "created_at": model.created_at,
    }


def encode_model_list(models: Iterable[Model]) -> dict[str, Any]:
    """All models of the organization."""
    return {"models": [encode_model(model) for model in models]}
