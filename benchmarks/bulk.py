"""Bench `bulk`: 10,000 updates, one row in a hundred bad, one call in fifty failing, 300 ms, ten calls at once."""

from __future__ import annotations

import json
from math import ceil, inf
from typing import Any

from measure import Plan, Samples, once, remove, served
from reader import chosen
from table import Result, Table, say, target
from writers import AT_ONCE, COUNT, HUNDRED, bad_rows

LATENCY = 0.3
MOST = 1.10  # what ours may take, as a multiple of the floor


def run(plan: Plan) -> Result:
    """Let all clients write the same rows."""
    latency = 0.01 if plan.quick else LATENCY
    able = chosen("bulk", quick=plan.quick)
    measured = {name: Samples() for name in able}
    for number in range(plan.runs):
        for name, samples in measured.items():
            if not samples.failed:
                _measure(name, samples, plan, latency)
                say(f"  run {number + 1}/{plan.runs}  {name}: {samples.failed or samples.runs[-1]['seconds']}")
    plain, safe = floors(latency)
    lines = [_row(name, samples, safe) for name, samples in measured.items()]
    hundreds = COUNT // HUNDRED
    told = (
        f"Floor: {hundreds} calls, {AT_ONCE} at once, {plain:.2f} s. With the bad rows where they are, and nothing "
        f"assumed of the others, {safe_calls()} calls are needed: {safe:.2f} s; `x floor` is against that."
    )
    title = f"{COUNT:,} updates, {len(bad_rows())} of them bad, {latency * 1000:.0f} ms before each answer"
    return Result([Table(title, lines, [told, *_judged(measured, safe)])])


def floors(latency: float) -> tuple[float, float]:
    """Give the least seconds that the hundreds take, and that they take with bad rows among them."""
    return ceil(COUNT / HUNDRED / AT_ONCE) * latency, ceil(safe_calls() / AT_ONCE) * latency


def safe_calls() -> int:
    """Count the calls that are needed: a refused hundred is read back, its good and each of its bad rows sent alone."""
    hundreds = {number // HUNDRED for number in bad_rows()}
    return COUNT // HUNDRED + 2 * len(hundreds) + len(bad_rows())


def _measure(name: str, samples: Samples, plan: Plan, latency: float) -> None:
    with served("bulk_server.py", "--latency", latency, "--cap", AT_ONCE) as url:
        sample = once(name, url, plan.file)
    if "failed" in sample:
        samples.failed = sample["failed"]
        return
    reported, bad = set(json.loads(plan.file.read_text())), bad_rows()
    samples.runs.append(
        sample
        | {
            "not_written": COUNT - len(bad) - sample["server_written"],
            "reported": len(reported & bad),
            "wrongly": len(reported - bad),
        }
    )
    remove(plan.file)


def _row(name: str, samples: Samples, floor: float) -> dict[str, Any]:
    if samples.failed:
        return {"client": name, "seconds": f"failed: {samples.failed}"}
    return {
        "client": name,
        "seconds": samples.told("seconds"),
        "x floor": f"{samples.median('seconds') / floor:.2f}",
        "calls": f"{samples.median('server_calls'):.0f}",
        "good rows not written": f"{samples.most('not_written'):.0f}",
        "written twice": f"{samples.most('server_doubled'):.0f}",
        "bad rows reported": f"{min(samples.of('reported')):.0f}",
        "good rows reported": f"{samples.most('wrongly'):.0f}",
    }


def _judged(measured: dict[str, Samples], floor: float) -> list[str]:
    took = {name: samples.median("seconds") for name, samples in measured.items() if samples.runs}
    others = min((seconds for name, seconds in took.items() if not name.startswith("ours")), default=inf)
    notes = []
    for name, samples in measured.items():
        if not name.startswith("ours") or not samples.runs:
            continue
        once_each = samples.most("not_written") == samples.most("server_doubled") == samples.most("wrongly") == 0
        all_told = min(samples.of("reported")) == len(bad_rows())
        notes.append(
            target(f"{name}: every good row written once, every bad row reported", holds=once_each and all_told)
        )
        ratio = f"{took[name] / floor:.2f} x the floor, {took[name] / others:.2f} x the fastest other"
        notes.append(target(f"{name} within {MOST:.2f} x of the floor ({ratio})", holds=took[name] <= MOST * floor))
    return notes
