from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import bench.__main__ as command
from bench.figures import Failure, Figure
from bench.sizes import QUICK, Sizes

GOOD = Figure("worker", "time", 0.5, "ms", target=0.8)
BAD = Figure("api", "time", 0.9, "ms", target=0.8)


def gives(*figures: Figure) -> Callable[..., list[Figure]]:
    return lambda around, sizes, tell: list(figures)


def breaks(around: object, sizes: Sizes, tell: Callable[[str], None]) -> list[Figure]:
    tell("about to break")
    raise RuntimeError("no emulator")


@pytest.fixture
def benches(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"good": ("", gives(GOOD)), "bad": ("", gives(BAD)), "broken": ("", breaks)}
    monkeypatch.setattr(command, "BENCHES", found)


@pytest.mark.usefixtures("benches")
@pytest.mark.parametrize(
    ("names", "code"),
    [(["good"], 0), (["good", "bad"], 1), (["broken"], 3), (["bad", "broken", "good"], 3)],
)
def test_the_exit_code_says_what_became_of_it(names: list[str], code: int) -> None:
    assert command.main(names) == code


@pytest.mark.usefixtures("benches")
def test_one_that_fails_leaves_the_others_their_turn() -> None:
    figures, failures = command.measure(["broken", "good"], QUICK, Console(file=io.StringIO()))
    assert figures == [GOOD]
    assert failures == [Failure("broken", "RuntimeError: no emulator")]


@pytest.mark.usefixtures("benches")
def test_all_are_run_when_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 3
    assert "broken failed: RuntimeError: no emulator" in capsys.readouterr().err


def test_an_unknown_name_is_a_wrong_argument(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        command.main(["speed"])
    assert left.value.code == 2
    assert "worker" in capsys.readouterr().err


@pytest.mark.usefixtures("benches")
def test_json_goes_to_a_file(tmp_path: Path) -> None:
    assert command.main(["good", "--json", str(tmp_path / "figures.json"), "--quick"]) == 0
    document: dict[str, Any] = json.loads((tmp_path / "figures.json").read_text())
    assert [figure["bench"] for figure in document["figures"]] == ["worker"]
    assert document["quick"] is True


@pytest.mark.usefixtures("benches")
def test_json_on_standard_output_stands_there_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["good", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["figures"][0]["name"] == "time"


def test_help_names_every_benchmark(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--help"])
    shown = capsys.readouterr().out
    assert all(name in shown for name in command.BENCHES)
