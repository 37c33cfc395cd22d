"""Let clients read in fresh processes, one after another, and check what they wrote."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import rows
from table import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HERE = Path(__file__).parent
WARM_UP_ROWS = 10_000
MOST_SECONDS = 900
_ID = re.compile(rb'\{\s*"ID"\s*:\s*"([0-9a-f]{32})"')


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    runs: int = 5
    quick: bool = False
    rows: int = 0
    folder: Path = HERE.parent / "build" / "bench"

    def count(self, usual: int, few: int) -> int:
        """Give the number of rows: what was asked for, few in quick mode, else the usual."""
        return self.rows or (few if self.quick else usual)

    @property
    def file(self) -> Path:
        """Where clients write."""
        return self.folder / "rows.jsonl"


@dataclass
class Samples:
    """All runs of one client; one that failed is not run again."""

    failed: str = ""
    runs: list[dict[str, float]] = field(default_factory=list)

    def median(self, name: str) -> float:
        """Give the median of a measure."""
        return statistics.median(self.of(name))

    def most(self, name: str) -> float:
        """Give the largest."""
        return max(self.of(name))

    def of(self, name: str) -> list[float]:
        """Give a measure of each run."""
        return [run[name] for run in self.runs if name in run]

    def told(self, name: str, digits: int = 2) -> str:
        """Write the median, and the spread behind it."""
        found = sorted(self.of(name))
        if not found:
            return "-"
        text = f"{statistics.median(found):,.{digits}f}"
        return f"{text} ({found[0]:,.{digits}f}-{found[-1]:,.{digits}f})" if len(found) > 1 else text


@contextmanager
def served(script: str, *arguments: object) -> Iterator[str]:
    """Run a server in a process of its own; give its address."""
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None  # noqa: S101 it was asked for
            yield str(json.loads(process.stdout.readline())["url"])
        finally:
            process.terminate()


def told_by(url: str, what: str) -> Any:
    """Ask one of the bench's servers."""
    with urlopen(f"{url}/__bench__/{what}") as answer:  # noqa: S310 it runs on this machine
        return json.load(answer)


def once(name: str, url: str, file: Path) -> dict[str, Any]:
    """Let a client read once, in a fresh process; give what it took, and what the server counted."""
    remove(file)
    told_by(url, "reset")
    command = [sys.executable, "-W", "ignore", str(HERE / "read.py"), name, url, str(file)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=MOST_SECONDS, check=False, env=_environment(file.parent)
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"took more than {MOST_SECONDS} s"}
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"')]
    if done.returncode or not lines:
        return {"failed": f"ended with {done.returncode}: {done.stderr.strip()[-300:]}"}
    counted = {f"server_{key}": value for key, value in told_by(url, "stats").items()}
    return {**json.loads(lines[-1]), **counted}


def _environment(home: Path) -> dict[str, str]:
    """Keep Airflow, which clients may import, out of the user's home."""
    return os.environ | {"AIRFLOW_HOME": str(home / "airflow"), "NO_PROXY": "127.0.0.1"}


def warm_up(names: Iterable[str], plan: Plan) -> dict[str, Samples]:
    """Let each client read a little, so that its code is in memory; whatever cannot do that is not measured."""
    measured = {name: Samples() for name in names}
    expected = set(rows.expected_ids(WARM_UP_ROWS))
    with served("server.py", "--rows", WARM_UP_ROWS) as url:
        for name, samples in measured.items():
            sample = once(name, url, plan.file)
            samples.failed = sample.get("failed", "")
            if plan.file.exists() and not samples.failed:
                samples.failed = _wrong(plan.file, expected)
    return measured


def measure(measured: dict[str, Samples], url: str, plan: Plan, expected: Callable[[], set[str]]) -> None:
    """Run all clients in turn, as often as planned: what disturbs the machine for a while disturbs each of them."""
    for number in range(plan.runs):
        for name, samples in measured.items():
            if samples.failed:
                continue
            sample = once(name, url, plan.file)
            if "failed" in sample:
                samples.failed = sample["failed"]
                continue
            if plan.file.exists():
                sample |= verified(plan.file, expected())
            samples.runs.append(sample)
            say(f"  run {number + 1}/{plan.runs}  {name}: {sample['seconds']:.2f} s")
    remove(plan.file)


def verified(file: Path, expected: set[str]) -> dict[str, float]:
    """Count what is missing from a written file, and what is in it twice."""
    ids = list(written_ids(file))
    unique = set(ids)
    return {"lost": len(expected - unique), "doubled": len(ids) - len(unique)}


def written_ids(file: Path) -> Iterator[str]:
    """Give the ID of each line; a line that is no row is an error."""
    for line in _lines(file):
        found = _ID.match(line)
        if not found or not line.endswith(b"}\n"):
            raise ValueError(f"{file} has a line that is no row: {line[:80]!r}")
        yield found[1].decode()


def remove(file: Path) -> None:
    """Remove what a client wrote: a file, or a folder of them."""
    if file.is_dir():
        shutil.rmtree(file)
    file.unlink(missing_ok=True)


def _lines(file: Path) -> Iterator[bytes]:
    for part in sorted(file.rglob("*.jsonl")) if file.is_dir() else [file]:
        with part.open("rb") as lines:
            yield from lines


def _wrong(file: Path, expected: set[str]) -> str:
    """Say what is wrong with a small file, every line of it decoded."""
    counts = Counter(json.loads(line)["ID"] for line in _lines(file))
    if counts.keys() != expected or counts.total() != len(expected):
        return f"wrote {counts.total()} rows with {len(counts.keys() & expected)} of {len(expected)} IDs"
    return ""
