"""Lists of packages that must agree: the project's, the layer's, and the versions both are locked to."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def ranges(lines: list[str]) -> dict[str, str]:
    """Package name -> version range, without extras and markers."""
    found = [re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?([^;#]*)", line) for line in lines]
    return {match[1].lower(): match[2].strip() for match in found if match}


def locked(path: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / path).read_text(), re.MULTILINE))


LAYER = ranges((ROOT / "layers/core/requirements.txt").read_text().splitlines())
EXTRACTION = ranges((ROOT / "layers/extraction/requirements.txt").read_text().splitlines())


def test_the_layer_ships_the_projects_ranges() -> None:
    project = ranges(PROJECT["project"]["dependencies"])
    assert LAYER.items() <= project.items()


def test_tests_have_the_ranges_of_what_reads_documents() -> None:
    assert EXTRACTION.items() <= ranges(PROJECT["dependency-groups"]["dev"]).items()


@pytest.mark.parametrize(("layer", "named"), [("core", LAYER), ("extraction", EXTRACTION)])
def test_a_layers_lock_has_what_the_layer_names(layer: str, named: dict[str, str]) -> None:
    assert named.keys() <= locked(f"layers/{layer}/requirements.lock").keys()


@pytest.mark.parametrize("layer", ["core", "extraction"])
def test_tests_run_with_the_versions_that_a_layer_ships(layer: str) -> None:
    developed, shipped = locked("requirements/dev.lock"), locked(f"layers/{layer}/requirements.lock")
    assert {name: developed.get(name) for name in shipped} == shipped


@pytest.mark.parametrize(
    ("lock", "names"),
    [
        ("dev", [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]),
        ("emulator", PROJECT["dependency-groups"]["emulator"]),
        ("infrastructure", PROJECT["dependency-groups"]["infrastructure"]),
        ("clients", PROJECT["dependency-groups"]["clients"]),
    ],
)
def test_a_lock_has_what_its_group_names(lock: str, names: list[str]) -> None:
    assert ranges(names).keys() <= {name.lower() for name in locked(f"requirements/{lock}.lock")}
