"""Wire the broker to this Airflow: its configuration, connections, database, and HTTP."""

from __future__ import annotations

import hashlib
import threading
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from airflow.configuration import AIRFLOW_HOME, conf
from airflow.models.connection import Connection
from airflow.sdk.exceptions import AirflowException, AirflowNotFoundException
from airflow.sdk.log import mask_secret
from sqlalchemy.engine import make_url

from airflow_provider_workfront.api.errors import ConnectionSettingsError, TokenError, WorkfrontError
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.auth.oauth import Application
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.broker.adoption import Adoption, Registration
from airflow_provider_workfront.broker.ask import Ask, Granted, Pending
from airflow_provider_workfront.broker.asked import Asked
from airflow_provider_workfront.broker.audit import AirflowWatch
from airflow_provider_workfront.broker.gate import Gate, Unauthorized
from airflow_provider_workfront.broker.places import Places
from airflow_provider_workfront.broker.rescue import RescueFolder
from airflow_provider_workfront.broker.seal import NO_KEY
from airflow_provider_workfront.broker.service import Broker, Steps, Times
from airflow_provider_workfront.broker.sharing import Sharing
from airflow_provider_workfront.broker.slots import Terms
from airflow_provider_workfront.broker.state import Grant
from airflow_provider_workfront.broker.store import Store
from airflow_provider_workfront.client import HttpOptions, open_client
from airflow_provider_workfront.connection import Settings, policy
from airflow_provider_workfront.connection.read import MASK

if TYPE_CHECKING:
    from airflow_provider_workfront.api.call import Send, Wait
    from airflow_provider_workfront.auth.token import Token
    from airflow_provider_workfront.client import Client

log = get_logger("airflow_provider_workfront.broker")

SECTION = "workfront"
CONN_TYPE = "workfront"
LONGEST_TOKEN_ANSWER = 1024 * 1024  # bytes, unpacked
REPORT_EVERY = 3600.0  # seconds between two looks at authorizations that no task comes near
BUSY_PAUSE = 1.0  # seconds after which a task asks again whose refresh found no thread


class LocalBroker:
    """The broker in a process that has Airflow's database: the api-server, the command line, `dag.test()`."""

    def __init__(self, *, may_adopt: bool = True) -> None:
        self.store = Store()
        self.asked = Asked(self.store)
        self._gate = Gate()
        self._places = Places()
        self.adoption = Adoption(self.store, registration, page, home(), may_adopt)
        watch = AirflowWatch(conf.get(SECTION, "reauthorize_notifier", fallback="") or "")
        self.broker = Broker(self.adoption, _times(), watch, _rescue_folder())
        self.sharing = _sharing()

    def token(self, conn_id: str, proof: str, body: bytes, ask: Ask, peer: str = "") -> Granted | Pending:
        """Check the proof, then give a token; before it holds, all connections that there are or are not look alike."""
        self.store.is_row(conn_id)  # raises if the database is away, whatever is asked for
        conn = _connection(conn_id)
        self._gate.admit(proof, _secret(conn), conn_id, body, peer=peer, now=time.time())
        if conn is None:
            raise Unauthorized(conn_id)
        return self.grant(_settings(conn), ask)

    def grant(self, settings: Settings, ask: Ask) -> Granted | Pending:
        """Give a token for this connection, refreshing if that is due."""
        steps = self.steps(settings, ask)
        try:
            first = next(steps)
        except StopIteration as done:  # the stored token does, as it mostly will: no connection is opened
            given: Granted | Pending = done.value
            return given
        with self._places.taken(settings.conn_id) as is_free:
            if not is_free:
                return Pending(BUSY_PAUSE)
            with token_client(settings) as client:
                return client.drive(_resumed(first, steps))

    def steps(self, settings: Settings, ask: Ask) -> Steps:
        """Give the same as steps, for a driver that has a connection open already."""
        mask_secret(settings.refresh_token)
        try:
            granted = yield from self.broker.grant(registered(settings), ask)
        except WorkfrontError:
            self.asked.note(settings.conn_id)  # it may live in a secrets backend: else nobody could find it to mend it
            raise
        if isinstance(granted, Granted):
            mask_secret(granted.access_token)
        return granted

    def report_all(self) -> None:
        """Report how each authorization stands: one that no task uses may come to its end all the same."""
        for record in self.store.records():
            if not isinstance(record.value, Grant) or "__aside__" in record.key:
                continue
            try:
                found = registration(record.value.conn_id)
            except ConnectionSettingsError:
                continue
            if found is not None:
                self.broker.report(found)

    def keep_reporting(self) -> None:
        """Report every hour, on a thread that does not keep the process from ending."""
        threading.Thread(target=self._report_on, name="workfront-report", daemon=True).start()

    def _report_on(self) -> None:
        pause = threading.Event()
        while not pause.wait(REPORT_EVERY):
            try:
                self.report_all()
            except Exception as error:  # noqa: BLE001 the database is away, for example; in an hour it may be back
                log.warning("Workfront authorizations were not looked at: %s", type(error).__name__)

    def known(self, settings: Settings) -> Grant | None:
        """Find the record that these settings belong to, whatever the connection is called at the moment.

        Airflow's "Test" button runs under a made-up connection ID with the real secrets.
        """
        for _, _, grant in self.store.others(key=""):
            same = (grant.base_url, grant.client_id) == (settings.base_url, settings.client_id)
            if same and grant.has_seen(settings.refresh_token):
                return grant
        return None


@cache
def local_broker(*, may_adopt: bool = True) -> LocalBroker:
    """Give this process's broker: it remembers what it committed."""
    return LocalBroker(may_adopt=may_adopt)


def settings_of(conn_id: str) -> Settings | None:
    """Look a connection up as this server resolves it; None if there is no Workfront connection of this name.

    Raises ConnectionSettingsError for a row that no Fernet key of this process opens: it is not a deleted one.
    """
    conn = _any_connection(conn_id)
    if conn is None and Store().is_row(conn_id):  # Airflow does not tell what it cannot decrypt from what is not there
        raise ConnectionSettingsError(conn_id, "the row in the database", NO_KEY)
    return _settings(conn) if conn and conn.conn_type == CONN_TYPE else None


def _connection(conn_id: str) -> Connection | None:
    """Find a connection of our type; those of other types are not opened. Nothing tells a stranger which it was."""
    conn = _any_connection(conn_id)
    return conn if conn and conn.conn_type == CONN_TYPE else None


def _any_connection(conn_id: str) -> Connection | None:
    try:
        return Connection.get_connection_from_secrets(conn_id)
    except AirflowNotFoundException:
        return None
    except AirflowException as error:  # a secrets backend that refuses: its text names what it has
        log.warning("Connection %r could not be looked up: %s", conn_id, type(error).__name__)
        return None


def _settings(conn: Connection) -> Settings:
    return Settings.of(conn, conn.extra_dejson, **policy(conf))


def _secret(conn: Connection | None) -> str:
    """Give the client secret alone, empty if there is none that could prove anything; nothing else is read yet."""
    if conn is None:
        return ""
    try:
        found = (conn.password or "").strip()
    except Exception as error:  # noqa: BLE001 the Fernet key is another one, for example; the caller learns nothing
        log.warning("Connection %r: its client secret cannot be read: %s", conn.conn_id, type(error).__name__)
        return ""
    return "" if found == MASK else found


def registration(conn_id: str) -> Registration | None:
    """Look up what the grant needs to know of a connection."""
    settings = settings_of(conn_id)
    return registered(settings) if settings else None


def registered(settings: Settings) -> Registration:
    """Give what the grant needs to know of these settings."""
    app = Application(
        settings.base_url,
        settings.client_id,
        settings.client_secret,
        settings.redirect_uri,
        "form" if settings.token_encoding == "form" else "json",
        settings.is_workfront,
    )
    said = (app.base_url, app.client_id, app.client_secret, app.encoding, settings.refresh_token)
    return Registration(
        settings.conn_id,
        app,
        settings.refresh_token,
        "\n".join(said),
        settings.refresh_token_home,
        settings.absolute_expiry_days,
        settings.inactivity_days,
    )


def page(conn_id: str) -> str:
    """Give the address at which a person heals this connection: our page, with the button that authorizes."""
    return f"{pages()}connections/{quote(conn_id, safe='')}"


def pages() -> str:
    """Give the address of our pages, ending in a slash."""
    base = conf.get("api", "base_url", fallback="") or "http://localhost:8080"
    return f"{base.rstrip('/')}/workfront/"


def masked(token: Token) -> None:
    """Keep tokens out of every log from here on."""
    mask_secret(token.access_token)
    mask_secret(token.refresh_token)


def home() -> str:
    """Give the fingerprint of this Airflow: a record copied into another one must not be spent there."""
    url = make_url(conf.get("database", "sql_alchemy_conn"))
    parts = (url.get_backend_name(), url.host or "", str(url.port or ""), url.database or "")
    base = conf.get("api", "base_url", fallback="") or ""
    return hashlib.sha256("\n".join((*parts, base.rstrip("/"))).encode()).hexdigest()[:16]


def _resumed(first: Send | Wait, steps: Steps) -> Steps:
    """Go on with steps whose first has been taken already."""
    step = first
    while True:
        answer = yield step
        try:
            step = steps.send(answer)
        except StopIteration as done:
            given: Granted | Pending = done.value
            return given


def token_client(settings: Settings) -> Client:
    """Open a client for the token endpoint; raises ConnectionSettingsError before anything is sent."""
    options = HttpOptions(
        _seconds("token_read_timeout", 60.0),
        connect=_seconds("token_connect_timeout", 10.0),
        proxy=settings.proxy or None,
        ca_bundle=settings.ca_bundle or None,
        longest=LONGEST_TOKEN_ANSWER,
    )
    return open_client(ApiKeySession(""), api_root=settings.api_root, options=options, conn_id=settings.conn_id)


def _rescue_folder() -> RescueFolder:
    named = conf.get(SECTION, "rescue_folder", fallback="") or ""
    return RescueFolder(Path(named) if named else Path(AIRFLOW_HOME) / "workfront_rescue")


def _times() -> Times:
    return Times(
        lease=_seconds("lease_seconds", 180.0),
        settle=_seconds("settle_seconds", 30.0),
        answer=_seconds("token_total_timeout", 75.0),
        repeats=_repeats(conf.get(SECTION, "token_repeats", fallback="0.5,2,8,20")),
        cooldown=_seconds("refresh_cooldown", 30.0),
    )


def _sharing() -> Sharing | None:
    """Give where tasks share the slots of their Workfront; None if they shall not."""
    lease = _seconds("slot_seconds", Terms().lease)
    return Sharing(Terms(lease)) if lease > 0 else None


def _repeats(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise TokenError(f"[workfront] token_repeats: seconds with commas between are wanted, not {text!r}") from None


def _seconds(option: str, default: float) -> float:
    return conf.getfloat(SECTION, option, fallback=default)
