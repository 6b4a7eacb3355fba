"""Models: what their routes take and answer."""

from __future__ import annotations

from typing import Any

from marksheet.domain import ProviderName
from marksheet_openapi.bodies import Body, Count, Deleted, Identifier, StatusWord, Time
from marksheet_openapi.operations import READ, WRITE, Operation
from marksheet_openapi.settings import registrations
from marksheet_openapi.uploads import Upload


class Model(Body):
    """A registered model."""

    model_id: Identifier
    provider: ProviderName
    settings: dict[str, Any]
    """The provider's settings, defaults included."""
    status: StatusWord
    """A recorded model is PROCESSING until its answers were read."""
    has_api_key: bool
    """Whether there is a key for its endpoint; the key itself is never shown."""
    answer_count: Count | None
    """Recorded answers there are."""
    error: str | None
    created_at: Time


class ModelList(Body):
    """All models of the organization."""

    models: list[Model]


OPERATIONS = {
    "register_model": Operation(
        "Models",
        "Register a model",
        scope=WRITE,
        bodies=registrations(),
        discriminator="provider",
        fields={
            "model_id": "What the model is called here.",
            "provider": "How it is reached.",
            "settings": "The provider's settings.",
            "api_key": "The key of its endpoint. It is kept in Secrets Manager and never shown.",
        },
        request_examples={
            "endpoint": {
                "model_id": "llama",
                "provider": "openai",
                "settings": {"base_url": "https://models.example.com/v1", "model": "llama3.2"},
                "api_key": "sk-example",
            },
            "recorded": {"model_id": "last-weeks-answers", "provider": "recorded"},
        },
        answer=Model,
        refusals={409: "There is a model of this name."},
    ),
    "list_models": Operation("Models", "List models", scope=READ, answer=ModelList),
    "get_model": Operation("Models", "Get a model", scope=READ, answer=Model),
    "delete_model": Operation(
        "Models",
        "Delete a model",
        "With its key, or its recorded answers.",
        scope=WRITE,
        answer=Deleted,
        refusals={409: "An evaluation that runs is asking it."},
    ),
    "request_answers": Operation(
        "Models",
        "Send recorded answers",
        "Gives a presigned form for a file of JSON Lines. Later answers replace earlier ones, for "
        "evaluations that are created from then on.",
        scope=WRITE,
        answer=Upload,
        refusals={409: "The model is not a recorded one."},
    ),
}
