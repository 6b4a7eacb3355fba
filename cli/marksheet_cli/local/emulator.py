"""The emulator: its own Python environment, and one process of it per local stack.

The environment holds nothing of ours: the emulator lets Lambdas see its packages, and a package that the
layer lacks would not be noticed. For the same reason no variable of ours reaches the process.
"""

import fcntl
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

from marksheet_cli.exits import CommandError, ExitCode
from marksheet_cli.local.home import Home

Report = Callable[[str], None]

HOST = "127.0.0.1"
_START_SECONDS = 60
_STOP_SECONDS = 60
_SETTLED_SECONDS = 2.0
"""So long after the last write the saved state is whole: it takes a fraction of that."""
_KEPT_VARIABLES = ("HOME", "LANG", "LC_ALL", "PATH", "SSL_CERT_DIR", "SSL_CERT_FILE")


def install(directory: Path, lock: Path, report: Report) -> Path:
    """Make sure that `directory` is a virtual environment with the packages of `lock`; returns its Python.

    Done once: a stamp remembers the lock and the interpreter. uv is used where it is found, else pip.
    """
    python = directory / "bin" / "python"
    stamp = directory / "installed"
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    report("installing the emulator (once)")
    uv = find_uv()
    venv.create(directory, clear=True, with_pip=uv is None, symlinks=True)
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", str(python)]
    else:
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*command, "--require-hashes", "--requirement", str(lock)], "the emulator could not be installed")
    stamp.write_text(wanted)
    return python


def find_uv() -> str | None:
    """uv beside this Python, as `make setup` puts it there, or on the PATH."""
    from shutil import which

    return which("uv", path=str(Path(sys.executable).parent)) or which("uv")


def run(command: list[str], failure: str, **options: object) -> None:
    """Run a command quietly. Raises `CommandError` with the end of its output when it fails."""
    done = subprocess.run(  # type: ignore[call-overload]
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.strip().splitlines()[-15:])
        raise CommandError(f"{failure}:\n{tail}", code=ExitCode.UNAVAILABLE)


def free_port(preferred: int | None = None) -> int:
    """A port of the loopback interface that nobody listens on, the preferred one if it can be had."""
    for candidate in (preferred, 0):
        if candidate is None:
            continue
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CommandError("there is no free port", code=ExitCode.UNAVAILABLE)


class Emulator:
    """The process of one home."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        """Set in the program that started it, whose child it is."""

    def running(self) -> bool:
        """Whether the process lives. It holds a lock that ends with it; a process id could be another's."""
        if not self._home.lock_file.exists():
            return False
        with self._home.lock_file.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
        return False

    def start(self, python: Path, port: int) -> int:
        """Start the process, with what an earlier one kept, and wait until it answers; returns its id."""
        self._home.create()
        self._home.clean_temporary()
        if self._process is not None:
            # One that was killed by somebody else.
            self._process.wait()
        environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ} | {
            "AUTH": "true",
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(port),
            "IOT_MTLS_ENABLED": "0",
            "LOG_LEVEL": "WARNING",
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": "us-east-1",
            "PERSIST_STATE": "1",
            "S3_DATA_DIR": str(self._home.objects),
            "S3_PERSIST": "1",
            "SFTP_ENABLED": "0",
            "STATE_DIR": str(self._home.state),
            "TMPDIR": str(self._home.temporary),
        }
        with self._home.lock_file.open("w") as lock, self._home.log_file.open("w") as log:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._process = subprocess.Popen(
                [str(python), "-m", "ministack.app"],
                cwd=self._home.path,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
            )
        try:
            self._await_answer(self._process, port)
        except BaseException:
            # Nobody knows of it yet, so nobody else would ever stop it.
            self._process.kill()
            self._process.wait()
            raise
        return self._process.pid

    def _await_answer(self, process: subprocess.Popen[bytes], port: int) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise CommandError(
                    f"the emulator did not start on port {port}",
                    hint=f"see {self._home.log_file}",
                    code=ExitCode.UNAVAILABLE,
                )
            time.sleep(0.05)

    def stop(self, pid: int) -> None:
        """Let the process save its state, and end it with its workers.

        It saves at once, but would then wait for invocations under way, whose results nobody will read. So it
        is killed a moment after it has saved; or after a minute, and then loses what is not saved.
        """
        told = time.time()
        os.kill(pid, signal.SIGTERM)
        while self.running():
            saved = self._home.last_save() or 0.0
            settled = saved >= told and time.time() - saved > _SETTLED_SECONDS
            if settled or time.time() - told > _STOP_SECONDS:
                # It leads a group of its own, to which its workers belong.
                os.killpg(pid, signal.SIGKILL)
            time.sleep(0.05)
        if self._process is not None:
            self._process.wait()
        self._home.clean_temporary()


def answers(port: int) -> bool:
    """Whether an emulator listens on the port and is well."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
