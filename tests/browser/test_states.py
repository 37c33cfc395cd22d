"""What the pages show of connections that do not work, and of those that no table lists."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from support.browser import violations
from support.grants import tenant

from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError
from airflow_provider_workfront.simulator import Fault, Options

pytestmark = pytest.mark.timeout(120)


def test_a_failing_connection_says_since_when_and_why(airflow, visit):
    """Red in the list and on its page, in Workfront's words, with what to check; before another run begins."""
    with tenant(airflow) as workfront:
        workfront.asked()
        workfront.plan(Fault("401", path="token"))  # invalid_client
        assert isinstance(workfront.outcome(run=workfront.runs_over()), TokenError)
        page = visit(airflow, "admin", "/workfront/")
        row = page.get_by_role("row").filter(has_text=workfront.conn_id)
        expect(row.locator(".state.bad")).to_have_text("failing")
        expect(row).to_contain_text("since 20")
        expect(row).to_contain_text("invalid_client")
        row.get_by_role("link").click()

        expect(page.locator(".state.bad")).to_have_text("failing")
        expect(page.locator("dl")).to_contain_text("check client ID and client secret")
        expect(page.locator("dl")).to_contain_text("invalid_client")
        expect(page.get_by_text("Failing since")).to_be_visible()
        assert violations(page) == []


def test_a_connection_of_a_secrets_backend_is_authorized_like_any_other(airflow, visit):
    """The address in the task's error leads to the button, though Airflow lists the connection nowhere."""
    options = Options(redirect_uris=(f"{airflow.url}/workfront/callback",), interactive=True)
    with tenant(airflow, options, refresh_token="") as workfront:
        body = workfront.body(refresh_token="")
        airflow.http.delete(f"/api/v2/connections/{workfront.conn_id}").raise_for_status()
        vaulted = {name: body[name] for name in ("conn_type", "host", "login", "password", "extra")}
        vault = airflow.home / "secrets.json"
        vault.write_text(json.dumps({workfront.conn_id: vaulted, "warehouse": {"conn_type": "postgres", "host": "db"}}))
        try:
            error = workfront.outcome()
            assert isinstance(error, ReauthorizationRequired)
            page = visit(airflow, "admin", "/workfront/connections/warehouse")
            expect(page.get_by_role("heading", level=1)).to_have_text("No such connection")
            page.goto("/workfront/")
            expect(page.get_by_role("row").filter(has_text=workfront.conn_id)).to_contain_text("no refresh token")
            page.goto(urlsplit(error.url).path)
            page.get_by_role("button", name="Authorize").click()
            page.get_by_role("button", name="Allow").click()
            expect(page.get_by_role("status").first).to_contain_text("Authorized")

            assert workfront.asked().generation == 1
            assert workfront.stored in workfront.live
            page = visit(airflow, "victor", urlsplit(error.url).path)
            expect(page.get_by_text(workfront.url)).to_be_hidden()
        finally:
            vault.write_text("{}")
