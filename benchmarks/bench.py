"""Measure this provider beside its rivals: `make bench` runs this, each bench by its name, and writes the page.

What a bench found is kept in `build/bench`, so that benches may be run one by one; the page shows the last run of
each. `--quick` tries ours with a few rows in a few seconds and writes no page of the project.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measure import HERE, Plan
from page import machine, page
from plot import draw
from table import Result, Table, say

if TYPE_CHECKING:
    from collections.abc import Callable

MODULES = {
    "extract": "extract",
    "torn": "torn",
    "memory": "memory",
    "bulk": "bulk",
    "fleet": "fleet",
    "airflow": "mapped",
}
QUICK = ("extract", "torn", "memory", "bulk")
DOCS = HERE.parent / "docs"


def main() -> int:
    """Run the benches asked for; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help=f"benches, by comma: {', '.join(MODULES)}")
    parser.add_argument("--runs", type=int, default=5, help="runs of each client after its warm-up")
    parser.add_argument("--rows", type=int, default=0, help="rows of extract and torn, if not 200,000 and 40,000")
    parser.add_argument("--quick", action="store_true", help="few rows, one run, ours alone")
    parser.add_argument("--page", action="store_true", help="write the page from what was found before, run nothing")
    parser.add_argument("--folder", type=Path, default=Plan.folder, help="where to keep what was found")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    folder = args.folder / "quick" if args.quick else args.folder
    plan = Plan(1 if args.quick else args.runs, quick=args.quick, rows=args.rows, folder=folder)
    plan.folder.mkdir(parents=True, exist_ok=True)
    names = [name.strip() for name in args.only.split(",") if name.strip()] or list(QUICK if args.quick else MODULES)
    if unknown := set(names) - MODULES.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}")
    if args.page and args.quick:
        parser.error("--page writes what a whole run found; a quick one finds no figures")
    failed = [] if args.page else [name for name in names if not ran(name, plan)]
    write_page(plan, DOCS if plan.folder == Plan.folder else plan.folder)
    return 1 if failed else 0


def ran(name: str, plan: Plan) -> bool:
    """Run one bench, print its tables, keep what it found; if it fails, the others go on."""
    began = time.monotonic()
    try:
        result = bench(name)(plan)
    except Exception:  # noqa: BLE001 an hour's figures of the others are worth more
        traceback.print_exc()
        say(f"{name} FAILED, see above")
        return False
    for table in result.tables:
        print(table.text(), flush=True)
    kept = {
        "bench": name,
        "when": time.strftime("%Y-%m-%d", time.gmtime()),
        "minutes": round((time.monotonic() - began) / 60, 1),
        "runs": plan.runs,
        "machine": machine(),
        "tables": [table.plain() for table in result.tables],
        "plot": result.plot,
    }
    (plan.folder / f"{name}.json").write_text(json.dumps(kept, indent=1))
    return True


def bench(name: str) -> Callable[[Plan], Result]:
    """Give what runs a bench; `fleet` gives rows only, a dict each."""
    run: Any = import_module(MODULES[name]).run
    return (lambda _: Result([Table("50 processes, one grant", list(run()))])) if name == "fleet" else run


def write_page(plan: Plan, folder: Path) -> None:
    """Write the page and its picture from what is kept."""
    files = [plan.folder / f"{name}.json" for name in MODULES]
    found = [json.loads(file.read_text()) for file in files if file.exists()]
    (folder / "images").mkdir(exist_ok=True)
    has_picture = draw({key: value for each in found for key, value in each["plot"].items()}, folder / "images")
    (folder / "benchmarks.md").write_text(page(found, has_picture=has_picture))
    say(f"written: {folder / 'benchmarks.md'}")


if __name__ == "__main__":
    sys.exit(main())
