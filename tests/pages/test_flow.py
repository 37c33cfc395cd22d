"""What is kept between the button and Workfront's answer, and which answers are taken."""

from __future__ import annotations

import pytest

from airflow_provider_workfront.pages.flow import Flow, Refusal, Seals, check_tenant, code_of

FLOW = Flow.begun("wf", "ada", "https://airflow.example.com/workfront/callback", pkce=True)
SEALS = Seals("a secret key")


def answered(**changes):
    """Workfront's answer, with some changes."""
    return {"code": "C", "state": FLOW.state, "domain": "acme", "lane": "my"} | changes


def refused(*arguments):
    """Give the refusal of an answer."""
    with pytest.raises(Refusal) as caught:
        code_of(*arguments)
    return caught.value


def test_the_answer_to_what_this_user_began_is_taken():
    """State, user and code are right."""
    assert code_of(answered(), FLOW, "ada") == "C"


def test_each_flow_has_secrets_of_its_own():
    """Of 256 bits; a verifier only where PKCE is wanted."""
    other = Flow.begun("wf", "ada", FLOW.redirect_uri, pkce=False)

    assert other.state != FLOW.state
    assert len(FLOW.state) >= 43
    assert (other.pkce, len(FLOW.pkce.verifier) >= 43) == (None, True)


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"state": ""}, "Workfront did not return the state"),
        ({"state": "another"}, "This answer belongs to another try"),
        ({"code": ""}, "Workfront sent no code"),
        ({"error": "access_denied"}, "Consent was denied"),
        ({"error": "server_error", "error_description": "boom"}, "Workfront refused"),
    ],
)
def test_another_answer_is_refused(changes, title):
    """Each with its own words, and with the way back to its connection."""
    refusal = refused(answered(**changes), FLOW, "ada")

    assert (refusal.title, refusal.conn_id) == (title, "wf")
    assert "Nothing was stored" in refusal.advice


def test_an_answer_nobody_waits_for_is_refused():
    """No cookie: forged, replayed, too late, or in another browser."""
    assert refused(answered(), None, "ada").title == "No authorization is under way in this browser"


def test_another_users_flow_is_refused():
    """Whoever is logged in now did not begin it."""
    assert refused(answered(), FLOW, "eve").status == 403


def test_a_cookie_survives_and_a_forged_one_does_not():
    """It is signed with a key that all api-servers share, for this purpose only."""
    assert SEALS.opened(SEALS.sealed(FLOW)) == FLOW
    for cookie in ("", "rubbish", Seals("another key").sealed(FLOW), SEALS.note(to="wf"), SEALS.form_token("ada")):
        assert SEALS.opened(cookie) is None


def test_a_form_is_good_for_the_user_it_was_made_for():
    """Nobody else can post it, and nothing else passes for one."""
    assert SEALS.is_own_form(SEALS.form_token("ada"), "ada")
    for token in ("", "rubbish", SEALS.form_token("eve"), SEALS.sealed(FLOW)):
        assert not SEALS.is_own_form(token, "ada")


def test_a_note_says_what_was_noted():
    """And nothing where there is none."""
    assert SEALS.noted(SEALS.note(to="wf", user="Ada")) == {"to": "wf", "user": "Ada"}
    assert SEALS.noted("") == {}


@pytest.mark.parametrize(
    ("host", "changes"),
    [
        ("acme.my.workfront.com", {}),
        ("ACME.my.workfront.adobe.com", {"domain": "Acme"}),
        ("origin-acme.my.workfront.com", {}),
        ("acme.preview.workfront.com", {"lane": "preview"}),
        ("acme.my.workfront.com", {"lane": "cl05"}),  # Workfront's documents show `preview` alone
        ("acme.my.workfront.com", {"domain": "", "lane": ""}),
        ("gateway.example.com", {"domain": "other"}),  # a gateway of one's own tells nothing
        ("127.0.0.1:8765", {"domain": "simulator"}),
    ],
)
def test_the_right_tenant_is_taken(host, changes):
    """Whatever of domain and lane can be compared fits the connection's host."""
    check_tenant(answered(**changes), host, "wf")


@pytest.mark.parametrize("changes", [{"domain": "other"}, {"lane": "preview"}, {"domain": "other", "lane": "sb01"}])
def test_another_tenant_is_refused(changes):
    """A code of another Workfront is not sent to this one."""
    with pytest.raises(Refusal, match="another Workfront"):
        check_tenant(answered(**changes), "acme.my.workfront.com", "wf")


def test_no_secret_is_shown():
    """Neither state nor verifier."""
    assert FLOW.state not in repr(FLOW)
    assert FLOW.verifier not in repr(FLOW)
    assert "a secret key" not in repr(SEALS)
