"""What a process can no longer do once it confined itself: each tried in a process of its own."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

import marksheet_extraction
from marksheet_extraction.confinement import unreadable

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="system calls are filtered on Linux")
CONFINED = """
import ctypes, errno, os, resource, socket, sys
import marksheet_extraction.confinement as confinement
libc = ctypes.CDLL(None, use_errno=True)
confinement.confine(memory_bytes=300 << 20, seconds=20, file_bytes=1000)
"""


def confined(script: str, *, code: int = 0) -> str:
    """What a script prints after it confined itself."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", CONFINED + script],
        env={"PYTHONPATH": str(Path(marksheet_extraction.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.socket()",
        "socket.create_connection(('127.0.0.1', 9))",
        "socket.socketpair()",
        "__import__('_socket').socket()",
        "__import__('urllib.request').request.urlopen('http://127.0.0.1:9')",
    ],
)
def test_python_code_gets_no_socket(attempt: str) -> None:
    script = f"try:\n    {attempt}\nexcept OSError as error:\n    print(error)"
    assert "documents are read without a network" in confined(script)


def test_modules_that_derive_from_sockets_can_still_be_imported() -> None:
    assert confined("import ssl, http.client\nprint('imported')") == "imported"


@LINUX
@pytest.mark.parametrize(
    "attempt",
    [
        "libc.socket(2, 1, 0)",
        "libc.socketpair(1, 1, 0, ctypes.create_string_buffer(8))",
        "libc.connect(0, None, 0)",
        "libc.fork()",
        "libc.vfork()",
        "libc.execve(b'/bin/true', None, None)",
        "libc.ptrace(0, 0, None, None)",
        "libc.kill(os.getppid(), 0)",
        "libc.syscall(425, 1, ctypes.create_string_buffer(200))",
        "libc.syscall(0x40000000 + 41, 2, 1, 0)",
    ],
)
def test_nor_does_native_code_or_another_process(attempt: str) -> None:
    assert confined(f"print({attempt}, ctypes.get_errno() == errno.EPERM)") == "-1 True"


def test_memory_has_an_end() -> None:
    script = "try:\n    bytearray(400 << 20)\nexcept MemoryError:\n    print('no more')"
    assert confined(script) == "no more"


def test_a_file_has_a_largest_size(tmp_path: Path) -> None:
    path = str(tmp_path / "large")
    script = (
        f"assert open({path!r}, 'wb', 0).write(bytes(2000)) == 1000\n"
        f"try:\n    open({path!r}, 'ab', 0).write(b'x')\n"
    )
    assert confined(f"{script}except OSError as error:\n    print(error.errno == errno.EFBIG)") == "True"


def test_limits_are_set_and_cannot_be_raised() -> None:
    script = (
        "for name in ('CORE', 'FSIZE', 'CPU', 'AS'):\n"
        "    print(*resource.getrlimit(getattr(resource, f'RLIMIT_{name}')))"
    )
    assert confined(script).split() == ["0", "0", "1000", "1000", "20", "20", str(300 << 20), str(300 << 20)]


def test_a_lower_limit_that_is_there_stays() -> None:
    script = (
        "resource.setrlimit(resource.RLIMIT_CPU, (5, 5))\n"
        "confinement.confine(memory_bytes=300 << 20, seconds=20, file_bytes=1000)\n"
        "print(resource.getrlimit(resource.RLIMIT_CPU))"
    )
    assert confined(script) == "(5, 5)"


def test_a_machine_that_is_not_known_keeps_the_other_limits() -> None:
    script = "confinement._MACHINES.clear()\nprint(confinement._filter_calls())"
    assert confined(script) == "False"


@LINUX
def test_the_parents_memory_is_unreadable_meanwhile() -> None:
    dumpable = ctypes.CDLL(None).prctl
    assert dumpable(3, 0, 0, 0, 0) == 1
    with unreadable():
        assert dumpable(3, 0, 0, 0, 0) == 0
        # Of a process that nobody may look into, root owns what is in /proc.
        assert Path(f"/proc/{os.getpid()}/environ").stat().st_uid == 0
    assert dumpable(3, 0, 0, 0, 0) == 1
