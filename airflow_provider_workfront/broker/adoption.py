"""Bring a record in line with its connection: a first or a newly pasted seed, a moved host, a renamed connection."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from airflow_provider_workfront.api.errors import (
    BrokerUnavailable,
    ConnectionSettingsError,
    ReauthorizationRequired,
    TokenError,
)
from airflow_provider_workfront.api.logs import get_logger
from airflow_provider_workfront.broker.state import Damaged, Grant, Newer, Unreadable, home_mark, is_foreign, sown
from airflow_provider_workfront.broker.store import PREFIX, Snapshot, Store, aside_key, kept_key, record_key

if TYPE_CHECKING:
    from airflow_provider_workfront.auth.oauth import Application

log = get_logger("airflow_provider_workfront.broker")


@dataclass(frozen=True, slots=True)
class Registration:
    """What a connection says about its application and its seed; `mark` changes with every edit of it.

    `token_home` is the mark that an Airflow leaves beside the copy of its live token.
    """

    conn_id: str
    app: Application
    seed: str = field(repr=False)
    mark: str = field(repr=False)
    token_home: str = ""
    absolute_days: int | None = None
    inactivity_days: int | None = None

    @property
    def key(self) -> str:
        """Give the key of this connection's record."""
        return record_key(self.conn_id)


Connections = Callable[[str], Registration | None]
Page = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Adoption:
    """Decide what a record should be, given its connection, and change it by compare-and-set.

    `home` is the fingerprint of this Airflow; `may_adopt` says whether a first seed may be taken here (a
    laptop running `dag.test()` must not spend production's token by accident).
    """

    store: Store
    connections: Connections
    page: Page
    home: str
    may_adopt: bool = True

    def settled(self, registration: Registration, snapshot: Snapshot) -> Grant | None:
        """Give the grant if it is in line; otherwise make one change and give None: read again."""
        found = snapshot.value
        if isinstance(found, Grant):
            return self._aligned(registration, snapshot, found)
        if isinstance(found, Newer):
            raise _newer(registration.conn_id, found)
        if isinstance(found, Unreadable):
            raise self._unreadable(registration, found)
        if isinstance(found, Damaged):
            self._rebuild(registration, snapshot, found)
        else:
            self._begin(registration)
        return None

    def foundation(self, registration: Registration, snapshot: Snapshot) -> Grant | None:
        """Give the grant that new tokens are to begin a family in; None after a change: read again.

        Whatever is damaged, made in another Airflow or about another connection is replaced: a person has spoken.
        What only another process can read is kept aside.
        """
        found, app = snapshot.value, registration.app
        if isinstance(found, Newer):
            raise _newer(registration.conn_id, found)
        if isinstance(found, Unreadable):
            self.keep_aside(registration.conn_id, snapshot.cipher or "")
            return None
        if not isinstance(found, Grant):
            return self._sown(registration)
        if (found.base_url, found.client_id) != (app.base_url, app.client_id):
            self._set_aside(registration, found, snapshot.cipher or "")
            return None
        return replace(found, home=self.home, conn_id=registration.conn_id)

    def keep_aside(self, conn_id: str, cipher: str) -> str:
        """Move a record that no key opens out of the way, in case its key turns up; give where it is, or nothing."""
        aside = kept_key(conn_id, cipher)
        if not self.store.rename(record_key(conn_id), aside, cipher):
            return ""
        log.warning("Connection %r: the token record that no key opens rests as Variable %r.", conn_id, aside)
        return aside

    def is_gone(self, conn_id: str) -> bool:
        """Tell whether there is no such connection any more; one in which something is wrong is there."""
        try:
            return self.connections(conn_id) is None
        except ConnectionSettingsError:
            return False

    def adopt(self, registration: Registration) -> str:
        """Make the grant this connection's and this Airflow's own, because a person says so; say what was done.

        Nothing is sent. Raises TokenError if there is nothing that could be adopted.
        """
        snapshot = self.store.read(registration.key)
        found = snapshot.value
        if isinstance(found, Grant):
            return self._brought_home(registration, found, snapshot.cipher or "")
        if found is not None:
            raise TokenError(f"connection {registration.conn_id!r}: its token record cannot be read: {found}")
        if not registration.seed:
            raise TokenError(f"connection {registration.conn_id!r} has no refresh token: authorize it")
        for key, cipher, other in self.store.others(registration.key):
            if other.has_seen(registration.seed) and not self._is_aside(registration, key):
                _must(self.store.rename(key, registration.key, cipher))
                moved = self.store.read(registration.key)
                mine = replace(other, conn_id=registration.conn_id, home=self.home)
                _must(self.store.swap(registration.key, moved.cipher, mine))
                return f"the grant of connection {other.conn_id!r} now belongs to this one, which the other lacks"
        _must(self.store.swap(registration.key, None, self._sown(registration)))
        return "its refresh token now belongs to this Airflow; the next task uses it"

    def _brought_home(self, registration: Registration, found: Grant, cipher: str) -> str:
        if found.home == self.home:
            return "the grant belonged to this Airflow already"
        _must(self.store.swap(registration.key, cipher, replace(found, home=self.home)))
        return "the grant now belongs to this Airflow"

    def _aligned(self, registration: Registration, snapshot: Snapshot, found: Grant) -> Grant | None:
        app, cipher = registration.app, snapshot.cipher or ""
        if found.home != self.home:
            raise TokenError(
                f"connection {registration.conn_id!r}: its token record was made in another Airflow (a copied "
                "database?). Nothing was sent. If this Airflow is the one to keep the grant, run: "
                f"airflow workfront adopt {registration.conn_id}"
            )
        if (found.base_url, found.client_id) != (app.base_url, app.client_id):
            if found.is_untried:  # a host was mistyped: no token of this grant was ever taken there
                corrected = replace(found, base_url=app.base_url, client_id=app.client_id)
                self.store.swap(registration.key, cipher, corrected.revived(""))
                return None
            self._set_aside(registration, found, cipher)
            return None
        if found.conn_id != registration.conn_id:
            self.store.swap(registration.key, cipher, replace(found, conn_id=registration.conn_id))
            return None
        if registration.seed and not found.has_seen(registration.seed):
            self._refuse_a_shared_seed(registration)
            log.info("Connection %r: a new refresh token was put into it.", registration.conn_id)
            self.store.swap(registration.key, cipher, found.planted(registration.seed))
            return None
        return found

    def _set_aside(self, registration: Registration, found: Grant, cipher: str) -> None:
        aside = aside_key(registration.conn_id, found.base_url, found.client_id)
        log.warning(
            "Connection %r points to another host or client ID: its token record rests as Variable %r.",
            registration.conn_id,
            aside,
        )
        if not self.store.rename(registration.key, aside, cipher) and self.store.read(aside).cipher:
            raise TokenError(f"Variable {aside!r} is in the way of a token record: delete it, then try again")

    def _rebuild(self, registration: Registration, snapshot: Snapshot, damage: Damaged) -> None:
        """Begin again from the mirror; a connection outside the database has none."""
        if not registration.seed or registration.seed != self.store.copied(registration.conn_id):
            raise ReauthorizationRequired(
                f"connection {registration.conn_id!r}: its token record is damaged ({damage}). Delete the Variable "
                f"{registration.key!r}, then put a new refresh token into the connection",
                url=self.page(registration.conn_id),
            )
        log.error(
            "Connection %r: token record damaged (%s); rebuilt from the connection.",
            registration.conn_id,
            damage,
        )
        self.store.swap(registration.key, snapshot.cipher, self._sown(registration))

    def _begin(self, registration: Registration) -> None:
        app = registration.app
        rested = aside_key(registration.conn_id, app.base_url, app.client_id)
        cipher = self.store.read(rested).cipher
        if cipher and self.store.rename(rested, registration.key, cipher):
            return
        if not registration.seed:
            raise ReauthorizationRequired(
                f"connection {registration.conn_id!r} has no refresh token yet",
                url=self.page(registration.conn_id),
            )
        if is_foreign(registration.token_home, self.home, registration.seed):
            raise TokenError(
                f"connection {registration.conn_id!r}: its refresh token was copied from another Airflow, which goes "
                "on using it: each use here would kill it there. Nothing was sent. Authorize this connection "
                "by itself, or, if the other Airflow is gone (or shall give it up), run: "
                f"airflow workfront adopt {registration.conn_id}"
            )
        if not self._took_over(registration):
            self._require_permission(registration.conn_id)
            self.store.swap(registration.key, None, self._sown(registration))

    def _took_over(self, registration: Registration) -> bool:
        """Move the record of a renamed connection here; refuse a seed that lives in another connection."""
        self._refuse_a_shared_seed(registration)
        self._refuse_an_unknown_seed(registration)
        for key, cipher, other in self.store.others(registration.key):
            if other.has_seen(registration.seed) and not self._is_aside(registration, key):
                log.warning("Connection %r takes over the token record of %r.", registration.conn_id, other.conn_id)
                return self.store.rename(key, registration.key, cipher)
        return False

    def _refuse_a_shared_seed(self, registration: Registration) -> None:
        for key, _, other in self.store.others(registration.key):
            if not other.has_seen(registration.seed):
                continue
            if self._is_aside(registration, key):
                raise ReauthorizationRequired(
                    f"connection {registration.conn_id!r}: its refresh token was issued by {other.base_url} to client "
                    f"{other.client_id!r} and is not sent elsewhere; it needs a token of its own",
                    url=self.page(registration.conn_id),
                )
            if other.conn_id != registration.conn_id and not self.is_gone(other.conn_id):
                raise TokenError(
                    f"connection {registration.conn_id!r} holds the refresh token of connection {other.conn_id!r}: "
                    "each use would kill it for the other. Authorize each connection by itself, or, to take the "
                    f"token away from the other one, run: airflow workfront adopt {registration.conn_id}"
                )

    def _refuse_an_unknown_seed(self, registration: Registration) -> None:
        """Take no seed that may be of a renamed connection, whose record no key of this process opens."""
        copied = registration.token_home == home_mark(self.home, registration.seed)  # by whom, is not known
        for key in self.store.unreadable(registration.key):
            named = key.removeprefix(PREFIX)
            if "__aside__" not in key and (copied or self.is_gone(named)):
                raise BrokerUnavailable(
                    f"connection {registration.conn_id!r}: its refresh token may be that of {named!r}, a token record "
                    "that no key of this process opens; is the Fernet key rolled out everywhere? Nothing was sent. "
                    f"Authorize this connection, or, if that record is of no use, run: airflow workfront forget {named}"
                )

    def _unreadable(self, registration: Registration, found: Unreadable) -> BrokerUnavailable:
        """Say so, and do nothing else: another api-server may be able to read it, and the next ask may reach that."""
        conn_id = registration.conn_id
        log.error("Connection %r: its token record is left as it is: %s", conn_id, found)
        return BrokerUnavailable(
            f"connection {conn_id!r}: its token record cannot be read: {found} Each api-server needs every key in use, "
            "in [core] fernet_key, with commas between. Nothing was changed or sent. If the key is lost, authorize the "
            f"connection again: {self.page(conn_id)}"
        )

    def _is_aside(self, registration: Registration, key: str) -> bool:
        return key.startswith(f"{registration.key}__aside__")

    def _require_permission(self, conn_id: str) -> None:
        if not self.may_adopt:
            raise TokenError(
                f"connection {conn_id!r}: dag.test() would be the first to use this refresh token, and with rotation "
                "that takes it away from wherever it is in use. If that is wanted, set [workfront] "
                "adopt_in_dag_test = True (environment: AIRFLOW__WORKFRONT__ADOPT_IN_DAG_TEST=True)"
            )

    def _sown(self, registration: Registration) -> Grant:
        return sown(
            registration.conn_id,
            registration.seed,
            base_url=registration.app.base_url,
            client_id=registration.app.client_id,
            home=self.home,
            key=secrets.token_hex(32),
        )


def _newer(conn_id: str, found: Newer) -> TokenError:
    return TokenError(
        f"connection {conn_id!r}: its token record was written by a newer version of this provider ({found}). Nothing "
        "was changed or sent: upgrade airflow-provider-workfront on this api-server too"
    )


def _must(changed: bool) -> None:  # noqa: FBT001 it reads as a sentence
    if not changed:
        raise TokenError("the record changed at the same moment: look with `airflow workfront status`, try again")
