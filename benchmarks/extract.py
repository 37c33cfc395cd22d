"""Bench `extract`: 200,000 rows into a JSON Lines file, at three latencies, with a cap of ten calls at once."""

from __future__ import annotations

from functools import partial
from math import ceil, inf
from typing import TYPE_CHECKING, Any

import rows
from measure import Plan, Samples, measure, served, warm_up
from reader import chosen
from table import Result, Table, say, target

if TYPE_CHECKING:
    from collections.abc import Callable

CAP = 10
OVERLAP = 20  # rows that neighbouring pages of a lossless read share
SLOW = 0.3  # the latency that has a target
MOST = 1.10  # what ours may take, as a multiple of the floor
BARE = "bare socket (ceiling)"


def run(plan: Plan) -> Result:
    """Measure all clients; in quick mode ours alone, and few rows."""
    count, latencies = plan.count(200_000, 4_000), (0.0, 0.01) if plan.quick else (0.0, 0.1, 0.3)
    able = warm_up(chosen("extract", quick=plan.quick), plan)
    expected = set(rows.expected_ids(count))
    transfer, tables, plot = 0.0, [], {}
    for latency in latencies:
        say(f"extract: {count:,} rows, {latency * 1000:.0f} ms")
        measured = {name: Samples(samples.failed) for name, samples in able.items()}
        with served("server.py", "--rows", count, "--latency", latency, "--cap", CAP) as url:
            measure(measured, url, plan, lambda: expected)
        if not latency:
            transfer = measured[BARE].median("seconds")
        tables.append(_table(measured, count, latency, transfer))
        plot[f"{latency * 1000:.0f}"] = _plotted(measured, count, latency, transfer)
    return Result(tables, plot)


def floors(count: int, latency: float) -> tuple[float, float]:
    """Give the least seconds that the pages take, and that the calls of a lossless read take."""
    return _rounds(ceil(count / rows.PAGE)) * latency, _rounds(lossless_calls(count)) * latency


def lossless_calls(count: int) -> int:
    """Count the calls of a read whose pages overlap, and whose last page is asked for again at its last row."""
    stride = rows.PAGE - OVERLAP
    return 1 + ceil(max(0, count - rows.PAGE + 1) / stride) + 1


def _rounds(calls: int) -> int:
    return ceil(calls / CAP)


def _table(measured: dict[str, Samples], count: int, latency: float, transfer: float) -> Table:
    plain, lossless = floors(count, latency)
    lines = [_row(name, samples, count, plain + transfer) for name, samples in measured.items()]
    pages, calls = ceil(count / rows.PAGE), lossless_calls(count)
    told = (
        f"Floor: {pages} pages, {CAP} at once, {plain:.2f} s; a lossless read needs {calls} calls, {lossless:.2f} s. "
        f"To both comes the transfer, {transfer:.2f} s (the bare socket at 0 ms)."
    )
    judged = [] if latency else _costly(measured, count)
    if latency >= SLOW:
        judged = _slow(measured, lossless + transfer)
    return Table(f"{count:,} rows, {latency * 1000:.0f} ms before each answer", lines, [told, *judged])


def _slow(measured: dict[str, Samples], floor: float) -> list[str]:
    """Hold ours against what waiting for the answers takes at least; the defaults have no target."""
    took = {name: samples.median("seconds") for name, samples in measured.items() if samples.runs}
    others = min((seconds for name, seconds in took.items() if not name.startswith(("ours", BARE))), default=inf)
    return [
        target(
            f"{name} within {MOST:.2f} x of the lossless floor and transfer ({seconds / floor:.2f} x), "
            f"and ahead of all others ({seconds / others:.2f} x of the fastest)",
            holds=seconds <= MOST * floor and seconds < others,
        )
        for name, seconds in took.items()
        if name.startswith("ours") and "defaults" not in name
    ]


def _costly(measured: dict[str, Samples], count: int) -> list[str]:
    """Hold ours against the others by what they take of the processor."""
    rates = {name: count / samples.median("cpu") for name, samples in measured.items() if samples.runs}
    others = max((rate for name, rate in rates.items() if not name.startswith(("ours", BARE))), default=0.0)
    return [
        target(f"{name} ahead of all others per CPU second ({rate:,.0f} and {others:,.0f} rows)", holds=rate > others)
        for name, rate in rates.items()
        if name.startswith("ours") and "defaults" not in name
    ]


def _row(name: str, samples: Samples, count: int, floor: float) -> dict[str, Any]:
    """Give the line of one client."""
    if samples.failed:
        return {"client": name, "seconds": f"failed: {samples.failed}"}
    most: Callable[[str], str] = partial(_most, samples)
    return {
        "client": name,
        "seconds": samples.told("seconds"),
        "x floor": f"{samples.median('seconds') / floor:.2f}",
        "CPU s": samples.told("cpu"),
        "rows per CPU s": f"{count / samples.median('cpu'):,.0f}",
        "peak MB": samples.told("peak_mb", 0),
        "of it before": f"{samples.median('before_mb'):.0f}",
        "calls": most("server_calls"),
        "at once": most("server_peak"),
        "429": most("server_refused"),
        "lost": most("lost"),
        "doubled": most("doubled"),
        "server's CPU s": f"{samples.median('server_cpu'):.2f}",
    }


def _most(samples: Samples, name: str) -> str:
    return f"{samples.most(name):.0f}" if samples.of(name) else "-"


def _plotted(measured: dict[str, Samples], count: int, latency: float, transfer: float) -> dict[str, Any]:
    done = {name: samples for name, samples in measured.items() if samples.runs}
    return {
        "floor": floors(count, latency)[0] + transfer,
        "seconds": {name: samples.median("seconds") for name, samples in done.items()},
        "per_cpu": {name: count / samples.median("cpu") for name, samples in done.items()},
    }
