from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from marksheet import aws, evaluations, models, uploads
from marksheet.application import Application
from marksheet.domain import Caller, ProviderName, Status
from marksheet.errors import Conflict, InvalidRequest, NotFound
from marksheet.evaluations import CreateEvaluation
from marksheet.ingesting import ingest_upload
from marksheet.models import NewModel
from marksheet.prices import cost
from marksheet.store import layout

SETTINGS = {"base_url": "http://localhost:11434/v1", "model": "tiny"}
KEY = "sk-very-secret-0123456789"


def test_a_model_behind_an_endpoint_is_ready_at_once(app: Application, caller: Caller) -> None:
    model = models.register(app, caller, NewModel("mine", ProviderName.OPENAI, SETTINGS))
    assert model.status is Status.READY
    assert models.get(app, caller, "mine") == model
    assert models.list_all(app, caller) == [model]


def test_an_endpoints_key_is_in_secrets_manager_and_nowhere_else(app: Application, caller: Caller) -> None:
    model = models.register(app, caller, NewModel("mine", ProviderName.OPENAI, SETTINGS, api_key=KEY))
    assert model.secret_name is not None
    assert app.credentials.read(model.secret_name) == KEY
    assert KEY not in str(aws.client("dynamodb").scan(TableName="marksheet-test")["Items"])
    assert KEY not in repr(model)


def test_deleting_a_model_deletes_its_key_and_frees_its_id(app: Application, caller: Caller) -> None:
    model = models.register(app, caller, NewModel("mine", ProviderName.OPENAI, SETTINGS, api_key=KEY))
    models.delete(app, caller, "mine")
    with pytest.raises(NotFound):
        models.get(app, caller, "mine")
    with pytest.raises(KeyError):
        app.credentials.read(model.secret_name or "")
    again = models.register(app, caller, NewModel("mine", ProviderName.OPENAI, SETTINGS, api_key="other"))
    assert app.credentials.read(again.secret_name or "") == "other"


def test_deleting_a_recorded_model_deletes_its_answers(
    app: Application, caller: Caller, deployment: Any
) -> None:
    model = deployment.recorded("tape", {"q1": "1"})
    assert app.store.objects.find(model.answers_key) is not None
    models.delete(app, caller, "tape")
    assert app.store.objects.find(model.answers_key) is None


def test_an_id_is_taken_once_in_an_organization(app: Application, caller: Caller, stranger: Caller) -> None:
    new = NewModel("mine", ProviderName.OPENAI, SETTINGS)
    models.register(app, caller, new)
    with pytest.raises(Conflict, match="mine"):
        models.register(app, caller, new)
    assert models.register(app, stranger, new).organization == "umbrella"


def test_a_refused_second_registration_leaves_the_firsts_key(app: Application, caller: Caller) -> None:
    model = models.register(app, caller, NewModel("mine", ProviderName.OPENAI, SETTINGS, api_key=KEY))
    with pytest.raises(Conflict):
        models.register(app, caller, NewModel("mine", ProviderName.OPENAI, SETTINGS, api_key="stolen"))
    assert app.credentials.read(model.secret_name or "") == KEY


@pytest.mark.parametrize("model_id", ["", "-x", "a/b", "a b", "x" * 129, "é"])
def test_an_id_is_fit_for_a_url_and_a_key(app: Application, caller: Caller, model_id: str) -> None:
    with pytest.raises(InvalidRequest, match="model_id"):
        models.register(app, caller, NewModel(model_id, ProviderName.OPENAI, SETTINGS))


def test_settings_are_checked_before_anything_is_stored(app: Application, caller: Caller) -> None:
    new = NewModel("mine", ProviderName.OPENAI, {**SETTINGS, "temprature": 0}, api_key=KEY)
    with pytest.raises(InvalidRequest, match=r"settings\.temprature"):
        models.register(app, caller, new)
    assert models.list_all(app, caller) == []
    assert aws.client("secretsmanager").list_secrets()["SecretList"] == []


def test_a_recorded_model_waits_for_its_answers(app: Application, caller: Caller, deployment: Any) -> None:
    models.register(app, caller, NewModel("tape", ProviderName.RECORDED, {}))
    assert models.get(app, caller, "tape").status is Status.PROCESSING
    upload = models.request_answers(app, caller, "tape")
    key = layout.upload_object("acme", upload.upload_id)
    app.store.objects.write(key, b'{"question_id":"q1","output":"1"}\n')
    ingest_upload(app, key)
    model = models.get(app, caller, "tape")
    assert (model.status, model.answer_count) == (Status.READY, 1)


def test_broken_answers_say_where_and_leave_earlier_ones(
    app: Application, caller: Caller, deployment: Any
) -> None:
    deployment.recorded("tape", {"q1": "1"})
    upload = models.request_answers(app, caller, "tape")
    key = layout.upload_object("acme", upload.upload_id)
    app.store.objects.write(key, b'{"question_id":"q1","output":"1"}\n{"question_id":"q2"}\n')
    ingest_upload(app, key)
    status = uploads.status(app, caller, upload.upload_id)
    assert (status.status, status.line, status.field) == (Status.FAILED, 2, "output")
    assert models.get(app, caller, "tape").status is Status.READY


def test_only_a_recorded_model_takes_answers(app: Application, caller: Caller) -> None:
    models.register(app, caller, NewModel("mine", ProviderName.OPENAI, SETTINGS))
    with pytest.raises(Conflict, match="recorded"):
        models.request_answers(app, caller, "mine")


def test_a_bedrock_model_is_ready_at_once_without_a_key(app: Application, caller: Caller) -> None:
    settings = {"model": "amazon.nova-lite-v1:0", "max_tokens": 500}
    model = models.register(app, caller, NewModel("nova", ProviderName.BEDROCK, settings))
    assert (model.status, model.secret_name) == (Status.READY, None)
    assert models.get(app, caller, "nova") == model


@pytest.mark.parametrize(
    ("provider", "given"),
    [(ProviderName.RECORDED, {}), (ProviderName.BEDROCK, {"model": "amazon.nova-lite-v1:0"})],
)
def test_a_model_that_needs_no_key_has_none(
    app: Application, caller: Caller, provider: ProviderName, given: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest, match="api_key"):
        models.register(app, caller, NewModel("m", provider, given, api_key=KEY))
    assert aws.client("secretsmanager").list_secrets()["SecretList"] == []


def test_prices_come_back_from_the_table_as_they_were_given(app: Application, caller: Caller) -> None:
    prices = {"usd_per_million_prompt_tokens": "0.15", "usd_per_million_completion_tokens": "3.00"}
    models.register(app, caller, NewModel("mine", ProviderName.OPENAI, {**SETTINGS, **prices}))
    settings = models.get(app, caller, "mine").settings
    assert cost(settings, 1_000_000, 1_000_000) == Decimal("3.15")


@pytest.mark.parametrize("key", ["", "with space", "line\nbreak", "schlüssel", "x" * 4097])
def test_a_key_that_no_header_can_carry_is_refused_and_not_repeated(
    app: Application, caller: Caller, key: str
) -> None:
    with pytest.raises(InvalidRequest, match="api_key") as refused:
        models.register(app, caller, NewModel("mine", ProviderName.OPENAI, SETTINGS, api_key=key))
    assert not key or key not in refused.value.message
    assert models.list_all(app, caller) == []


def test_a_model_in_use_is_not_deleted(app: Application, caller: Caller, deployment: Any) -> None:
    deployment.recorded("tape", {"q1": "1"})
    evaluations.create(app, caller, CreateEvaluation("tape", deployment.benchmark(1).benchmark_id))
    with pytest.raises(Conflict, match="still running"):
        models.delete(app, caller, "tape")


def test_anothers_model_does_not_exist(app: Application, caller: Caller, stranger: Caller) -> None:
    models.register(app, caller, NewModel("mine", ProviderName.OPENAI, SETTINGS))
    for use in (models.get, models.delete, models.request_answers):
        with pytest.raises(NotFound):
            use(app, stranger, "mine")
