"""Connect in the Airflow UI: one button, Workfront's consent, and whatever may go wrong between."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import expect
from support.browser import passwords, screenshot, violations
from support.grants import STRICT, Tenant, tenant

from airflow_provider_workfront.api.errors import ReauthorizationRequired
from airflow_provider_workfront.simulator import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

pytestmark = pytest.mark.timeout(120)
ALLOWED = "**/integrations/oauth2/authorize?*decision=allow*"


def consenting(airflow, **more) -> Options:
    """A Workfront that asks the person, and knows this Airflow's address."""
    return Options(redirect_uris=(f"{airflow.url}/workfront/callback",), interactive=True, **more)


@pytest.fixture
def workfront(airflow) -> Iterator[Tenant]:
    """A connection with host, client ID and secret, and no token yet."""
    with tenant(airflow, consenting(airflow), refresh_token="") as made:
        yield made


def stored(workfront) -> tuple:
    """What must not change when something is refused: the record, and the connection."""
    return workfront.airflow.cipher(workfront.conn_id), connection_row(workfront)


def connection_row(workfront) -> tuple:
    """The connection as the database holds it."""
    with workfront.airflow.database.connect() as database:
        cursor = database.cursor()
        cursor.execute(f"select * from connection where conn_id = '{workfront.conn_id}'")  # noqa: S608 a literal
        return tuple(cursor.fetchone())


def asked_for_consent(visit, workfront, user="admin") -> Page:
    """Press the button, and stand before Workfront's question."""
    page = visit(workfront.airflow, user, f"/workfront/connections/{workfront.conn_id}")
    page.get_by_role("button", name=f"Authorize {workfront.conn_id}").click()
    expect(page.get_by_role("button", name="Allow")).to_be_visible()
    return page


def assert_says(page, title, happened="") -> None:
    """The page that says what happened and what to do."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("alert")).to_contain_text(happened)
    expect(page.get_by_text("Nothing was stored")).to_be_visible()


@contextmanager
def on_the_way_back(page, change):
    """Let something happen between Workfront's answer and its arrival; `change` gives the address to lead on to."""

    def answered(route):
        location = route.fetch(max_redirects=0).headers["location"]
        route.fulfill(status=302, headers={"location": change(location)})

    page.route(ALLOWED, answered)
    yield
    page.unroute(ALLOWED)


def test_one_button_inside_airflow(airflow, workfront, visit):
    """From the menu to a working connection: no token is copied by anybody, and none is shown anywhere."""
    page = visit(airflow, "admin", "/")
    page.get_by_role("button", name="Admin").click()
    page.get_by_role("menuitem", name="Workfront").click()
    frame = page.frame_locator("iframe")
    row = frame.get_by_role("row").filter(has_text=workfront.conn_id)
    expect(row).to_contain_text("no refresh token")
    screenshot(page, "workfront-page")
    row.get_by_role("button").click()
    expect(page.get_by_role("button", name="Allow")).to_be_visible()
    asked = parse_qs(urlsplit(page.url).query)
    assert set(asked) == {"client_id", "redirect_uri", "response_type", "state"}
    assert asked["redirect_uri"] == [f"{airflow.url}/workfront/callback"]
    page.get_by_role("button", name="Allow").click()

    expect(page.get_by_role("status").first).to_contain_text("The connection acts as Ada Admin (admin@acme.example)")
    assert "code" not in page.url
    screenshot(page, "workfront-authorized")
    assert workfront.asked().generation == 1  # the access token of the consent serves: nothing was refreshed
    assert workfront.stored in workfront.live
    page.goto("/workfront/")
    row = page.get_by_role("row").filter(has_text=workfront.conn_id)
    expect(row).to_contain_text("active")
    expect(row).to_contain_text("Ada Admin")
    page.goto("/events?event=workfront_authorize")  # Browse > Audit Log
    expect(page.get_by_role("cell", name="workfront_authorize").first).to_be_visible()
    expect(page.get_by_role("cell", name="admin", exact=True).first).to_be_visible()
    assert airflow.leaks() == []


def test_the_connection_holds_the_new_token(airflow, workfront, visit):
    """The mirror in the connection is the live token, so an export or a restored record begins with it."""
    page = asked_for_consent(visit, workfront)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("status").first).to_contain_text("Authorized")

    shown = airflow.command("workfront", "status", workfront.conn_id).stdout
    hashes = {line.split()[1] for line in shown.splitlines() if line.startswith(("connection ", "record "))}
    assert len(hashes) == 1


def test_authorizing_again_heals_a_dead_grant(airflow, visit):
    """The address in the tasks' error leads to the button; afterwards the same tasks go on, without an edit."""
    with tenant(airflow, consenting(airflow)) as workfront:
        workfront.asked()
        workfront.simulator.grants.revoke()
        error = workfront.outcome(run=workfront.runs_over())
        assert isinstance(error, ReauthorizationRequired)
        page = visit(airflow, "admin", urlsplit(error.url).path)
        expect(page.locator(".state")).to_have_text("reauthorize")
        page.get_by_role("button", name="Authorize").click()
        page.get_by_role("button", name="Allow").click()
        expect(page.get_by_role("status").first).to_contain_text("Authorized")

        workfront.asked(run=workfront.runs_over())
        assert workfront.stored in workfront.live
        assert workfront.grant.family == 2


def test_another_user_is_pointed_out(workfront, visit):
    """Whoever consents is whom the connection acts as: the page says who it was before."""
    page = asked_for_consent(visit, workfront)
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("status").first).to_contain_text("Authorized")
    page = asked_for_consent(visit, workfront)
    page.get_by_role("combobox").select_option(index=2)
    page.get_by_role("button", name="Allow").click()

    expect(page.get_by_role("status").first).to_contain_text("Before, it acted as Ada Admin")


def test_with_pkce(airflow, visit):
    """Where the application asks for it: the challenge goes along, and the verifier fits."""
    with tenant(airflow, consenting(airflow), refresh_token="", pkce=True) as workfront:
        page = asked_for_consent(visit, workfront)
        assert parse_qs(urlsplit(page.url).query)["code_challenge_method"] == ["S256"]
        page.get_by_role("button", name="Allow").click()

        expect(page.get_by_role("status").first).to_contain_text("Authorized")


def test_a_pasted_address_does_the_same(workfront, visit):
    """Where Workfront leads elsewhere, or returns no state: copied from the browser into the form."""
    page = asked_for_consent(visit, workfront)
    came: list[str] = []

    def elsewhere(url):
        came.append(url)
        return f"{workfront.url}/elsewhere"

    with on_the_way_back(page, elsewhere):
        page.get_by_role("button", name="Allow").click()
        page.wait_for_url("**/elsewhere")
    page.goto(f"/workfront/connections/{workfront.conn_id}")
    page.get_by_text("Workfront did not lead back here?").click()
    page.get_by_label("Address or code").fill(came[0].replace("&state=", "&was="))
    page.get_by_role("button", name="Use this code").click()
    expect(page.get_by_role("status").first).to_contain_text("Authorized")
    assert workfront.stored in workfront.live


# -- refused


def test_consent_denied(workfront, visit):
    """The person says no."""
    before = stored(workfront)
    page = asked_for_consent(visit, workfront)
    page.get_by_role("button", name="Deny").click()

    assert_says(page, "Consent was denied")
    screenshot(page, "workfront-denied")
    assert violations(page) == []
    assert stored(workfront) == before


@pytest.mark.parametrize(
    ("change", "title"),
    [
        (lambda url: url.partition("&state=")[0], "Workfront did not return the state"),
        (lambda url: f"{url}x", "This answer belongs to another try"),
        (lambda url: url.replace("code=", "cod="), "Workfront sent no code"),
        (lambda url: url.replace("code=", "code=x"), "Workfront gave no tokens"),
    ],
    ids=["no state", "forged state", "no code", "unknown code"],
)
def test_an_answer_that_is_not_right(workfront, visit, change, title):
    """Each has its page; nothing is stored."""
    before = stored(workfront)
    page = asked_for_consent(visit, workfront)
    with on_the_way_back(page, change):
        page.get_by_role("button", name="Allow").click()
        assert_says(page, title)

    assert stored(workfront) == before


def test_a_code_that_is_too_old(workfront, visit):
    """Workfront honours it for two minutes."""
    before = stored(workfront)
    page = asked_for_consent(visit, workfront)

    def later(url):
        workfront.simulator.clock.advance(121)
        return url

    with on_the_way_back(page, later):
        page.get_by_role("button", name="Allow").click()
        assert_says(page, "Workfront gave no tokens", "A code is good for 2 minutes and for one use")
    assert stored(workfront) == before


def test_an_answer_played_again(workfront, visit):
    """The same address a second time finds nothing under way, and changes nothing."""
    page = asked_for_consent(visit, workfront)
    came: list[str] = []
    page.on("request", lambda request: came.append(request.url))
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("status").first).to_contain_text("Authorized")
    before, calls = stored(workfront), workfront.stats["token_calls"]
    page.goto(next(url for url in came if "/workfront/callback" in url))

    assert_says(page, "No authorization is under way in this browser")
    assert (stored(workfront), workfront.stats["token_calls"]) == (before, calls)


def test_another_users_answer(airflow, workfront, visit):
    """Begun by one Airflow user, answered when another is logged in."""
    before = stored(workfront)
    page = asked_for_consent(visit, workfront)
    other = visit(airflow, "olga", "/workfront/")
    page.context.add_cookies([cookie for cookie in other.context.cookies() if cookie["name"] == "_token"])
    page.get_by_role("button", name="Allow").click()

    assert_says(page, "Another user began this")
    assert stored(workfront) == before


def test_logged_out_meanwhile(workfront, visit):
    """The answer comes, and nobody is logged in to Airflow any more: not used, and not lost in a login page."""
    before = stored(workfront)
    page = asked_for_consent(visit, workfront)
    page.context.clear_cookies(name="_token")
    page.get_by_role("button", name="Allow").click()

    assert_says(page, "You are logged out of Airflow")
    assert stored(workfront) == before


def test_the_answer_of_another_tenant(airflow, workfront, visit):
    """The connection leads to one Workfront, domain and lane of the answer name another: its code is sent nowhere."""
    body = workfront.body(refresh_token="") | {"host": "acme.my.workfront.com"}
    airflow.http.patch(f"/api/v2/connections/{workfront.conn_id}", json=body).raise_for_status()
    before = stored(workfront)
    page = visit(airflow, "admin", f"/workfront/connections/{workfront.conn_id}")

    def other(route):
        asked = parse_qs(urlsplit(route.request.url).query)
        back = f"{asked['redirect_uri'][0]}?code=C&domain=other&lane=my&state={asked['state'][0]}"
        route.fulfill(status=302, headers={"Location": back})

    page.route("https://acme.my.workfront.com/**", other)
    page.get_by_role("button", name="Authorize").click()
    assert_says(page, "This answer comes from another Workfront", "domain other")
    assert stored(workfront) == before


def test_a_wrong_client_secret(airflow, workfront, visit):
    """Noticed when the code is exchanged; the page says what to check."""
    body = workfront.body(refresh_token="") | {"password": "wrong"}
    airflow.http.patch(f"/api/v2/connections/{workfront.conn_id}", json=body).raise_for_status()
    before = stored(workfront)
    page = asked_for_consent(visit, workfront)
    page.get_by_role("button", name="Allow").click()

    assert_says(page, "Workfront gave no tokens", "Check client ID, client secret and redirect URL")
    assert stored(workfront) == before


def test_a_redirect_url_that_is_not_registered(airflow, visit):
    """Workfront itself refuses, before it asks anybody; Airflow's side is as it was."""
    with tenant(airflow, STRICT, refresh_token="") as workfront:
        before = stored(workfront)
        page = visit(airflow, "admin", f"/workfront/connections/{workfront.conn_id}")
        page.get_by_role("button", name="Authorize").click()

        expect(page.get_by_text("redirect_uri is not registered")).to_be_visible()
        assert stored(workfront) == before


def test_workfront_cannot_be_reached(workfront, visit):
    """From the api-server, while the browser could: the page says where to look."""
    before = stored(workfront)
    page = asked_for_consent(visit, workfront)

    def cut(url):
        workfront.door.close()
        return url

    with on_the_way_back(page, cut):
        page.get_by_role("button", name="Allow").click()
        assert_says(page, "Workfront gave no tokens", "was not reached from the api-server")
    assert stored(workfront) == before


# -- who may


def test_a_viewer_sees_no_connection(airflow, workfront, visit):
    """Whom Airflow shows no connections sees none here: no name, no state, no page."""
    page = visit(airflow, "victor", "/workfront/")
    expect(page.get_by_text("no Workfront connection that your Airflow user may see")).to_be_visible()
    expect(page.get_by_text(workfront.conn_id)).to_have_count(0)
    assert page.goto(f"/workfront/connections/{workfront.conn_id}").status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("No such connection")


def test_a_reader_may_not_authorize(airflow, workfront, visit):
    """Nor by a form made by hand, with a token that is good for this very user."""
    before = stored(workfront)
    page = visit(airflow, "victor", "/workfront/")
    other = visit(airflow, "admin", f"/workfront/connections/{workfront.conn_id}")
    html = other.content()
    page.set_content(html)  # the administrator's form, sent by the reader
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This form is not from here")
    assert stored(workfront) == before


def test_a_stranger_has_to_log_in(airflow, workfront, visit):
    """And arrives where he wanted to go."""
    page = visit.stranger(airflow)
    page.goto("/workfront/")
    expect(page.get_by_label("Username")).to_be_visible()
    page.get_by_label("Username").fill("olga")
    page.locator("input[name=password]").fill(passwords(airflow)["olga"])
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="Workfront connections")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=workfront.conn_id).get_by_role("button")).to_be_visible()


def test_another_site_cannot_begin_it(airflow, workfront, visit):
    """A form of somebody else's carries no token of ours; the browser leaves the login out besides."""
    page = visit(airflow, "admin", "/workfront/")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    for path, fields in (("authorize", {}), ("code", {"code": "C"}), ("authorize", {"form_token": "rubbish"})):
        form = {"conn_id": workfront.conn_id} | fields
        answer = httpx.post(f"{airflow.url}/workfront/{path}", data=form, cookies=cookies)
        assert answer.status_code == 403
        assert "This form is not from here" in answer.text
    assert httpx.post(f"{airflow.url}/workfront/authorize", content=b"a" * 20_000, cookies=cookies).status_code == 413


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("GET", "connections/x"), ("POST", "authorize"), ("POST", "code"), ("GET", "callback?code=C")],
)
def test_every_page_asks_who_is_there(airflow, method, path):
    """Without a login: to the login page, or refused; nothing is shown."""
    answer = httpx.request(method, f"{airflow.url}/workfront/{path}")

    assert (answer.status_code, "workfront_" in answer.text) in {(303, False), (401, False)}


def test_what_browsers_are_told(airflow, visit):
    """Nothing is kept, framed by others, or loaded from elsewhere."""
    page = visit(airflow, "admin", "/")
    headers = page.request.get("/workfront/").headers

    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy


# -- for everybody's eyes and hands


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_readable(airflow, workfront, visit, dark, width):
    """No rule of axe is broken, and nothing has to be scrolled sideways: desk and phone, by day and by night."""
    for path in ("", f"connections/{workfront.conn_id}", "callback?code=C", "connections/none"):
        page = visit(airflow, "admin", f"/workfront/{path}", dark=dark, width=width)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        if path.startswith("connections/w") and dark and width == 390:
            screenshot(page, "workfront-phone", whole=True)


def test_the_keyboard_is_enough(airflow, workfront, visit):
    """Tab to the button, Enter."""
    page = visit(airflow, "admin", f"/workfront/connections/{workfront.conn_id}")
    button = page.get_by_role("button", name=f"Authorize {workfront.conn_id}")
    for _ in range(10):
        page.keyboard.press("Tab")
        if button.evaluate("it => it === document.activeElement"):
            break
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Allow")).to_be_visible()


def test_the_redirect_url_is_copied(airflow, workfront, visit):
    """One press, and it says so."""
    page = visit(
        airflow,
        "admin",
        f"/workfront/connections/{workfront.conn_id}",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{airflow.url}/workfront/callback"


def test_no_secret_is_left_behind(airflow):
    """No code, verifier, token or secret in a log at DEBUG or in a table in clear, after all of the above."""
    assert airflow.leaks() == []
