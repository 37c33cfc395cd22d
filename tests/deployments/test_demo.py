"""The command a newcomer types first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(900)

DEMO = Path(__file__).resolve().parents[2] / "scripts" / "demo.py"


def test_the_demo_does_what_it_says():
    """It exits 0 and reports each step: found, written, rotated, stored, told of an event."""
    done = subprocess.run([sys.executable, str(DEMO)], capture_output=True, text=True, timeout=400, check=False)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    for step in ("projects found", "project created", "project updated", "8 mapped task instances", "generation 0"):
        assert step in done.stdout
    assert "the one that is alive in Workfront" in done.stdout
    assert "later a DAG run was there" in done.stdout
