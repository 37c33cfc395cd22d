"""Bench `torn`: reading while others write; a row that was there throughout has to be read, and once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from measure import Plan, Samples, once, remove, served, told_by, verified, warm_up
from reader import chosen
from table import Result, Table, say, target

if TYPE_CHECKING:
    from typing import Any

    from reader import Reader


def run(plan: Plan) -> Result:
    """Let all clients read a world that others work in; each run is another world, the same for all."""
    count = plan.count(40_000, 6_000)
    able = chosen("torn", quick=plan.quick)
    measured = warm_up(able, plan)
    for number in range(plan.runs):
        say(f"torn: {count:,} rows, run {number + 1}/{plan.runs}")
        for name, samples in measured.items():
            if not samples.failed:
                _measure(name, samples, plan, ("--rows", count, "--seed", number + 1))
    lines = [_row(name, samples, able[name]) for name, samples in measured.items()]
    title = f"{count:,} rows, while between any two answers 50 are updated, 5 deleted and 5 inserted"
    notes = [_judged(name, samples) for name, samples in measured.items() if name.startswith("ours") and samples.runs]
    return Result([Table(title, lines, notes)])


def _measure(name: str, samples: Samples, plan: Plan, options: tuple[object, ...]) -> None:
    with served("torn_server.py", *options) as url:
        sample = once(name, url, plan.file)
        throughout = set(told_by(url, "throughout"))
    if "failed" in sample:
        samples.failed = sample["failed"]
        return
    samples.runs.append(sample | verified(plan.file, throughout))
    remove(plan.file)
    say(f"  {name}: {samples.runs[-1]['lost']} lost, {samples.runs[-1]['doubled']} doubled")


def _judged(name: str, samples: Samples) -> str:
    return target(f"{name}: nothing lost, nothing doubled", holds=samples.most("lost") == samples.most("doubled") == 0)


def _row(name: str, samples: Samples, reader: Reader) -> dict[str, Any]:
    if samples.failed:
        return {"client": name, "sorted by": reader.order, "lost": f"failed: {samples.failed}"}
    return {
        "client": name,
        "sorted by": reader.order,
        "lost": samples.told("lost", 0),
        "doubled": samples.told("doubled", 0),
        "calls": samples.told("server_calls", 0),
        "429": f"{samples.most('server_refused'):.0f}",
    }
