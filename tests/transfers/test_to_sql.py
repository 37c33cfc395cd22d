"""Rows in a table: each once, typed, and all of them or none; in PostgreSQL and SQLite alike."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from airflow.sdk import DAG, Asset
from airflow.sdk.exceptions import AirflowException, AirflowFailException
from support.ending import hangs, told_to_end
from support.transfers import HOUR, NOW, Kept, context
from support.transfers import run as run_task

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.transfers import WATERMARKS, WorkfrontToSqlOperator
from airflow_provider_workfront.transfers.slices import plan_slices

if TYPE_CHECKING:
    from support.warehouse import Warehouse


def operator(**given) -> WorkfrontToSqlOperator:
    usual = {"task_id": "t", "obj_code": "PROJ", "sql_conn_id": "warehouse", "table": "projects", "fields": ["name"]}
    return WorkfrontToSqlOperator(**usual | given)


def load(about: dict | None = None, **given):
    """Run the operator as a task does; `about` says what differs in its run."""
    return run_task(operator(**given), **context(**about or {}))


def ids(warehouse: Warehouse) -> set[str]:
    return {obj_id for (obj_id,) in warehouse.ask("select id from projects")}


def test_everything_arrives_once(warehouse, large):
    """More than 9,000 tasks in several pages, all with one time; the result is counts only."""
    result = load(obj_code="TASK", table="tasks", fields=["name", "project:name"])

    ((rows, ids, stamps),) = warehouse.ask(
        "select count(*), count(distinct id), count(distinct _wf_synced_at) from tasks"
    )
    assert rows == ids == len(large.world.objects("TASK"))
    assert stamps == 1
    assert {**result, "seconds": 0} == {"table": "tasks", "rows": rows, "deleted": 0, "seconds": 0}


def test_values_have_the_types_that_they_have_in_workfront(warehouse, simulator):
    """Native and custom: amounts exactly, days as days, choices as lists, text as it was written."""
    load(fields=["*", "DE:*", "owner:name"])

    ((name, description, owner, budget, cap, channels, live),) = warehouse.ask(
        "select name, description, owner_name, budget, de_budget_cap, de_channels, de_go_live "
        "from projects where name = 'Website Relaunch'"
    )
    assert (name, description) == ("Website Relaunch", "A new <acme.example>: faster / simpler, für alle")
    assert owner in {user["name"] for user in simulator.world.objects("USER").values()}
    assert (budget, cap) == (250_000, 240_000)
    if warehouse.kind == "postgresql":
        assert (type(cap), live.utcoffset(), channels) == (Decimal, timedelta(0), ["Web", "Mail"])
    else:
        assert (datetime.fromisoformat(live).utcoffset(), json.loads(channels)) == (timedelta(0), ["Web", "Mail"])


def test_without_fields_all_plain_ones_are_read(warehouse, simulator):
    """A table of IDs and names alone is what nobody wants."""
    load(fields=None)

    assert warehouse.ask("select count(status) from projects") == [(len(simulator.world.objects("PROJ")),)]


def test_twice_is_once(warehouse, simulator):
    """A retry, or a run that is cleared, changes nothing but the time."""
    load()
    before = warehouse.ask("select id, name from projects order by id")
    load()

    assert warehouse.ask("select id, name from projects order by id") == before


def test_a_refused_row_is_named_and_the_table_stays(warehouse, simulator):
    """By Workfront's ID; no retry mends it."""
    warehouse.ask("create table projects (id varchar(40) primary key, name text check (name <> 'Help Desk'))")
    help_desk = simulator.world.id_of("PROJ", "Help Desk")

    with pytest.raises(
        AirflowFailException, match=rf"table projects in warehouse refused row {help_desk}.*nothing was"
    ):
        load()

    assert ids(warehouse) == set()


def test_a_read_that_fails_leaves_the_table_as_it_was(warehouse, large):
    """Though thousands of rows had come already; and the watermark stays."""
    store = Kept()
    large.faults.plan([Fault("403", path="search", skip=3, times=-1)])

    with pytest.raises((AirflowException, WorkfrontError)):
        load({"store": store}, obj_code="TASK", incremental_field="lastUpdateDate")

    assert ids(warehouse) == set()
    assert store == {}


def test_only_what_has_changed_is_read(warehouse, simulator):
    """From the second run of the schedule on; the rest of the table stays."""
    store = Kept()
    told = {"began": NOW, "store": store}
    load(told, incremental_field="lastUpdateDate")
    simulator.asked.clear()
    load(told | {"began": NOW + HOUR, "run_id": "r2"}, incremental_field="lastUpdateDate")

    searches = [dict(request.query) for request in simulator.asked if request.path.lower().endswith("proj/search")]
    assert searches
    assert all("lastUpdateDate" in query for query in searches)
    assert ids(warehouse) == set(simulator.world.objects("PROJ"))
    assert any(json.loads(json.dumps(mark)).get("run_id") == "r2" for mark in store.values())


def test_replacing_deletes_what_is_gone(warehouse, simulator):
    """Where all is read, and only there; without being asked to, never."""
    load(mode="replace")
    gone = simulator.world.id_of("PROJ", "Office Move")
    simulator.world.remove("PROJ", gone)

    load()
    assert gone in ids(warehouse)
    load(mode="replace", incremental_field="lastUpdateDate", since=NOW - timedelta(days=4000))
    assert gone in ids(warehouse)
    assert load(mode="replace", max_delete_ratio="{{ 0.5 }}")["deleted"] == 1
    assert ids(warehouse) == set(simulator.world.objects("PROJ"))


def test_an_empty_answer_is_explained(warehouse, simulator, caplog):
    """And empties no table."""
    load()
    caplog.set_level("INFO")
    load(filters={"name": "nothing of this name"})
    assert "found nothing" in caplog.text

    with pytest.raises(AirflowFailException, match="Workfront gave no row, and table projects in warehouse has"):
        load(mode="replace", filters={"name": "nothing of this name"})
    assert ids(warehouse) == set(simulator.world.objects("PROJ"))


def test_slices_fill_one_table(warehouse, large):
    """Mapped tasks, each with its own part of the search; none may delete what the others wrote."""
    slices = plan_slices("TASK", None, 3000)
    assert len(slices) >= 3

    loaded = [
        load({"map_index": number}, obj_code="TASK", table="projects", filters=filters)["rows"]
        for number, filters in enumerate(slices)
    ]

    assert ids(warehouse) == set(large.world.objects("TASK"))
    assert sum(loaded) == len(large.world.objects("TASK"))


def test_rows_that_are_hidden_are_not_deleted(warehouse, large):
    """Of most tasks the connection loses the right to see them: the table keeps them, and no retry is made."""
    load(obj_code="TASK", table="projects", mode="replace")
    before = ids(warehouse)
    for obj_id in sorted(before)[: int(len(before) * 0.98)]:
        large.world.remove("TASK", obj_id)

    with pytest.raises(AirflowFailException, match=r"allowed are 10\.0%"):
        load(obj_code="TASK", table="projects", mode="replace")
    assert ids(warehouse) == before


def test_mapped_tasks_replace_a_table_each(warehouse, simulator):
    """Each its own; two that name one table would delete each other's rows, so the second is refused."""
    for number, code in enumerate(("PROJ", "TASK")):
        load({"map_index": number}, obj_code=code, table=code.lower(), mode="replace")
        load({"map_index": number}, obj_code=code, table=code.lower(), mode="replace")  # its own retry
        assert warehouse.ask(f"select count(*) from {code.lower()}") == [(len(simulator.world.objects(code)),)]  # noqa: S608 literals

    with pytest.raises(AirflowFailException, match="filled by the mapped tasks 0 and 1 of one run"):
        load({"map_index": 1}, table="proj", mode="replace", filters={"name": "Website Relaunch"})
    assert warehouse.ask("select count(*) from proj") == [(len(simulator.world.objects("PROJ")),)]
    load({"map_index": 1, "run_id": "r2"}, table="proj", mode="replace")


def test_a_task_that_is_told_to_end_writes_nothing(warehouse, large):
    """While it waits for a page, as Airflow's task runner hands SIGTERM on."""
    made = operator(obj_code="TASK")
    with pytest.raises(AirflowException, match="TASK: the task was told to end"), told_to_end(made, hangs(large)):
        run_task(made, **context())

    assert ids(warehouse) == set()
    made.on_kill()  # Airflow may call it once more; there is nothing left to end


def test_a_statement_under_way_is_cancelled(warehouse, simulator):
    """Also one that waits for somebody else's lock; what was not committed is undone."""
    if warehouse.kind == "sqlite":
        pytest.skip("sqlite3 hears of a signal when its statement is over")
    load()
    made = operator(fields=["name", "status"])
    before = signal.signal(signal.SIGTERM, lambda *_: made.on_kill())
    with warehouse.opened() as other:
        other.autocommit = False
        other.cursor().execute("lock table projects in share mode")
        killer = threading.Thread(target=_kill_when_waiting, args=(warehouse,))
        killer.start()
        try:
            with pytest.raises(AirflowException, match="PROJ: the task was told to end"):
                run_task(made, **context())
        finally:
            killer.join()
            signal.signal(signal.SIGTERM, before)
        waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        assert warehouse.ask(waiting) == [(0,)]

    assert len(ids(warehouse)) == len(simulator.world.objects("PROJ"))


def _kill_when_waiting(warehouse):
    while not warehouse.ask("select 1 from pg_stat_activity where wait_event_type = 'Lock'"):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


WRONG = {
    "mode must be one of upsert, replace, not 'append'": {"mode": "append"},
    "write schema='public', table='projects'": {"table": "public.projects"},
    "table='' is no name": {"table": ""},
    "since and until are about a field": {"since": "2026-01-01T00:00:00+00:00"},
    "schema_contract must be one of": {"schema_contract": "change"},
    "filters are a text, and not the JSON": {"filters": "status=CUR"},
    "full_refresh must be true or false": {"full_refresh": "perhaps"},
    "nmae: Project has no such field": {"fields": ["nmae"]},
}


@pytest.mark.parametrize("message", WRONG)
def test_a_wrong_argument_is_named(warehouse, simulator, message):
    """No retry mends it, and the database is as it was."""
    if warehouse.kind == "postgresql":
        pytest.skip("one database will do")
    with pytest.raises(AirflowFailException, match=rf"(?i){re.escape(message)}"):
        load(**WRONG[message])

    assert warehouse.tables() == set()


def test_a_misspelt_argument_is_an_error_when_the_dag_is_parsed():
    """With what was meant."""
    with pytest.raises(TypeError, match="does not take argument 'tabel', did you mean 'table'"):
        operator(tabel="x")


def test_what_is_rendered_is_used(warehouse, simulator):
    """Names, filters and bounds are templates; the watermark is named after the table as it was written."""
    made = operator(
        table="{{ 'proj' }}ects", schema="{{ '' }}", mode="{{ 'upsert' }}", filters='{{ {"status": "CUR"} | tojson }}'
    )
    run_task(made, **context())

    assert len(ids(warehouse)) == len([p for p in simulator.world.objects("PROJ").values() if p["status"] == "CUR"])
    assert made.watermark_target == "warehouse:{{ '' }}.{{ 'proj' }}ects"


def test_whoever_waits_for_the_table_is_told(warehouse, simulator):
    """An asset among the outlets gets the counts."""
    projects = Asset("projects_table")
    events = {projects: SimpleNamespace(extra={})}
    result = run_task(operator(outlets=[projects]), **context(), outlet_events=events)

    assert events[projects].extra == result
    assert result["rows"] == len(simulator.world.objects("PROJ"))


def test_the_watermarks_are_always_among_the_inlets():
    """Airflow offers their store only to a task that declares them, and `.partial()` takes the default."""
    assert operator().inlets == [WATERMARKS]
    assert operator(inlets=[Asset("a")]).inlets == [Asset("a"), WATERMARKS]
    with DAG("d", schedule=None):
        mapped = WorkfrontToSqlOperator.partial(
            task_id="m", obj_code="TASK", sql_conn_id="warehouse", table="tasks"
        ).expand(filters=[{}])
    assert mapped.partial_kwargs["inlets"] == [WATERMARKS]
