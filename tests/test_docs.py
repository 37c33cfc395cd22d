"""What the pages say is run, parsed and compared with the code: a page that lies fails."""

from __future__ import annotations

import json
import os
import re
import shlex
import sqlite3
import textwrap
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from airflow.sdk import BaseHook, Connection
from support.pages import ALL, LINKED, PAGES, anchors, fences, first_names, rows, section

from airflow_provider_workfront import cli, failures, operators
from airflow_provider_workfront.api import collections, errors, query, results
from airflow_provider_workfront.api.filters import MODIFIERS
from airflow_provider_workfront.client import Client
from airflow_provider_workfront.client.verbs import Verbs
from airflow_provider_workfront.connection import Settings
from airflow_provider_workfront.connection.version import DEFAULT_VERSION, SUPPORT_ENDS
from airflow_provider_workfront.hooks import WorkfrontHook
from airflow_provider_workfront.operators.arguments import OPERATIONS, taken
from airflow_provider_workfront.provider import get_provider_info
from airflow_provider_workfront.simulator import Options, Simulator, running
from airflow_provider_workfront.simulator.__main__ import _parser
from airflow_provider_workfront.simulator.control import ROOT, Control
from airflow_provider_workfront.simulator.faults import KINDS, read_plan

if TYPE_CHECKING:
    from collections.abc import Iterator

REDIRECT_URL = "https://airflow.example.com/"
TRIED = "Errors, and Airflow's retries"
INFO = get_provider_info()


@pytest.fixture
def simulator(monkeypatch) -> Iterator[Simulator]:
    """Serve a small world; the connections that pages use lead there."""
    monkeypatch.setenv("AIRFLOW_CONN_SIMULATED", "")  # so that it is gone after a page has set it
    simulator = Simulator(Options(event_api_keys=True, redirect_uris=(REDIRECT_URL,)))
    extra = {"auth": "api_key", "api_key": simulator.credentials["api_key"], "events_token": "a-secret-of-events"}
    with running(simulator) as server:
        conn = {"conn_type": "workfront", "host": server.url, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_WORKFRONT_DEFAULT", json.dumps(conn))
        simulator.url = server.url
        yield simulator


@contextmanager
def executed(page: str, **given: Any) -> Iterator[dict[str, Any]]:
    """Execute a page's blocks one after another, as a reader would."""
    namespace: dict[str, Any] = dict(given)
    try:
        for fence in fences(page):
            if fence.is_script:
                exec(compile("\n" * (fence.line - 1) + fence.text, page, "exec"), namespace)  # noqa: S102
        yield namespace
    finally:
        for client in [value for value in namespace.values() if isinstance(value, Client)]:
            client.close()


# -- examples are run


@pytest.mark.parametrize("page", sorted({fence.page for fence in ALL if fence.is_script} - {"connection.md"}))
@pytest.mark.usefixtures("simulator")
def test_the_python_of_a_page_runs(page):
    """Block after block, in one namespace; the assertions in it hold."""
    with executed(page) as namespace:
        assert {"workfront", "overdue", "workfront_notifier", "on_projects", "react"} & set(namespace)


def test_the_notifier_of_the_page_about_tokens_says_what_it_should(capsys):
    """Called as the broker calls it."""
    with executed("tokens.md") as namespace:
        namespace["workfront_notifier"](
            {"conn_id": "wf", "reason": "It ends soon.", "url": "https://airflow/", "days_left": 7}
        )

    assert (
        capsys.readouterr().out == "Workfront connection wf, 7 days left: It ends soon. Authorize at https://airflow/\n"
    )


@pytest.mark.usefixtures("simulator")
def test_the_task_of_the_readme_does_its_work():
    """It finds the one project that is late."""
    with executed("README.md") as namespace:
        assert namespace["overdue"].function() == ["Mobile App 2.0 (Omar Ortiz)"]


def test_the_first_refresh_token_can_be_got_as_described(simulator, capsys):
    """With the address and the block of the page; what is printed is a token the simulator takes."""
    (address,) = [fence.text for fence in fences("connection.md") if "/oauth2/authorize?" in fence.text]
    known = simulator.credentials
    for placeholder, value in {"client ID": known["client_id"], "redirect URL": REDIRECT_URL}.items():
        address = address.replace(f"<{placeholder}>", quote(value, safe=""))
    answer = httpx.get(address.strip().replace("https://acme.my.workfront.com", simulator.url))
    (code,) = parse_qs(urlsplit(answer.headers["location"]).query)["code"]

    with executed(
        "connection.md",
        WORKFRONT=simulator.url,
        CLIENT_ID=known["client_id"],
        CLIENT_SECRET=known["client_secret"],
        REDIRECT_URL=REDIRECT_URL,
        CODE=code,
    ):
        token = capsys.readouterr().out.strip()

    form = {"client_id": known["client_id"], "client_secret": known["client_secret"], "refresh_token": token}
    url = f"{simulator.url}/integrations/oauth2/api/v1/token"
    assert httpx.post(url, data=form | {"grant_type": "refresh_token"}).status_code == 200


def orders(folder: Path, simulator: Simulator) -> None:
    """Write the orders that pages speak of, into the database and a file."""
    manager = next(iter(simulator.world.objects("USER").values()))["emailAddr"]
    rows = [(f"E-{number}", f"Order {number}", "Current", manager) for number in range(3)]
    with closing(sqlite3.connect(folder / "warehouse.db")) as database:
        database.execute("create table orders (order_no, title, state, manager)")
        database.executemany("insert into orders values (?, ?, ?, ?)", rows)
        database.commit()
    (folder / "orders").mkdir()
    lines = ["order_no,title,state,manager", *(",".join(row) for row in rows)]
    (folder / "orders" / "today.csv").write_text("\n".join(lines))
    project = next(iter(simulator.world.objects("PROJ").values()))["name"]
    (folder / "tasks.csv").write_text(f"no,title,project,start\nT-1,Print,{project},2027-07-01 09:00")


@pytest.mark.parametrize("page", sorted({fence.page for fence in ALL if fence.is_dag}))
def test_the_operators_of_a_page_run_as_a_dag(page, airflow_db, simulator, tmp_path, monkeypatch):
    """Under `dag.test()`: templates, XCom and mapping are Airflow's own; a database is a file."""
    from airflow.dag_processing.dagbag import DagBag

    conn = {"conn_type": "sqlite", "host": f"{tmp_path}/warehouse.db"}
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(conn))
    orders(tmp_path, simulator)
    code = "\n".join(fence.text for fence in fences(page) if fence.is_dag).replace("/data/", f"{tmp_path}/")
    if "@dag" not in code:
        code = f"from airflow.sdk import DAG\nwith DAG('docs_page', schedule=None):\n{textwrap.indent(code, '    ')}"
    file = airflow_db / "dags" / "docs_page.py"
    file.write_text(code)
    try:
        bag = DagBag(file)
        assert not bag.import_errors
        (dag,) = bag.dags.values()
        dag_run = dag.test()
    finally:
        file.unlink()

    assert {ti.task_id: ti.state for ti in dag_run.get_task_instances() if ti.state != "success"} == {}


def test_both_forms_of_a_query_find_the_same(simulator):
    """Each line of the tables is asked in both, and finds something."""
    builder = {name: getattr(query, name) for name in ("USER", "custom", "exists", "field", "not_exists", "now")}
    builder |= {name: getattr(query, name) for name in ("all_of", "any_of", "outer", "today", "user")}
    asked, obj_code = 0, ""
    with WorkfrontHook().get_conn() as workfront:
        for cells in rows(PAGES["queries.md"]):
            if len(cells) != 3:
                continue
            if cells[1] == "as a dict":
                obj_code = {"projects": "PROJ", "tasks": "TASK"}[cells[0]]
                continue
            plain, built = (eval(cell.strip("`"), builder) for cell in cells[1:])  # noqa: S307
            found = [row["ID"] for row in workfront.search(obj_code, plain)]
            assert found, cells
            assert found == [row["ID"] for row in workfront.search(obj_code, built)], cells
            assert len(found) < workfront.count(obj_code) or "(USER)" in cells[2], cells
            asked += 1
    assert asked > 20


# -- connections, configuration and fault plans are read


def written_connections() -> list[str]:
    found = [fence.text for fence in ALL if fence.language == "json" and "conn_type" in fence.text]
    found += re.findall(r"--conn-json '(.*?)'", PAGES["README.md"], re.DOTALL)
    for fence in ALL:
        assigned = [word.partition("=") for word in shlex.split(fence.text)] if fence.language == "sh" else []
        found += [value for name, _, value in assigned if name.startswith("AIRFLOW_CONN_")]
    return found


@pytest.mark.parametrize("written", written_connections())
def test_a_written_connection_is_good(monkeypatch, written):
    """As Airflow reads it, and without a warning."""
    monkeypatch.setenv("AIRFLOW_CONN_WRITTEN", written)

    conn: Connection = BaseHook.get_connection("written")

    assert conn.conn_type == "workfront"
    assert Settings.of(conn, conn.extra_dejson).warnings == ()


def test_the_pages_write_connections_in_every_form():
    """JSON of each way to authenticate, and a URI."""
    written = written_connections()

    assert any(text.startswith("workfront://") for text in written)
    assert all(f'"auth": "{auth}"' in PAGES["connection.md"] for auth in ("jwt", "ims", "api_key"))
    assert len(written) >= 8


def test_written_fault_plans_are_good():
    """In JSON blocks and on command lines."""
    plans = [fence.text for fence in ALL if fence.language == "json" and fence.text.startswith("[")]
    plans += re.findall(r"curl -d '(\[.*?\])'", PAGES["simulator.md"])

    assert [bool(read_plan(plan)) for plan in plans] == [True, True]


def test_every_field_and_option_is_explained():
    """Each in its table, and nothing besides."""
    (kind,) = INFO["connection-types"]
    fields = rows(section("connection.md", "Fields"))
    options = rows(section("connection.md", "Airflow's configuration"))

    assert first_names(fields) == kind["conn-fields"].keys() | {"host", "login", "password"}
    assert first_names(options) == INFO["config"]["workfront"]["options"].keys()


def test_options_set_on_pages_exist():
    """In ini blocks, in environment variables, in sentences."""
    options = INFO["config"]["workfront"]["options"]
    for page, text in PAGES.items():
        assert {name.lower() for name in re.findall(r"AIRFLOW__WORKFRONT__(\w+)", text)} <= options.keys(), page
        assert set(re.findall(r"`\[workfront\] (\w+)", text)) <= options.keys(), page
    ini = "".join(fence.text for fence in ALL if fence.language == "ini")
    assert set(re.findall(r"^(\w+) = ", ini, re.MULTILINE)) <= options.keys()


def test_the_versions_are_those_of_the_code():
    """Version, month, and which one is the default."""
    expected = [
        [f"v{number}.0" + (" (default)" if f"v{number}.0" == DEFAULT_VERSION else ""), f"{end:%B %Y}"]
        for number, end in SUPPORT_ENDS.items()
    ]

    assert rows(section("connection.md", "API versions"))[1:] == expected


# -- lists are complete


def test_every_operator_is_in_the_readme():
    """In the table that says which one is for which job."""
    table = section("README.md", "Which operator for which job")

    assert [name for name in operators.__all__ if f"`{name}" not in table] == []


def test_every_operation_has_its_arguments():
    """The needed ones in bold."""
    table = {cells[0].strip("`"): cells[1] for cells in rows(section("operators.md", "Any operation"))[1:]}

    for name in OPERATIONS:
        shown = {word.strip("*"): word.startswith("**") for word in table.pop(name).split(", ")}
        assert shown == taken(name), name
    assert not table


def test_every_error_is_explained():
    """Also whether Airflow tries again."""
    table = {row[0].partition("`")[2].partition("`")[0]: row[2] for row in rows(section("operators.md", TRIED))[1:]}
    classes = [
        kind
        for module in (collections, errors, failures, results)
        for kind in vars(module).values()
        if isinstance(kind, type)
    ]
    ours = {kind.__name__: kind for kind in classes if issubclass(kind, errors.WorkfrontError)}

    assert table.keys() == ours.keys()
    for name, retried in table.items():
        assert not retried or (retried == "no") == ours[name].permanent, name


def test_every_verb_has_a_line():
    """Of those that both clients have."""
    text = section("operators.md", "The hook")

    assert [verb for verb in vars(Verbs) if not verb.startswith("_") and f"workfront.{verb}(" not in text] == []


def test_every_modifier_is_explained():
    """And none that does not exist."""
    assert first_names(rows(section("queries.md", "Modifiers"))) == MODIFIERS


def test_every_switch_order_and_fault_of_the_simulator_is_named():
    """As its command line and its routes have them."""
    flags = {flag for action in _parser()._actions for flag in action.option_strings if flag.startswith("--")}
    orders = {f"{method} {ROOT}{path}" for method, path in Control(Simulator())._routes}
    text = PAGES["simulator.md"]

    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) == flags
    assert first_names(rows(section("simulator.md", "Orders while it runs"))) == orders
    assert set(re.findall(r"`(\w+)`", section("simulator.md", "Troubles on order").rpartition("one of")[2])) == KINDS


def test_commands_on_pages_exist():
    """Each `airflow workfront ...` is one of ours, and all of ours are named."""
    (group,) = cli.get_workfront_cli_commands()
    said = {word for text in PAGES.values() for word in re.findall(r"airflow workfront (\w+)", text)}

    assert said == {command.name for command in group.subcommands}


# -- links lead somewhere


@pytest.mark.parametrize("page", LINKED, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    """Within the project: file and heading exist."""
    for link in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", page.read_text()):
        path, _, anchor = link.partition("#")
        if urlsplit(link).scheme:
            continue
        goal = Path(os.path.normpath(page.parent / path)) if path else page
        assert goal.exists(), link
        assert not anchor or anchor in anchors(goal), link
