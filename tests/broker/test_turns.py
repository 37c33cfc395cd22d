"""A thousand tasks that wait for slots at once: what else the api-server's event loop has to do goes on."""

from __future__ import annotations

import asyncio
import gc
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from airflow.models.variable import Variable
from airflow.utils.session import create_session
from sqlalchemy import delete

from airflow_provider_workfront.broker.sharing import Sharing
from airflow_provider_workfront.broker.slots import Slots, Terms, Want, decoded
from airflow_provider_workfront.broker.turns import Desks

WAITERS = 1_000
LONGEST = 0.05  # seconds of the loop's own work in one go


@pytest.fixture
def desk(airflow_db):
    """A desk on a real record."""
    with ThreadPoolExecutor(2) as threads:
        yield Desks(Sharing(Terms(15.0)), threads).of("acme.my.workfront.com")
    with create_session() as session:
        session.execute(delete(Variable))


async def longest_block(work) -> float:
    """Give the most processor time that the loop's thread took in one go while the work was done."""
    gc.collect()
    gc.freeze()  # what other tests left is not the loop's work
    longest, before, going = 0.0, time.thread_time(), asyncio.ensure_future(work)
    while not going.done():
        await asyncio.sleep(0)
        now = time.thread_time()
        longest, before = max(longest, now - before), now
    gc.unfreeze()
    await going
    return longest


def test_a_thousand_waiters_do_not_block_the_loop(desk):
    """All ask, wait, are told that there is no slot for them, and leave."""

    async def story():
        first = await desk.ask(Want("first", 4, 4, number=1))
        assert first.share == 4
        asks = (desk.ask(Want(f"w{number}", 1, 4, number=1), 0.3) for number in range(WAITERS))
        told = await asyncio.gather(*asks)
        assert [share.share for share in told] == [0] * WAITERS
        leaves = (desk.ask(Want(f"w{number}", 0, 4, number=2)) for number in range(WAITERS))
        assert [share.kept for share in await asyncio.gather(*leaves)] == [0] * WAITERS

    async def measured():
        return await longest_block(story())

    assert asyncio.run(measured()) < LONGEST


def test_the_work_on_the_record_grows_with_the_row():
    """A thousand asks are taken in at once, kept, read again and answered in a few dozen milliseconds."""
    wants = [Want(f"w{number}", 1, 4, number=1) for number in range(WAITERS)]
    began, now, terms = time.thread_time(), 1000.0, Terms(15.0)
    slots = Slots().settled(now, terms).asked(wants, now, terms)
    slots = decoded(slots.encoded()).settled(now + 0.1, terms)
    shares = slots.shares({want.holder for want in wants}, now + 0.1, terms)
    took = time.thread_time() - began

    assert sum(share.share for share in shares.values()) == 4
    assert took < LONGEST
