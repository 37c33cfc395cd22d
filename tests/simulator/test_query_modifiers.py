"""Rules 63 to 65 and 71: what each modifier means."""

from __future__ import annotations

import pytest
from support.tenant import Tenant

NOTHING: list[str] = []


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    """Six roles named and described to tell modifiers apart; maxUsers holds the number."""
    tenant = Tenant()
    rows = {
        "Alpha": "red green",
        "alpha": "Red",
        "Beta": "",
        "Gamma": None,
        "Delta 50%": "GREEN blue",
        "Smith": "x" * 12,
    }
    for number, (name, text) in enumerate(rows.items(), 1):
        tenant.world.add("ROLE", {"name": name, "description": text, "maxUsers": number, "extRefID": "test"})
    return tenant


def found(tenant: Tenant, field: str, modifier: str, *values: str, upper: str = "") -> str:
    """Search the six roles and give the numbers of those found."""
    pairs = [(field, value) for value in values] + [(f"{field}_Mod", modifier), ("extRefID", "test")]
    if upper:
        pairs.append((f"{field}_Range", upper))
    rows = tenant.get("/role/search", [*pairs, ("fields", "maxUsers"), ("maxUsers_Sort", "asc")])
    return "".join(str(row["maxUsers"]) for row in rows)


@pytest.mark.parametrize(
    ("modifier", "value", "numbers"),
    [
        ("eq", "Red", "2"),
        ("ne", "Red", "13456"),
        ("nee", "Red", "1356"),
        ("cieq", "RED", "2"),
        ("cine", "RED", "13456"),
        ("contains", "green", "1"),
        ("notcontains", "green", "23456"),
        ("cicontains", "green", "15"),
        ("cinotcontains", "green", "2346"),
        ("cicontainsany", "red blue", "125"),
        ("cicontainsall", "green red", "1"),
        ("cinotcontainsany", "red blue", "346"),
        ("cinotcontainsall", "green red", "23456"),
        ("like", "%green%", "1"),
        ("like", "Re_", "2"),
        ("cilike", "%green%", "15"),
        ("startswith", "RED", "12"),
        ("cistartswith", "RED", "12"),
        ("endswith", "green", "1"),
        ("ciendswith", "GREEN", "1"),
        ("isnull", "", "4"),
        ("notnull", "", "12356"),
        ("isblank", "", "34"),
        ("notblank", "", "1256"),
        ("length_lt", "4", "23"),
        ("length_eq", "3", "2"),
        ("length_gt", "11", "6"),
        ("CONTAINS", "green", "1"),
    ],
)
def test_a_modifier_on_text(tenant, modifier, value, numbers):
    """Rule 63: the text modifiers of reference 4.4, nulls included or not."""
    assert found(tenant, "description", modifier, value) == numbers


@pytest.mark.parametrize(
    ("modifier", "value", "numbers"),
    [
        ("eq", "3", "3"),
        ("gt", "4", "56"),
        ("gte", "4", "456"),
        ("lt", "3", "12"),
        ("lte", "3", "123"),
        ("bitwiseor", "6", "23456"),
        ("bitwiseand", "6", "6"),
        ("bitwisenand", "6", "1"),
    ],
)
def test_a_modifier_on_numbers(tenant, modifier, value, numbers):
    """Rule 63: numbers compare as numbers."""
    assert found(tenant, "maxUsers", modifier, value) == numbers


@pytest.mark.parametrize(
    ("modifier", "numbers"), [("between", "234"), ("notbetween", "156"), ("cibetween", "234"), ("cinotbetween", "156")]
)
def test_a_range_includes_both_ends(tenant, modifier, numbers):
    """Rule 63: the lower bound in the field, the upper in `_Range`."""
    assert found(tenant, "maxUsers", modifier, "2", upper="4") == numbers


@pytest.mark.parametrize(("modifier", "numbers"), [("between", "3456"), ("cibetween", "3456"), ("cinotbetween", "12")])
def test_a_range_of_texts(tenant, modifier, numbers):
    """Rule 63: and without case `alpha` comes before `BETA`, not after `Smith`."""
    assert found(tenant, "name", modifier, "Beta", upper="Smith") == numbers
    assert found(tenant, "name", "cibetween", "ALPHA", upper="ALPHA") == "12"


@pytest.mark.parametrize(
    ("modifier", "numbers"), [("in", "15"), ("notin", "2346"), ("ciin", "125"), ("cinotin", "346")]
)
def test_a_set_is_a_repeated_parameter(tenant, modifier, numbers):
    """Rule 63: sets, with and without case."""
    assert found(tenant, "name", modifier, "Alpha", "Delta 50%") == numbers


def test_words_may_sound_alike(tenant):
    """Rule 63: soundex."""
    assert found(tenant, "name", "soundex", "Smythe") == "6"


def test_a_percent_sign_in_data_is_no_wildcard(tenant):
    """Rule 63: only the filter's `%` is one."""
    assert found(tenant, "name", "like", "Delta%") == "5"
    assert found(tenant, "name", "endswith", "%") == "5"


def test_startswith_may_mind_case():
    """Rule 63: sources contradict each other, hence a switch."""
    params = {"name": "help", "name_Mod": "startswith"}

    assert Tenant().names("/proj/search", params) == ["Help Desk"]
    assert Tenant(startswith_is_case_sensitive=True).names("/proj/search", params) == NOTHING


@pytest.mark.parametrize("params", [{"description_Mod": "isnull"}, {"description": "", "description_Mod": "isnull"}])
def test_a_null_test_needs_no_value(tenant, params):
    """Reference 4.3: with or without the ignored value."""
    assert tenant.names("/role/search", {**params, "extRefID": "test"}) == ["Gamma"]


def test_a_list_is_asked_for_all_its_values(tenant):
    """Rule 63: `allof` on a field with several values."""
    params = [("DE:Markets", "FR"), ("DE:Markets", "DE"), ("DE:Markets_Mod", "allof")]

    assert tenant.names("/proj/search", params) == ["Website Relaunch"]


@pytest.mark.parametrize(("modifier", "count"), [("eq", 2), ("ne", 6), ("nee", 1)])
def test_a_list_matches_by_any_and_excludes_by_all(tenant, modifier, count):
    """Rule 63: a multi-select field equals a value when it holds it."""
    tenant.world.update("PROJ", tenant.id("PROJ", "Office Move"), {"DE:Channels": ["Web"]})
    params = {"DE:Channels": "Web", "DE:Channels_Mod": modifier}

    assert len(tenant.names("/proj/search", params)) == count


def test_a_repeated_parameter_is_a_set(tenant):
    """Rule 64: without a modifier it means `in`."""
    params = [("status", "PLN"), ("status", "DED")]

    assert tenant.names("/proj/search", params) == ["Data Warehouse", "Legacy Shutdown"]


def test_a_range_alone_means_between(tenant):
    """Rule 64: `_Range` without a modifier."""
    params = {"percentComplete": "20", "percentComplete_Range": "40"}

    assert tenant.names("/proj/search", params) == ["Help Desk", "Legacy Shutdown", "Mobile App 2.0"]


def test_modifiers_pair_with_values_in_order(tenant):
    """Reference 4.4: the same field twice, each with its modifier [inferred]."""
    field = "percentComplete"
    params = [(field, "20"), (f"{field}_Mod", "gte"), (field, "40"), (f"{field}_Mod", "lt")]

    assert tenant.names("/proj/search", params) == ["Legacy Shutdown", "Mobile App 2.0"]


def test_commas_separate_ids_but_not_texts(tenant):
    """Rule 65: a comma list works in `in` for ID fields; for texts it is one odd text."""
    ids = ",".join(tenant.id("PROJ", name) for name in ("Help Desk", "Office Move"))

    assert tenant.names("/proj/search", {"ID": ids, "ID_Mod": "in"}) == ["Help Desk", "Office Move"]
    assert tenant.names("/proj/search", {"name": "Help Desk,Office Move", "name_Mod": "in"}) == NOTHING


@pytest.mark.parametrize(
    ("field", "value"),
    [("percentComplete", "half"), ("lastUpdateDate", "yesterday"), ("isPrimary", "maybe"), ("entryDate", "2026-02-30")],
)
def test_a_value_that_does_not_fit_is_refused(tenant, field, value):
    """Reference 5.3: `Invalid Parameter`."""
    path = "/assgn/search" if field == "isPrimary" else "/proj/search"

    assert tenant.refusal(path, {field: value}) == (422, f'Invalid Parameter: {field} value "{value}"')


@pytest.mark.parametrize("modifier", ["near", "between", "length_eq"])
def test_an_impossible_modifier_is_refused(tenant, modifier):
    """Reference 4.4: unknown modifiers and missing bounds are 422 [inferred]."""
    assert tenant.refusal("/proj/search", {"name": "x", "name_Mod": modifier})[0] == 422


def test_a_field_may_not_be_filterable(tenant):
    """Reference 6.5: NOT_FILTERABLE fields are refused."""
    assert tenant.refusal("/proj/search", {"workRequired": "1"})[0] == 422


def test_a_status_nobody_has_finds_nothing():
    """Rule 71: enum filters are not validated; by switch they are."""
    params = {"status": "APV"}

    assert Tenant().names("/proj/search", params) == NOTHING
    text = "Invalid custom enum value(s) for field 'Status': ['APV']"
    assert Tenant(validate_enums=True).refusal("/proj/search", params) == (422, text)


def test_pending_approval_breaks_equality(tenant):
    """Reference 6.4: CPL does not find CPL:A, statusEquatesWith does."""
    assert tenant.names("/proj/search", {"status": "CPL"}) == ["Office Move"]
    assert tenant.names("/proj/search", {"statusEquatesWith": "CPL"}) == ["Brand Refresh", "Office Move"]
    assert tenant.names("/proj/search", {"statusEquatesWith": "PLN"}) == ["Data Warehouse", "Holiday Campaign"]


def test_sets_of_numbers_know_no_case(tenant):
    """Rule 63: `ciin` on numbers is `in`."""
    assert found(tenant, "maxUsers", "ciin", "2", "3.0") == "23"


def test_what_has_no_letters_has_no_sound(tenant):
    """Rule 63: soundex of digits finds only what sounds like nothing."""
    assert found(tenant, "name", "soundex", "123") == ""


def test_the_type_itself_is_a_field(tenant):
    """Reference 4.8: objCode belongs to every object."""
    assert len(tenant.names("/proj/search", {"objCode": "PROJ"})) == 8
    assert tenant.names("/proj/search", {"objCode": "TASK"}) == NOTHING


def test_numbers_and_booleans_have_a_text(tenant):
    """Reference 4.4: text modifiers see numbers, booleans and days as texts."""
    assert found(tenant, "maxUsers", "startswith", "3") == "3"
    assert tenant.get("/user/count", {"isActive": "tru", "isActive_Mod": "startswith"}) == {"count": 8}
    assert tenant.get("/hour/count", {"entryDate": "2026-03-1", "entryDate_Mod": "contains"}) == {"count": 6}
