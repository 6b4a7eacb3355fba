"""Models: register, list, look at, delete; recorded answers for those that bring their answers along."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from marksheet import uploads
from marksheet.domain import Caller, Model, ProviderName, Status
from marksheet.errors import Conflict, InvalidRequest, InvalidUpload, NotFound, Problem
from marksheet.identifiers import new_id
from marksheet.store import layout
from marksheet.store.table import ConditionFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from marksheet.application import Application

_API_KEY = re.compile(r"[\x21-\x7e]{1,4096}")
"""What can stand in an Authorization header; anything else would make every call fail."""

_KEYLESS = {
    ProviderName.RECORDED: "a recorded model is never called and has no key",
    ProviderName.BEDROCK: "a bedrock model is called with the deployment's own role and has no key",
}

MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


@dataclass(frozen=True, slots=True)
class NewModel:
    """A model as somebody wants to register it."""

    model_id: str
    provider: ProviderName
    settings: Mapping[str, Any]
    api_key: str | None = None


def register(app: Application, caller: Caller, new: NewModel) -> Model:
    """Register a model. A recorded one is PROCESSING until its answers have arrived.

    Raises `InvalidRequest` for settings its provider does not take, `Conflict` when the id is taken.
    """
    from marksheet import providers

    if not MODEL_ID.fullmatch(new.model_id):
        raise InvalidRequest(
            Problem(
                ("body", "model_id"),
                "use 1 to 128 letters, digits and . _ : - beginning with a letter or digit",
            )
        )
    settings = providers.validate_settings(
        new.provider,
        new.settings,
        allow_private=app.settings.allow_private_endpoints,
        location=("body", "settings"),
    )
    recorded = new.provider is ProviderName.RECORDED
    if new.api_key is not None and (why := _KEYLESS.get(new.provider)):
        raise InvalidRequest(Problem(("body", "api_key"), why))
    if new.api_key is not None and not _API_KEY.fullmatch(new.api_key):
        raise InvalidRequest(
            Problem(("body", "api_key"), "use 1 to 4096 printable ASCII characters without spaces")
        )
    if app.store.models.find(caller.organization, new.model_id) is not None:
        raise _taken(new.model_id)
    secret_name = None
    if new.api_key is not None:
        secret_name = app.credentials.keep(caller.organization, new.model_id, new.api_key)
    model = Model(
        organization=caller.organization,
        model_id=new.model_id,
        provider=new.provider,
        settings=settings,
        status=Status.PROCESSING if recorded else Status.READY,
        created_at=app.now(),
        secret_name=secret_name,
    )
    try:
        app.store.models.add(model)
    except ConditionFailed as lost:
        raise _taken(new.model_id) from lost
    return model


def list_all(app: Application, caller: Caller) -> list[Model]:
    """The organization's models, by id."""
    return list(app.store.models.list_all(caller.organization))


def get(app: Application, caller: Caller, model_id: str) -> Model:
    """Raises `NotFound`."""
    model = app.store.models.find(caller.organization, model_id)
    if model is None:
        raise NotFound("Model", model_id)
    return model


def delete(app: Application, caller: Caller, model_id: str) -> Model:
    """Delete a model with its endpoint's key or its recorded answers. Raises `NotFound`, or `Conflict` while
    an evaluation is asking it, as model or as judge.
    """
    model = get(app, caller, model_id)
    asking = app.store.evaluations.count_asking(caller.organization, model_id)
    if asking:
        raise Conflict(
            f"{asking} evaluation(s) that ask it, as model or as judge, are still running; "
            "cancel them or wait"
        )
    app.store.models.delete(caller.organization, model_id)
    if model.secret_name:
        app.credentials.forget(model.secret_name)
    app.store.objects.delete_prefix(layout.model_prefix(caller.organization, model_id))
    return model


def request_answers(app: Application, caller: Caller, model_id: str) -> uploads.Upload:
    """A presigned POST for a recorded model's answers (JSON lines). Later answers replace earlier ones for
    evaluations created from then on. Raises `NotFound`, or `Conflict` for a model of another provider.
    """
    model = get(app, caller, model_id)
    if model.provider is not ProviderName.RECORDED:
        raise Conflict(f"only a recorded model brings answers along; this one is {model.provider.value}")
    return uploads.request(app, caller, {"kind": "answers", "model_id": model_id}, "jsonl")


def take_in(
    app: Application, caller: Caller, purpose: Mapping[str, Any], chunks: Iterator[bytes]
) -> dict[str, Any]:
    """Keep an uploaded answers file and point its model at it. Raises `InvalidUpload`."""
    model_id: str = purpose["model_id"]
    content_id = new_id("answers", app.clock())
    key = layout.answers(caller.organization, model_id, content_id)
    stored = uploads.keep_answers(app.store.objects, key, chunks)
    if not app.store.models.set_answers(caller.organization, model_id, stored.key, stored.count):
        raise InvalidUpload("its model was deleted before the answers had arrived")
    return {"model_id": model_id, "count": stored.count}


def _taken(model_id: str) -> Conflict:
    return Conflict(f"there is a model {model_id!r} already; delete it first, or choose another id")
