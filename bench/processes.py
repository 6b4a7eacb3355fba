"""Processor time and memory of other processes, from Linux's /proc; nothing where there is none."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc")


@dataclass(slots=True)
class Usage:
    """What a process has used so far."""

    cpu_seconds: float = 0.0
    peak_mb: float = 0.0
    """Largest resident memory."""


@dataclass(slots=True)
class Family:
    """A stack's processes: the emulator, and below it one worker for each warm function instance.

    Looked at now and then, so that a worker that ends is still counted as far as it was last seen.
    """

    root: int
    seen: dict[int, tuple[str, Usage]] = field(default_factory=dict)
    _before: dict[int, float] = field(default_factory=dict)

    def begin(self) -> None:
        """Count processor time from now on."""
        self.look()
        self._before = {pid: usage.cpu_seconds for pid, (_, usage) in self.seen.items()}

    def look(self) -> None:
        for pid, parent, command in _processes():
            if self.root in (pid, parent):
                with contextlib.suppress(OSError, ValueError):
                    self.seen[pid] = (name_of(command) if pid != self.root else "emulator", usage_of(pid))

    def by_name(self) -> dict[str, Usage]:
        """Since `begin`, by function and "emulator": processor time together, memory of the largest."""
        found: dict[str, Usage] = {}
        for pid, (name, usage) in self.seen.items():
            total = found.setdefault(name, Usage())
            total.cpu_seconds += usage.cpu_seconds - self._before.get(pid, 0.0)
            total.peak_mb = max(total.peak_mb, usage.peak_mb)
        return found


def peak_mb() -> float:
    """Of this process. What `getrusage` tells is never less than what its parent had when it started it."""
    return usage_of(os.getpid()).peak_mb if PROC.is_dir() else 0.0


def name_of(command: str) -> str:
    """The function a worker runs, by the folder its script lies in: `x-ScoreShard-1A2B` is ScoreShard."""
    found = re.search(r"-([A-Z][A-Za-z]+)-[0-9A-Za-z]", command)
    return found[1] if found else "other"


def usage_of(pid: int) -> Usage:
    """Raises `OSError` when the process is gone."""
    fields = (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    status = (PROC / str(pid) / "status").read_text()
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    ticks = os.sysconf("SC_CLK_TCK")
    return Usage((int(fields[11]) + int(fields[12])) / ticks, int(peak[1]) / 1024 if peak else 0.0)


def _processes() -> list[tuple[int, int, str]]:
    """(process, its parent, its command) of all that can be seen."""
    found = []
    for entry in PROC.iterdir() if PROC.is_dir() else ():
        with contextlib.suppress(OSError, ValueError, IndexError):
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
            found.append((int(entry.name), parent, command))
    return found
