"""keys create, list, revoke, hand-over against a table that moto keeps."""

from __future__ import annotations

import json

import boto3
import pytest
from moto import mock_aws

from marksheet import aws
from marksheet.domain import EvalSpec
from marksheet.store import open_store


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


@pytest.fixture
def make_key(bare_cli, table):
    """Makes a key of acme; both its id and the whole key."""

    def make():
        made = json.loads(bare_cli("keys", "create", "--org", "acme", "--json").stdout)
        return made["lookup"], made["key"]

    return make


def make_spec(table: str, owner: str, name: str = "towns", **more: object) -> str:
    grader = {"type": "scorer", "name": "right", "scorer": "exact_match"}
    spec_id = f"spec-{name}"
    spec = EvalSpec("acme", spec_id, 1, name, (grader,), "2026-01-02T00:00:00.000Z", owner=owner, **more)
    open_store(table, "").eval_specs.add_version(spec)
    return spec_id


def test_hand_over_gives_a_revoked_keys_specs_to_another(bare_cli, table, make_key):
    (old, _), (new, _) = make_key(), make_key()
    spec_id = make_spec(table, old, shared_with=("*",))
    bare_cli("keys", "revoke", "--org", "acme", old)
    result = bare_cli("keys", "hand-over", "--org", "acme", old, new)
    assert result.exit_code == 0, result.stderr
    assert spec_id in result.stdout
    assert "towns" in result.stdout
    spec = open_store(table, "").eval_specs.find("acme", spec_id)
    assert (spec.owner, spec.shared_with) == (new, ("*",))


def test_hand_over_as_json_takes_whole_keys_and_shows_no_secret(bare_cli, table, make_key):
    (old, old_key), (new, new_key) = make_key(), make_key()
    spec_id = make_spec(table, old)
    handed = bare_cli("keys", "hand-over", "--org", "acme", old_key, new_key, "--json").stdout
    specs = [{"eval_spec_id": spec_id, "name": "towns", "versions": 1}]
    assert json.loads(handed) == {"from": old, "to": new, "eval_specs": specs}


def test_hand_over_of_nothing_is_done(bare_cli, make_key):
    (old, _), (new, _) = make_key(), make_key()
    result = bare_cli("keys", "hand-over", "--org", "acme", old, new)
    assert result.exit_code == 0
    assert "owns no eval specs" in result.stdout


def test_hand_over_to_the_same_key_is_a_usage_error(bare_cli, make_key):
    key_id, key = make_key()
    result = bare_cli("keys", "hand-over", "--org", "acme", key_id, key)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_hand_over_to_a_revoked_key_fails(bare_cli, make_key):
    (old, _), (new, _) = make_key(), make_key()
    bare_cli("keys", "revoke", "--org", "acme", new)
    result = bare_cli("keys", "hand-over", "--org", "acme", old, new)
    assert result.exit_code == 1
    assert "is revoked" in result.stderr


def test_hand_over_names_the_key_that_is_not_there(bare_cli, make_key):
    known, _ = make_key()
    for pair in ((known, "a" * 16), ("a" * 16, known)):
        result = bare_cli("keys", "hand-over", "--org", "acme", *pair)
        assert result.exit_code == 5
        assert "a" * 16 in result.stderr


def test_revoking_a_key_with_specs_tells_how_to_hand_them_over(bare_cli, table, make_key):
    old, key = make_key()
    make_spec(table, old)
    make_spec(table, old, "lakes")
    result = bare_cli("keys", "revoke", "--org", "acme", key, "--table", table, "--json")
    assert json.loads(result.stdout) == {"lookup": old, "revoked": True}
    assert "owns 2 eval specs" in result.stderr
    assert f"marksheet keys hand-over --org acme --table {table} {old} NEW_KEY" in result.stderr


def test_revoking_a_key_without_specs_says_nothing_of_them(bare_cli, make_key):
    assert "eval spec" not in bare_cli("keys", "revoke", "--org", "acme", make_key()[0]).stderr
