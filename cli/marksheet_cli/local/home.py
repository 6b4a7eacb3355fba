"""Where a local stack keeps its things, and what it remembers between two commands."""

import fcntl
import json
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Record:
    """What one `up` leaves for the next command."""

    port: int
    """Kept from one start to the next, so that addresses stay true."""
    pid: int | None = None
    digest: str = ""
    """Of all that was deployed: template, code, layer, parameters. An equal one needs no deployment."""


@dataclass(frozen=True, slots=True)
class Home:
    """The directory of one local stack. Everything that is its own lies in here."""

    path: Path

    @property
    def env_file(self) -> Path:
        return self.path / "local.env"

    @property
    def log_file(self) -> Path:
        return self.path / "emulator.log"

    @property
    def lock_file(self) -> Path:
        """Locked by the emulator's process for as long as it lives."""
        return self.path / "emulator.lock"

    @property
    def state(self) -> Path:
        return self.path / "state"

    @property
    def objects(self) -> Path:
        return self.path / "objects"

    @property
    def temporary(self) -> Path:
        """The emulator's TMPDIR, which it does not clean by itself."""
        return self.path / "tmp"

    @property
    def command_lock(self) -> Path:
        """Locked by a command that changes something."""
        return self.path / "command.lock"

    @property
    def _record_file(self) -> Path:
        return self.path / "stack.json"

    def create(self) -> None:
        for directory in (self.path, self.state, self.objects, self.temporary):
            directory.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)

    def read_record(self) -> Record | None:
        """What was remembered; None at the first start, or when the file is not one of ours."""
        try:
            return Record(**json.loads(self._record_file.read_text()))
        except (FileNotFoundError, json.JSONDecodeError, TypeError):
            return None

    def write_record(self, record: Record) -> None:
        replace(self._record_file, json.dumps(asdict(record), indent=2) + "\n")

    def write_environment(self, environment: Mapping[str, str]) -> None:
        """Write `local.env`, for its owner's eyes alone; `set -a; . .marksheet/local.env` loads it."""
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in environment.items()]
        replace(self.env_file, "".join(lines))

    def clean_temporary(self) -> None:
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir(parents=True, exist_ok=True)

    def saved_at(self) -> str:
        """When the emulator saved its state last, as a local time; "its first start" when it never did."""
        last = self.last_save()
        if last is None:
            return "its first start"
        return datetime.fromtimestamp(last, UTC).astimezone().strftime("%Y-%m-%d %H:%M")

    def last_save(self) -> float | None:
        """When the emulator saved its state last, in Unix seconds."""
        return max((path.stat().st_mtime for path in self.state.rglob("*") if path.is_file()), default=None)

    def wipe(self) -> None:
        """Forget every evaluation, benchmark, model and key; the log goes too."""
        for directory in (self.state, self.objects, self.temporary):
            shutil.rmtree(directory, ignore_errors=True)
        for file in (self.env_file, self.log_file, self.lock_file, self._record_file):
            file.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file against other processes; they wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def replace(path: Path, text: str) -> None:
    """Write a private file in one step, so that nobody ever reads half of it or finds it open to others."""
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    partial.rename(path)
