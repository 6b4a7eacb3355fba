"""What the benchmarks run against: a model that answers, and a local stack of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marksheet_cli.local.stack import LocalStack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent


class Surroundings:
    """Both, started when first needed and stopped by `close`."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._stub: subprocess.Popen[str] | None = None
        self._stack: LocalStack | None = None

    @cached_property
    def stub_port(self) -> int:
        self._stub = subprocess.Popen(
            [sys.executable, "-m", "bench.model_stub"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self._stub.stdout is not None
        return int(self._stub.stdout.readline())

    def model_url(self, milliseconds: int) -> str:
        """Base URL of a model that takes so long to answer."""
        return f"http://127.0.0.1:{self.stub_port}/{milliseconds}/v1"

    def model_calls(self) -> int:
        """How many calls the model has had."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.stub_port}/stats", timeout=10) as answer:
            return int(json.load(answer)["calls"])

    @cached_property
    def stack(self) -> LocalStack:
        """A running stack in a home of its own, with the limits of a deployment."""
        stack = LocalStack(
            ROOT / ".marksheet" / "bench",
            ROOT,
            {"MaxRunning": "100000", "CheckpointSeconds": "10", "LeaseSeconds": "30"},
            report=self._report,
        )
        self._stack = stack
        stack.up()
        return stack

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a process that works on the stack's table and bucket."""
        told = self.stack.environment
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MARKSHEET_"))
        }
        return (
            kept
            | told
            | {
                "TABLE_NAME": told["MARKSHEET_TABLE"],
                "BUCKET_NAME": told["MARKSHEET_BUCKET"],
                "ALLOW_PRIVATE_ENDPOINTS": "true",
                "MAX_LANES": "100",
                "PYTHONPATH": os.pathsep.join(str(ROOT / path) for path in (".", "layers/core")),
            }
        )

    def step(self, *arguments: str, module: str = "bench.steps") -> dict[str, Any]:
        """Run a step of a module in a process of its own. Raises `RuntimeError` with the end of its
        output when it fails.
        """
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError("\n".join(done.stderr.strip().splitlines()[-3:]))
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told

    def close(self) -> None:
        if self._stub is not None:
            self._stub.terminate()
            self._stub.wait()
            assert self._stub.stdout is not None
            self._stub.stdout.close()
        if self._stack is not None:
            self._stack.down(wipe=True)


@contextmanager
def surroundings(report: Callable[[str], None]) -> Iterator[Surroundings]:
    """The surroundings for as long as the context is open."""
    around = Surroundings(report)
    try:
        yield around
    finally:
        around.close()
