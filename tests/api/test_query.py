"""The typed builder: what it writes, and that it means the same."""

import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.api.filters import parameters
from airflow_provider_workfront.api.query import (
    USER,
    Condition,
    all_of,
    any_of,
    custom,
    exists,
    field,
    not_exists,
    now,
    outer,
    today,
    user,
)

NAME, STATUS, OWNER = field("name"), field("status"), field("owner:name")


def test_conditions_are_joined_into_a_plain_dict():
    """It goes wherever filters go, and is JSON."""
    built = NAME.cicontains("web") & STATUS.isin("CUR", "PLN") & field("priority").eq(2)
    assert built.as_filters() == {"name": {"cicontains": "web"}, "status": {"in": ["CUR", "PLN"]}, "priority": "2"}
    assert json.loads(json.dumps(built.as_filters())) == built.as_filters()
    assert parameters(built) == parameters(built.as_filters())


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        (NAME.eq("a"), "a"),
        (NAME.ne("a"), {"ne": "a"}),
        (NAME.nee("a"), {"nee": "a"}),
        (NAME.gt(1), {"gt": "1"}),
        (NAME.gte(1), {"gte": "1"}),
        (NAME.lt(1), {"lt": "1"}),
        (NAME.lte(1), {"lte": "1"}),
        (NAME.between(1, 2), {"between": ["1", "2"]}),
        (NAME.contains("a"), {"contains": "a"}),
        (NAME.startswith("a"), {"startswith": "a"}),
        (NAME.notin("a", "b"), {"notin": ["a", "b"]}),
        (NAME.isnull(), {"isnull": True}),
        (NAME.notnull(), {"notnull": True}),
        (NAME.where("soundex", "a"), {"soundex": "a"}),
        (NAME.where("allof", "a", "b"), {"allof": ["a", "b"]}),
    ],
)
def test_each_condition_has_its_modifier(condition, written):
    """The named ones and, by `where`, all others."""
    assert condition.as_filters() == {"name": written}


def test_a_common_condition_is_repeated_in_every_group():
    """Workfront's groups inherit nothing: (a or b) and c is (a and c) or (b and c)."""
    built = (STATUS.eq("CUR") | STATUS.eq("PLN")) & OWNER.eq("Ann")
    assert built.as_filters() == {
        "status": "CUR",
        "owner:name": "Ann",
        "OR:1:status": "PLN",
        "OR:1:owner:name": "Ann",
    }


def test_an_or_alone_needs_no_base():
    """The plain filters are the first group."""
    built = any_of(NAME.eq("a"), STATUS.eq("CUR"), OWNER.isnull())
    assert built.as_filters() == {"name": "a", "OR:1:status": "CUR", "OR:2:owner:name": {"isnull": True}}


def rows_matching(filters, rows):
    """Answer as Workfront does: the plain filters together, or any one group together."""
    groups = {}
    for key, value in filters.items():
        group, _, path = key.rpartition(":")
        groups.setdefault(group, {})[path] = value
    return [
        row
        for row in rows
        if any(all(row[path] == value for path, value in group.items()) for group in groups.values())
    ]


CONDITIONS = st.builds(lambda path, value: field(path).eq(value), st.sampled_from("abc"), st.sampled_from("01"))
EXPRESSIONS = st.recursive(
    CONDITIONS,
    lambda inner: st.builds(lambda one, other, both: one & other if both else one | other, inner, inner, st.booleans()),
    max_leaves=6,
)


def holds(expression, row):
    """Evaluate an expression directly."""
    if isinstance(expression, Condition):
        return row[expression.path] == expression.values[0]
    parts = [holds(part, row) for part in expression.parts]
    return all(parts) if type(expression).__name__ == "All" else any(parts)


@given(EXPRESSIONS)
def test_what_is_written_means_what_was_built(expression):
    """Multiplied out or not, the same rows match."""
    rows = [dict(zip("abc", values, strict=True)) for values in product("01", repeat=3)]
    try:
        written = expression.as_filters()
    except ValueError:
        return  # two conditions on one field in a group: refused, since Workfront cannot say it
    assert rows_matching(written, rows) == [row for row in rows if holds(expression, row)]


def test_two_conditions_on_one_field_are_refused():
    """As parameters they would mean something else."""
    with pytest.raises(ValueError, match="between"):
        (NAME.contains("a") & NAME.contains("b")).as_filters()


def test_the_same_condition_twice_is_one():
    """Multiplying out brings doubles."""
    built = (NAME.eq("a") | STATUS.eq("b")) & NAME.eq("a")
    assert built.as_filters() == {"name": "a", "OR:1:status": "b", "OR:1:name": "a"}


def test_an_endless_query_is_refused():
    """Every OR doubles the groups."""
    built = all_of(*(field(f"a{n}").eq(1) | field(f"b{n}").eq(1) for n in range(6)))
    with pytest.raises(ValueError, match="64 OR groups"):
        built.as_filters()


def test_exists_joins_another_object():
    """The tags keep several of them apart, in groups too."""
    mine = exists("ASSGN", field("taskID").eq(outer("ID")), field("assignedToID").eq(USER))
    none = not_exists("NOTE", field("objID").eq(outer("ID")))
    assert (mine & STATUS.eq("NEW")).as_filters() == {
        "EXISTS:1:$$OBJCODE": "ASSGN",
        "EXISTS:1:taskID": "FIELD:ID",
        "EXISTS:1:assignedToID": "$$USER.ID",
        "status": "NEW",
    }
    assert (mine | none).as_filters() == {
        "EXISTS:1:$$OBJCODE": "ASSGN",
        "EXISTS:1:taskID": "FIELD:ID",
        "EXISTS:1:assignedToID": "$$USER.ID",
        "OR:1:EXISTS:2:$$OBJCODE": "NOTE",
        "OR:1:EXISTS:2:$$EXISTSMOD": "NOTEXISTS",
        "OR:1:EXISTS:2:objID": "FIELD:ID",
    }


def test_exists_takes_no_or_and_no_other_exists():
    """No source shows either."""
    with pytest.raises(ValueError, match="no OR"):
        exists("ASSGN", NAME.eq("a") | STATUS.eq("b")).as_filters()
    with pytest.raises(ValueError, match="no other exists"):
        exists("ASSGN", exists("TASK", NAME.eq("a"))).as_filters()


def test_custom_fields_put_de_first_in_filters():
    """Through a reference too, as stored reports show."""
    assert custom("Budget").gt(5).as_filters() == {"DE:Budget": {"gt": "5"}}
    assert custom("Budget", through="project").eq(5).as_filters() == {"DE:project:Budget": "5"}


@pytest.mark.parametrize(
    ("wildcard", "written"),
    [
        (today(), "$$TODAY"),
        (today(-7), "$$TODAY-7d"),
        (today(1, "w", edge="e"), "$$TODAYe+1w"),
        (today(unit="m", edge="b"), "$$TODAYbm"),
        (now(-1), "$$NOW-1h"),
        (user("homeGroupID"), "$$USER.homeGroupID"),
    ],
)
def test_wildcards_follow_workfronts_grammar(wildcard, written):
    """They are resolved in the zone of the connection's user."""
    assert wildcard == written


@pytest.mark.parametrize("wrong", [{"unit": "days"}, {"edge": "start"}])
def test_a_wildcard_outside_the_grammar_is_refused(wrong):
    """Workfront would take it for text."""
    with pytest.raises(ValueError, match="units are"):
        today(1, **wrong)


@pytest.mark.parametrize(
    ("modifier", "values"), [("eq", ()), ("eq", (1, 2)), ("between", (1,)), ("isnull", (1,)), ("in", ())]
)
def test_a_modifier_takes_its_number_of_values(modifier, values):
    """Else the parameters would not pair."""
    with pytest.raises(ValueError, match=modifier):
        NAME.where(modifier, *values)


def test_only_conditions_are_combined():
    """A forgotten modifier is found at once."""
    with pytest.raises(TypeError, match="begin with field"):
        NAME.eq("a") & {"status": "CUR"}


def test_expressions_are_values():
    """They can be compared and kept in a set."""
    assert NAME.eq("a") & STATUS.eq("b") == NAME.eq("a") & STATUS.eq("b")
    assert len({NAME.eq("a"), NAME.eq("a"), NAME.eq("b")}) == 2
