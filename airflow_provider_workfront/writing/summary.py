"""What a plan comes to, in words for the log. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_workfront.writing.plan import Action
from airflow_provider_workfront.writing.undo import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from airflow_provider_workfront.writing.plan import Step

WORDS = {Action.CREATE: "to create", Action.UPDATE: "to update", Action.DELETE: "to delete", Action.NONE: "unchanged"}
HEAD = ("row", "action", "object", "change")
MOST_CHANGES = 10
SHOWN = 40


def summary(counts: Mapping[str, int]) -> str:
    """Say how many rows come to what: actions first, then whatever else was counted, such as ``rejected``."""
    known = {action.value: word for action, word in WORDS.items()}
    order = [*known, *(name for name in counts if name not in known)]
    return ", ".join(f"{counts[name]:,} {known.get(name, name)}" for name in order if counts.get(name)) or "no rows"


def outlook(counts: Mapping[str, int], first: Iterable[Step]) -> str:
    """Say what a plan comes to, and show its first changes if there are any."""
    shown = table(first)
    return f"{summary(counts)}; the first changes:\n{shown}" if shown else summary(counts)


def table(steps: Iterable[Step], most: int = MOST_CHANGES) -> str:
    """Show the first changes, a field a line, with values cut short; nothing if there are none."""
    lines = [HEAD]
    for step in steps:
        lines += _lines(step)
        if len(lines) > most:
            break
    widths = [max(len(line[column]) for line in lines[: most + 1]) for column in range(3)]
    shown = ["  ".join((*map(str.ljust, line, widths), line[3])) for line in lines[: most + 1]]
    return "\n".join(shown) if len(lines) > 1 else ""


def _lines(step: Step) -> list[tuple[str, str, str, str]]:
    head = (str(step.number), step.action.value, step.obj_id or shortened(step.key, SHOWN))
    if step.action is Action.DELETE:
        return [(*head, f"key {shortened(step.key, SHOWN)}")]
    return [
        (*head, f"{name}: {shortened(before, SHOWN)} -> {shortened(after, SHOWN)}")
        for name, (before, after) in step.changes.items()
    ]
