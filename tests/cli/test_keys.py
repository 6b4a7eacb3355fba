"""keys create, list, revoke against a table that moto keeps."""

from __future__ import annotations

import json

import boto3
import pytest
from moto import mock_aws

from marksheet import aws


@pytest.fixture
def table(monkeypatch):
    """An empty table of the deployment's shape, its name in the environment."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        aws.client.cache_clear()
        boto3.client("dynamodb").create_table(
            TableName="marks",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK")],
            KeySchema=[
                {"AttributeName": "PK", "KeyType": "HASH"},
                {"AttributeName": "SK", "KeyType": "RANGE"},
            ],
        )
        monkeypatch.setenv("MARKSHEET_TABLE", "marks")
        yield "marks"
        aws.client.cache_clear()


def test_create_prints_the_key_alone_on_stdout(bare_cli, table):
    result = bare_cli("keys", "create", "--org", "acme", "--name", "laptop")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("msk_")
    assert len(result.stdout.split()) == 1
    assert "cannot be shown again" in result.stderr


def test_list_never_shows_a_secret(bare_cli, table):
    made = json.loads(bare_cli("keys", "create", "--org", "acme", "--json").stdout)
    listed = bare_cli("keys", "list", "--org", "acme", "--json").stdout
    assert json.loads(listed)["keys"][0]["lookup"] == made["lookup"]
    assert made["key"].rsplit("_", 1)[1] not in listed
    assert "hash" not in listed


def test_revoke_takes_the_lookup_or_the_whole_key(bare_cli, table):
    for part in ("lookup", "key"):
        made = json.loads(bare_cli("keys", "create", "--org", "acme", "--json").stdout)
        assert bare_cli("keys", "revoke", "--org", "acme", made[part]).exit_code == 0
    rows = json.loads(bare_cli("keys", "list", "--org", "acme", "--json").stdout)["keys"]
    assert all(row["revoked_at"] for row in rows)


def test_revoking_an_unknown_key_is_not_found(bare_cli, table):
    assert bare_cli("keys", "revoke", "--org", "acme", "a" * 16).exit_code == 5


@pytest.mark.parametrize("options", [("--org", "Not OK"), ("--org", "acme", "--scope", "everything")])
def test_a_bad_organization_or_scope_is_a_usage_error(bare_cli, table, options):
    result = bare_cli("keys", "create", *options)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_table_that_is_not_there_is_not_found(bare_cli, table):
    assert bare_cli("keys", "list", "--org", "acme", "--table", "other").exit_code == 5


def test_without_a_deployment_it_says_how_to_name_one(bare_cli):
    result = bare_cli("keys", "list", "--org", "acme")
    assert result.exit_code == 2
    assert "--stack" in result.stderr


def test_the_local_file_brings_table_and_credentials(bare_cli, table, monkeypatch, tmp_path):
    monkeypatch.delenv("MARKSHEET_TABLE")
    file = tmp_path / ".marksheet" / "local.env"
    file.parent.mkdir()
    file.write_text(f"MARKSHEET_TABLE={table}\nAWS_DEFAULT_REGION=eu-west-1\n")
    monkeypatch.setenv("MARKSHEET_TABLE", "")
    result = bare_cli("keys", "list", "--org", "acme")
    assert result.exit_code == 0, result.stderr
    assert "local.env" in result.stderr


def test_no_credentials_is_unauthenticated(bare_cli, table, monkeypatch):
    from botocore.exceptions import NoCredentialsError

    from marksheet import keys

    def refuse(*_):
        raise NoCredentialsError

    monkeypatch.setattr(keys, "list_keys", refuse)
    assert bare_cli("keys", "list", "--org", "acme").exit_code == 4
