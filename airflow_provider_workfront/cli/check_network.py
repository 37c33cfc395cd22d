"""Checks of the way to Workfront and to the token broker, each by one request that needs no session."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow_provider_workfront.api.call import Answer, Send
from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError, WorkfrontError
from airflow_provider_workfront.api.request import Lost, Repeat, Request
from airflow_provider_workfront.auth.session import Credential
from airflow_provider_workfront.broker.client import BrokerSession
from airflow_provider_workfront.broker.session import broker_url
from airflow_provider_workfront.cli.finding import Finding, fail, ok, skip, warn
from airflow_provider_workfront.client.reach import addresses_of, once, proxy_of

if TYPE_CHECKING:
    from airflow_provider_workfront.client import Client, HttpOptions
    from airflow_provider_workfront.connection import Configuration, Settings

MOST_SKEW = 30.0  # seconds
UNTRIED = "none was asked for"  # how the broker says that it has no token at hand, and was not to fetch one
ELSEWHERE = "set [workfront] broker_url to the address of a full api-server, ending in /workfront/"
ALIKE = (
    "the connection must resolve alike in the api-server, with the same client secret: in the database, or by the same "
    "environment variable or secrets backend there too"
)

NOTHING: Answer = Lost("nothing was sent", sent=False)
Said = Credential | WorkfrontError | None


def host(url: str, options: HttpOptions) -> Finding:
    """Ask the resolver, unless a proxy is to."""
    if proxy := proxy_of(url, options):
        return ok("host", f"{urlsplit(url).hostname} is resolved by the proxy {proxy}")
    try:
        found = addresses_of(url)
    except OSError as error:
        problem = f"{urlsplit(url).hostname} does not resolve ({error.strerror or error})"
        return fail("host", problem, "mind the spelling of the connection's host; else ask whoever runs the DNS here")
    return ok("host", f"{urlsplit(url).hostname} resolves to {', '.join(found[:3])}")


def information(client: Client) -> Answer:
    """Ask Workfront for what it tells everybody; a refusal is an answer too."""
    return client.drive(once(Request("GET", "info", anonymous=True, repeat=Repeat.ALWAYS)))


def reached(url: str, options: HttpOptions, answer: Answer) -> Finding:
    """Judge the way to Workfront by what came back."""
    if isinstance(answer, Lost):
        found, _, remedy = answer.reason.rpartition(": ")
        return fail("TLS", found or remedy, remedy if found else "check network, proxy and Workfront's allowlist")
    way = f", by the proxy {proxy}" if (proxy := proxy_of(url, options)) else ""
    if answer.status >= 500 or answer.status in {403, 429} or 300 <= answer.status < 400:
        remedy = "check host and proxy, and that Workfront's allowlist holds this machine's address"
        return warn("TLS", f"it answers{way}, but with status {answer.status}", remedy)
    if url.startswith("http://"):
        return ok("TLS", f"not used, since the host is this machine; it answers{way}")
    return ok("TLS", f"the certificate is trusted{way}")


def clock(whose: str, answer: Answer | None, now: float) -> Finding:
    """Compare this machine's clock with the date of an answer."""
    check = f"clock, {whose}"
    try:
        date = "" if answer is None or isinstance(answer, Lost) else answer.headers.get("date", "")
        ahead = now - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return skip(check, "no answer with a date came")
    if abs(ahead) > MOST_SKEW:
        found = f"this machine's clock is {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'}"
        return warn(check, found, "let both machines take their time from the network (NTP)")
    return ok(check, f"{abs(ahead):.0f} s apart")


def asked_broker(client: Client, settings: Settings, conf: Configuration) -> tuple[Answer, Said]:
    """Ask the broker as a task does, for a token that is at hand; never for a refresh.

    Gives the last answer, and what it means to a task: a credential, an error, or nothing yet.
    """
    session = BrokerSession(broker_url(conf), settings.conn_id, settings.client_secret, may_refresh=False)
    steps = session.acquire(None)
    step, answer = next(steps), NOTHING
    try:
        while isinstance(step, Send):  # a second time, if the first was signed by a clock that is off
            answer = client.drive(once(step.request))
            step = steps.send(answer)
    except StopIteration as done:
        return answer, done.value
    except TokenError as error:
        return answer, error
    return answer, None


def broker(url: str, answer: Answer) -> Finding:
    """Judge whether tasks reach the broker, and whether it believes them."""
    if isinstance(answer, Lost):
        reason = answer.reason.partition(": ")[0]
        return fail("token broker", f"no answer at {url} ({reason})", f"start the api-server, or {ELSEWHERE}")
    if answer.status == 401:
        return fail("token broker", f"{url} does not believe that we know the client secret", ALIKE)
    if answer.status in {200, 202, 409}:
        return ok("token broker", f"answers at {url}")
    if answer.status == 429:
        return fail("token broker", f"{url} had too many wrong proofs", "wait a minute")
    if answer.status >= 500:
        return fail("token broker", f"{url} answers {answer.status}", "look into the api-server's log")
    remedy = f"install the provider in the api-server and restart it, or {ELSEWHERE}"
    return fail("token broker", f"no token broker at {url}: it answers {answer.status}", remedy)


def access_token(said: Said) -> Finding:
    """Tell what a task would get of the broker."""
    if isinstance(said, Credential):
        return ok("access token", f"at hand, generation {said.generation}")
    if said is None:
        return ok("access token", "being refreshed")
    if UNTRIED in str(said):
        return ok("access token", "none at hand; the next task lets it be refreshed")
    remedy = f"authorize it at {said.url}" if isinstance(said, ReauthorizationRequired) and said.url else "see above"
    return fail("access token", said.message if isinstance(said, ReauthorizationRequired) else str(said), remedy)
