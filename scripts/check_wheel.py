"""Check the installed wheel, outside of the checkout: what only that can show, in half a minute.

`make test-wheel` runs this: `python check_wheel.py <folder of example DAGs> <the package in the checkout>`. All files
are there, both entry points load, Airflow knows the connection's form and the plugin's application, a search works with
a token that was refreshed through it, and every example parses. The suite itself runs on the checkout.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_SHIPPED = {".pyc"}
TYPE = "workfront"


def main() -> int:
    """Run every check; return the exit code."""
    examples, source = (Path(argument).resolve() for argument in sys.argv[1:3])
    with tempfile.TemporaryDirectory(prefix="workfront-wheel-") as home:
        use_home(Path(home))
        check_files(source)
        check_entry_points()
        check_form()
        check_refresh_and_search()
        check_examples(examples)
    return 0


def use_home(home: Path) -> None:
    """Give Airflow a throw-away home; this happens before anything imports it."""
    os.environ |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AIRFLOW__CORE__FERNET_KEY": "cZ3qZKQ9bM2pX0b8cCq0yT8mU2mQ3m5n1h7v9s4w6yE=",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "AIRFLOW__API_AUTH__JWT_SECRET": "not-a-secret-but-long-enough-for-this-check-of-the-wheel",
    }


def check_files(source: Path) -> None:
    """Compare the installed files with those of the checkout."""
    import airflow_provider_workfront

    installed = Path(airflow_provider_workfront.__file__).parent
    check(not installed.is_relative_to(source), f"{installed} is the checkout, not the wheel")
    there, wanted = files_of(installed), files_of(source)
    check(there == wanted, f"missing: {sorted(wanted - there)}; too many: {sorted(there - wanted)}")
    say(f"{len(there)} files are installed, as many as the checkout has")


def files_of(folder: Path) -> set[str]:
    """List the files below a folder, without what Python makes of them."""
    return {
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.suffix not in NOT_SHIPPED
    }


def check_entry_points() -> None:
    """Load what Airflow loads at its start."""
    for group in ("apache_airflow_provider", "airflow.plugins"):
        found = [point for point in entry_points(group=group) if point.module.startswith("airflow_provider_workfront")]
        check(len(found) == 1, f"{group}: {len(found)} entry points")
        found[0].load()
    say("both entry points load")


def check_form() -> None:
    """Ask Airflow for the connection type, and for the address that its provider list links to."""
    from airflow.providers_manager import ProvidersManager

    manager = ProvidersManager()
    check(TYPE in manager.hooks, f"Airflow does not know the connection type; it knows {sorted(manager.hooks)}")
    link = manager.providers["airflow-provider-workfront"].data["documentation-url"] or ""
    check("airflow-provider-workfront" in link, f"Airflow's provider list links to {link!r}, not to our documentation")
    say(f"Airflow knows the connection type, and links to {link}")


def check_refresh_and_search() -> None:
    """Serve the plugin's application, let it refresh a token, and search with that."""
    from airflow.utils.db import initdb

    from airflow_provider_workfront.hooks import WorkfrontHook
    from airflow_provider_workfront.plugin import WorkfrontPlugin
    from airflow_provider_workfront.simulator import Simulator, running

    initdb()
    (mounted,) = WorkfrontPlugin.fastapi_apps
    simulator = Simulator()
    with running(simulator) as workfront, serving(mounted["app"]) as url:
        made = simulator.credentials
        conn = {"conn_type": TYPE, "host": workfront.url, "login": made["client_id"], "password": made["client_secret"]}
        conn["extra"] = {"refresh_token": made["refresh_token"]}
        os.environ["AIRFLOW_CONN_WHEEL"] = json.dumps(conn)
        os.environ["AIRFLOW__WORKFRONT__BROKER_URL"] = f"{url}/"
        with WorkfrontHook("wheel").get_conn() as client:
            names = [row["name"] for row in client.search("PROJ", {"status": "CUR"}, ["name"])]
    check(bool(names), "the search found nothing")
    check(simulator.stats()["refreshes"] == 1, f"{simulator.stats()['refreshes']} refreshes, not one")
    say(f"a token was refreshed, and a search found {len(names)} projects")


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an application on a free port."""
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started:
        check(time.monotonic() < until, "the application does not start")
        time.sleep(0.02)  # noqa: TID251 it watches another thread
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def check_examples(folder: Path) -> None:
    """Parse every example as the DAG processor does."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(folder))
    check(not bag.import_errors, f"examples that do not parse: {bag.import_errors}")
    check(len(bag.dags) >= len(list(folder.glob("*.py"))), f"only {len(bag.dags)} DAGs")
    say(f"{len(bag.dags)} example DAGs parse")


def check(condition: bool, failure: str) -> None:
    """End with one line if something is not as it should be."""
    if not condition:
        raise SystemExit(f"FAILED: {failure}")


def say(text: str) -> None:
    """Print a line at once."""
    print(f"[wheel] {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
