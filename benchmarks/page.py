"""The page that says what was measured, how, and with what."""

from __future__ import annotations

import os
import platform
from dataclasses import replace
from pathlib import Path
from typing import Any

from reader import readers
from table import Table, is_target

INTRO = """\
# Benchmarks

<!-- written by `make bench`; edit benchmarks/page.py -->

A figure here counts only beside the others of its table: all were measured in one run on one machine, in turn, each
client in a fresh process after a warm-up. A cell is the median of its runs, with the least and the most behind it.

```sh
make bench                          # everything, about an hour and a half on two idle cores
make bench ONLY=extract,memory      # some of it
make bench RUNS=9                   # more runs of each client; the default is 5
make bench QUICK=1                  # ours alone with a few rows, in seconds: whether it works, no figures
make bench PAGE=1                   # this page anew from what was found before
```

The clients other than ours are installed into a Python environment of their own in `build/bench`, in the versions of
`benchmarks/rivals.txt`; one that cannot be installed or run is named in the tables.
"""
REMARKS = Path(__file__).with_name("remarks.md")
"""What a person has to say about the figures, such as why a target was missed."""

ABOUT = {
    "extract": """\
## Extract

All rows of one type into a JSON Lines file, from a server that answers after a set latency, takes ten calls at once and
refuses more with 429. Its pages have 2,000 rows of 760 bytes, are rendered before the clock starts, and are sent
uncompressed by bare sockets from a process of its own. Every written file is read again: `lost` are IDs that are
missing in it, `doubled` those that stand in it twice. `x floor` is against the pages' floor and the transfer; `of it
before` is memory in use before the first call, by Python and what was imported.

Most of the others are general clients and no tools for extracts: each was given its documented fastest mode, and
nothing to do but write the rows. Only ours proves that no row is missing, which takes a few more calls.
""",
    "torn": """\
## Reading while others write

The same clients, while tasks are changed, deleted and made between any two answers. `lost` are rows that were there
from the first call to the last and are not in the file; `doubled` are rows that stand in it twice. The server is this
project's simulator. Among pages fetched at once, losses depend on the order in which they happen to be answered.
""",
    "memory": """\
## Memory

The peak of the reading process, as the kernel counts it, for the same read of more and more rows.
""",
    "bulk": """\
## Bulk writes

Updates in hundreds. One row in a hundred is refused, one call in fifty fails with 429 or 503. The server stops at a bad
row and keeps those before it; what the real one does is documented nowhere. `written twice` are good rows that were
written more than once, each of which may send another mail; `good rows reported` were said to have failed.
""",
    "fleet": """\
## Many processes, one grant

Fifty processes share one connection whose refresh token rotates and whose access token lives for 20 seconds, against a
cap of ten calls at once.
""",
    "airflow": """\
## In Airflow

The same small read in mapped tasks of a real Airflow, started through its scheduler.
""",
}


def page(found: list[dict[str, Any]], *, has_picture: bool) -> str:
    """Write the page from what the benches kept."""
    parts = [INTRO]
    if has_picture:
        parts.append("![Seconds, rows per CPU second and memory, ours beside the others](images/benchmarks.png)\n")
    if REMARKS.exists():
        parts.append(REMARKS.read_text())
    parts += [_targets(found), *map(_section, found), _clients()]
    return "\n".join(parts)


def machine() -> str:
    """Describe where it ran."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    models = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    memory = f"{pages * size / (1 << 30):.0f} GB"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    cores = f"{os.cpu_count()} cores ({models[0] if models else platform.machine()})"
    return f"{cores}, {memory}, {platform.system()}, {python}"


def _section(found: dict[str, Any]) -> str:
    """Write what one bench found."""
    tables = [Table(**table) for table in found["tables"]]
    told = [replace(table, notes=[note for note in table.notes if not is_target(note)]) for table in tables]
    runs, minutes = f"{found['runs']} run{'s' * (found['runs'] != 1)}", f"{found['minutes']} minutes"
    made = f"`make bench ONLY={found['bench']}`: {runs}, {found['when']}, {minutes}, {found['machine']}."
    parts = [ABOUT[found["bench"]], *(table.markdown() for table in told), made]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _targets(found: list[dict[str, Any]]) -> str:
    """List what this project wants to reach, and whether it did."""
    tables = [(each["bench"], table) for each in found for table in each["tables"]]
    lines = [
        f"- {bench}, {table['title']}: {note}" for bench, table in tables for note in table["notes"] if is_target(note)
    ]
    return "\n".join(["## Targets", "", *(lines or ["None was measured."]), ""])


def _clients() -> str:
    """List the clients with their versions and configurations."""
    rows = [
        {"client": name, "versions": reader.versions or "-", "how": reader.told} for name, reader in readers().items()
    ]
    text = Table("Clients", rows).markdown().replace("**Clients**", "## Clients")
    return f"{text.rstrip()}\n"
