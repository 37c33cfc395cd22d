"""SIGTERM at the right moment, handed to an operator as Airflow's task runner does."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from airflow_provider_workfront.simulator import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def hangs(simulator: Any) -> Callable[[], bool]:
    """Let the fourth search from now on, and all behind it, take long; tell whether the first of them is there."""
    simulator.faults.plan([Fault("slow", path="search", delay=4.0, skip=3, times=-1)])
    before = len(simulator.asked)
    return lambda: sum(request.path.endswith("/search") for request in simulator.asked[before:]) > 3


@contextmanager
def told_to_end(operator: Any, when: Callable[[], bool]) -> Iterator[None]:
    """Send this process a SIGTERM as soon as `when` holds; `on_kill` of the operator is called, and nothing else."""
    over = threading.Event()

    def send() -> None:
        while not over.is_set():
            if when():
                os.kill(os.getpid(), signal.SIGTERM)
                return
            time.sleep(0.02)  # noqa: TID251 it watches another thread

    before = signal.signal(signal.SIGTERM, lambda *_: operator.on_kill())
    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        over.set()
        sender.join()
        signal.signal(signal.SIGTERM, before)
