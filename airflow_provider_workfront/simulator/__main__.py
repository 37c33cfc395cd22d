"""Run the simulator from a shell: `python -m airflow_provider_workfront.simulator`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from airflow_provider_workfront.simulator import Options, Simulator, running
from airflow_provider_workfront.simulator.faults import KINDS, Fault, read_plan
from airflow_provider_workfront.simulator.http import LOOPBACK
from airflow_provider_workfront.simulator.options import BulkFailure, Rotation

if TYPE_CHECKING:
    from collections.abc import Callable

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
  POST /__simulator__/clock            {{"advance": 3600}} moves the simulator's clock forward
  POST /__simulator__/bin/restore      {{"objCode": "TASK", "ID": "..."}} restores from the recycle bin
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
    except ValueError as error:
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
        description="Play Adobe Workfront on this machine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
    )
    _add_serving(parser)
    _add_tokens(parser.add_argument_group("tokens and sessions").add_argument)
    _add_troubles(parser.add_argument_group("limits and troubles").add_argument)
    _add_records(parser.add_argument_group("records").add_argument)
    return parser


def _add_serving(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--expose", action="store_true", help="allow a --host beyond loopback")
    parser.add_argument("--faults", default="[]", metavar="PLAN", help="fault plan: JSON or a file, see below")
    parser.add_argument("--seed", type=int, help="seed of all randomness (default 1)")


# Below, each destination is the name of a field of Options; what is not given keeps the default it has there.


def _add_tokens(add: Callable[..., Any]) -> None:
    add("--client-id", help="fix the client ID instead of making one up")
    add("--client-secret", help="fix the client secret")
    add("--refresh-token", help="fix the first refresh token")
    add("--api-key", help="fix the API key")
    add(
        "--public-key",
        type=_text_of,
        metavar="FILE",
        help="PEM public key of the application, for the JWT exchange",
    )
    add(
        "--redirect-uri",
        dest="redirect_uris",
        action="append",
        metavar="URI",
        help="registered redirect URI; may be repeated",
    )
    add("--interactive", action="store_true", help="the authorize page asks before it redirects")
    add(
        "--rotation",
        choices=get_args(Rotation),
        help="refresh token in an answer: a new one each time (default), the same, left out, empty",
    )
    add(
        "--grace",
        dest="grace_seconds",
        type=float,
        metavar="S",
        help="how long a used refresh token still works (default 0)",
    )
    add(
        "--revoke-on-reuse",
        dest="reuse_revokes_family",
        action="store_true",
        help="a used refresh token revokes all of its family",
    )
    add("--sessions-die-on-refresh", action="store_true", help="a refresh ends the older sessions")
    add(
        "--expires-in",
        type=_json_or_text,
        metavar="VALUE",
        help="sent as expires_in: any JSON, or `missing` (default 3600)",
    )
    add("--session-seconds", type=float, metavar="S", help="a session's life (default 3600)")
    add(
        "--session-idle-seconds",
        type=float,
        metavar="S",
        help="a session's life without use (default: no end)",
    )
    add(
        "--absolute-seconds",
        type=float,
        metavar="S",
        help="absolute expiry of an authorization (default: none)",
    )
    add(
        "--inactivity-seconds",
        type=float,
        metavar="S",
        help="expiry of an unused refresh token (default: none)",
    )


def _add_troubles(add: Callable[..., Any]) -> None:
    add("--concurrency", type=int, metavar="N", help="calls at once before 429 (default 10)")
    add("--retry-after", type=int, metavar="S", help="send Retry-After with 429 (Workfront does not)")
    add(
        "--latency-ms",
        dest="latency_seconds",
        type=_milliseconds,
        metavar="MS",
        help="wait this long before every answer",
    )
    add(
        "--jitter-ms",
        dest="jitter_seconds",
        type=_milliseconds,
        metavar="MS",
        help="and up to this much longer",
    )
    add("--no-gzip", dest="gzip", action="store_false", help="do not compress unasked")
    add("--fault-rate", type=float, metavar="P", help="share of API calls that fail at random")
    add("--fault-kind", choices=sorted(KINDS), help="how they fail (default 429)")
    add(
        "--allow-address",
        dest="allowed_addresses",
        action="append",
        metavar="IP",
        help="block all other addresses; may be repeated",
    )


def _add_records(add: Callable[..., Any]) -> None:
    add("--projects", type=int, metavar="N", help="make a large world of N projects")
    add("--tasks", type=int, metavar="N", help="and of N tasks")
    add("--no-shuffle", dest="shuffle", action="store_false", help="give unsorted results in a stable order")
    add("--legacy-versions", action="store_true", help="answer v16 and v17, too")
    add(
        "--bulk-failure",
        choices=get_args(BulkFailure),
        help="what becomes of a bulk write with one bad item (default stop)",
    )
    add("--huge-delete-seconds", type=float, metavar="S", help="how long a delete of a big tree takes")


def _options(args: argparse.Namespace) -> Options:
    names = {field.name for field in fields(Options)}
    given = {name: value for name, value in vars(args).items() if name in names}
    values: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return Options(**values)


def _text_of(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def _milliseconds(text: str) -> float:
    return float(text) / 1000


def _faults(plan: str) -> list[Fault]:
    return read_plan(plan if plan.lstrip().startswith("[") else _text_of(plan))


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


if __name__ == "__main__":
    main()
