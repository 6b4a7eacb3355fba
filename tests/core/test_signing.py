"""Requests that AWS takes for ours."""

from datetime import UTC, datetime

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError, NoRegionError
from hypothesis import given
from hypothesis import strategies as st

from marksheet import aws
from marksheet.signing import Signer

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOST = "https://bedrock-runtime.eu-central-1.amazonaws.com"
URL = f"{HOST}/model/some.model-v1%3A0/converse"
ACCESS_KEY, SECRET_KEY = "AKIDEXAMPLE", "a-s3cr3t/of+the/role"


@pytest.fixture(autouse=True)
def session(monkeypatch):
    """Nobody's session before, nobody's after."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    aws.session.cache_clear()
    yield
    aws.session.cache_clear()


def signed_by_botocore(url: str, body: bytes, when: datetime, token: str | None) -> str:
    request = AWSRequest("POST", url, data=body, headers={"Content-Type": "application/json"})
    auth = botocore.auth.SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY, token), "bedrock", "eu-central-1")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda: when)
        auth.add_auth(request)
    return request.headers["Authorization"]


@pytest.mark.parametrize("token", [None, "the-session-of-a-role=="])
@given(
    path=st.text("abc.:-_~%/2F", max_size=40).map(
        lambda text: "/model/x" + text.replace("/", "").replace(".", "")
    ),
    body=st.binary(max_size=50),
    when=st.datetimes(NOW.replace(tzinfo=None), timezones=st.just(UTC)),
)
def test_botocore_signs_the_same_request_in_the_same_way(token, path, body, when):
    with pytest.MonkeyPatch.context() as patch:
        if token:
            patch.setenv("AWS_SESSION_TOKEN", token)
        aws.session.cache_clear()
        signer = Signer("bedrock", clock=lambda: when)
        assert signer.sign(HOST + path, body)["authorization"] == signed_by_botocore(
            HOST + path, body, when, token
        )


def test_the_region_is_the_functions_unless_another_is_given():
    assert Signer("bedrock").region == "eu-central-1"
    assert Signer("bedrock", "us-east-1").region == "us-east-1"


def test_without_a_region_there_is_nobody_to_sign_for(monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(NoRegionError):
        Signer("bedrock")


def test_without_credentials_nothing_is_signed(monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(NoCredentialsError):
        Signer("bedrock").sign(URL, b"{}")


def test_a_roles_session_token_is_sent_and_signed(monkeypatch):
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-token")
    headers = Signer("bedrock").sign(URL, b"{}")
    assert headers["x-amz-security-token"] == "a-token"
    assert "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token," in headers["authorization"]


def test_a_signature_holds_for_one_body_one_path_and_one_day():
    days = [NOW, NOW, NOW, NOW, NOW.replace(day=3), NOW]
    signer = Signer("bedrock", clock=lambda: days.pop(0))
    requests = [(URL, b"{}"), (URL, b"[]"), (URL + "x", b"{}"), (URL, b"{}"), (URL, b"{}"), (URL, b"{}")]
    signatures = [signer.sign(url, body)["authorization"].rpartition("=")[2] for url, body in requests]
    assert signatures[0] == signatures[3] == signatures[5]
    assert len(set(signatures)) == 4


def test_renewed_credentials_are_used_at_once():
    keys = [Credentials("FIRST", "one"), Credentials("SECOND", "two")]

    class Renewed:
        def get_frozen_credentials(self):
            return keys.pop(0).get_frozen_credentials()

    signer = Signer("bedrock", clock=lambda: NOW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aws.session(), "get_credentials", Renewed)
        first, second = (signer.sign(URL, b"{}")["authorization"] for _ in range(2))
    assert "Credential=FIRST/" in first
    assert "Credential=SECOND/" in second
    assert first.rpartition("=")[2] != second.rpartition("=")[2]


def test_the_secret_is_in_no_header():
    assert SECRET_KEY not in str(Signer("bedrock").sign(URL, b"{}"))
