"""`airflow workfront ...`: look at connections and their grants, heal them, and ask Workfront.

Airflow reads this module at each start of its command line, so a command's own module is imported when it runs.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from airflow.cli.cli_config import (
    ARG_OUTPUT,
    ARG_YES,
    ActionCommand,
    Arg,
    GroupCommand,
    lazy_load_command,
    positive_int,
)

if TYPE_CHECKING:
    from collections.abc import Callable

CONN_ID = Arg(("conn_id",), help="the connection's ID")  # type: ignore[no-untyped-call]
ANY_CONN_ID = Arg(("conn_id",), nargs="?", help="the connection's ID; all, if there is none")  # type: ignore[no-untyped-call]
AS_JSON = Arg(("--json",), help="print one line of JSON", action="store_true")  # type: ignore[no-untyped-call]
CHECK = Arg(  # type: ignore[no-untyped-call]
    ("--check",),
    help="end with 1 if an authorization has ended, is failing, or ends soon (see --within)",
    action="store_true",
)
WITHIN = Arg(  # type: ignore[no-untyped-call]
    ("--within",),
    type=positive_int(allow_zero=True),  # type: ignore[no-untyped-call]
    default=7,
    metavar="DAYS",
    help="how soon --check counts as soon (default: 7 days)",
)
FORCE = Arg(("--force",), help="though the connection is still there", action="store_true")  # type: ignore[no-untyped-call]
LISTEN = Arg(  # type: ignore[no-untyped-call]
    ("--listen",),
    type=int,
    metavar="PORT",
    help="wait for the browser on this port of this machine, instead of asking for the address it was led to",
)
OBJ_CODE = Arg(("obj_code",), help="the type of object: PROJ, TASK, OPTASK ...")  # type: ignore[no-untyped-call]
USED_CONN_ID = Arg(("--conn-id",), default="workfront_default", help="the connection's ID (default: workfront_default)")  # type: ignore[no-untyped-call]
LIKE = Arg(("--like",), default="", help="only what has this text in its name or label")  # type: ignore[no-untyped-call]
FILTER = Arg(  # type: ignore[no-untyped-call]
    ("-f", "--filter"),
    action="append",
    metavar="FIELD[:MODIFIER]=VALUE",
    help="what to search for; may be repeated, and of one field means any of the values",
)
FIELDS = Arg(("--fields",), default="", help="fields to show, with commas between (default: Workfront's own choice)")  # type: ignore[no-untyped-call]
LIMIT = Arg(("--limit",), type=positive_int(allow_zero=False), default=5, help="rows at most (default: 5)")  # type: ignore[no-untyped-call]
SORT = Arg(("--sort",), default="", metavar="FIELD[:DIRECTION]", help="fields to sort by, with commas between")  # type: ignore[no-untyped-call]


def get_workfront_cli_commands() -> list[GroupCommand]:
    """Give Airflow's command line our group of commands."""
    look = (AS_JSON, ARG_OUTPUT)
    asked = (FILTER, FIELDS, LIMIT, SORT, USED_CONN_ID, ARG_OUTPUT)
    commands = [
        _command("status", "Show what state the grants are in", "grants", ANY_CONN_ID, CHECK, WITHIN, *look),
        _command("authorize", "Let a person consent in Workfront, and store the grant", "authorize", CONN_ID, LISTEN),
        _command("retry", "Let a grant that was refused try its refresh token once more", "grants", CONN_ID),
        _command("adopt", "Make a copied or moved grant this Airflow's own", "grants", CONN_ID),
        _command("forget", "Delete the grant of a deleted connection", "grants", CONN_ID, FORCE, ARG_YES),
        _command("doctor", "Check a connection step by step; spends no refresh token", "doctor", CONN_ID, AS_JSON),
        _command("fields", "List the fields of an object type", "explore", OBJ_CODE, LIKE, USED_CONN_ID, *look),
        _command("query", "Search, and show the first rows", "explore", OBJ_CODE, *asked),
    ]
    return [GroupCommand("workfront", "Manage connections to Adobe Workfront", commands)]


def _command(name: str, told: str, module: str, *args: Arg) -> ActionCommand:
    return ActionCommand(name, told, _clear(lazy_load_command(f"{__name__}.{module}.{name}")), args)


def _clear(command: Callable[..., object]) -> Callable[..., object]:
    """End a command with one line where a connection or the database cannot be used, whichever command it is."""

    @wraps(command)
    def run(*args: object, **kwargs: object) -> object:
        from sqlalchemy.exc import SQLAlchemyError

        from airflow_provider_workfront.api.errors import WorkfrontError

        try:
            return command(*args, **kwargs)
        except WorkfrontError as error:
            raise SystemExit(" ".join(str(error).split())) from None
        except SQLAlchemyError as error:  # a traceback shows the statement, and with it the record
            text = f"Airflow's database cannot be used ({type(error).__name__}): it is away, or takes no writes."
            raise SystemExit(text) from None

    return run
