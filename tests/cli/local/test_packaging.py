from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from marksheet_cli.exits import CommandError
from marksheet_cli.local.packaging import Artifact, package, render

ARTIFACT = Artifact("CodeUri: functions/", "functions-1.zip", b"")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout whose layer is built by a Makefile that only copies, and counts how often it ran."""
    files = {
        "functions/plan/handler.py": "code = 1\n",
        "functions/plan/__pycache__/handler.cpython-311.pyc": "stale",
        "functions/.hidden": "not code",
        "statemachine/evaluation.asl.yaml": "StartAt: A # why\nStates: {A: {Type: Succeed}}\n",
        "layers/core/requirements.lock": "",
        "layers/core/marksheet/__init__.py": "",
        "layers/core/Makefile": (
            "build-CoreLayer:\n\tmkdir $(ARTIFACTS_DIR)/python\n"
            "\tcp -R marksheet $(ARTIFACTS_DIR)/python/\n\techo run >> ../../built\n"
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def packaged(repository: Path) -> dict[str, Artifact]:
    artifacts = package(repository, repository / "cache", lambda _: None)
    return {artifact.template_line.split(":")[0]: artifact for artifact in artifacts}


def names(artifact: Artifact) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(artifact.content)) as archive:
        return archive.namelist()


def test_functions_are_packed_without_caches_and_hidden_files(repository: Path) -> None:
    assert names(packaged(repository)["CodeUri"]) == ["plan/handler.py"]


def test_the_state_machine_is_packed_as_json(repository: Path) -> None:
    definition = json.loads(packaged(repository)["DefinitionUri"].content)
    assert definition == {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}


def test_an_unchanged_layer_is_built_once(repository: Path) -> None:
    first, second = packaged(repository), packaged(repository)
    assert (repository / "built").read_text().count("run") == 1
    assert first == second


def test_a_changed_layer_is_built_again_under_another_name(repository: Path) -> None:
    before = packaged(repository)["ContentUri"]
    (repository / "layers/core/marksheet/new.py").write_text("")
    after = packaged(repository)["ContentUri"]
    assert after.key != before.key
    assert names(after) == ["python/marksheet/__init__.py", "python/marksheet/new.py"]


def test_a_layer_that_cannot_be_built_says_what_make_said(repository: Path) -> None:
    (repository / "layers/core/Makefile").write_text("build-CoreLayer:\n\techo the disk is full; exit 1\n")
    with pytest.raises(CommandError, match="the disk is full"):
        packaged(repository)


def test_only_local_paths_of_the_template_are_replaced() -> None:
    template = "A:\n  CodeUri: functions/ # all\nB:\n  CodeUri: functions/\n  X: !Sub ${A}\n"
    assert render(template, [ARTIFACT], "bucket") == (
        "A:\n  CodeUri: s3://bucket/functions-1.zip # all\n"
        "B:\n  CodeUri: s3://bucket/functions-1.zip\n  X: !Sub ${A}\n"
    )


def test_a_template_without_the_path_is_refused() -> None:
    with pytest.raises(CommandError, match="CodeUri: functions/"):
        render("A:\n  CodeUri: src/\n", [ARTIFACT], "bucket")
