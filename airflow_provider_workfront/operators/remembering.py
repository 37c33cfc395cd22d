"""What a try of a task leaves for the next one: what it was about to do, so that it is not done twice.

Airflow's task state store belongs to one task (and map index) of one run, and outlives a try; a cleared run starts
fresh.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Memory:
    """One value in the task's store; without a store, as in `dag.test()` of old, nothing is remembered."""

    store: Any
    """Airflow's task state store, None if there is none."""
    key: str

    @classmethod
    def of(cls, context: Mapping[str, Any], *parts: object) -> Self:
        """Open what earlier tries of the same did; `parts` tell what is done, other arguments are another thing."""
        dag_run = context.get("dag_run")
        cleared = getattr(dag_run, "clear_number", 0) or 0
        digest = hashlib.sha256(repr((*parts, cleared)).encode()).hexdigest()[:16]
        return cls(context.get("task_state_store"), f"workfront_begun:{digest}")

    def recall(self) -> Any:
        """Give what an earlier try kept, None if none did."""
        return self.store.get(self.key) if self.store is not None else None

    def keep(self, value: Any) -> None:
        """Keep a value for later tries; it is JSON, and holds no secrets."""
        if self.store is not None:
            self.store.set(self.key, value)
