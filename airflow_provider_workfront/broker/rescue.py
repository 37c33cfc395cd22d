"""Keep a new token in a file while the database is away: an orchestrator may kill the process that has it in memory.

Encrypted with Airflow's Fernet key. The next process that wants to refresh finds it, and stores it if its parent
is still the record's token. A trouble with the file is never more than a line in the log.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_provider_workfront.api.errors import TokenError
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.auth.token import Token
from airflow_provider_workfront.broker.seal import is_encrypting, sealed, unsealed
from airflow_provider_workfront.broker.state import Damaged, Unreadable

if TYPE_CHECKING:
    from pathlib import Path

log = get_logger("airflow_provider_workfront.broker")


@dataclass(frozen=True, slots=True)
class Rescued:
    """A token that was granted and not yet stored, with the refresh token that was spent for it.

    `issued_under` is the fingerprint of the client secret it was asked for with; empty in a file of version 0.1.0.
    """

    parent: str
    token: Token
    sent_at: float
    issued_under: str = ""


@dataclass(frozen=True, slots=True)
class RescueFolder:
    """A folder of sealed tokens, one file a connection."""

    path: Path

    def save(self, conn_id: str, rescued: Rescued) -> None:
        """Write a token down."""
        token = rescued.token
        kept = {
            "parent": rescued.parent,
            "sent_at": rescued.sent_at,
            "issued_under": rescued.issued_under,
            "token": [token.access_token, token.refresh_token, token.lifetime, token.user_id, token.token_type],
        }
        file = self._file(conn_id)
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.set_aside(conn_id)
            draft = file.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
                out.write(sealed(json.dumps(kept)))
                out.flush()
                os.fsync(out.fileno())
            draft.replace(file)
        except (OSError, TokenError) as error:
            log.error(  # noqa: TRY400 the traceback would show the token
                "The new token of connection %r could not be written to %s (%s).", conn_id, file, type(error).__name__
            )

    def load(self, conn_id: str) -> Rescued | None:
        """Read what was written down for a connection; raises Unreadable if only another process can."""
        file = self._file(conn_id)
        try:
            kept = json.loads(unsealed(file.read_text(), encrypted=is_encrypting()))
            token, under = Token(*kept["token"]), kept.get("issued_under", "")
            return Rescued(kept["parent"], token, float(kept["sent_at"]), under)
        except FileNotFoundError:
            return None
        except Unreadable:
            raise
        except (OSError, Damaged, ValueError, KeyError, TypeError) as error:
            log.error("%s cannot be read (%s): left where it is.", file, type(error).__name__)  # noqa: TRY400 as above
            return None

    def set_aside(self, conn_id: str) -> None:
        """Give another name to what no key of this process opens: it is not written over, and waits no longer."""
        file = self._file(conn_id)
        try:
            self.load(conn_id)
        except Unreadable:
            aside = file.with_suffix(f".aside-{time.time_ns()}")
            try:
                file.rename(aside)
            except OSError as error:
                log.warning("%s cannot be renamed (%s).", file, type(error).__name__)
            else:
                log.warning("No key of this process opens %s: it is kept as %s.", file, aside.name)

    def drop(self, conn_id: str) -> None:
        """Forget what was written down: it is stored, or of no use any more."""
        try:
            self._file(conn_id).unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s cannot be removed (%s).", self._file(conn_id), type(error).__name__)

    def _file(self, conn_id: str) -> Path:
        return self.path / f"{hashlib.sha256(conn_id.encode()).hexdigest()[:32]}.sealed"
