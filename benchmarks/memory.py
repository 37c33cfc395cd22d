"""Bench `memory`: the same read of 10,000, 100,000 and a million rows; what it needs at most has to stay the same."""

from __future__ import annotations

import rows
from measure import Plan, Samples, measure, served, warm_up
from reader import chosen
from table import Result, Table, say, target

MOST_MB = 150
FLAT = 1.10


def run(plan: Plan) -> Result:
    """Measure ours."""
    counts = (6_000,) if plan.quick else (10_000, 100_000, 1_000_000)
    able = warm_up(chosen("memory", quick=plan.quick), plan)
    found: dict[str, dict[int, Samples]] = {name: {} for name in able}
    for count in counts:
        say(f"memory: {count:,} rows")
        measured = {name: Samples(samples.failed) for name, samples in able.items()}
        with served("server.py", "--rows", count) as url:
            measure(measured, url, plan, lambda: set(rows.expected_ids(count)))  # noqa: B023 called in this round
        for name, samples in measured.items():
            found[name][count] = samples
    lines = [_row(name, count, samples) for name, by_count in found.items() for count, samples in by_count.items()]
    peaks = _plotted(found)
    notes = [_judged(name, list(by_count.values())) for name, by_count in peaks.items() if by_count]
    return Result([Table("Peak memory, 0 ms before each answer", lines, notes)], {"memory": peaks})


def _judged(name: str, peaks: list[float]) -> str:
    grown = peaks[-1] / peaks[-2] if len(peaks) > 1 else 1.0
    return target(
        f"{name} under {MOST_MB} MB at any number of rows ({max(peaks):.0f} MB), and flat: "
        f"of the largest read the peak is {grown:.2f} x that of the one before",
        holds=max(peaks) < MOST_MB and grown < FLAT,
    )


def _row(name: str, count: int, samples: Samples) -> dict[str, str]:
    if samples.failed:
        return {"client": name, "rows": f"{count:,}", "peak MB": f"failed: {samples.failed}"}
    return {
        "client": name,
        "rows": f"{count:,}",
        "peak MB": samples.told("peak_mb", 0),
        "of it before the first call": f"{samples.median('before_mb'):.0f}",
        "seconds": samples.told("seconds"),
        "lost": f"{samples.most('lost'):.0f}",
        "doubled": f"{samples.most('doubled'):.0f}",
    }


def _plotted(found: dict[str, dict[int, Samples]]) -> dict[str, dict[str, float]]:
    return {
        name: {str(count): samples.median("peak_mb") for count, samples in by_count.items() if samples.runs}
        for name, by_count in found.items()
    }
