"""What a process takes from itself before it reads a document: memory, time, network, other programs.

On Linux a filter of system calls makes that hold for the libraries written in C too; where the kernel does
not let a process set one, sockets are refused to Python code only.
"""

from __future__ import annotations

import ctypes
import os
import resource
import socket
import struct
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_SET_DUMPABLE, _GET_DUMPABLE, _SET_SECCOMP, _NO_NEW_PRIVILEGES = 4, 3, 22, 38
_FILTER_MODE = 2

# linux/filter.h and linux/seccomp.h
_INSTRUCTION = struct.Struct("=HBBI")
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOWED, _NOT_PERMITTED = 0x7FFF0000, 0x00050001
_CALL_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_X32 = 0x40000000
"""Numbers from here on are another way to the same calls, on x86_64."""

# Number of: socket, socketpair, connect, clone, execve, execveat, ptrace, kill, tkill, tgkill,
# process_vm_readv, process_vm_writev, and on x86_64 fork and vfork.
_MACHINES = {
    "x86_64": (0xC000003E, (41, 53, 42, 56, 59, 322, 101, 62, 200, 234, 310, 311, 57, 58)),
    "aarch64": (0xC00000B7, (198, 199, 203, 220, 221, 281, 117, 129, 130, 131, 270, 271)),
}
_EVERYWHERE = (424, 425, 435, 438)
"""pidfd_send_signal, io_uring_setup, clone3, pidfd_getfd."""


def confine(*, memory_bytes: int, seconds: int, file_bytes: int) -> None:
    """Limit this process for the rest of its life: address space, processor time, size of a file that it
    writes, no core dump, no socket, and on Linux no other process and no signal to one.
    """
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory_bytes),
    ):
        _, hard = resource.getrlimit(limit)
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (most, most))
    _refuse_sockets()
    if sys.platform == "linux":
        _filter_calls()


@contextmanager
def unreadable() -> Iterator[None]:
    """Within it, children of the same user cannot read this process's memory or environment, where its
    credentials are.
    """
    if sys.platform != "linux":
        yield
        return
    prctl = _prctl()
    before = prctl(_GET_DUMPABLE, 0, 0, 0, 0)
    prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    try:
        yield
    finally:
        prctl(_SET_DUMPABLE, before, 0, 0, 0)


class _NoSocket:
    """Stands where a socket's class was: modules that derive from it can be imported, none can make one."""

    def __init__(self, *_: object, **__: object) -> None:
        raise PermissionError("documents are read without a network")


def _refuse_sockets() -> None:
    for module in (socket, sys.modules["_socket"]):
        for name in ("socket", "SocketType", "socketpair", "create_connection", "create_server", "fromfd"):
            if hasattr(module, name):
                setattr(module, name, _NoSocket)


def _filter_calls() -> bool:
    """Set the filter; False where the kernel does not have or allow it."""
    known = _MACHINES.get(os.uname().machine)
    if known is None:
        return False
    architecture, calls = known
    program = _program(architecture, (*calls, *_EVERYWHERE))
    code = ctypes.create_string_buffer(program, len(program))
    # A struct of a length and a pointer, which is aligned to its size.
    described = struct.pack("@HP", len(program) // _INSTRUCTION.size, ctypes.addressof(code))
    prctl = _prctl()
    if prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.create_string_buffer(described), 0, 0) == 0)


def _program(architecture: int, calls: tuple[int, ...]) -> bytes:
    """For the kernel's filter machine: refuse these calls, and every call made as on another architecture."""
    count = len(calls)
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_IF_EQUAL, 0, count + 3, architecture),
        (_LOAD, 0, 0, _CALL_NUMBER_AT),
        (_JUMP_IF_AT_LEAST, count + 1, 0, _X32),
        *((_JUMP_IF_EQUAL, count - place, 0, number) for place, number in enumerate(calls)),
        (_RETURN, 0, 0, _ALLOWED),
        (_RETURN, 0, 0, _NOT_PERMITTED),
    ]
    return b"".join(_INSTRUCTION.pack(*step) for step in steps)


def _prctl() -> Any:
    found = ctypes.CDLL(None, use_errno=True).prctl
    found.argtypes = (ctypes.c_int, *([ctypes.c_void_p] * 4))
    return found
