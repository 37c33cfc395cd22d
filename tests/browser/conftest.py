"""A real Airflow, and Chromium to look at it; without Chromium these tests are skipped, in CI they fail.

Everything is of the scope "package", for which this folder has to be one (`__init__.py`): Playwright's loop runs in
this thread for as long as it is open, and the asynchronous tests of other folders need the thread for their own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright
from support.browser import ARGUMENTS, Visits, chromium, is_required
from support.database import Sqlite
from support.deployment import PASSWORD, Deployment, deployment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

MISSING = "no Chromium on the PATH: browser tests need it (on Debian: apt-get install chromium)"
SIMPLE_USERS = "admin:admin,olga:op,ursula:user,victor:viewer"
FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
OLGAS_PASSWORD = "olgas-password"
FAB_USERS = {"admin": "Admin", "olga": "Op", "victor": "Viewer"}


@pytest.fixture(scope="package")
def executable() -> str:
    """The browser's program."""
    found = chromium()
    if not found:
        (pytest.fail if is_required() else pytest.skip)(MISSING)
    return found


def pytest_terminal_summary(terminalreporter) -> None:
    """Say it aloud when nothing was looked at."""
    skipped = [report for report in terminalreporter.stats.get("skipped", ()) if MISSING in str(report.longrepr)]
    if skipped:
        terminalreporter.section(f"{len(skipped)} BROWSER TESTS WERE SKIPPED", sep="!", yellow=True, bold=True)
        terminalreporter.line(MISSING)


@pytest.fixture(scope="package")
def browser(executable) -> Iterator[Browser]:
    """Chromium, without a window."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def airflow(executable, tmp_path_factory) -> Iterator[Deployment]:
    """An api-server on SQLite with Airflow's simple auth manager: admin, olga (op), ursula (user), victor (viewer).

    The file `secrets.json` in its home is a secrets backend.
    """
    home = tmp_path_factory.mktemp("browser")
    (home / "secrets.json").write_text("{}")
    settings = {
        "CORE__SIMPLE_AUTH_MANAGER_USERS": SIMPLE_USERS,
        "WORKFRONT__ALLOWED_HOSTS": "127.0.0.1",  # what is said there is shown
        "SECRETS__BACKEND": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
        "SECRETS__BACKEND_KWARGS": json.dumps({"connections_file_path": str(home / "secrets.json")}),
    }
    with _api_server(home, **settings) as made:
        yield made


@pytest.fixture(scope="package")
def fab(tmp_path_factory) -> Iterator[Deployment]:
    """Another one with the FAB auth manager, started for whoever asks first: admin (Admin), olga (Op), victor (Viewer).

    Not every test of it needs a browser.
    """
    home = tmp_path_factory.mktemp("fab")
    with _api_server(home, prepare=_make_users, CORE__AUTH_MANAGER=FAB) as made:
        yield made


def _api_server(home: Path, **more):
    dags = home / "dags"
    dags.mkdir()
    return deployment(home, Sqlite(home / "airflow.db"), dags, workers=1, scheduler=False, **more)


def _make_users(made: Deployment) -> None:
    said = {"admin": PASSWORD, "olga": OLGAS_PASSWORD, "victor": "victors-password"}
    (made.home / "passwords.json").write_text(json.dumps(said))
    for user, role in FAB_USERS.items():
        names = ("--firstname", user, "--lastname", role, "--email", f"{user}@example.com")
        done = made.command("users", "create", "-u", user, "-p", said[user], "-r", role, *names)
        assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="package")
def _cookies() -> dict:
    return {}


@pytest.fixture
def visit(browser, _cookies) -> Iterator[Visits]:
    """Open pages as a user: `visit(airflow, "victor", "/connections")`; they are closed when the test ends."""
    visits = Visits(browser, _cookies)
    yield visits
    visits.close()
