"""Run the simulator from a shell: `python -m airflow_provider_workfront.simulator`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from dataclasses import fields
from typing import Any

from airflow_provider_workfront.simulator import Options, Simulator, running
from airflow_provider_workfront.simulator.faults import KINDS, Fault, read_plan
from airflow_provider_workfront.simulator.http import LOOPBACK
from airflow_provider_workfront.simulator.switches import add_switches, text_of

EPILOG = f"""
On start one JSON line is printed: url, client_id, client_secret, refresh_token, api_key.
It serves until SIGTERM or Ctrl-C.

Paths of the simulator's own (the rest behaves as Workfront):
  GET  /__simulator__/stats            calls by kind and status, token calls, refreshes, reuse, refusals,
                                       peak concurrency, refresh tokens by hash
  POST /__simulator__/reset-stats      begin counting anew
  POST /__simulator__/faults           replace the fault plan; [] ends all troubles
  POST /__simulator__/sessions/expire  end every session: the next call of each client answers 401
  POST /__simulator__/tokens/revoke    revoke every refresh token: only a new authorization helps
  POST /__simulator__/client-secret    {{"secret": "..."}} changes the client secret
  POST /__simulator__/clock            {{"advance": 3600}} moves the simulator's clock forward
  POST /__simulator__/bin/restore      {{"objCode": "TASK", "ID": "..."}} restores from the recycle bin
  GET  /__simulator__/events           deliveries counted, and the state of each URL
  POST /__simulator__/events/enable    {{"url": "..."}} switches a disabled or frozen URL on
  POST /__simulator__/ims/token/v3     a token endpoint like Adobe IMS's, for `Authorization: Bearer`

A fault plan is a JSON list, or the name of a file with one; each entry:
  {{"match": {{"path": "token" | "api" | any part of the request target, "method": "PUT"}},
   "skip": 0, "times": 1, "do": "...", "delay": 0, "when": "before" | "after"}}
  "times": -1 means always. "after": the request was carried out, its answer is lost or replaced.
  do: {", ".join(sorted(KINDS))}
  "expire" ends every session, then goes on. Example, the answer to a rotation is lost:
  --faults '[{{"match": {{"path": "token"}}, "do": "reset", "when": "after"}}]'
"""


def main(arguments: list[str] | None = None) -> None:
    """Serve until told to stop."""
    parser = _parser()
    args = parser.parse_args(arguments)
    if args.host not in LOOPBACK and not args.expose:
        parser.error(f"{args.host} is not a loopback address; add --expose to listen there all the same")
    try:
        simulator = Simulator(_options(args), faults=tuple(_faults(args.faults)))
    except (OSError, ValueError) as error:
        parser.error(str(error))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with running(simulator, args.host, args.port) as server:
        sys.stdout.write(json.dumps({"url": server.url, **simulator.credentials}) + "\n")
        sys.stdout.flush()
        stop.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m airflow_provider_workfront.simulator",
        usage="%(prog)s [--port PORT] [switches]",
        description="Play Adobe Workfront on this machine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--expose", action="store_true", default=False, help="allow a --host beyond loopback")
    parser.add_argument("--faults", default="[]", metavar="PLAN", help="fault plan: JSON or a file, see below")
    add_switches(parser)
    return parser


def _options(args: argparse.Namespace) -> Options:
    names = {field.name for field in fields(Options)}
    given = {name: value for name, value in vars(args).items() if name in names}
    values: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return Options(**values)


def _faults(plan: str) -> list[Fault]:
    return read_plan(plan if plan.lstrip().startswith("[") else text_of(plan))


if __name__ == "__main__":
    main()
