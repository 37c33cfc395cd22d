"""A database that is away at the commit: the token waits in a file, encrypted, and comes back."""

from __future__ import annotations

import stat

import pytest
from support.broker_world import Endpoint, granted, refused

from airflow_provider_workfront.api.errors import ReauthorizationRequired
from airflow_provider_workfront.auth.token import Token
from airflow_provider_workfront.broker.rescue import Rescued, RescueFolder
from airflow_provider_workfront.broker.service import Broker, Times

NEW = Rescued("R0", Token("A1", "R1", 3600, "user1"), 1000.0)


@pytest.fixture
def folder(tmp_path):
    """An empty folder that is not there yet."""
    return RescueFolder(tmp_path / "rescue")


def rescuing(world, folder):
    """A fresh process that looks into the folder."""
    plain = world.broker()
    return Broker(plain._adoption, Times(), rescue=folder)


def left_behind(world) -> Rescued:
    """What a process leaves that dies after it has spent R1."""
    return Rescued("R1", Token("A2", "R2", 3600), world.store.read("x").now, world.record().issued_under)


def test_what_is_written_down_comes_back(folder, airflow_db):
    """Whole, for its connection only, and readable for nobody else."""
    long = Rescued("R0", Token("the-access-token", "the-refresh-token", 3600, "user1"), 1000.0, "ab12")
    folder.save("wf", long)

    assert folder.load("wf") == long
    assert folder.load("other") is None
    (file,) = folder.path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert b"the-refresh-token" not in file.read_bytes()
    assert b"the-access-token" not in file.read_bytes()


@pytest.mark.parametrize("content", ["", "garbage", "{}"])
def test_an_unreadable_file_harms_nobody(folder, airflow_db, content):
    """It stays where it is, for a person to look at."""
    folder.save("wf", NEW)
    (file,) = folder.path.iterdir()
    file.write_text(content)

    assert folder.load("wf") is None
    assert file.exists()


def test_a_folder_that_cannot_be_written_harms_nobody(tmp_path, airflow_db):
    """The token is still in memory, and the commit goes on trying."""
    blocked = tmp_path / "file"
    blocked.write_text("")

    RescueFolder(blocked / "rescue").save("wf", NEW)
    assert RescueFolder(blocked / "rescue").load("wf") is None


def test_the_next_process_stores_what_a_dead_one_left(world, folder):
    """T8, killed meanwhile: the record still holds the parent, so the child takes its place; no token call."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    folder.save("wf", left_behind(world))

    token = world.ask(rescuing(world, folder), Endpoint([]), refused=1)

    assert (token.access_token, token.generation) == ("A2", 2)
    assert world.record().tokens.refresh == "R2"
    assert folder.load("wf") is None


def test_it_revives_a_grant_that_was_given_up(world, folder):
    """Another process had tried the spent token before the file was found: the file still holds the good one."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    with pytest.raises(ReauthorizationRequired):
        world.ask(world.broker(), Endpoint([refused()]), refused=1)
    folder.save("wf", left_behind(world))

    assert world.ask(rescuing(world, folder), Endpoint([]), refused=1).access_token == "A2"
    assert not world.record().dead


def test_what_the_record_has_left_behind_is_dropped(world, folder):
    """An old file must not replace a newer token."""
    world.ask(world.broker(), Endpoint([granted(1)]))
    folder.save("wf", NEW)

    endpoint = Endpoint([granted(2)])
    assert world.ask(rescuing(world, folder), endpoint, refused=1).access_token == "A2"
    assert endpoint.spent == ["R1"]
    assert not list(folder.path.iterdir())
