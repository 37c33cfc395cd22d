"""What is asked of the broker, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


@dataclass(frozen=True, slots=True)
class Ask:
    """What a caller wants: any usable token, one newer than `refused`, or one as fresh as its run.

    `run_key` names a DAG run and its clear number; `run_start` is its start in epoch seconds. An ask with
    `may_refresh` false takes what is stored or nothing. `who` is a name for the log. `secret` is the client secret
    that the connection has just now, filled in by the broker: what was issued under another one is not given.
    """

    refused: int | None = None
    run_key: str = ""
    run_start: float | None = None
    may_refresh: bool = True
    who: str = ""
    secret: str = field(default="", repr=False)


class Verdict(Enum):
    """What to do about an ask."""

    USE = "use the stored access token"
    BUSY = "somebody else is refreshing"
    COOLING = "the last refresh failed a moment ago"
    DEAD = "a person has to authorize again"
    DUE = "refresh"


@dataclass(frozen=True, slots=True)
class Granted:
    """An access token to use, and when its family began; times in database seconds, `expires_at` None if unknown.

    `base_url` is the Workfront it is for.
    """

    access_token: str = field(repr=False)
    generation: int
    expires_at: float | None
    user_id: str = ""
    began_at: float = 0.0
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody else is refreshing: ask again after so many seconds."""

    seconds: float
