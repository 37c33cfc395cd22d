"""What a connection may say, and how its mistakes are named (reference 1.1, 1.4)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import pytest

from airflow_provider_workfront.api.errors import ConnectionSettingsError
from airflow_provider_workfront.connection import Settings

TODAY = date(2026, 11, 23)
PEM_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj" * 3


@dataclass(frozen=True)
class Conn:
    """An Airflow connection as a literal."""

    host: str | None = "acme.my.workfront.com"
    login: str | None = "client"
    password: str | None = "s3cret-of-client"
    schema: str | None = None
    port: int | None = None
    extra: str | None = None
    conn_id: str = "wf"


def settings(conn: Conn = Conn(), *, allowed_hosts: str = "", today: date = TODAY, **extra: object) -> Settings:
    return Settings.of(conn, extra, allowed_hosts=allowed_hosts, today=today)


def refusal(conn: Conn = Conn(), *, allowed_hosts: str = "", **extra: object) -> ConnectionSettingsError:
    with pytest.raises(ConnectionSettingsError) as caught:
        settings(conn, allowed_hosts=allowed_hosts, **extra)
    assert caught.value.conn_id == "wf"
    return caught.value


def test_a_bare_connection_gets_the_documented_defaults():
    """Host, client ID and secret are enough for OAuth2."""
    found = settings()

    assert found.api_root == "https://acme.my.workfront.com/attask/api/v21.0"
    assert (found.auth, found.refresh, found.token_encoding) == ("oauth2", "each_run", "json")
    assert (found.timeout, found.max_concurrency, found.read_only, found.warnings) == (120.0, None, False, ())


@pytest.mark.parametrize(
    ("typed", "base_url"),
    [
        ("acme.my.workfront.com", "https://acme.my.workfront.com"),
        ("  ACME.my.Workfront.com. ", "https://acme.my.workfront.com"),
        ("https://acme.my.workfront.com/", "https://acme.my.workfront.com"),
        ("https://acme.my.workfront.com:443", "https://acme.my.workfront.com"),
        ("https://acme.my.workfront.com/project/5e29c8/overview?x=1#top", "https://acme.my.workfront.com"),
        ("acme.preview.workfront.com/home", "https://acme.preview.workfront.com"),
        ("acme.sb01.workfront.adobe.com", "https://acme.sb01.workfront.adobe.com"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("localhost:8765", "http://localhost:8765"),
        ("https://localhost:8765", "https://localhost:8765"),
        ("http://[::1]:8765/attask", "http://[::1]:8765"),
    ],
)
def test_a_host_is_understood_as_people_paste_it(typed, base_url):
    """Scheme, path, query, capitals and spaces do not matter; http is for the own machine."""
    assert settings(Conn(host=typed)).base_url == base_url


@pytest.mark.parametrize(
    ("host", "schema", "port", "base_url"),
    [
        ("127.0.0.1", "", 8765, "http://127.0.0.1:8765"),
        ("127.0.0.1", "https", 8765, "https://127.0.0.1:8765"),
        ("http://127.0.0.1", None, 8765, "http://127.0.0.1:8765"),
        ("acme.my.workfront.com", "https", 0, "https://acme.my.workfront.com"),
        ("acme.my.workfront.com", "anything", 443, "https://acme.my.workfront.com"),
    ],
)
def test_port_and_schema_count_where_a_uri_puts_them(host, schema, port, base_url):
    """The form hides both, so a 0 that some tool left there means nothing."""
    assert settings(Conn(host=host, schema=schema, port=port)).base_url == base_url


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (None, "is empty"),
        ("   ", "is empty"),
        ("http://acme.my.workfront.com", "https"),
        ("ftp://acme.my.workfront.com", "must begin with https://"),
        ("https://experience.adobe.com/#/@acme/so:acme/workfront/home", "<domain>.my.workfront.adobe.com"),
        ("acme", "did you mean acme.my.workfront.com?"),
        ("acme.example.com", "is not a Workfront host"),
        ("acme.my.workfront.com.example.com", "is not a Workfront host"),
        ("notworkfront.com", "is not a Workfront host"),
        ("https://me:pw@acme.my.workfront.com", "must not hold a user"),
        ("https://acme.my.workfront.com\\@example.com", "must not hold a user"),
        ("10.1.2.3", "is not a Workfront host"),
        ("[2001:db8::1]", "is not a host name"),
        ("acme my.workfront.com", "is not a host name"),
        ("acme.my.workfront.com:port", "is not a host"),
    ],
)
def test_a_host_that_tokens_must_not_go_to_is_refused(typed, says):
    """A wrong host would be given the client secret, so it is refused before any call."""
    error = refusal(Conn(host=typed))

    assert error.field == "host"
    assert says in error.problem


def test_a_schema_cannot_lower_a_real_host_to_http():
    """Only the own machine may be spoken to in the clear."""
    assert "https" in refusal(Conn(schema="http")).problem


@pytest.mark.parametrize("allowed", ["gateway.example.com", ".example.com", "other.org, *.Example.com"])
def test_airflows_configuration_may_allow_further_hosts(allowed):
    """A gateway in front of Workfront is named there, never in the connection itself."""
    conn = Conn(host="gateway.example.com:8443")

    assert settings(conn, allowed_hosts=allowed).base_url == "https://gateway.example.com:8443"
    assert "allowed_hosts" in refusal(conn, allowed_hosts="else.example.com").problem


def test_the_connection_cannot_allow_its_own_host():
    """Its editor would grant it to himself."""
    with pytest.raises(ConnectionSettingsError, match="is not a Workfront host"):
        Settings.of(Conn(host="evil.example.com"), {"allowed_hosts": "evil.example.com"}, today=TODAY)


@pytest.mark.parametrize(
    ("auth", "missing"),
    [("oauth2", "login"), ("jwt", "customer_id"), ("ims", "ims_org_id"), ("api_key", "api_key")],
)
def test_each_way_to_authenticate_needs_its_own_fields(auth, missing):
    """The first field missing is named as the form or Airflow names it."""
    conn = Conn(login=None) if auth == "oauth2" else Conn()

    error = refusal(conn, auth=auth)

    assert error.field == missing
    assert f"auth '{auth}' needs it" in error.problem


def test_an_api_key_needs_nothing_else():
    """Neither client ID nor secret belong to it."""
    assert settings(Conn(login=None, password=None), auth="api_key", api_key="k" * 32).api_key == "k" * 32


def test_what_a_uri_gives_as_text_gets_its_type():
    """A URI has no numbers and no booleans."""
    found = settings(
        read_only="False",
        timeout="30",
        max_concurrency="8",
        inactivity_days="180",
        api_version="22",
        auth="OAuth2",
    )

    assert (found.read_only, found.timeout, found.max_concurrency) == (False, 30.0, 8)
    assert (found.inactivity_days, found.api_version, found.auth) == (180, "v22.0", "oauth2")


def test_empty_fields_of_the_form_count_as_absent():
    """The form stores null or an empty text for what was left open."""
    assert settings(timeout="", api_version=None, proxy="", read_only=None) == settings()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("auth", "password", "oauth2, jwt, ims, api_key"),
        ("token_encoding", "xml", "json, form"),
        ("refresh", "always", "each_run, when_due"),
        ("timeout", "soon", "a number from 1 to 3600"),
        ("timeout", 0, "a number from 1 to 3600"),
        ("timeout", "nan", "a number from 1 to 3600"),
        ("timeout", True, "a number from 1 to 3600"),
        ("max_concurrency", 33, "from 1 to 32"),
        ("max_concurrency", 2.5, "a whole number"),
        ("read_only", "maybe", "true or false"),
        ("proxy", "proxy:3128", "http:// or https://"),
        ("redirect_uri", "http://airflow.example.com/workfront/callback", "https://"),
        ("redirect_uri", "airflow.example.com", "https://"),
        ("customer_id", {"id": 1}, "a text"),
        ("api_version", "latest", "v21.0"),
        ("api_version", "v18.5", "v21.0"),
        ("private_key", "secret stuff", "PEM"),
    ],
)
def test_a_value_that_cannot_work_names_its_field(field, value, says):
    """The message says what would do, and does not repeat a value that may be secret."""
    error = refusal(**{field: value})

    assert error.field == field
    assert says in error.problem
    assert "secret stuff" not in str(error)


@pytest.mark.parametrize("field", ["refresh_token", "api_key", "private_key"])
def test_the_mask_that_airflow_shows_is_no_secret(field):
    """Saving `***` as a token would destroy it."""
    assert refusal(**{field: "***"}).field == field
    assert refusal(Conn(password="***")).field == "password"


@pytest.mark.parametrize("version", ["21", "v21", "21.0", "V21.0", 21, 21.0])
def test_a_version_may_be_written_in_any_usual_way(version):
    """Addresses have it as `v21.0`."""
    assert settings(api_version=version).api_version == "v21.0"


def test_a_removed_version_is_refused_with_the_schedule():
    """v15 and older are gone (reference 1.4)."""
    error = refusal(api_version="v15.0")

    assert "v15.0 was removed" in error.problem
    assert "v22.0 is supported until April 2029" in error.problem


@pytest.mark.parametrize(
    ("version", "today", "warns"),
    [
        ("v17.0", date(2026, 9, 30), ""),
        ("v17.0", date(2026, 10, 1), "ended its support"),
        ("v21.0", date(2028, 9, 30), ""),
        ("v23.0", TODAY, "newer than this provider"),
    ],
)
def test_a_version_past_its_support_date_warns(version, today, warns):
    """It still answers for a while, so it is a warning; the clock is an argument."""
    warnings = settings(api_version=version, today=today).warnings

    assert len(warnings) == bool(warns)
    assert warns in "".join(warnings)


def test_an_unknown_field_warns_and_guesses():
    """A misspelt option would otherwise be a silent default."""
    (warning,) = settings(max_concurency=2).warnings

    assert warning.startswith("Connection 'wf': extra field 'max_concurency' is unknown")
    assert warning.endswith("did you mean 'max_concurrency'?")


@pytest.mark.parametrize(
    "laid_out",
    [
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\\n{}\\n-----END PRIVATE KEY-----\\n",
        "-----BEGIN PRIVATE KEY-----{}-----END PRIVATE KEY-----",
        " -----BEGIN PRIVATE KEY----- {} -----END PRIVATE KEY----- ",
        "-----BEGIN PRIVATE KEY-----\r\n{}\r\n-----END PRIVATE KEY-----",
    ],
)
def test_a_private_key_survives_what_forms_and_shells_do_to_it(laid_out):
    """Password fields drop line breaks, shells make them a literal backslash and n."""
    lines = settings(private_key=laid_out.format(PEM_BODY)).private_key.splitlines()

    assert lines[0] == "-----BEGIN PRIVATE KEY-----"
    assert lines[-1] == "-----END PRIVATE KEY-----"
    assert "".join(lines[1:-1]) == PEM_BODY
    assert {len(line) for line in lines[1:-1]} == {64}


@pytest.mark.parametrize(("extra", "read"), [("not json", {}), ("[1]", [1])])
def test_an_extra_that_is_no_json_object_is_refused(extra, read):
    """Airflow logs a parse error and goes on with nothing; that would be a connection of defaults."""
    with pytest.raises(ConnectionSettingsError, match="field extra: is not a JSON object"):
        Settings.of(Conn(extra=extra), read, today=TODAY)


def test_no_secret_shows_in_the_settings_own_text():
    """Settings end up in tracebacks and debuggers."""
    secrets = {
        "refresh_token": "token-canary",
        "api_key": "key-canary",
        "private_key": f"-----BEGIN PRIVATE KEY-----{PEM_BODY}-----END PRIVATE KEY-----",
        "proxy": "http://me:proxy-canary@proxy:3128",
    }

    shown = repr(settings(Conn(extra=json.dumps(secrets)), **secrets))

    assert not [word for word in ("canary", "s3cret", PEM_BODY[:20]) if word in shown]


@pytest.mark.parametrize("key", ["abc\ndef", "schlüssel", "a b", "a\x00b"])
@pytest.mark.parametrize("field", ["api_key", "ims_org_id"])
def test_what_no_header_can_hold_is_refused_and_not_shown(field, key):
    """The HTTP library would quote it in its error."""
    found = refusal(**{field: key})

    assert (found.field, key in str(found)) == (field, False)
