"""The simulator, while others work in it: between any two answers tasks are changed, deleted and made."""

from __future__ import annotations

import argparse
import json
import threading
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from reader import KEY

from airflow_provider_workfront.simulator import Options, Request, Response, Simulator, running

if TYPE_CHECKING:
    from airflow_provider_workfront.simulator.table import Row

OWN = "/__bench__/"
UPDATES, DELETES, INSERTS = 50, 5, 5


class Torn:
    """A Workfront in which others write; it remembers which tasks were there throughout."""

    def __init__(self, tasks: int, seed: int) -> None:
        self.simulator = Simulator(Options(projects=20, tasks=tasks, seed=seed, api_key=KEY, gzip=False))
        self.world = self.simulator.world
        self.random = Random(seed)  # noqa: S311 play
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Begin to remember anew."""
        self.simulator.reset_stats()
        self.throughout = set(self.world.objects("TASK"))
        self.ids = list(self.throughout)
        self.calls = self.refused = 0

    def answer(self, request: Request) -> Response:
        """Answer, and let the others work."""
        if request.path.startswith(OWN):
            with self.lock:
                return self._own(request.path)
        response = self.simulator.answer(_let_in(request))
        if "/TASK/" in request.path.upper():
            with self.lock, self.world.lock:
                self.calls += 1
                self.refused += response.status == 429
                self._disturb()
        return response

    def _own(self, path: str) -> Response:
        if path == f"{OWN}reset":
            self.reset()
        told: Any = sorted(self.throughout) if path == f"{OWN}throughout" else self._stats()
        return Response(200, {"content-type": "application/json"}, json.dumps(told).encode())

    def _stats(self) -> dict[str, int]:
        return {"calls": self.calls, "refused": self.refused, "peak": self.simulator.gate.peak}

    def _disturb(self) -> None:
        for at in self.random.sample(range(len(self.ids)), UPDATES):
            self.world.update("TASK", self.ids[at], {"priority": at % 5, "lastUpdateDate": self.world.now()})
        for _ in range(DELETES):
            gone = self.ids.pop(self.random.randrange(len(self.ids)))
            self.world.remove("TASK", gone, to_bin=False)
            self.throughout.discard(gone)
        for _ in range(INSERTS):
            like: Row = self.world.objects("TASK")[self.random.choice(self.ids)]
            self.ids.append(self.world.add("TASK", like | {"ID": self.world.new_id()})["ID"])


def _let_in(request: Request) -> Request:
    """Take an API key from a form, which Workfront refuses by now: python-workfront sends it nowhere else."""
    if "apiKey" not in dict(request.form):
        return request
    return replace(request, headers={**request.headers, "apikey": dict(request.form)["apiKey"]})


def main() -> None:
    """Serve on a free port until ended; one JSON line says where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with running(Torn(args.rows, args.seed)) as server:
        print(json.dumps({"url": server.url}), flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
