"""The same button under another auth manager (FAB), and where Airflow lives below a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from support.database import Sqlite
from support.deployment import Deployment, deployment, free_ports
from support.grants import tenant

from airflow_provider_workfront.simulator import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.timeout(200), pytest.mark.slow]


def consenting(airflow) -> Options:
    """A Workfront that asks the person, and knows this Airflow's address."""
    return Options(redirect_uris=(f"{airflow.url}/workfront/callback",), interactive=True)


def authorized(page, conn_id) -> None:
    """Press, consent, and be told so."""
    page.get_by_role("button", name=f"Authorize {conn_id}").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("status").first).to_contain_text("Authorized")


def test_an_admin_of_fab_authorizes(fab, visit):
    """Role Admin may edit connections."""
    with tenant(fab, consenting(fab), refresh_token="") as workfront:
        authorized(visit(fab, "admin", f"/workfront/connections/{workfront.conn_id}"), workfront.conn_id)

        assert workfront.asked().generation == 1


def test_a_viewer_of_fab_sees_no_connection(fab, visit):
    """Role Viewer may not see connections in Airflow: here neither, in the list or by address."""
    with tenant(fab, consenting(fab), refresh_token="") as workfront:
        page = visit(fab, "victor", "/workfront/")
        expect(page.get_by_text("no Workfront connection that your Airflow user may see")).to_be_visible()
        expect(page.get_by_text(workfront.conn_id)).to_have_count(0)
        for conn_id in (workfront.conn_id, "no_such_one"):
            assert page.goto(f"/workfront/connections/{conn_id}").status == 404
            expect(page.get_by_role("heading", level=1)).to_have_text("No such connection")


def test_a_stranger_meets_the_login_of_fab(fab, visit):
    """And no page."""
    page = visit.stranger(fab)
    page.goto("/workfront/")

    expect(page.get_by_label("Username")).to_be_visible()


def test_no_secret_is_left_behind_in_fab(fab):
    """In no log at DEBUG and in no table in clear."""
    assert fab.leaks() == []


@pytest.fixture(scope="module")
def below_a_path(executable, tmp_path_factory) -> Iterator[Deployment]:
    """An Airflow whose `[api] base_url` has a path, as behind a proxy that serves more than one thing."""
    home = tmp_path_factory.mktemp("path")
    (port,) = free_ports(1)
    settings = {"API__PORT": str(port), "API__BASE_URL": f"http://127.0.0.1:{port}/team/airflow"}
    dags = home / "dags"
    dags.mkdir()
    with deployment(home, Sqlite(home / "airflow.db"), dags, workers=1, scheduler=False, **settings) as made:
        yield made


def test_below_a_path(below_a_path, visit):
    """Menu entry, forms, cookies, redirect URL and the address in errors all have it."""
    airflow = below_a_path
    with tenant(airflow, consenting(airflow), refresh_token="") as workfront:
        assert f"/team/airflow/workfront/connections/{workfront.conn_id}" in workfront.outcome().url
        page = visit(airflow, "admin", "/team/airflow/plugin/workfront")
        frame = page.frame_locator("iframe")
        expect(frame.get_by_role("heading", name="Workfront connections")).to_be_visible()
        frame.get_by_role("button", name=f"Authorize {workfront.conn_id}").click()
        page.get_by_role("button", name="Allow").click()

        expect(page.get_by_role("status").first).to_contain_text("Authorized")
        assert page.url == f"{airflow.url}/workfront/connections/{workfront.conn_id}"
        assert workfront.asked().generation == 1
        assert airflow.leaks() == []
