"""A stub service, a clean environment, and a way to run the command line as a person would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import typer.main
import typer.testing
from typer.testing import CliRunner

from marksheet_cli import waiting
from marksheet_cli.main import app
from tests.stubs.api_stub import API_KEY, ApiStub

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from click.testing import Result


@pytest.fixture
def service() -> Iterator[ApiStub]:
    with ApiStub() as stub:
        yield stub


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable and no local.env of the machine that runs the tests is seen."""
    for name in ("URL", "API_KEY", "HOME", "TABLE", "STACK"):
        monkeypatch.delenv(f"MARKSHEET_{name}", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(waiting, "PACE", waiting.Pace(sleep=lambda _: None))


@pytest.fixture(scope="session")
def command_tree() -> object:
    """All commands, built once: typer's runner would build them for every run of one."""
    return typer.main.get_command(app)


@pytest.fixture
def bare_cli(command_tree: object, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs the command line with nothing but its arguments."""
    monkeypatch.setattr(typer.testing, "_get_command", lambda _: command_tree)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    return run


@pytest.fixture
def cli(
    service: ApiStub, monkeypatch: pytest.MonkeyPatch, bare_cli: Callable[..., Result]
) -> Callable[..., Result]:
    """Runs the command line against the stub service, with a good key."""
    monkeypatch.setenv("MARKSHEET_URL", service.url)
    monkeypatch.setenv("MARKSHEET_API_KEY", API_KEY)
    return bare_cli


@pytest.fixture
def json_of(cli: Callable[..., Result]) -> Callable[..., Any]:
    """Runs a command with --json and gives back the one document that is on stdout."""

    def run(*arguments: str, exit_code: int = 0) -> Any:
        result = cli(*arguments, "--json")
        assert result.exit_code == exit_code, result.stderr
        return json.loads(result.stdout)

    return run


INTERVAL = {"mean": 0.7, "low": 0.481, "high": 0.855, "n": 20, "method": "wilson"}
PAIRED = {
    "n": 20,
    "clusters": 20,
    "difference": 0.15,
    "low": -0.0789,
    "high": 0.3789,
    "p_value": 0.375,
    "p_holm": 0.375,
    "method": "mcnemar",
    "test": "mcnemar",
    "gained": 4,
    "lost": 1,
    "minimum_detectable_effect": 0.306,
    "verdict": "no difference shown",
}


def run_of(model_id: str) -> dict[str, Any]:
    counts = {"right": 14, "wrong": 6, "unscored": 2, "errored": 1}
    metrics = {"accuracy": 0.7, "overall_score": 0.7, "domain_violations": 3, **counts}
    return {"model_id": model_id, "metrics": {**metrics, "intervals": {"accuracy": INTERVAL}}}


@pytest.fixture
def comparison() -> dict[str, Any]:
    """The results of a comparison, as the wire has them."""
    return {
        "benchmark_id": "bench-1",
        "base_model": run_of("hasty"),
        "eval_model": run_of("careful"),
        "comparison": {"better_model": "careful", "statistics": {"accuracy": dict(PAIRED)}},
    }


@pytest.fixture
def single() -> dict[str, Any]:
    """The results of one model, as the wire has them."""
    return {"benchmark_id": "bench-1", **run_of("hasty")}
