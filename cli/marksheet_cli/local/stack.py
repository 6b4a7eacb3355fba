"""A whole local stack: emulator, deployment, an organization and its key. For `marksheet local` and tests."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from marksheet_cli.connection import read_env_file
from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.local.deployment import DeployedFunction, Deployment, read_template
from marksheet_cli.local.emulator import Emulator, Report, answers, free_port, install
from marksheet_cli.local.home import Home, Record, locked
from marksheet_cli.local.packaging import ARCHITECTURE, RUNTIME, package

ORGANIZATION = "local"

PARAMETERS = {
    "Stage": "local",
    "PythonRuntime": RUNTIME,
    "Architecture": ARCHITECTURE,
    "AllowPrivateEndpoints": "true",
    "MaxLanes": "4",
    "CheckpointSeconds": "1",
    "LeaseSeconds": "10",
}
"""What a laptop has other than AWS: its own Python, models on loopback, few cores, and an impatient owner."""


def laptop_parameters(environment: Mapping[str, str]) -> dict[str, str]:
    """`PARAMETERS`, and where Bedrock is for this user, by the variable that AWS's own tools have for it."""
    return PARAMETERS | {"BedrockEndpoint": environment.get("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "")}


def _silent(_: str) -> None:
    return


class LocalStack:
    """One stack in one home.

    `home` keeps what is this stack's own. Emulator and built layers lie in the repository's `.marksheet`,
    where several stacks share them. `parameters` are the template's, over `laptop_parameters`.
    """

    def __init__(
        self,
        home: Path,
        repository: Path,
        parameters: Mapping[str, str] | None = None,
        *,
        report: Report = _silent,
    ) -> None:
        self._home = Home(home.absolute())
        self._repository = repository.absolute()
        self._parameters = laptop_parameters(os.environ) | dict(parameters or {})
        self._report = report
        self._emulator = Emulator(self._home)

    @property
    def running(self) -> bool:
        return self._emulator.running()

    @property
    def pid(self) -> int | None:
        """The emulator's process while it runs."""
        record = self._home.read_record()
        return record.pid if record and self.running else None

    @property
    def environment(self) -> dict[str, str]:
        """The variables of `local.env`. Raises `CommandError` when the stack was never up."""
        return dict(read_env_file(self._home.env_file))

    @property
    def env_file(self) -> Path:
        return self._home.env_file

    @property
    def log_file(self) -> Path:
        return self._home.log_file

    def function(self, logical_id: str) -> DeployedFunction:
        """How a function is deployed. Raises `CommandError` when the stack does not run."""
        record = self._home.read_record()
        if record is None or not self.running:
            raise CommandError(
                "the local stack does not run", hint="start it with 'make up'", code=ExitCode.UNAVAILABLE
            )
        return Deployment(record.port).function(logical_id)

    def up(self, port: int | None = None) -> dict[str, str]:
        """Start what is not running, deploy what is not up to date; returns the environment."""
        template = read_template(self._repository)
        shared = self._repository / ".marksheet"
        with locked(shared / "build.lock"):
            python = install(
                shared / "emulator", self._repository / "requirements" / "emulator.lock", self._report
            )
            artifacts = package(self._repository, shared / "layers", self._report)
        with locked(self._home.command_lock):
            was_running = self._emulator.running()
            record = self._start(python, port)
            deployment = Deployment(record.port)
            digest = deployment.digest(template, artifacts, self._parameters)
            existed = deployment.exists()
            if record.digest and not existed:
                record = self._start_empty(python, record)
            if digest != record.digest or not existed:
                deployment.deploy(template, artifacts, self._parameters, self._report)
                self._home.write_record(replace(record, digest=digest))
            if existed and not was_running:
                deployment.fail_cut_off_executions()
            environment = deployment.environment()
            key = self._known_key() if existed else None
            environment["MARKSHEET_API_KEY"] = key or self._make_key(environment)
            self._home.write_environment(environment)
        return environment

    def down(self, *, wipe: bool = False) -> bool:
        """Stop the emulator if it runs, and say whether it did. What is stored stays unless `wipe` is set."""
        with locked(self._home.command_lock):
            record = self._home.read_record()
            was_running = self._emulator.running()
            if was_running and record and record.pid:
                self._report("saving and stopping")
                self._emulator.stop(record.pid)
                self._home.write_record(replace(record, pid=None))
            if wipe:
                self._home.wipe()
        return was_running

    def _start(self, python: Path, port: int | None) -> Record:
        record = self._home.read_record()
        if record and self._emulator.running():
            if port not in (None, record.port):
                raise CommandError(
                    f"the stack runs on port {record.port}",
                    hint="'marksheet local down' first, then start it on another port",
                    code=ExitCode.FAILED,
                )
            if not answers(record.port):
                raise CommandError(
                    "the emulator runs but does not answer",
                    hint=f"see {self.log_file}",
                    code=ExitCode.UNAVAILABLE,
                )
            return record
        if port is not None and free_port(port) != port:
            raise CommandError(
                f"port {port} is taken", hint="leave out --port for a free one", code=ExitCode.FAILED
            )
        if record and record.pid:
            # Nobody forgot it: `down` does, after the process has saved its state.
            self._report(f"the emulator was killed; what it stored after {self._home.saved_at()} is lost")
        chosen = port or free_port(record.port if record else None)
        self._report("starting the emulator")
        started = Record(chosen, self._emulator.start(python, chosen), record.digest if record else "")
        self._home.write_record(started)
        return started

    def _start_empty(self, python: Path, record: Record) -> Record:
        """Begin anew after an emulator that was killed before it ever saved; only objects are left of it."""
        if record.pid:
            self._emulator.stop(record.pid)
        self._home.wipe()
        started = Record(record.port, self._emulator.start(python, record.port))
        self._home.write_record(started)
        return started

    def _known_key(self) -> str | None:
        """The key that an earlier `up` has made; the table that knows it is still the same."""
        return self.environment.get("MARKSHEET_API_KEY") if self._home.env_file.exists() else None

    def _make_key(self, environment: Mapping[str, str]) -> str:
        self._report("making an API key")
        # As an administrator does it. A process of its own: the core reads its AWS settings from os.environ.
        command = [sys.executable, "-m", "marksheet_cli.main", "keys", "create", "--org", ORGANIZATION]
        others = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        made = subprocess.run(
            [*command, "--name", "local", "--json"],
            env=others | dict(environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise CommandError(f"no API key could be made: {made.stderr.strip()}", code=ExitCode.UNAVAILABLE)
        return str(json.loads(made.stdout)["key"])
