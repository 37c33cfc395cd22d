"""The world behind the answers: rows, indexes, bin, transactions, size."""

from __future__ import annotations

import pytest
from support.tenant import NOW

from airflow_provider_workfront.simulator.large import fill
from airflow_provider_workfront.simulator.options import Options
from airflow_provider_workfront.simulator.schema import object_types
from airflow_provider_workfront.simulator.schema.links import ALIASES, JOINS, REFERENCE_JOINS
from airflow_provider_workfront.simulator.table import Table
from airflow_provider_workfront.simulator.world import World


@pytest.fixture
def world() -> World:
    return World(Options(), lambda: NOW)


def test_equal_seeds_make_equal_worlds(world):
    """IDs and dates follow from seed and clock alone."""
    other, stranger = World(Options(), lambda: NOW), World(Options(seed=2), lambda: NOW)

    assert world.objects("TASK") == other.objects("TASK")
    assert not set(world.objects("TASK")) & set(stranger.objects("TASK"))


def test_the_small_world_holds_together(world):
    """Every key that names another row names one that exists, and every field is one of its type's."""
    types = object_types()
    for code, kind in types.items():
        for row in world.objects(code).values():
            unknown = {key for key in row if not key.startswith("DE:")} - set(kind.fields) - {"objCode", "refObjCode"}
            assert not unknown, (code, unknown)
            for name, target in kind.references.items():
                key = row.get(f"{name}ID")
                assert key is None or world.get(target, key), (code, name)


def test_links_name_what_exists():
    """Every join and alias of the schema belongs to a known type and field."""
    types = object_types()
    for link in [*JOINS, *ALIASES, *REFERENCE_JOINS]:
        code, _, name = link.partition(".")
        kind = types[code]
        assert name in {*kind.collections, *kind.search, *kind.references}, link
    for spec in [*JOINS.values(), *REFERENCE_JOINS.values()]:
        if not spec.startswith("enum:"):
            code, _, field = spec.partition(">")[0].partition(".")
            assert field in types[code].fields, spec


def test_an_index_follows_every_write():
    """Adding, changing and removing move a row between the entries of an index."""
    table = Table()
    table.put({"ID": "b", "owner": "x"})
    assert [row["ID"] for row in table.find("owner", "x")] == ["b"]

    table.put({"ID": "a", "owner": "x"})
    table.put({"ID": "b", "owner": "y"})

    assert [row["ID"] for row in table.find("owner", "x")] == ["a"]
    table.pop("a")
    assert table.find("owner", "x") == []


def test_rows_are_kept_in_the_order_of_their_ids():
    """Also after writes in any order."""
    table = Table()
    for obj_id in "dbfa":
        table.put({"ID": obj_id})
    assert [row["ID"] for row in table.ordered()] == list("abdf")

    for obj_id in "ec":
        table.put({"ID": obj_id})
    table.pop("d")

    assert [row["ID"] for row in table.ordered()] == list("abcef")


def test_a_failed_transaction_leaves_nothing(world):
    """Rule 95: adds, changes and removals are taken back, the bin is as empty as before."""
    before = {code: dict(world.objects(code)) for code in ("PROJ", "ROLE")}
    project, *_ = before["PROJ"]

    def fail() -> None:
        with world.transaction():
            world.add("ROLE", {"name": "new"})
            world.update("PROJ", project, {"name": "changed"})
            world.remove("PROJ", project)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert {code: dict(world.objects(code)) for code in ("PROJ", "ROLE")} == before
    assert not world.bin


def test_an_inner_transaction_is_undone_with_the_outer(world):
    """Rule 95: nesting keeps all or nothing."""
    count = len(world.objects("ROLE"))

    def fail() -> None:
        with world.transaction():
            with world.transaction():
                world.add("ROLE", {"name": "new"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert len(world.objects("ROLE")) == count


def test_none_clears_a_field(world):
    """A key that is absent is null."""
    project = world.id_of("PROJ", "Help Desk")

    assert "description" not in world.update("PROJ", project, {"description": None})


def test_running_numbers_are_given_once(world):
    """Reference numbers increment even when nothing was stored in between."""
    assert [world.next_number("PROJ"), world.next_number("PROJ")] == [9, 10]


def test_a_status_is_reduced_to_its_base(world):
    """Reference 6.4: custom codes and pending approval."""
    statuses = ("CUR", "INT", "CRV", "CPL:A", "ODD", None)

    assert [world.equates_with("PROJ", s) for s in statuses] == ["CUR", "PLN", "CUR", "CPL", "ODD", None]


def test_a_large_world_is_spread_evenly(world):
    """So many projects, and so many tasks in all."""
    fill(world, 10, 1000)

    assert (len(world.objects("PROJ")), len(world.objects("TASK"))) == (18, 1040)
    sizes = {len(world.find("TASK", projectID=obj_id)) for obj_id in list(world.objects("PROJ"))[8:]}
    assert sizes == {100}


def test_tasks_alone_go_to_the_named_projects(world):
    """A large world without new projects."""
    fill(world, 0, 80)

    assert len(world.find("TASK", projectID=world.id_of("PROJ", "Help Desk"))) == 10
