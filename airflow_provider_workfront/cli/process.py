"""What a command needs before it can look at anything: to be a server of Airflow, which has the database."""

from __future__ import annotations

import os
import sys


def act_as_server() -> None:
    """Read connections as the api-server does, as Airflow's own commands do."""
    os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"


def keep_output_clean() -> None:
    """Send log lines to where errors go: what is printed may be read by a program."""
    from airflow.cli.utils import redirect_stdout_log_handlers_to_stderr

    redirect_stdout_log_handlers_to_stderr()


def say(text: str) -> None:
    """Print a line at once: the next one may take its time."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def unknown(conn_id: str) -> str:
    """Say that a connection is not there, and where to look."""
    return f"There is no connection {conn_id!r}; `airflow connections list` shows what there is."
