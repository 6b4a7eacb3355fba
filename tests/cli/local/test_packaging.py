from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from marksheet_cli.exits import CommandError
from marksheet_cli.local.packaging import LAYERS, Artifact, Layer, package, render

ARTIFACT = Artifact("CodeUri: functions/", "functions-1.zip", b"")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A checkout whose layers are built by Makefiles that only copy, and note that they ran."""
    files = {
        "functions/plan/handler.py": "code = 1\n",
        "functions/plan/__pycache__/handler.cpython-311.pyc": "stale",
        "functions/.hidden": "not code",
        "statemachine/evaluation.asl.yaml": "StartAt: A # why\nStates: {A: {Type: Succeed}}\n",
        "layers/layer.mk": "",
    }
    for layer in LAYERS:
        files |= {
            f"layers/{layer.folder}/requirements.lock": "",
            f"layers/{layer.folder}/{layer.module}/__init__.py": "",
            f"layers/{layer.folder}/Makefile": (
                f"build-{layer.logical_id}:\n\tmkdir $(ARTIFACTS_DIR)/python\n"
                f"\tcp -R {layer.module} $(ARTIFACTS_DIR)/python/\n\techo {layer.folder} >> ../../built\n"
            ),
        }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def packaged(repository: Path) -> dict[str, Artifact]:
    """Artifacts by their paths in the template."""
    artifacts = package(repository, repository / "cache", lambda _: None)
    return {artifact.template_line.split(": ")[1]: artifact for artifact in artifacts}


def built(repository: Path) -> list[str]:
    """The layers that were built, in that order."""
    return (repository / "built").read_text().split()


def names(artifact: Artifact) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(artifact.content)) as archive:
        return archive.namelist()


def test_functions_are_packed_without_caches_and_hidden_files(repository: Path) -> None:
    assert names(packaged(repository)["functions/"]) == ["plan/handler.py"]


def test_the_state_machine_is_packed_as_json(repository: Path) -> None:
    definition = json.loads(packaged(repository)["statemachine/evaluation.asl.yaml"].content)
    assert definition == {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}


def test_an_unchanged_layer_is_built_once(repository: Path) -> None:
    first, second = packaged(repository), packaged(repository)
    assert built(repository) == ["core", "extraction"]
    assert first == second


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.folder)
def test_a_changed_layer_alone_is_built_again_under_another_name(repository: Path, layer: Layer) -> None:
    before = packaged(repository)
    (repository / f"layers/{layer.folder}/{layer.module}/new.py").write_text("")
    after = packaged(repository)
    assert built(repository) == ["core", "extraction", layer.folder]
    changed = {path for path, artifact in after.items() if artifact.key != before[path].key}
    assert changed == {f"layers/{layer.folder}"}
    assert names(after[f"layers/{layer.folder}"]) == [
        f"python/{layer.module}/__init__.py",
        f"python/{layer.module}/new.py",
    ]


def test_what_all_layers_include_goes_into_each(repository: Path) -> None:
    packaged(repository)
    (repository / "layers/layer.mk").write_text("# changed\n")
    packaged(repository)
    assert built(repository) == ["core", "extraction", "core", "extraction"]


def test_builds_of_one_layer_do_not_push_out_those_of_another(repository: Path) -> None:
    for number in range(6):
        (repository / "layers/core/marksheet/new.py").write_text(f"number = {number}\n")
        packaged(repository)
    assert built(repository).count("extraction") == 1
    assert len(list((repository / "cache").glob("core-*.zip"))) == 4


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
