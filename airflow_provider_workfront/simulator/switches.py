"""The command line's switches: each sets one field of `Options`, which keeps its default when none is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from airflow_provider_workfront.simulator.faults import KINDS
from airflow_provider_workfront.simulator.options import BareEdges, BulkFailure, Rotation

if TYPE_CHECKING:
    import argparse

Switch = tuple[str, str, Any, str]  # flag, field, how to read it, help


def text_of(path: str) -> str:
    """Read a file that is named on the command line."""
    return Path(path).read_text(encoding="utf-8")


def json_or_text(text: str) -> Any:
    """Read JSON, and take what is none as it stands."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def milliseconds(text: str) -> float:
    """Read milliseconds as seconds."""
    return float(text) / 1000


TOKENS: tuple[Switch, ...] = (
    ("--client-id", "client_id", str, "fix the client ID instead of making one up"),
    ("--client-secret", "client_secret", str, "fix the client secret"),
    ("--refresh-token", "refresh_token", str, "fix the first refresh token"),
    ("--api-key", "api_key", str, "fix the API key"),
    ("--public-key", "public_key", text_of, "file with the application's public key (PEM), for the JWT exchange"),
    ("--redirect-uri", "redirect_uris", list, "register a redirect URI; may be repeated"),
    ("--public-client-id", "public_client_id", str, "also register an application without a secret (PKCE)"),
    ("--interactive", "interactive", True, "the authorize page asks before it redirects"),
    ("--rotation", "rotation", get_args(Rotation), "refresh token in an answer: new (default), same, left out, empty"),
    ("--grace", "grace_seconds", float, "how long a used refresh token still works (default 0)"),
    ("--revoke-on-reuse", "reuse_revokes_family", True, "a used refresh token revokes all of its family"),
    ("--sessions-die-on-refresh", "sessions_die_on_refresh", True, "a refresh ends the older sessions"),
    ("--expires-in", "expires_in", json_or_text, "sent as it is: any JSON, or `missing` (default 3600)"),
    ("--session-seconds", "session_seconds", float, "a session's life (default 3600)"),
    ("--session-idle-seconds", "session_idle_seconds", float, "a session's life without use (default: no end)"),
    ("--absolute-seconds", "absolute_seconds", float, "absolute expiry of an authorization (default: none)"),
    ("--inactivity-seconds", "inactivity_seconds", float, "expiry of an unused refresh token (default: none)"),
)
TROUBLES: tuple[Switch, ...] = (
    ("--concurrency", "concurrency", int, "calls at once before 429 (default 10)"),
    ("--retry-after", "retry_after", int, "send Retry-After with 429 (Workfront does not)"),
    ("--latency-ms", "latency_seconds", milliseconds, "milliseconds to wait before every answer"),
    ("--jitter-ms", "jitter_seconds", milliseconds, "and up to this much longer"),
    ("--no-gzip", "gzip", False, "do not compress unasked"),
    ("--fault-rate", "fault_rate", float, "share of API calls that fail at random, 0 to 1"),
    ("--fault-kind", "fault_kind", str, f"how they fail: {', '.join(sorted(KINDS))} (default 429)"),
    ("--allow-address", "allowed_addresses", list, "block all other addresses; may be repeated"),
)
RECORDS: tuple[Switch, ...] = (
    ("--seed", "seed", int, "seed of all randomness (default 1)"),
    ("--projects", "projects", int, "make a large world of so many projects"),
    ("--tasks", "tasks", int, "and of so many tasks"),
    ("--no-shuffle", "shuffle", False, "give unsorted results in a stable order"),
    ("--legacy-versions", "legacy_versions", True, "answer v16 and v17, too"),
    ("--bulk-failure", "bulk_failure", get_args(BulkFailure), "a bulk write with one bad item (default stop)"),
    ("--huge-delete-seconds", "huge_delete_seconds", float, "how long a delete of a big tree takes"),
)

DISPUTED: tuple[Switch, ...] = (
    ("--max-depth", "max_depth", int, "references in a path of `fields` (default 4; 0: no end)"),
    ("--notexists-prefix", "notexists_prefix", True, "take `NOTEXISTS:1:` beside `EXISTS:1:$$EXISTSMOD=NOTEXISTS`"),
    ("--bare-edges", "bare_edges", get_args(BareEdges), "`$$TODAYb` and `$$TODAYe` without a unit (default refused)"),
    ("--repeated-lists", "repeated_lists", True, "take lists of actions as repeated form keys, beside JSON"),
    ("--camel-case-subscriptions", "camel_case_subscriptions", True, "show subscriptions as `dateCreated`"),
    ("--event-api-keys", "event_api_keys", True, "let API keys manage event subscriptions"),
)

EVENTS: tuple[Switch, ...] = (
    ("--event-time-scale", "event_time_scale", float, "shorten retries, probes and freezing, e.g. 0.001 (default 1)"),
    ("--event-delay", "event_delay_seconds", float, "seconds before an event is delivered (default 0)"),
    ("--event-jitter", "event_jitter_seconds", float, "and up to this much longer: events overtake each other"),
    ("--event-duplicate-rate", "event_duplicate_rate", float, "share of events delivered twice, 0 to 1 (default 0)"),
)


def add_switches(parser: argparse.ArgumentParser) -> None:
    """Add all switches to a parser."""
    groups = {
        "tokens and sessions": TOKENS,
        "limits and troubles": TROUBLES,
        "records": RECORDS,
        "events": EVENTS,
        "where sources disagree": DISPUTED,
    }
    for title, switches in groups.items():
        group = parser.add_argument_group(title)
        for flag, field, how, text in switches:
            group.add_argument(flag, dest=field, help=text, **_reading(flag, how))


def _reading(flag: str, how: Any) -> dict[str, Any]:
    if isinstance(how, bool):
        return {"action": "store_const", "const": how}
    if isinstance(how, tuple):
        return {"choices": how, "metavar": "|".join(how)}
    shown = flag.removeprefix("--").replace("-", "_").upper()
    return {"action": "append", "metavar": shown} if how is list else {"type": how, "metavar": shown}
