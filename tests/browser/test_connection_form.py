"""The connection form as people see it: made, looked at again, edited and tested in Chromium."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import expect
from support.browser import screenshot
from support.grants import tenant

from airflow_provider_workfront.provider import get_provider_info

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page
    from support.deployment import Deployment
    from support.grants import Tenant

(KIND,) = get_provider_info()["connection-types"]
FIELDS = KIND["conn-fields"]
SECRETS = sorted(name for name, field in FIELDS.items() if field["schema"].get("format") == "password")
SECRET, TOKEN = 's/e:c"r@e t+%&', "R0/+=.token-\\with 'everything'"


@pytest.fixture
def listed(airflow, visit) -> Page:
    """Airflow's list of connections, as its admin sees it."""
    return visit(airflow, "admin", "/connections")


@pytest.fixture
def workfront(airflow) -> Iterator[Tenant]:
    """A simulated Workfront; its connection is taken away again, to be made by the form."""
    with tenant(airflow) as made:
        airflow.http.delete(f"/api/v2/connections/{made.conn_id}").raise_for_status()
        yield made


def adding(page: Page, conn_id: str = "") -> Locator:
    """Open the form for a new connection of our type."""
    page.get_by_role("button", name="Add Connection").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Connection Type").fill("Workfront")
    form.get_by_role("option", name="Adobe Workfront").click()
    form.get_by_label("Connection ID").fill(conn_id)
    return form


def editing(page: Page, conn_id: str) -> Locator:
    """Open the form of a connection."""
    page.get_by_role("row", name=conn_id).get_by_role("button", name="Edit Connection").click()
    form = page.get_by_role("dialog")
    expect(form.get_by_label("Workfront host")).to_be_visible()
    return form


def unfold(form: Locator, name: str) -> Locator:
    """Open one of the form's folds, which closes the others."""
    form.get_by_role("button", name=name, exact=True).click()
    fold = form.get_by_role("region", name=name, exact=True)
    expect(fold).to_be_visible()
    return fold


def field(form: Locator, name: str) -> Locator:
    """Find the input of one of our fields; Airflow ties its label to few of them."""
    return form.locator(f"#element_{name}")


def choose(form: Locator, label: str, shown: str) -> None:
    """Take one of a field's choices."""
    form.get_by_label(label).fill(shown)
    form.get_by_role("option", name=shown).click()


def save(form: Locator) -> None:
    """Save, and wait until the form is gone."""
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)


def stored(airflow: Deployment, conn_id: str) -> dict[str, Any]:
    """Read a connection from the database and decrypt it."""
    with airflow.database.connect() as database:
        cursor = database.cursor()
        columns = "description, host, login, password, extra, port, schema"
        cursor.execute(f"select {columns} from connection where conn_id = '{conn_id}'")  # noqa: S608 a literal
        row = dict(zip(columns.split(", "), cursor.fetchone(), strict=True))
    key = Fernet(airflow.environment["AIRFLOW__CORE__FERNET_KEY"].encode())
    extra = json.loads(key.decrypt(row["extra"].encode()))
    return row | {"password": key.decrypt(row["password"].encode()).decode(), "extra": extra}


def test_the_form_begins_with_what_everybody_needs(listed):
    """Host, client ID and client secret by Workfront's names; one fold for the refresh token, one for the rest."""
    form = adding(listed, "workfront_default")

    fold = form.get_by_role("region", name="Standard Fields")
    expect(fold.locator("label")).to_have_text(["Description", "Workfront host", "Client ID", "Client Secret"])
    for label, hint in (("host", "host"), ("Client ID", "login"), ("Client Secret", "password")):
        expect(fold.get_by_label(label)).to_have_attribute(
            "placeholder", KIND["ui-field-behaviour"]["placeholders"][hint]
        )
    expect(form.locator("button[aria-expanded]")).to_have_text(
        ["Standard Fields", "Authorization", "Advanced", "Extra Fields JSON"]
    )
    expect(form.get_by_label("Port", exact=True)).to_have_count(0)
    expect(form.get_by_label("Schema", exact=True)).to_have_count(0)
    fold.get_by_label("host").fill("acme.my.workfront.com")
    screenshot(listed, "connection-form")


def test_every_field_has_its_label_and_its_help(listed):
    """As the provider's info words them, in its order; and none is marked as one that must be filled in."""
    form = adding(listed)
    (first, *others) = FIELDS.values()

    fold = unfold(form, "Authorization")
    expect(fold.locator("label")).to_have_text([first["label"]])
    expect(fold.get_by_text(first["description"])).to_be_visible()
    listed.set_viewport_size({"width": 1280, "height": 2200})
    fold = unfold(form, "Advanced")
    expect(fold.locator("label:not(:has(input))")).to_have_text([other["label"] for other in others])
    for other in others:
        expect(fold.get_by_text(other["description"], exact=True)).to_be_visible()
    expect(fold.get_by_text("*", exact=True)).to_have_count(0)
    expect(fold.get_by_text("OAuth2 web application, on behalf of a user")).to_be_visible()


def test_secrets_are_not_shown_while_they_are_entered(listed):
    """In the fields of the provider's info as in Airflow's own."""
    form = adding(listed)

    expect(form.get_by_label("Client Secret")).to_have_attribute("type", "password")
    assert "refresh_token" in SECRETS
    unfold(form, "Authorization")
    for name in SECRETS:
        expect(field(form, name)).to_have_attribute("type", "password")
        if name == "refresh_token":
            unfold(form, "Advanced")


def test_saving_again_and_again_harms_no_secret(airflow, listed):
    """What the form shows as `***` it keeps: client secret, refresh token, and a choice that Airflow masks too."""
    form = adding(listed, "kept")
    form.get_by_label("Workfront host").fill("https://acme.my.workfront.com/home")
    form.get_by_label("Client ID").fill("the-client")
    form.get_by_label("Client Secret").fill(SECRET)
    unfold(form, "Authorization")
    field(form, "refresh_token").fill(TOKEN)
    unfold(form, "Advanced")
    choose(form, "Token request", "A form")
    save(form)

    made = stored(airflow, "kept")
    assert (made["host"], made["login"], made["password"]) == (
        "https://acme.my.workfront.com/home",
        "the-client",
        SECRET,
    )
    assert (made["port"], made["schema"]) == (None, None)
    said = {name: value for name, value in made["extra"].items() if value not in {None, False}}
    assert said == {"refresh_token": TOKEN, "auth": "oauth2", "refresh": "each_run", "token_encoding": "form"}

    form = editing(listed, "kept")
    expect(form.get_by_label("Client Secret")).to_have_value("***")
    form.get_by_label("Description").fill("for the nightly report")
    unfold(form, "Authorization")
    expect(field(form, "refresh_token")).to_have_value("***")
    save(form)
    form = editing(listed, "kept")
    unfold(form, "Advanced")
    form.get_by_role("checkbox", name="Read only").locator("..").click()
    choose(form, "When to refresh", "When the access token expires")
    form.get_by_label("Timeout").fill("60")
    save(form)

    again = stored(airflow, "kept")
    assert again["password"] == SECRET
    assert again["extra"] == made["extra"] | {"read_only": True, "refresh": "when_due", "timeout": 60}
    assert again == made | {"description": "for the nightly report", "extra": again["extra"]}

    form = editing(listed, "kept")
    unfold(form, "Authorization")
    field(form, "refresh_token").fill("R1")
    save(form)

    assert stored(airflow, "kept")["extra"] == again["extra"] | {"refresh_token": "R1"}


def made_by_the_form(page: Page, workfront: Tenant) -> None:
    """Add the connection to the simulated Workfront."""
    given = workfront.simulator.credentials
    form = adding(page, workfront.conn_id)
    form.get_by_label("Workfront host").fill(workfront.url)
    form.get_by_label("Client ID").fill(given["client_id"])
    form.get_by_label("Client Secret").fill(given["client_secret"])
    unfold(form, "Authorization")
    field(form, "refresh_token").fill(given["refresh_token"])
    save(form)


def pressed(page: Page, conn_id: str) -> Locator:
    """Press Test; give what is shown."""
    page.get_by_role("row", name=conn_id).get_by_role("button", name="Test Connection").click()
    shown = page.get_by_role("status").filter(has_text="Test Connection")
    expect(shown).to_be_visible()
    return shown


def test_the_test_button_says_who_airflow_is_and_spends_no_token(airflow, listed, workfront):
    """Before the first task it tells that the settings are complete, afterwards the user's name."""
    made_by_the_form(listed, workfront)
    give_port(airflow, workfront.conn_id)
    listed.reload()

    shown = pressed(listed, workfront.conn_id)
    expect(shown).to_contain_text("Test Connection Successful")
    assert workfront.stats["token_calls"] == 0
    workfront.asked()
    listed.reload()
    shown = pressed(listed, workfront.conn_id)

    expect(shown).to_contain_text("Test Connection Successful")
    assert workfront.stats["token_calls"] == 1


def test_airflow_refuses_to_test_a_connection_without_a_port(listed, workfront):
    """In 3.3.2; when this fails, Airflow has apache/airflow#73298, and docs/connection.md need not tell about it."""
    made_by_the_form(listed, workfront)

    expect(pressed(listed, workfront.conn_id)).to_contain_text("Bad Request")


def give_port(airflow: Deployment, conn_id: str) -> None:
    """Do what docs/connection.md tells for Airflow 3.3.2, whose button refuses a connection without a port."""
    body = {"connection_id": conn_id, "conn_type": "workfront", "port": 0}
    answer = airflow.http.patch(f"/api/v2/connections/{conn_id}", params={"update_mask": "port"}, json=body)
    answer.raise_for_status()
