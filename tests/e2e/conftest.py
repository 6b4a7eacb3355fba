"""One local stack for all end-to-end tests: the template as it is, on an emulator that enforces the roles."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from marksheet import aws
from marksheet.keys import create_key
from marksheet.store import Store, open_store
from marksheet_cli.local.stack import LocalStack
from tests.e2e.client import Api

ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.emulator)


@pytest.fixture(scope="session")
def local_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A running stack with a home of its own on a free port; nobody else's stack is touched."""
    # Every answer is saved before the next question is asked, so that tests can tell what was in flight to
    # the last call.
    stack = LocalStack(tmp_path_factory.mktemp("stack"), ROOT, {"CheckpointSeconds": "0"})
    stack.up()
    yield stack
    stack.down()


@pytest.fixture(scope="session")
def clients_python() -> Path:
    """The interpreter of the environment with the official clients, which has nothing of ours."""
    python = ROOT / ".marksheet" / "clients" / "bin" / "python"
    assert python.exists(), "run make test-emulator, which installs the clients"
    return python


@pytest.fixture
def environment(local_stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The stack's address, API key and administrator's credentials, also set as environment variables."""
    for name, value in local_stack.environment.items():
        monkeypatch.setenv(name, value)
    return local_stack.environment


@pytest.fixture
def store(environment: dict[str, str]) -> Iterator[Store]:
    """The stack's store with the administrator's credentials."""
    aws.client.cache_clear()
    aws.session.cache_clear()
    yield open_store(environment["MARKSHEET_TABLE"], environment["MARKSHEET_BUCKET"])
    aws.client("dynamodb").close()
    aws.client.cache_clear()


@pytest.fixture
def api(environment: dict[str, str], store: Store) -> Iterator[Api]:
    """A caller of an organization of its own, so that tests do not meet each other's things."""
    organization = f"t{uuid.uuid4().hex[:12]}"
    key = create_key(store, organization=organization, now=datetime.now(UTC)).key
    with Api(environment["MARKSHEET_URL"], key, organization) as caller:
        yield caller
