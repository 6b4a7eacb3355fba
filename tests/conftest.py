"""What every test gets: no sockets beyond loopback, no inherited environment, no real AWS."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from pytest_socket import socket_allow_hosts

pytest_plugins = ["tests.deployment", "tests.scripted"]

# No deadline, because machines are shared; and where a change is judged, the same examples every time.
settings.register_profile("marksheet", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("marksheet")

ROOT = Path(__file__).resolve().parent.parent


def pytest_runtest_setup() -> None:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests see no AWS_*, MARKSHEET_* or proxy variable of the machine, and leave none behind."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "MARKSHEET_", "POWERTOOLS_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
