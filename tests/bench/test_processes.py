from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bench.processes import PROC, Family, name_of, peak_mb, usage_of

linux = pytest.mark.skipif(not PROC.is_dir(), reason="there is no /proc")


def test_a_worker_is_named_by_its_script() -> None:
    command = "/python /tmp/ministack-lambda-marksheet-local-ScoreShard-1A2B3C-x8/_worker.py"
    assert name_of(command) == "ScoreShard"
    assert name_of("/usr/bin/sleep 5") == "other"


@linux
def test_a_family_is_a_process_and_its_children() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        family = Family(os.getpid())
        family.begin()
        used = family.by_name()
        assert child.stdin is not None
        child.stdin.close()
    assert used.keys() >= {"emulator", "other"}
    assert used["emulator"].cpu_seconds >= 0
    assert used["emulator"].peak_mb > 1


@linux
def test_a_process_that_is_gone_is_said() -> None:
    with pytest.raises(OSError, match=r"999999999"):
        usage_of(999999999)


@linux
def test_peak_memory_is_of_this_process_alone() -> None:
    script = "from bench.processes import peak_mb; print(peak_mb())"
    kept = bytearray(200_000_000)
    kept[::4096] = b"x" * len(kept[::4096])
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(told.stdout) < 100 < peak_mb()
