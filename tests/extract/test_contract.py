"""What becomes of columns when Workfront's fields change."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.extract.columns import RESCUED, Column, Columns, Kind, rescue_column
from airflow_provider_workfront.extract.contract import CONTRACTS, agreed
from airflow_provider_workfront.extract.naming import column_name
from airflow_provider_workfront.failures import Unworkable

ID = Column("id", "ID", Kind.TEXT)


def custom(name, kind=Kind.TEXT, identity="", part=""):
    """Make the column of a custom field as it is found."""
    suffix = part if part in {"plain", "name"} else ""
    return Column(
        column_name(f"DE:{name}", suffix), f"DE:{name}", kind, label=f"{name}!", identity=identity or name, part=part
    )


def found(*columns):
    asked = dict.fromkeys(("ID", *(column.source for column in columns)))
    return Columns("PROJ", (ID, *columns, rescue_column()), tuple(asked))


def known(*columns):
    """Give the mapping of an earlier run, as it comes back from a file."""
    return json.loads(json.dumps(agreed(None, found(*columns)).mapping))


BUDGET, VENDOR = custom("Budget", Kind.NUMBER), custom("Vendor")


def test_the_first_run_takes_what_it_finds():
    """And remembers where each column comes from."""
    agreement = agreed(None, found(BUDGET))

    assert agreement.columns == found(BUDGET)
    assert agreement.notes == ()
    assert agreement.mapping["de_budget"] == {
        "source": "DE:Budget",
        "kind": "number",
        "label": "Budget!",
        "identity": "Budget",
    }
    assert list(agreement.mapping) == ["id", "de_budget", RESCUED]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_without_drift_nothing_changes(contract):
    """Under any contract; a new label is none."""
    relabelled = replace(BUDGET, label="The budget")

    agreement = agreed(known(BUDGET, VENDOR), found(relabelled, VENDOR), contract)

    assert agreement.columns == found(relabelled, VENDOR)
    assert agreement.notes == ()


RENAMED = custom("Cost", Kind.NUMBER, identity="Budget")


@pytest.mark.parametrize("contract", ["evolve", "discard"])
def test_a_renamed_field_keeps_its_column(contract):
    """Its ID stays, whatever people call it; its values are read under the new name."""
    agreement = agreed(known(BUDGET), found(RENAMED), contract)

    assert agreement.columns.names == ("id", "de_budget", RESCUED)
    assert agreement.columns.fields == ("ID", "DE:Cost")
    assert agreement.columns.values({"ID": "1", "DE:Cost": 5})["de_budget"] == 5
    assert agreement.mapping["de_budget"]["source"] == "DE:Cost"
    assert agreement.notes == ("DE:Budget is now called DE:Cost (de_budget)",)


def test_two_fields_may_change_names():
    """Each keeps its column."""
    swapped = (custom("Vendor", Kind.NUMBER, identity="Budget"), custom("Budget", identity="Vendor"))

    columns = agreed(known(BUDGET, VENDOR), found(*swapped)).columns

    assert columns.values({"ID": "1", "DE:Vendor": 5, "DE:Budget": "Acme"}) == {
        "id": "1",
        "de_budget": 5,
        "de_vendor": "Acme",
        RESCUED: None,
    }


@pytest.mark.parametrize("contract", ["evolve", "discard"])
def test_a_removed_field_leaves_an_empty_column(contract):
    """A table must not lose one because somebody tidied up a form; it is no longer asked for."""
    agreement = agreed(known(BUDGET, VENDOR), found(VENDOR), contract)

    assert agreement.columns.names == ("id", "de_budget", "de_vendor", RESCUED)
    assert agreement.columns.fields == ("ID", "DE:Vendor")
    assert agreement.columns.values({"ID": "1", "DE:Budget": 5})["de_budget"] is None
    assert agreement.notes == ("DE:Budget is no longer there, or no longer asked for (de_budget)",)
    again = agreed(agreement.mapping, found(VENDOR), "freeze")
    assert again.notes == ()
    assert again.columns == agreement.columns


def test_a_field_that_returns_gets_its_column_back():
    """And a note."""
    gone = agreed(known(BUDGET), found())

    back = agreed(gone.mapping, found(BUDGET))

    assert back.columns == found(BUDGET)
    assert back.notes == ("DE:Budget is back (de_budget)",)


def test_another_field_of_the_same_name_gets_another_column():
    """Somebody deleted the field and made one anew: the values of both must not mix."""
    anew = custom("Budget", Kind.NUMBER, identity="another")

    agreement = agreed(known(BUDGET), found(anew))

    _, old, new, _ = agreement.columns.columns
    assert old.gone
    assert new.name.startswith("de_budget_")
    values = agreement.columns.values({"ID": "1", "DE:Budget": 5})
    assert (values[old.name], values[new.name]) == (None, 5)


RETYPED = custom("Budget", Kind.TEXT)


def test_a_retyped_field_gets_a_column_of_its_own_to_evolve():
    """The old one stays, empty from now on: no table has to change a type; and back again it is the old one's turn."""
    agreement = agreed(known(BUDGET), found(RETYPED), "evolve")

    assert agreement.columns.names == ("id", "de_budget", "de_budget_text", RESCUED)
    values = agreement.columns.values({"ID": "1", "DE:Budget": "much"})
    assert (values["de_budget"], values["de_budget_text"]) == (None, "much")
    assert agreement.notes == ("DE:Budget was number and is text (de_budget)",)
    assert agreed(agreement.mapping, found(RETYPED), "freeze").columns == agreement.columns
    back = agreed(agreement.mapping, found(BUDGET)).columns
    assert back.values({"ID": "1", "DE:Budget": 5})["de_budget"] == 5
    assert back.values({"ID": "1", "DE:Budget": 5})["de_budget_text"] is None


def test_a_retyped_field_keeps_its_type_to_discard():
    """What fits comes into the column, what does not is rescued."""
    columns = agreed(known(BUDGET), found(RETYPED), "discard").columns

    assert columns.names == ("id", "de_budget", RESCUED)
    assert columns.values({"ID": "1", "DE:Budget": "5"})["de_budget"] == 5
    assert columns.values({"ID": "1", "DE:Budget": "much"})[RESCUED] == '{"de_budget":"much"}'


def test_a_new_field_is_added_to_evolve():
    """Behind the known ones, so that the order of columns stays."""
    agreement = agreed(known(VENDOR), found(BUDGET, VENDOR), "evolve")

    assert agreement.columns.names == ("id", "de_vendor", "de_budget", RESCUED)
    assert agreement.notes == ("DE:Budget is new, number (de_budget)",)


def test_a_new_field_is_left_out_to_discard():
    """It is not even asked for."""
    tasks = Column("tasks", "tasks", Kind.JSON)
    now = Columns("PROJ", (ID, BUDGET, VENDOR, tasks, rescue_column()), ("ID", "DE:Budget", "DE:Vendor", "tasks:name"))

    agreement = agreed(known(VENDOR), now, "discard")

    assert agreement.columns == found(VENDOR)
    assert agreement.mapping == known(VENDOR)
    assert len(agreement.notes) == 2


def test_a_new_field_does_not_take_the_name_of_a_known_one():
    """Not even of one that is gone."""
    gone = agreed(known(custom("Budget (EUR)")), found()).mapping

    names = agreed(gone, found(custom("Budget EUR"))).columns.names

    assert names[1] == "de_budget_eur"
    assert names[2].startswith("de_budget_eur_")


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ((RENAMED, VENDOR), r"DE:Budget is now called DE:Cost \(de_budget\)"),
        ((VENDOR,), r"DE:Budget is no longer there, or no longer asked for \(de_budget\)"),
        ((RETYPED, VENDOR), r"DE:Budget was number and is text \(de_budget\)"),
        ((BUDGET, VENDOR, custom("More")), r"DE:More is new, text \(de_more\)"),
    ],
)
def test_any_drift_is_refused_to_freeze(now, told):
    """Naming what has changed, and what to do."""
    with pytest.raises(
        Unworkable, match=rf"PROJ has changed, and schema_contract is freeze: {told}\. Undo it .*evolve"
    ):
        agreed(known(BUDGET, VENDOR), found(*now), "freeze")


def test_a_rich_text_keeps_its_two_columns():
    """Each is known by the field's ID and by what it takes of the value."""
    notes = [custom("Notes", identity="n"), custom("Notes", identity="n", part="plain")]
    renamed = [custom("Remarks", identity="n"), custom("Remarks", identity="n", part="plain")]

    columns = agreed(known(*notes), found(*renamed)).columns

    assert columns.names == ("id", "de_notes", "de_notes_plain", RESCUED)
    assert columns.values({"ID": "1", "DE:Remarks": "<p>x</p>"}) == {
        "id": "1",
        "de_notes": "<p>x</p>",
        "de_notes_plain": "x",
        RESCUED: None,
    }


@pytest.mark.parametrize("contract", CONTRACTS)
def test_definitions_that_cannot_be_read_for_once_change_nothing(contract):
    """A permission lost must not retype half the table: the last definitions hold."""
    defined = (
        custom("Notes", identity="n"),
        custom("Notes", identity="n", part="plain"),
        custom("Money", Kind.DECIMAL),
    )
    guessed = (replace(defined[0], identity=""), replace(defined[2], identity="", kind=Kind.NUMBER))

    agreement = agreed(known(*defined), found(*guessed), contract)

    assert agreement.columns == found(*defined)
    assert agreement.notes == ()


def test_definitions_that_can_be_read_at_last_are_taken():
    """The column of the same name is the field's."""
    columns = agreed(known(replace(VENDOR, identity="")), found(VENDOR), "freeze").columns

    assert columns == found(VENDOR)


@pytest.mark.parametrize("entry", [None, {}, {"kind": "novel"}, {"source": "x"}, [1]])
def test_a_damaged_mapping_is_refused(entry):
    """Guessing would mix up columns."""
    with pytest.raises(Unworkable, match=r"the mapping of columns is damaged at 'de_budget'.*begin anew"):
        agreed({"de_budget": entry}, found(BUDGET))


def test_an_unknown_contract_is_refused():
    """With the ones there are."""
    with pytest.raises(Unworkable, match="schema_contract must be one of evolve, freeze, discard, not 'thaw'"):
        agreed(None, found(), "thaw")


FIELDS = st.dictionaries(
    st.integers(1, 6).map("p{}".format),
    st.tuples(st.sampled_from("ABCDEF"), st.sampled_from([Kind.TEXT, Kind.NUMBER, Kind.LIST])),
    max_size=5,
).filter(lambda fields: len({name for name, _ in fields.values()}) == len(fields))


@given(st.lists(FIELDS, min_size=1, max_size=5), st.sampled_from(["evolve", "discard"]))
def test_over_many_runs_no_column_changes_its_field_or_its_kind(runs, contract):
    """Whatever is renamed, removed, retyped and made anew; and values come into the column of their field."""
    mapping, meaning = None, {}
    for fields in runs:
        now = found(*(custom(name, kind, identity) for identity, (name, kind) in fields.items()))
        agreement = agreed(mapping, now, contract)
        mapping = json.loads(json.dumps(agreement.mapping))
        names = agreement.columns.names
        assert len(set(names)) == len(names)
        assert set(meaning) <= set(names)
        for column in agreement.columns.columns:
            assert meaning.setdefault(column.name, (column.identity, column.kind)) == (column.identity, column.kind)
            if not column.gone and column.identity:
                assert column.source == f"DE:{fields[column.identity][0]}"
        if contract == "evolve":
            current = {(c.identity, c.kind) for c in agreement.columns.columns if not c.gone and c.identity}
            assert current == {(identity, kind) for identity, (_, kind) in fields.items()}
