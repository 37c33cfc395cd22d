"""Plans as files: what was written comes back, and what is not whole is refused before any of it is applied."""

import gzip
import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.api.errors import WorkfrontError
from airflow_provider_workfront.extract.columns import Kind
from airflow_provider_workfront.failures import Unworkable
from airflow_provider_workfront.writing.plan import Action, Step
from airflow_provider_workfront.writing.planfile import Header, PlanWriter, read_plan
from airflow_provider_workfront.writing.row import InputRow, Rejected

HOST = "acme.my.workfront.com"
HEADER = Header(HOST, "PROJ", "extRefID", "upsert", {"status": Kind.TEXT, "DE:Größe": None}, "5f2c", "2026-03-18")
STEPS = [
    Step(1, Action.CREATE, "", "E-1", {"name": (None, "Zürich 🚲")}, {"order": "E-1", "city": "Zürich 🚲"}),
    Step(2, Action.NONE, "p2", "E-2"),
    Step(3, Action.UPDATE, "p3", "E-3", {"status": ("CUR", "CPL"), "tags": (None, [{"a": 1}])}, {"order": 3}),
    Step(4, Action.DELETE, "p4", "E-4", {"name": ("x\ny", None)}, {"order": "E-4"}, "a note"),
]
TEXT = st.text(max_size=6)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
ANY_STEP = st.builds(
    Step,
    st.integers(1, 10**9),
    st.sampled_from(Action),
    st.text("0123456789abcdef", min_size=1, max_size=32),
    TEXT,
    st.dictionaries(TEXT, st.tuples(PLAIN, PLAIN), max_size=3),
    st.dictionaries(TEXT, PLAIN, max_size=3),
    TEXT,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "plans" / "plan.jsonl"


def written(path, steps, header=HEADER):
    with PlanWriter.to(str(path), header) as plan:
        for step in steps:
            plan.add(step)
    return path


def read(path, host=HOST):
    return read_plan(str(path), host)


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def names_in(folder):
    return [each.name for each in folder.iterdir()]


@pytest.mark.parametrize("name", ["plan.jsonl", "plan.jsonl.gz"])
def test_a_plan_comes_back_as_it_was(tmp_path, name):
    """Header, steps and counts, as often as it is asked; packed if the name says so."""
    path = written(tmp_path / name, STEPS)
    plan = read(path, HOST.upper())
    assert plan.header == HEADER
    assert list(plan.steps()) == list(plan.steps()) == STEPS
    assert plan.counts == {"create": 1, "none": 1, "update": 1, "delete": 1}
    assert names_in(tmp_path) == [name]


@given(st.lists(ANY_STEP, max_size=4))
def test_any_plan_comes_back(tmp_path_factory, steps):
    """Whatever characters and values are in it."""
    steps = [replace(step, number=number) for number, step in enumerate(steps, 1)]
    path = written(tmp_path_factory.mktemp("any") / "plan.jsonl", steps)
    assert list(read(path).steps()) == steps


def test_a_person_can_read_it(path):
    """A line a row, in the order of the rows, what is empty left out."""
    written(path, [*STEPS, Rejected(InputRow(5, {}), "no such status")])
    head, created, same, *_, end = lines(path)
    assert list(head) == ["workfront_plan", "host", "obj_code", "key", "mode", "fields", "input", "made_at"]
    assert head["fields"] == {"status": "text", "DE:Größe": None}
    assert '"city": "Zürich 🚲"' in path.read_text(encoding="utf-8")
    assert list(created) == ["row", "action", "key", "changes", "input"]
    assert same == {"row": 2, "action": "none", "ID": "p2", "key": "E-2"}
    assert end == {"rows": 4, "counts": {"create": 1, "none": 1, "update": 1, "delete": 1, "rejected": 1}}


def test_what_a_database_gives_is_written_as_json(path):
    """Also what JSON has no form for, and half characters."""
    row = {
        "day": date(2026, 3, 1),
        "at": datetime(2026, 3, 1, 9, tzinfo=UTC),
        "money": Decimal("10.50"),
        "photo": b"\xff",
        "id": UUID(int=1),
        "nothing": float("nan"),
        "half": "\ud83d",
        "tags": ("a",),
    }
    (step,) = read(written(path, [Step(1, Action.CREATE, row=row)])).steps()
    assert step.row == {
        "day": "2026-03-01",
        "at": "2026-03-01T09:00:00+00:00",
        "money": "10.50",
        "photo": "/w==",
        "id": "00000000-0000-0000-0000-000000000001",
        "nothing": None,
        "half": "\ud83d",
        "tags": ["a"],
    }


def test_the_first_changes_are_at_hand(path):
    """For the log, without reading the file again."""
    changes = {"name": (None, "x")}
    with PlanWriter.to(str(path), HEADER) as plan:
        for number in range(1, 30):
            plan.add(Step(number, Action.NONE, "p"))
            plan.add(Step(number, Action.UPDATE, "p", "", changes))
    assert [step.number for step in plan.first] == list(range(1, 11))
    assert plan.counts == {"none": 29, "update": 29}


def failing():
    yield STEPS[0]
    raise FileNotFoundError("the input")


def test_a_plan_that_fails_leaves_no_file(path):
    """Nor the file of an earlier one half overwritten; the error is the block's own."""
    written(path, STEPS)
    before = lines(path)
    with pytest.raises(FileNotFoundError, match="the input"):
        written(path, failing())
    assert lines(path) == before
    assert names_in(path.parent) == ["plan.jsonl"]


def test_a_full_disk_is_named():
    """As something that a retry may mend."""
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(WorkfrontError, match="No space left") as caught,
    ):
        PlanWriter(full, "plan.jsonl").add(STEPS[0])
    assert not caught.value.permanent


def test_a_folder_that_vanishes_is_named(path):
    """Only what comes of writing is blamed on the file, up to its last step."""
    with pytest.raises(Unworkable, match=r"plan.jsonl cannot be written: No such file"):
        written(path, removing(path.parent))


def removing(folder):
    yield STEPS[0]
    shutil.rmtree(folder)


def test_two_plans_are_told_apart(tmp_path):
    """By what they say, not by how the file is packed."""
    one, same, other = (
        read(written(tmp_path / name, steps)).fingerprint
        for name, steps in {"a": STEPS, "b.gz": STEPS, "c": STEPS[:3]}.items()
    )
    assert one == same != other


def test_the_header_of_an_undo_says_so():
    """All else is as in the plan."""
    undo = HEADER.undo()
    assert undo.mode == "undo"
    assert undo.made_at > HEADER.made_at
    assert (undo.host, undo.kinds, undo.key) == (HOST, HEADER.kinds, "extRefID")


def damaged(path, change):
    """Write the plan's lines as changed."""
    content = change(path.read_text(encoding="utf-8").splitlines(keepends=True))
    path.write_text("".join(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda all_lines: all_lines[:-1], "breaks off after 4 rows"),
        (lambda all_lines: all_lines[:1], "breaks off after 0 rows"),
        (lambda _: [], "breaks off after 0 rows"),
        (lambda all_lines: all_lines[:2] + all_lines[3:], "it has 3 rows, and its last line says 4"),
        (lambda all_lines: [*all_lines[:-1], all_lines[-1][:9]], "line 6 is no JSON, or is cut off"),
        (lambda all_lines: [*all_lines, all_lines[2]], "line 7 comes after its end"),
        (lambda all_lines: [*all_lines[:-1], all_lines[1]], "line 6 is of row 1, and comes after row 4"),
        (lambda all_lines: all_lines[1:], "its first line has no workfront_plan"),
        (lambda all_lines: ["id,name\n", *all_lines], "line 1 is no JSON"),
        (lambda all_lines: ["[1]\n", *all_lines], "line 1 is no step"),
        (lambda all_lines: [all_lines[0].replace("obj_code", "code"), *all_lines[1:]], "first line is not that of"),
        (lambda all_lines: [all_lines[0].replace('"text"', '"words"'), *all_lines[1:]], "first line is not that of"),
        (lambda all_lines: [line.replace('"delete"', '"destroy"') for line in all_lines], "line 5 is no step"),
        (lambda all_lines: [line.replace('["CUR", "CPL"]', '"CPL"') for line in all_lines], "line 4 is no step"),
        (lambda all_lines: [line.replace('"ID": "p3"', '"ID": 3') for line in all_lines], "line 4 is no step"),
        (lambda all_lines: [line.replace('"ID": "p3", ', "") for line in all_lines], "line 4 has no ID"),
        (lambda all_lines: [line.replace('"counts"', '"count"') for line in all_lines], "last line says 4"),
    ],
)
def test_a_plan_that_is_not_whole_is_refused(path, change, reason):
    """Before any step of it is given."""
    damaged(written(path, STEPS), change)
    with pytest.raises(Unworkable, match=f"is not a whole plan .*{reason}.* - make the plan again"):
        read(path)


def test_a_deletion_may_name_its_object_by_the_key(path):
    """If the plan has a key other than the ID; an update may not."""
    step = Step(1, Action.DELETE, "", "E-1", {"name": ("x", None)}, {"extRefID": "E-1"})
    assert list(read(written(path, [step])).steps()) == [step]
    for header, other in ((replace(HEADER, key="ID"), step), (HEADER, replace(step, action=Action.UPDATE))):
        with pytest.raises(Unworkable, match="line 2 has no ID"):
            read(written(path, [other], header))


def test_the_counts_are_those_of_its_lines(path):
    """Who deletes lines from a copy need not count by action; rows that were rejected stay."""
    written(path, [*STEPS, Rejected(InputRow(5, {}), "no such status")])
    damaged(path, lambda all_lines: [*all_lines[:2], all_lines[-1].replace('"rows": 4', '"rows": 1')])
    assert read(path).counts == {"create": 1, "rejected": 1}


def test_empty_lines_do_no_harm(path):
    """An editor may leave some."""
    damaged(written(path, STEPS), lambda all_lines: [*all_lines[:2], "\n", *all_lines[2:], "\n"])
    assert list(read(path).steps()) == STEPS


def test_a_packed_plan_that_is_cut_off_is_refused(tmp_path):
    """As is one that is not packed at all."""
    path = written(tmp_path / "plan.gz", STEPS)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(Unworkable, match="packed, and cut off or broken"):
        read(path)
    path.write_bytes(gzip.compress(b"\xff\n"))
    with pytest.raises(Unworkable, match="line 1 is no JSON"):
        read(path)


def test_another_version_is_refused(path):
    """It may mean something else."""
    damaged(written(path, STEPS), lambda all_lines: [line.replace('plan": 1', 'plan": 2') for line in all_lines])
    with pytest.raises(Unworkable, match="is of version 2, and this provider reads 1"):
        read(path)


def test_a_plan_for_another_host_is_refused(path):
    """Its IDs mean nothing there, or something else."""
    with pytest.raises(Unworkable, match=f"was made for {HOST}, and the connection leads to other.my.workfront.com"):
        read(written(path, STEPS), "other.my.workfront.com")


def test_a_plan_that_is_not_there_is_refused(tmp_path):
    """And a folder is none."""
    with pytest.raises(Unworkable, match="there is no such file; a run with plan_only=True writes it"):
        read(tmp_path / "none.jsonl")
    with pytest.raises(Unworkable, match="cannot be read: Is a directory"):
        read(tmp_path)


@pytest.mark.parametrize(
    "odd",
    [
        {"row": "3"},
        {"row": 3.0},
        {"row": True},
        {"row": 0},
        {"changes": {"status": "ab"}},
        {"changes": {"status": {"a": 1, "b": 2}}},
        {"changes": {"status": ["a", "b", "c"]}},
        {"changes": [["status", ["a", "b"]]]},
        {"changes": {"status": ["a", float("nan")]}},
        {"input": [["order", 3]]},
        {"ID": "p3/share"},
        {"ID": ["p3"]},
        {"key": 3},
        {"action": ["update"]},
    ],
)
def test_a_step_whose_types_were_edited_is_refused(path, odd):
    """Nothing is guessed: a row number as text, a change that is no pair, a path as an ID."""
    written(path, STEPS[2:3])
    head, step, end = lines(path)
    path.write_text("\n".join(json.dumps(line) for line in (head, step | odd, end)), encoding="utf-8")
    with pytest.raises(Unworkable, match="line 2"):
        read(path)


@pytest.mark.parametrize("odd", [{"mode": "merge"}, {"mode": None}, {"obj_code": 7}, {"key": 3}, {"fields": []}])
def test_a_first_line_whose_types_were_edited_is_refused(path, odd):
    """As in a step."""
    written(path, STEPS)
    head, *rest = lines(path)
    path.write_text("\n".join(json.dumps(line) for line in (head | odd, *rest)), encoding="utf-8")
    with pytest.raises(Unworkable, match="its first line is not that of a plan"):
        read(path)
