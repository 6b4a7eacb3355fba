"""What a cold start imports, and how large it is: the layer and the functions as they are deployed."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench.figures import Figure
from bench.surroundings import ROOT
from marksheet_cli.local.packaging import package

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bench.sizes import Sizes
    from bench.surroundings import Surroundings

EXTRACTION = "extraction"
LAYER_TARGET = 60.0
"""MB on disk, bytecode included."""
EXTRACTION_TARGET = 100.0
TARGETS = {"evaluations_api": 500.0, "score_shard": 450.0}
"""Milliseconds of processor time to import a handler. Where nobody else runs, the clock says the same:
imports wait for nothing.
"""

PROBE = Path(__file__).with_name("import_probe.py")


def run(_: Surroundings, sizes: Sizes, tell: Callable[[str], None]) -> list[Figure]:
    """Import of each function's handler in a fresh interpreter, and of what its first request needs besides.

    The interpreter sees the unpacked layer, the functions and the standard library, and nothing else.
    """
    with tempfile.TemporaryDirectory() as folder:
        tell("unpacking what is deployed")
        layer, functions = unpack(Path(folder), tell)
        figures = [
            Figure(
                "imports", "layer, unpacked", megabytes(layer), "MB", LAYER_TARGET, judged=not sizes.quick
            ),
            Figure(
                "imports",
                "extraction layer, unpacked",
                megabytes(Path(folder) / EXTRACTION),
                "MB",
                EXTRACTION_TARGET,
                judged=not sizes.quick,
            ),
            Figure("imports", "functions, unpacked", megabytes(functions), "MB"),
        ]
        for handler in sorted(functions.glob("*/handler.py")):
            name = handler.parent.name
            tell(name)
            told = [probe(layer, functions, name) for _ in range(sizes.import_repeats)]
            figures += [
                Figure(
                    "imports",
                    f"{name}: import",
                    median(one["import_ms"] for one in told),
                    "ms",
                    TARGETS.get(name),
                    judged=not sizes.quick,
                ),
                Figure(
                    "imports", f"{name}: import and first use", median(one["ready_ms"] for one in told), "ms"
                ),
            ]
        return figures


def cold_starts(names: Sequence[str], repeats: int = 5) -> dict[str, float]:
    """Milliseconds until a function is ready, the median of a few, by its name."""
    with tempfile.TemporaryDirectory() as folder:
        layer, functions = unpack(Path(folder), lambda _: None)
        return {
            name: median(probe(layer, functions, name)["ready_ms"] for _ in range(repeats)) for name in names
        }


def unpack(folder: Path, tell: Callable[[str], None]) -> tuple[Path, Path]:
    """What `marksheet local` deploys, as a Lambda sees it: (the layer, the functions)."""
    artifacts = {
        artifact.template_line: artifact.content
        for artifact in package(ROOT, ROOT / ".marksheet" / "layers", tell)
    }
    layer, functions = folder / "opt", folder / "task"
    targets = {
        "ContentUri: layers/core": layer,
        "ContentUri: layers/extraction": folder / EXTRACTION,
        "CodeUri: functions/": functions,
    }
    for line, target in targets.items():
        with zipfile.ZipFile(BytesIO(artifacts[line])) as archive:
            archive.extractall(target)
    return layer / "python", functions


def probe(layer: Path, functions: Path, name: str) -> dict[str, float]:
    """Milliseconds of one cold import in a process of its own. Bytecode is not written, as on a read-only
    disk.
    """
    python = getattr(sys, "_base_executable", sys.executable)
    done = subprocess.run(
        [python, "-I", "-S", "-B", str(PROBE), str(layer), str(functions), name],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{name} cannot be imported: {done.stderr.strip().splitlines()[-1]}")
    told: dict[str, float] = json.loads(done.stdout)
    return told


def megabytes(folder: Path) -> float:
    """What the files have together; Lambda's limit of 250 MB counts the same."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1_000_000


def slowest(name: str, count: int = 40) -> str:
    """The modules whose import takes longest in one function, by `python -X importtime`, as text."""
    with tempfile.TemporaryDirectory() as folder:
        layer, functions = unpack(Path(folder), lambda _: None)
        python = getattr(sys, "_base_executable", sys.executable)
        done = subprocess.run(
            [python, "-I", "-S", "-B", "-X", "importtime", str(PROBE), str(layer), str(functions), name],
            capture_output=True,
            text=True,
            check=True,
        )
    lines = [line.removeprefix("import time:") for line in done.stderr.splitlines()]
    timed = [line for line in lines if line.split("|")[0].strip().isdigit()]
    ranked = sorted(timed, key=lambda line: -int(line.split("|")[1]))
    return "\n".join(["  self us | together us | module", *ranked[:count]])
