"""Files larger than what they may cost in memory, over a socket: sent, kept by the simulator, and fetched again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import transfer_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = int(os.environ.get("WORKFRONT_TRANSFER_MB", "200"))
ALLOWED = 64
"""MB more than before the file; it is far less, but the allocator has its moods."""

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from Linux's /proc"),
]


@contextmanager
def simulator() -> Iterator[tuple[dict[str, str], Path]]:
    """Start one as its users do; give what it prints, and where its memory is told."""
    command = [sys.executable, "-m", "airflow_provider_workfront.simulator"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield json.loads(process.stdout.readline()), Path(f"/proc/{process.pid}/status")
        finally:
            process.terminate()


def peak(status: Path) -> float:
    """Give the peak of a process in MB."""
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024


@pytest.mark.parametrize("way", transfer_memory.WAYS)
def test_a_large_file_needs_no_more_memory_than_a_small_one(way, tmp_path):
    """Up and down, on this side and the other; and it comes back as it was."""
    script = Path(transfer_memory.__file__)
    with simulator() as (known, status):
        before = peak(status)
        command = [sys.executable, str(script), way, str(SIZE), str(tmp_path), known["url"], known["api_key"]]
        environment = os.environ | {"PYTHONPATH": str(script.parents[1])}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        grown = peak(status) - before
    assert done.returncode == 0, done.stderr
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    sys.stdout.write(f"{way}, {SIZE} MB: {measured}, the simulator grew by {grown:.0f} MB\n")

    assert measured["is_same"]
    assert measured["grown"] < ALLOWED
    assert grown < ALLOWED
