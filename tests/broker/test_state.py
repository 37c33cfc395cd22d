"""The grant as a value: when it is usable, what each change keeps."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import replace

import pytest

from airflow_provider_workfront.auth.token import Token
from airflow_provider_workfront.broker.ask import Ask, Verdict
from airflow_provider_workfront.broker.state import (
    RING,
    Damaged,
    Grant,
    Lease,
    Newer,
    decoded,
    home_mark,
    is_foreign,
    sown,
)

NOW = 1_000_000.0
SETTLE = 30.0


def grant(**changes) -> Grant:
    """A grant sown from seed `R0`, never refreshed."""
    new = sown("wf", "R0", base_url="https://acme.my.workfront.com", client_id="cid", home="h", key="ab" * 32)
    return replace(new, **changes)


def live(lifetime: int | None = 3600, at: float = NOW) -> Grant:
    """A grant refreshed once at `at`."""
    return grant().leased("me", at, 180).committed(Token("A1", "R1", lifetime), at, Ask())


def test_a_grant_survives_its_stored_form():
    """Every field comes back as it was."""
    whole = live().leased("me", NOW, 180).planted("R9")

    assert decoded(whole.encoded()) == whole


@pytest.mark.parametrize(
    "text",
    ["***", "", "v1.", "v1.####", "{}", "v0.eJw", "v1." + base64.b64encode(zlib.compress(b"{}")).decode()],
)
def test_anything_else_is_damaged(text):
    """A masked, cut or foreign value is never taken for a grant."""
    with pytest.raises(Damaged):
        decoded(text)


@pytest.mark.parametrize("text", ["v2.eJw", "v10.x"])
def test_a_later_format_is_no_damage(text):
    """During a rolling upgrade an older process must not take it for damaged, and write over it."""
    with pytest.raises(Newer):
        decoded(text)


def rewritten(grant, **changes):
    """A stored form as another version of this provider might write it."""
    raw = json.loads(zlib.decompress(base64.urlsafe_b64decode(grant.encoded().removeprefix("v1."))))
    return "v1." + base64.urlsafe_b64encode(zlib.compress(json.dumps(raw | changes).encode())).decode()


def test_fields_of_another_version_are_kept():
    """What this version does not know goes through it unchanged, so that versions can run side by side."""
    read = decoded(rewritten(live(), slots={"max": 4}, lease={"owner": "x", "until": 5.0}))
    again = decoded(read.released("stored", "", 0.0).encoded())

    assert again.unknown == {"slots": {"max": 4}}
    assert read.lease == Lease("x", 5.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"lease": {"owner": "x", "until": 5.0, "color": "red"}},
        {"attempt": {"sent_at": 5.0, "by": "x"}},
        {"tokens": {"refresh": "R1", "binding": "x"}},
        {"previous": {"family": 1, "tokens": {"refresh": "R0", "binding": "x"}}},
    ],
    ids=["lease", "attempt", "tokens", "previous"],
)
def test_a_part_with_a_field_of_a_later_version_is_refused(changes):
    """The next rewrite would lose it; and it is no damage, which might be repaired from a copy."""
    with pytest.raises(Newer, match="has the field"):
        decoded(rewritten(live(), **changes))


def test_a_record_of_an_earlier_version_is_read():
    """Fields that it lacks have their defaults."""
    whole = live()
    raw = json.loads(zlib.decompress(base64.urlsafe_b64decode(whole.encoded().removeprefix("v1."))))
    fewer = {name: raw[name] for name in ("conn_id", "base_url", "client_id", "home", "key", "tokens", "generation")}
    text = "v1." + base64.urlsafe_b64encode(zlib.compress(json.dumps(fewer).encode())).decode()

    assert decoded(text).tokens == whole.tokens


def test_the_mark_of_a_home_is_about_one_token():
    """A token copied from another Airflow is told from one that a person put in its place."""
    mark = home_mark("there", "R1")

    assert is_foreign(mark, "here", "R1")
    assert not is_foreign(mark, "there", "R1")
    assert not is_foreign(mark, "here", "P0")
    assert not is_foreign("", "here", "R1")
    assert "R1" not in mark


def test_the_stored_form_is_opaque():
    """Airflow masks JSON only inside, and a saved form would store the mask: so it is no JSON, and shows no token."""
    text = live().encoded()

    assert "R1" not in text
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


def test_a_grant_without_access_token_is_due():
    """The first ask refreshes."""
    assert grant().verdict(Ask(), NOW, SETTLE) is Verdict.DUE


@pytest.mark.parametrize(
    ("lifetime", "age", "usable"),
    [(3600, 3539, True), (3600, 3541, False), (20, 15, True), (20, 17, False), (None, 10**9, True)],
)
def test_a_token_counts_as_spent_shortly_before_its_end(lifetime, age, usable):
    """The margin is 60 s, but at most a fifth of the lifetime; an unknown lifetime never ends by the clock."""
    assert live(lifetime).is_usable(Ask(), NOW + age) is usable


def test_a_refused_generation_is_not_given_again():
    """After a 401 only a newer token will do."""
    assert not live().is_usable(Ask(refused=1), NOW)
    assert live().is_usable(Ask(refused=0), NOW)


def test_a_run_gets_a_token_issued_since_it_began():
    """each_run: an older token is refreshed, one of the run's own time is shared."""
    assert not live().is_usable(Ask(run_key="r", run_start=NOW + 1), NOW + 2)
    assert live().is_usable(Ask(run_key="r", run_start=NOW - 1), NOW + 2)


def test_a_start_in_the_future_counts_as_now():
    """A scheduler's clock may be ahead of the database's: nothing can be fresher than now."""
    assert live().is_usable(Ask(run_key="r", run_start=NOW + 60), NOW)


def test_a_run_refreshes_at_most_once():
    """Its key is remembered, so that a late task, or a scheduler whose clock is ahead, causes no second refresh."""
    ask = Ask(run_key="dag\nrun\n0", run_start=NOW + 60)
    done = grant().leased("me", NOW, 180).committed(Token("A1", "R1", 3600), NOW, ask)

    assert done.is_usable(ask, NOW + 5)
    assert not done.is_usable(replace(ask, run_key="dag\nrun\n1"), NOW + 5)


def test_a_lease_keeps_others_away_until_it_has_settled():
    """A dead holder's request may still be under way after its lease has ended."""
    leased = grant().leased("other", NOW, 180)

    assert leased.verdict(Ask(), NOW + 209, SETTLE) is Verdict.BUSY
    assert leased.verdict(Ask(), NOW + 211, SETTLE) is Verdict.DUE


def test_a_usable_token_is_given_while_somebody_refreshes():
    """Only those who need a newer one wait."""
    leased = live().leased("other", NOW, 180)

    assert leased.verdict(Ask(), NOW, SETTLE) is Verdict.USE
    assert leased.verdict(Ask(refused=1), NOW, SETTLE) is Verdict.BUSY


def test_an_attempt_is_journalled_with_the_lease():
    """A successor sees that a refresh may have been sent; a recorded end clears the doubt."""
    leased = grant().leased("me", NOW, 180)

    assert leased.was_interrupted
    assert not leased.released("not sent", "refused", NOW).was_interrupted


def test_a_failed_refresh_cools_down():
    """A dead token endpoint is not stormed."""
    failed = grant().leased("me", NOW, 180).released("ambiguous", "503", NOW + 30)

    assert failed.verdict(Ask(), NOW + 29, SETTLE) is Verdict.COOLING
    assert failed.verdict(Ask(), NOW + 31, SETTLE) is Verdict.DUE


def test_without_a_new_refresh_token_the_old_one_stays():
    """Rotation off: the answer may leave the field out."""
    kept = live().leased("me", NOW, 180).committed(Token("A2", "", 3600), NOW, Ask())

    assert (kept.tokens.refresh, kept.tokens.access, kept.generation) == ("R1", "A2", 2)


def test_a_pasted_token_keeps_the_live_one_until_it_has_proved_itself():
    """A wrong paste must not cost the live token; two wrong pastes neither."""
    planted = live().planted("R8").planted("R9")
    back = planted.reverted("refused")

    assert planted.tokens.refresh == "R9"
    assert (back.tokens.refresh, back.notice) == ("R1", "refused")
    assert back.generation > planted.generation > 1
    assert back.has_seen("R9")


def test_a_proved_token_lets_the_former_go():
    """The first refresh of a new family drops the family before."""
    proved = live().planted("R9").leased("me", NOW, 180).committed(Token("A9", "R10", 60), NOW, Ask())

    assert proved.previous is None
    assert proved.family == 2


def test_a_refresh_that_ends_after_a_paste_is_stored_beside_it():
    """The former family's newest token is kept, not the spent one."""
    beside = live().planted("R9").committed_beside(Token("A2", "R2", 60), NOW, Ask())

    assert beside.tokens.refresh == "R9"
    assert beside.reverted("refused").tokens.refresh == "R2"


def test_seeds_are_remembered_for_ever_and_the_lineage_for_long():
    """After 1,500 rotations an unchanged seed is still a known, stale one."""
    old = live()
    for number in range(1500):
        old = old.leased("me", NOW, 1).committed(Token("A", f"T{number}", 60), NOW, Ask())

    assert old.has_seen("R0")
    assert old.has_seen("T1499")
    assert old.has_seen(f"T{1500 - RING}")
    assert not old.has_seen("T1")


def test_a_dead_grant_gives_no_token_until_it_is_revived():
    """Dead stays dead for every ask, and nothing of it is dropped."""
    dead = grant().ended("refused", "mark")

    assert dead.verdict(Ask(), NOW, SETTLE) is Verdict.DEAD
    assert dead.tokens.refresh == "R0"
    assert dead.revived("mark2").verdict(Ask(), NOW, SETTLE) is Verdict.DUE


def test_a_family_begins_with_its_first_refresh():
    """Its age counts from there, through every rotation, and comes back with the family."""
    later = live(at=NOW).leased("me", NOW, 1).committed(Token("A2", "R2", 60), NOW + 50, Ask())
    planted = later.planted("R9")

    assert (later.began_at, planted.began_at, planted.reverted("refused").began_at) == (NOW, 0.0, NOW)


def test_nothing_secret_is_shown():
    """The repr of a grant holds no token and no key."""
    shown = repr(live().planted("R9"))

    assert not any(secret in shown for secret in ("R1", "R9", "A1", "ab" * 32))


def test_failing_counts_from_the_first_failure():
    """Through further tries, whoever makes them; a good refresh, a refusal and a new token end it."""
    failed = grant().leased("me", NOW, 180).released("misconfigured", "invalid_client", NOW, 30)
    trying = failed.leased("you", NOW + 60, 180)
    again = trying.extended(NOW + 70, 180).released("ambiguous", "503", NOW + 70, 30)

    assert [each.failing_since for each in (failed, trying, again)] == [NOW] * 3
    assert decoded(again.encoded()).failing_since == NOW
    good = again.leased("me", NOW + 200, 180).committed(Token("A2", "R2"), NOW + 200, Ask())
    ended = (grant(), grant().leased("me", NOW, 180), good, again.planted("P0"), again.ended("refused", "mark"))
    assert [each.failing_since for each in ended] == [None] * 5
