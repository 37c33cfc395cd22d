"""Let one client read everything once, in this fresh process, and print what it took: `read.py NAME URL FILE`."""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path

from reader import readers


def main() -> None:
    """Read; one JSON line says seconds, CPU seconds and memory, another what failed."""
    name, url, file = sys.argv[1:]
    reader = readers()[name]
    os.environ.update(reader.environment)
    try:
        for module in reader.needs:
            import_module(module)
    except ImportError as error:
        print(json.dumps({"failed": f"cannot be imported: {error}"}))
        return
    print(json.dumps(measured(reader.read, url, Path(file))))


def measured(read: object, url: str, file: Path) -> dict[str, object]:
    """Read, from the first call to the closed file."""
    before = memory("VmRSS")
    began, cpu = time.perf_counter(), time.process_time()
    try:
        read(url, file)  # type: ignore[operator]
    except Exception as error:  # noqa: BLE001 whatever happens to a client belongs into the table
        return {"failed": f"{type(error).__name__}: {error}"[:300]}
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {"seconds": seconds, "cpu": cpu, "peak_mb": memory("VmHWM"), "before_mb": before}


def memory(field: str) -> float:
    """Read from the kernel, in MB; `getrusage` would show the parent's peak, which a child inherits."""
    status = Path("/proc/self/status")
    if not status.exists():
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)  # macOS counts bytes
    (line,) = (line for line in status.read_text().splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
