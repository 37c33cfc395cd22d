"""What people and administrators do to connection and record, at each step of a refresh, through Airflow's own API."""

from __future__ import annotations

import json
from contextlib import contextmanager

import httpx
import pytest
from cryptography.fernet import Fernet
from support.deployment import connection
from support.grants import eventually, tenant

from airflow_provider_workfront.api.errors import ReauthorizationRequired, TokenError
from airflow_provider_workfront.broker.store import record_key

pytestmark = pytest.mark.timeout(200)

MOMENTS = ["before", "answer pending", "between answer and commit", "after"]


@contextmanager
def refreshing(workfront, moment):
    """Bring a second refresh to a moment, let the caller act there, and let it end."""
    workfront.asked()
    if moment in {"before", "after"}:
        if moment == "after":
            workfront.asked(run=workfront.runs_over())
        yield None
        return
    workfront.door.answers.clear()
    workfront.door.answered.clear()
    ask = workfront.callers.submit(workfront.outcome, None, workfront.runs_over())
    assert workfront.door.answered.wait(20)
    if moment == "answer pending":
        yield ask
        workfront.door.answers.set()
        ask.result(60)
        return
    database = workfront.airflow.database
    with database.locked("variable", "key", record_key(workfront.conn_id)):
        workfront.door.answers.set()
        eventually(lambda: database.waits_for_lock("delete from variable"), 20, "the commit to begin")
        yield ask
    ask.result(60)


def form(workfront, **extra):
    """Save the connection's form: what GET showed, masked secrets and all, with some changes."""
    path = f"/api/v2/connections/{workfront.conn_id}"
    shown = workfront.airflow.http.get(path).json()
    said = json.loads(shown["extra"])
    assert said["refresh_token"] == "***"
    shown["extra"] = json.dumps(said | extra)
    workfront.airflow.http.patch(path, json=shown).raise_for_status()


def other_token(workfront) -> str:
    """Let a person authorize: a new family of tokens for the same application."""
    simulator = workfront.simulator
    known = simulator.credentials
    code = simulator.grants.code(known["client_id"], simulator.options.redirect_uris[0], simulator.world.admin_id, "")
    body = {"grant_type": "authorization_code", "code": code, "redirect_uri": simulator.options.redirect_uris[0]}
    url = f"{workfront.simulator_url}/integrations/oauth2/api/v1/token"
    answer = httpx.post(url, json=body, auth=(known["client_id"], known["client_secret"]))
    answer.raise_for_status()
    workfront.airflow.secrets |= simulator.given
    return str(answer.json()["refresh_token"])


def works_on(workfront):
    """Whatever happened: a new run gets a token that Workfront takes, and the record holds the live one."""
    workfront.asked(run=workfront.runs_over())
    assert workfront.stored in workfront.live
    with workfront.client() as client:
        assert client.count("PROJ") > 0


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_saved_form_harms_nothing(server, moment):
    """Its secrets are masked, its token may be old by now: the live one is in the record, and stays."""
    with tenant(server) as workfront:
        with refreshing(workfront, moment):
            form(workfront, timeout=30)

        works_on(workfront)
        assert workfront.stats["reuse"] == 0


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_pasted_token_wins(server, moment):
    """A person's new token is used from then on, whatever a refresh under way brings."""
    with tenant(server) as workfront:
        with refreshing(workfront, moment):
            form(workfront, refresh_token=other_token(workfront))

        works_on(workfront)
        assert (workfront.grant.family, workfront.grant.previous) == (2, None)
        assert workfront.stats["reuse"] == 0


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_connection_added_anew_works_with_its_new_token(server, moment):
    """Deleted and added again, with a token of its own."""
    with tenant(server) as workfront:
        with refreshing(workfront, moment):
            token = other_token(workfront)
            path = f"/api/v2/connections/{workfront.conn_id}"
            server.http.delete(path).raise_for_status()
            body = connection(workfront.simulator, workfront.url, workfront.conn_id, refresh_token=token)
            server.http.post("/api/v2/connections", json=body).raise_for_status()

        works_on(workfront)
        assert workfront.stats["reuse"] == 0


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_wrong_token_gives_way_to_the_one_before(server, moment):
    """Pasted, tried, refused: the grant before comes back, and nobody has to authorize."""
    with tenant(server) as workfront:
        with refreshing(workfront, moment):
            form(workfront, refresh_token=f"no-token-of-{workfront.conn_id}")

        eventually(lambda: not isinstance(workfront.outcome(run=workfront.runs_over()), TokenError), 30, "it to work")
        works_on(workfront)
        assert "reverted, generation" in server.log_of_api()


def test_an_edited_variable_is_healed(server):
    """An administrator changes the description of the Variable and saves what GET showed: `***` for the value."""
    with tenant(server) as workfront:
        workfront.asked()
        path = f"/api/v2/variables/{record_key(workfront.conn_id)}"
        shown = server.http.get(path).json()
        assert shown["value"] == "***"
        body = {"key": shown["key"], "value": shown["value"], "description": "mine"}
        server.http.patch(path, json=body).raise_for_status()

        works_on(workfront)
        assert workfront.stats["reuse"] == 0


def test_a_damaged_record_is_healed_from_memory_or_mirror(server):
    """`Variable.set` from anywhere, or an import: unreadable, so the broker's memory, else the mirror, takes over."""
    with tenant(server) as workfront:
        for _ in range(2):  # so that both processes have been seen
            workfront.asked(run=workfront.runs_over())
        path = f"/api/v2/variables/{record_key(workfront.conn_id)}"
        body = {"key": record_key(workfront.conn_id), "value": '{"refresh_token": "***"}'}
        server.http.patch(path, json=body).raise_for_status()

        works_on(workfront)
        assert workfront.stats["reuse"] == 0


def test_a_deleted_record_comes_back_from_the_mirror(server):
    """Deleted in the UI: the connection holds the live token."""
    with tenant(server) as workfront:
        workfront.asked()
        server.http.delete(f"/api/v2/variables/{record_key(workfront.conn_id)}").raise_for_status()

        works_on(workfront)
        assert workfront.stats["reuse"] == 0


def test_an_imported_old_record_is_put_right(server, tmp_path):
    """`airflow variables import` of last month's export: the process that knows better commits again."""
    with tenant(server) as workfront:
        workfront.asked()
        exported = tmp_path / "variables.json"
        key = server.environment["AIRFLOW__CORE__FERNET_KEY"].encode()
        old = Fernet(key).decrypt(server.cipher(workfront.conn_id).encode()).decode()
        exported.write_text(json.dumps({record_key(workfront.conn_id): old}))
        with_memory = [workfront.asked(run=workfront.runs_over()) for _ in range(6)]  # both processes have committed
        assert with_memory[-1].generation == 7
        done = server.command("variables", "import", str(exported))
        assert done.returncode == 0, done.stderr[-500:]
        assert workfront.grant.generation == 1

        for _ in range(4):  # whichever process is asked: it remembers more, or finds the newer token in the connection
            works_on(workfront)
        assert workfront.stats["reuse"] == 0


def test_a_record_encrypted_anew_while_the_answer_is_pending(server):
    """T26: what `rotate-fernet-key` does in that second; the commit finds its parent under another ciphertext."""
    with tenant(server) as workfront:
        with refreshing(workfront, "answer pending"):
            fernet = Fernet(server.environment["AIRFLOW__CORE__FERNET_KEY"].encode())
            again = fernet.encrypt(fernet.decrypt(server.cipher(workfront.conn_id).encode())).decode()
            statement = "update variable set val = %s where key = %s"
            with server.database.connect() as database:
                database.cursor().execute(statement, (again, record_key(workfront.conn_id)))

        assert workfront.grant.generation == 2
        works_on(workfront)
        assert workfront.stats["reuse"] == 0


@pytest.mark.parametrize("moment", ["before", "after"])
def test_the_fernet_key_is_rotated(server, moment):
    """T26: by `airflow rotate-fernet-key` itself, before and after a commit."""
    with tenant(server) as workfront:
        with refreshing(workfront, moment):
            done = server.command("rotate-fernet-key")
        assert done.returncode == 0, done.stderr[-500:]
        for _ in range(4):  # whichever process is asked
            works_on(workfront)
        assert workfront.stats["reuse"] == 0


def test_the_fernet_key_is_rotated_while_a_token_is_stored(server):
    """T26: what the command read before the commit, it cannot write over it; at worst it has to be run again."""
    with tenant(server) as workfront:
        with refreshing(workfront, "between answer and commit"):
            rotation = workfront.callers.submit(server.command, "rotate-fernet-key")
            waiting = ("variable", 2)  # the commit, and behind it the command
            eventually(lambda: server.database.waits_for_lock(*waiting), 60, "the command to come behind")
        rotation.result(60)

        assert workfront.grant.generation == 2
        again = server.command("rotate-fernet-key")
        assert again.returncode == 0, again.stderr[-500:]
        said = server.command("workfront", "status", workfront.conn_id, "--json").stdout
        told = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
        assert told["connection"] == told["record"] == workfront.stored
        for _ in range(4):
            works_on(workfront)
        assert workfront.stats["reuse"] == 0


def test_a_host_changed_and_changed_back(server):
    """The record rests meanwhile: nothing is sent to the other host, and it returns with its own."""
    with tenant(server) as workfront, tenant(server) as other:
        workfront.asked()
        path = f"/api/v2/connections/{workfront.conn_id}"
        mask = {"update_mask": "host"}
        body = {"connection_id": workfront.conn_id, "conn_type": "workfront", "host": other.url}
        server.http.patch(path, params=mask, json=body).raise_for_status()
        assert isinstance(workfront.outcome(), ReauthorizationRequired)
        assert other.stats["token_calls"] == 0

        server.http.patch(path, params=mask, json=body | {"host": workfront.url}).raise_for_status()
        works_on(workfront)


def test_one_token_in_two_connections(server):
    """The second is refused before anything is sent, and the message names the first and the way."""
    with tenant(server) as workfront:
        workfront.asked()
        body = connection(workfront.simulator, workfront.url, f"{workfront.conn_id}_copy")
        server.http.post("/api/v2/connections", json=body).raise_for_status()
        calls = workfront.stats["token_calls"]
        first, workfront.conn_id = workfront.conn_id, f"{workfront.conn_id}_copy"
        error = workfront.outcome()

        assert f"holds the refresh token of connection {first!r}" in str(error)
        assert f"airflow workfront adopt {workfront.conn_id}" in str(error)
        assert workfront.stats["token_calls"] == calls
        done = server.command("workfront", "adopt", workfront.conn_id)
        assert done.returncode == 0, done.stderr[-500:]
        works_on(workfront)


def test_deleted_connections_are_forgotten_on_demand(server):
    """The record stays until somebody says so."""
    with tenant(server) as workfront:
        workfront.asked()
        server.http.delete(f"/api/v2/connections/{workfront.conn_id}").raise_for_status()
        assert workfront.grant.generation == 1

        done = server.command("workfront", "forget", workfront.conn_id, "--yes")
        assert done.returncode == 0, done.stderr[-500:]
        assert server.grant(workfront.conn_id) is None
