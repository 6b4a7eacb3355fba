"""models add, list, show, delete against the stub service."""

from __future__ import annotations

import pytest
import typer

from marksheet_cli import models
from tests.stubs.api_stub import Reply

ENDPOINT = ("--base-url", "http://localhost:11434/v1", "--model", "llama3")


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.jsonl"
    path.write_text('{"question_id": "1", "output": "2"}\n')
    return path


def test_an_endpoint_is_registered_with_its_settings(json_of, service):
    json_of(
        "models", "add", "llama", *ENDPOINT, "--temperature", "0", "--stop", "END", "--max-in-flight", "8"
    )
    assert service.sent("POST /api/v3/models")[0].json == {
        "model_id": "llama",
        "provider": "openai",
        "settings": {
            "base_url": "http://localhost:11434/v1",
            "model": "llama3",
            "temperature": 0.0,
            "stop": ["END"],
            "max_in_flight": 8,
        },
    }


def test_a_model_of_bedrock_is_registered_with_its_prices_as_they_were_written(json_of, service):
    json_of(
        *("models", "add", "nova", "--provider", "bedrock", "--model", "amazon.nova-lite-v1:0"),
        *("--region", "us-east-1", "--max-tokens", "500", "--extra-body", '{"top_k": 5}'),
        *("--usd-per-million-prompt-tokens", "0.06", "--usd-per-million-completion-tokens", "0.24"),
    )
    assert service.sent("POST /api/v3/models")[0].json == {
        "model_id": "nova",
        "provider": "bedrock",
        "settings": {
            "model": "amazon.nova-lite-v1:0",
            "region": "us-east-1",
            "max_tokens": 500,
            "extra_body": {"top_k": 5},
            "usd_per_million_prompt_tokens": "0.06",
            "usd_per_million_completion_tokens": "0.24",
        },
    }


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({}, "-"),
        ({"usd_per_million_prompt_tokens": 0.02}, "0.02 / -"),
        (
            {"usd_per_million_prompt_tokens": 1e-06, "usd_per_million_completion_tokens": 100},
            "0.000001 / 100",
        ),
    ],
)
def test_the_list_shows_prices(cli, service, settings, shown):
    service.models["m"] = {"model_id": "m", "provider": "openai", "settings": settings}
    assert shown in cli("models", "list").stdout.split("m  ")[-1]


def test_the_endpoints_key_comes_from_the_environment_and_is_not_printed(cli, service, monkeypatch):
    monkeypatch.setenv("ENDPOINT_KEY", "sk-secret")
    result = cli("models", "add", "m", *ENDPOINT, "--api-key-env", "ENDPOINT_KEY")
    assert service.sent("POST /api/v3/models")[0].json["api_key"] == "sk-secret"
    assert "sk-secret" not in result.output


def test_an_unset_key_variable_is_a_usage_error(cli, service):
    result = cli("models", "add", "m", *ENDPOINT, "--api-key-env", "NOT_SET_ANYWHERE")
    assert result.exit_code == 2
    assert "NOT_SET_ANYWHERE" in result.stderr
    assert service.requests == []


def test_recorded_answers_are_registered_sent_and_waited_for(json_of, service, answers):
    service.uploads["upload-1"] = {"status": "READY"}
    assert json_of("models", "add", "hasty", "--answers", str(answers))["model_id"] == "hasty"
    assert service.sent("POST /api/v3/models$")[0].json["provider"] == "recorded"
    (stored,) = service.sent("POST /storage")
    assert answers.read_bytes() in stored.body
    assert "authorization" not in stored.headers


def test_a_broken_answers_file_names_its_line_and_can_be_sent_again(cli, service, answers):
    service.uploads["upload-1"] = {"status": "FAILED", "error": "no JSON", "line": 1, "field": None}
    result = cli("models", "add", "hasty", "--answers", str(answers))
    assert result.exit_code == 1
    assert "line 1: no JSON" in result.stderr
    assert "hasty stays registered, without answers" in result.stderr
    assert "nothing was stored" not in result.stderr
    service.uploads["upload-1"] = {"status": "READY"}
    assert cli("models", "add", "hasty", "--answers", str(answers)).exit_code == 0
    assert len(service.sent("POST /api/v3/models$")) == 1


def test_refused_answers_leave_a_model_the_ones_it_had(cli, service, answers):
    service.models["hasty"] = {"model_id": "hasty", "provider": "recorded", "status": "READY"}
    service.storage_reply = Reply(400, b"<Error><Code>EntityTooSmall</Code></Error>")
    result = cli("models", "add", "hasty", "--answers", str(answers))
    assert result.exit_code == 1
    assert "the file is empty; model hasty keeps the answers it had" in result.stderr
    assert "marksheet models add hasty --answers FILE" in result.stderr


@pytest.mark.parametrize("content", ["", "\n \n"])
def test_an_answers_file_without_answers_is_refused_before_anything_is_registered(
    cli, service, tmp_path, content
):
    path = tmp_path / "nothing.jsonl"
    path.write_text(content)
    result = cli("models", "add", "hasty", "--answers", str(path))
    assert result.exit_code == 2
    assert "nothing.jsonl holds no answers" in result.stderr
    assert service.requests == []


def test_every_option_of_add_is_explained(bare_cli):
    options = typer.main.get_command(models.app).commands["add"].params
    assert [option.name for option in options if not option.help] == []


def test_answers_for_an_endpoints_id_are_refused(cli, json_of, answers):
    json_of("models", "add", "m", *ENDPOINT)
    result = cli("models", "add", "m", "--answers", str(answers))
    assert result.exit_code == 1
    assert "exists with provider openai" in result.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "--base-url is missing"),
        (("--base-url", "http://localhost:1/v1"), "--model is missing"),
        (("--provider", "recorded"), "--answers FILE"),
        (("--provider", "bedrock"), "--model is missing"),
        (("--provider", "bedrock", "--model", "m", "--api-key-env", "HOME"), "no meaning for Bedrock"),
        ((*ENDPOINT, "--extra-body", "[1]"), "no JSON object"),
        ((*ENDPOINT, "--extra-body", "{"), "no JSON"),
    ],
)
def test_incomplete_options_are_a_usage_error_before_anything_is_sent(cli, service, options, words):
    result = cli("models", "add", "m", *options)
    assert result.exit_code == 2
    assert words in result.stderr
    assert service.requests == []


def test_settings_that_mean_nothing_for_recorded_answers_are_refused(cli, answers):
    result = cli("models", "add", "m", "--answers", str(answers), "--temperature", "1")
    assert result.exit_code == 2
    assert "--temperature has no meaning" in result.stderr


def test_list_and_show_print_what_the_service_has(cli, json_of):
    assert "No models." in cli("models", "list").stdout
    json_of("models", "add", "m", *ENDPOINT)
    assert json_of("models", "list")["models"][0]["model_id"] == "m"
    assert json_of("models", "show", "m")["provider"] == "openai"


def test_delete_asks_for_yes_and_then_deletes(cli, json_of, service):
    json_of("models", "add", "m", *ENDPOINT)
    assert cli("models", "delete", "m").exit_code == 2
    assert cli("models", "delete", "m", "--yes").exit_code == 0
    assert service.models == {}


def test_a_model_id_with_a_colon_keeps_it_in_the_path(cli, service):
    cli("models", "show", "llama3:8b")
    assert service.requests[0].path == "/api/v3/models/llama3:8b"
