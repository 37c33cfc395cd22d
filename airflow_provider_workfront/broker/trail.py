"""Write to Airflow's audit log who changed the authorization of a connection; never a token.

The rows stand in *Browse > Audit Log*, beside those that Airflow writes itself, and in `GET /api/v2/eventLogs`.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
from dataclasses import dataclass
from typing import Literal

from airflow.models.log import Log
from sqlalchemy.exc import SQLAlchemyError

from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.broker.store import transaction

log = get_logger("airflow_provider_workfront.broker")

LONGEST_OWNER = 500  # characters of the column

Change = Literal["authorize", "adopt", "retry", "forget"]


@dataclass(frozen=True, slots=True)
class Who:
    """A person who changes an authorization: the user of Airflow, or of the machine on which a command runs."""

    name: str
    via: Literal["page", "command line"]

    def __str__(self) -> str:
        return f"Airflow user {self.name!r}" if self.via == "page" else f"{self.name} on the command line"


def commander() -> Who:
    """Return who runs this command, as Airflow's own commands see it."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container that runs under a number without a name
        name = f"uid {os.getuid()}"
    return Who(name, "command line")


def record(change: Change, conn_id: str, who: Who, **more: str | int) -> None:
    """Write one row: the event `workfront_<change>`, its owner, and the connection.

    The change has been stored by now. A database that does not take the row fails nothing, but is logged.

    :param more: what else there is to know of the change; no secret.
    """
    said: dict[str, str | int] = {"connection_id": conn_id, "via": who.via}
    if who.via == "command line":
        said["host_name"] = socket.gethostname()
    name = who.name[:LONGEST_OWNER]
    row = Log(f"workfront_{change}", owner=name, owner_display_name=name, extra=json.dumps(said | more))
    try:
        with transaction() as session:
            session.add(row)
    except SQLAlchemyError as error:
        text = "Connection %r: %s by %s is not in Airflow's audit log (%s)."
        log.error(text, conn_id, change, who, type(error).__name__)  # noqa: TRY400 the text shows the statement
