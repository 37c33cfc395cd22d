"""A Workfront to write to: tasks with a name, a few calls that fail, and a count of every write.

Like the server of the other benches it is bare sockets and no framework. A hundred with a bad row stops there and
keeps what came before it, which is what the project's simulator takes for likeliest; Workfront documents nothing.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from server import Request, Server, _failure, serve_for_ever

if TYPE_CHECKING:
    from server import Parts

BAD = "high"
"""A priority that is no number."""
TROUBLE = 0.02
"""The share of writes that fail, half of them with 429 and half with 503; none of them is carried out."""


@dataclass
class Writes(Server):
    """The tasks, how often each was written, and the dice that let calls fail."""

    dice: Random = field(default_factory=Random)
    names: dict[str, str] = field(default_factory=dict)
    written: Counter[str] = field(default_factory=Counter)

    def reset(self) -> None:
        """Begin anew, with the same troubles to come."""
        super().reset()
        self.counts |= {"bad_calls": 0}
        self.dice, self.names, self.written = Random(1), {}, Counter()  # noqa: S311 play

    def stats(self) -> dict[str, float]:
        """Tell how many rows were written, and how many more than once."""
        doubled = sum(times > 1 for times in self.written.values())
        return {**super().stats(), "written": len(self.written), "doubled": doubled}

    def _carried_out(self, request: Request) -> tuple[int, Parts]:
        if not request.has_credential:
            return 401, [_failure("no session")]
        if request.path.endswith("/search"):
            return 200, [self._found([value for name, value in request.pairs if name == "ID"])]
        with self.lock:
            roll = self.dice.random()
            if roll < TROUBLE:
                self.counts["bad_calls"] += 1
                return (429, [_failure("too many requests")]) if roll < TROUBLE / 2 else (503, [b"<html></html>"])
            return self._updated(json.loads(request.params.get("updates") or request.body))

    def _updated(self, rows: list[dict[str, Any]]) -> tuple[int, Parts]:
        for row in rows:
            if row.get("priority") == BAD:
                return 422, [_failure(f'Invalid Parameter: priority value "{BAD}"')]
            self.names[row["ID"]] = row["name"]
            self.written[row["ID"]] += 1
        made = [{"ID": row["ID"], "name": row["name"], "objCode": "TASK"} for row in rows]
        return 200, [json.dumps({"data": made}).encode()]

    def _found(self, ids: list[str]) -> bytes:
        found = [{"ID": each, "name": self.names.get(each, "old"), "priority": 0} for each in ids]
        return json.dumps({"data": found}).encode()


def main() -> None:
    """Serve on a free port until ended; one JSON line says where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--cap", type=int, default=10, help="calls at once; more are refused")
    args = parser.parse_args()
    serve_for_ever(Writes(0, args.latency, args.cap))


if __name__ == "__main__":
    main()
