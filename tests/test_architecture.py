"""Dependencies point inward: functions -> use cases -> {scoring, statistics, dialects, providers, store} ->
domain, errors.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "layers" / "core" / "marksheet"
AWS = {"boto3", "botocore", "aws_lambda_powertools", "s3transfer"}
PURE = (
    "dispositions",
    "domain",
    "errors",
    "estimates",
    "extraction_facts",
    "grading",
    "passages",
    "scoring",
    "statistics",
    "summary",
    "dialects",
    "questions",
    "answers",
    "prompts",
    "row_digests",
    "rows",
    "shown_trials",
    "tracing/outcomes",
    "tracing/trials",
)


def modules(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py"))
    assert found, f"there is no module below {folder}"
    return found


def imported(path: Path) -> Iterator[str]:
    """Full names of what a module imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where a thing comes from"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def area(path: Path) -> str:
    """The part of the core a module belongs to: its package's name, or its own."""
    return path.relative_to(CORE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("name", PURE)
def test_the_pure_parts_import_no_aws_and_nothing_that_does(name: str) -> None:
    paths = modules(CORE / name) if (CORE / name).is_dir() else [CORE / f"{name}.py"]
    names = [
        "marksheet." + ".".join(path.relative_to(CORE).with_suffix("").parts).removesuffix(".__init__")
        for path in paths
    ]
    script = (
        f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\n"
        f"print(sorted({{m.split('.')[0] for m in sys.modules}} & {AWS!r}))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_only_the_edge_of_aws_imports_its_clients() -> None:
    allowed = {"aws", "store", "credentials", "workflow", "announcements", "scheduler", "signing"}
    for path in modules(CORE):
        if area(path) not in allowed:
            assert not any(name.split(".")[0] in {"boto3", "botocore"} for name in imported(path)), path
            assert "marksheet.aws" not in set(imported(path)), path


def test_only_the_store_knows_the_table() -> None:
    """Others may name the layout of S3 keys and the errors of a lost condition, not the table itself."""
    for path in modules(CORE):
        if area(path) != "store":
            assert "marksheet.store.table.Table" not in set(imported(path)), path


def test_the_core_does_not_know_its_functions_or_its_clients() -> None:
    outside = {path.name for path in (ROOT / "functions").iterdir() if path.is_dir()} | {"marksheet_cli"}
    for path in modules(CORE):
        assert not outside & {name.split(".")[0] for name in imported(path)}, path


def test_functions_reach_aws_through_the_core_alone() -> None:
    for path in modules(ROOT / "functions"):
        assert not any(name.split(".")[0] in {"boto3", "botocore"} for name in imported(path)), path


def test_dialects_scoring_and_grading_do_not_know_the_use_cases() -> None:
    inner = {
        "domain",
        "errors",
        "estimates",
        "grading",
        "scoring",
        "statistics",
        "dialects",
        "questions",
        "question_fields",
        "textlines",
        "answers",
        "prompts",
    }
    for part in ("dialects", "grading", "scoring"):
        for path in modules(CORE / part):
            for name in imported(path):
                if name.startswith("marksheet."):
                    assert name.split(".")[1] in inner, f"{path} imports {name}"


def test_only_settings_reads_the_environment() -> None:
    for path in modules(CORE):
        if area(path) != "settings":
            assert not {"environ", "getenv"} & {
                n.attr for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Attribute)
            }, path


def test_handlers_stay_thin() -> None:
    for path in modules(ROOT / "functions"):
        assert path.read_text().count("\n") <= 120, f"{path} does more than decode, call and encode"
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 40, f"{path}: {node.name}"
