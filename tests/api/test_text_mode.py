"""A report's text-mode filter becomes filters that ask Workfront the same."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.api.filters import MODIFIERS, NULL_TESTS, RANGES, SETS, WORD_LISTS, narrowed, parameters
from airflow_provider_workfront.api.reads import Search
from airflow_provider_workfront.api.text_mode import text_mode

OWNER = "4d80ce5200000528787d57807732a33f"
SCORECARD = "4da387b00001cbc732bb259355c33dad"
TWO_JOINS = f"""
EXISTS:A:$$OBJCODE=PROJ
EXISTS:A:ID=FIELD:projectID
EXISTS:A:portfolio:ownerID={OWNER}
AND:A:EXISTS:A:$$EXISTSMOD=NOTEXISTS
AND:A:EXISTS:A:$$OBJCODE=PROJ
AND:A:EXISTS:A:ID=FIELD:projectID
AND:A:EXISTS:A:portfolio:alignmentScoreCardID={SCORECARD}
"""


def sent(text):
    """Give the parameters of a request; their order says nothing."""
    return sorted(parameters(text_mode(text)))


def lines_of(text):
    """Give the parameters that a text spells out."""
    return sorted(tuple(line.split("=", 1)) for line in text.split("\n"))


# the first six are examples of Adobe's pages on text mode
AS_WRITTEN = {
    "a window": f"assignedToID={OWNER}\nassignedToID_Mod=in\nstatus=INP\nstatus_Mod=in\n"
    "plannedCompletionDate=$$TODAYbm\nplannedCompletionDate_Mod=between\nplannedCompletionDate_Range=$$TODAYem",
    "groups": "status=INP\nstatus_Mod=in\nOR:1:assignedToID=$$USER.ID\nOR:1:assignedToID_Mod=in\n"
    "OR:2:plannedCompletionDate=$$TODAY\nOR:2:plannedCompletionDate_Mod=eq",
    "a custom field in a group": "status=NEW\nstatus_Mod=in\nOR:2:DE:Account Type=Capital\nOR:2:DE:Account Type_Mod=in",
    "groups alone": "OR:1:status=NST\nOR:1:status_Mod=in\nOR:2:status=NES\nOR:2:status_Mod=in",
    "a join": f"EXISTS:A:$$OBJCODE=PROJ\nEXISTS:A:ID=FIELD:projectID\nEXISTS:A:portfolio:ownerID={OWNER}",
    "two fields compared": "actualCompletionDate=FIELD:plannedCompletionDate\nactualCompletionDate_Mod=gt",
    "no modifier": "status=CUR\nisComplete=false",
    "a range without a modifier": "percentComplete=20\npercentComplete_Range=60\npercentComplete_Mod=between",
    "repetition": "status=CUR\nstatus=PLN\nstatus_Mod=notin",
    "a null test": "description=\ndescription_Mod=isnull",
    "an approval": "status=CPL:A\nstatus_Mod=in",
    "a path": "project:portfolio:name=Growth\nproject:portfolio:name_Mod=cicontains",
    "a join in a group": "status=CUR\nOR:1:EXISTS:a:$$OBJCODE=TASK\nOR:1:EXISTS:a:projectID=FIELD:ID\n"
    "OR:1:EXISTS:a:priority=4\nOR:1:EXISTS:a:priority_Mod=gte",
    "a lack": "EXISTS:1:$$OBJCODE=ASSGN\nEXISTS:1:$$EXISTSMOD=NOTEXISTS\nEXISTS:1:taskID=FIELD:ID",
    "a group in a join": "EXISTS:1:$$OBJCODE=TASK\nEXISTS:1:projectID=FIELD:ID\nEXISTS:1:status=INP\n"
    "EXISTS:1:OR:1:status=NEW\nEXISTS:1:OR:1:percentComplete=50\nEXISTS:1:OR:1:percentComplete_Mod=gt",
    "odd names": "DE:project:Is it a rush, really? (Q_1)=a=b\nDE:Q_1_Mod=in\nDE:Q_1=🔥 Rush\nDE:price_range=5\n"
    "DE:size_mod=7",
    "words": "name=web mobile\nname_Mod=cicontainsany",
}


@pytest.mark.parametrize("text", AS_WRITTEN.values(), ids=AS_WRITTEN)
def test_the_request_has_the_lines_as_parameters(text):
    """Where text mode and the API agree, nothing is changed."""
    assert sent(text) == lines_of(text)


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("status=CUR\tPLN\nstatus_Mod=in", {"status": {"in": ["CUR", "PLN"]}}),
        ("status=CUR,PLN, CPL\nstatus_Mod=notin", {"status": {"notin": ["CUR", "PLN", "CPL"]}}),
        ("DE:check=red/, blue,green\nDE:check_Mod=in", {"DE:check": {"in": ["red, blue", "green"]}}),
        ("name=Smith, John\nname_Mod=eq", {"name": {"eq": "Smith, John"}}),
        ("name=Smith, John", {"name": "Smith, John"}),
        ("DE:Sizes=S, M\nDE:Sizes_Mod=allof", {"DE:Sizes": {"allof": ["S, M"]}}),
        ("DE:Channels=Web\tMail\nDE:Channels_Mod=allof", {"DE:Channels": {"allof": ["Web", "Mail"]}}),
        ("teamID=$$USER.teamIDs\t$$USER.homeTeamID\nteamID_Mod=in", {"teamID": {"in": ["$$USER.teamIDs", "$$USER.homeTeamID"]}}),  # noqa: E501
        (f"categoryID={OWNER} {SCORECARD}", {"categoryID": [OWNER, SCORECARD]}),
        ("name=web\tsite\nname_Mod=cicontainsany", {"name": {"cicontainsany": "web site"}}),
        ("approvalProcessID_Mod=notblank", {"approvalProcessID": {"notblank": True}}),
        ("name=%web%\nname_Mod=clike", {"name": {"cilike": "%web%"}}),
        ("parentID_Mod=null\nname_Mod=blank", {"parentID": {"isnull": True}, "name": {"isblank": True}}),
        ("project:DE:Vendor Name=Acme", {"DE:project:Vendor Name": "Acme"}),
        ("a=field:b\na_Mod=gt", {"a": {"gt": "FIELD:b"}}),
        ("entryDate=1\nentryDate_Range=2", {"entryDate": {"between": ["1", "2"]}}),
    ],
)  # fmt: skip
def test_what_the_api_has_otherwise_is_put_its_way(text, filters):
    """Tabs and commas separate values, and some words have another spelling."""
    assert text_mode(text) == filters


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        (
            "EXISTS:A:$$EXISTSMOD=NOTEXISTS\nEXISTS:A:$$OBJCODE=CTGYPA\nEXISTS:A:parameterID=FIELD:ID",
            {
                "EXISTS:A:$$OBJCODE": "CTGYPA",
                "EXISTS:A:$$EXISTSMOD": "NOTEXISTS",
                "EXISTS:A:parameterID": "FIELD:ID",
            },
        ),
        (
            "EXISTS:a:$$EXISTSMOD=EXISTS\nEXISTS:a:$$OBJCODE=TASK\nEXISTS:a:$$ID=FIELD:taskID",
            {"EXISTS:a:$$OBJCODE": "TASK", "EXISTS:a:ID": "FIELD:taskID"},
        ),
        (
            TWO_JOINS,
            {
                "EXISTS:A:$$OBJCODE": "PROJ",
                "EXISTS:A:ID": "FIELD:projectID",
                "EXISTS:A:portfolio:ownerID": OWNER,
                "EXISTS:1:$$OBJCODE": "PROJ",
                "EXISTS:1:$$EXISTSMOD": "NOTEXISTS",
                "EXISTS:1:ID": "FIELD:projectID",
                "EXISTS:1:portfolio:alignmentScoreCardID": SCORECARD,
            },
        ),
        (
            "OR:1:AND:1:EXISTS:1:$$OBJCODE=TASK\nOR:1:AND:2:EXISTS:1:$$OBJCODE=DOCU\nEXISTS:1:$$OBJCODE=HOUR",
            {"OR:1:EXISTS:1:$$OBJCODE": "TASK", "OR:1:EXISTS:2:$$OBJCODE": "DOCU", "EXISTS:1:$$OBJCODE": "HOUR"},
        ),
    ],
)
def test_joins_are_put_the_apis_way(text, filters):
    """A lack is an EXISTS with `$$EXISTSMOD`, and joins that hold together have a tag each; two are Adobe's."""
    assert text_mode(text) == filters


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("status=CUR\nAND:1:priority=3\nAND:1:priority_Mod=gte", {"status": "CUR", "priority": {"gte": "3"}}),
        ("d=1\nd_Mod=gte\nAND:1:d=2\nAND:1:d_Mod=lte", {"d": {"between": ["1", "2"]}}),
        ("d=2\nd_Mod=lte\nd=1\nd_Mod=gte", {"d": {"between": ["1", "2"]}}),
        ("OR:1:d=1\nOR:1:d_Mod=gte\nOR:1:AND:1:d=2\nOR:1:AND:1:d_Mod=lte", {"OR:1:d": {"between": ["1", "2"]}}),
        ("s=A\ns_Mod=notin\nAND:1:s=B\tA\nAND:1:s_Mod=notin", {"s": {"notin": ["A", "B"]}}),
        ("s=A\ns_Mod=in\nAND:1:s=A\nAND:1:s_Mod=in", {"s": {"in": ["A"]}}),
    ],
)
def test_conditions_that_hold_together_become_one(text, filters):
    """The API takes one condition a field."""
    assert text_mode(text) == filters


def test_what_a_browser_pastes_makes_no_difference():
    """Windows line ends, hard spaces, a byte order mark, blank lines, comments, the builder's empty line."""
    text = "\ufeff# current\r\n\r\n status\u00a0=\u00a0CUR \r\n=\r\n// more\rDE:Vendor\u00a0Name=A\u00a0B\u200b\n"

    assert text_mode(text) == {"status": "CUR", "DE:Vendor Name": "A B"}


def test_templates_in_values_stay_as_they_are():
    """They are rendered later, so what stands in them separates nothing."""
    text = (
        "lastUpdateDate={{ data_interval_start | f(',', '/,') }}\nlastUpdateDate_Mod=gte\n"
        "status={{ params.a if x == 1, else }},{% if b %}X, Y{% endif %}\tPLN\nstatus_Mod=in\nname={{ a\tb }}"
    )

    assert text_mode(text) == {
        "name": "{{ a\tb }}",
        "lastUpdateDate": {"gte": "{{ data_interval_start | f(',', '/,') }}"},
        "status": {"in": ["{{ params.a if x == 1, else }}", "{% if b %}X", "Y{% endif %}", "PLN"]},
    }


def test_the_result_is_plain_json():
    """It can be kept, templated, narrowed to a window, and searched by."""
    filters = text_mode(AS_WRITTEN["groups"])

    assert json.loads(json.dumps(filters)) == filters
    assert narrowed(filters, {"entryDate": {"gte": "x"}}).keys() >= {"entryDate", "OR:1:entryDate", "OR:2:entryDate"}
    assert ("OR:1:assignedToID", "$$USER.ID") in Search("TASK", filters).request().params


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("column.0.valuefield=project:name", "belongs to a view.*fields="),
        ("valueexpression={name}", "belongs to a view.*calculated custom field"),
        ("linkedname=direct", "belongs to a view"),
        ("group.0.valuefield=status", "belongs to a grouping.*ask for the field|belongs to a grouping.*report"),
        ("column.1.querysort=name", "belongs to a view.*sort="),
        ("name_1_Sort=asc", "pass sort="),
        ("status_GroupBy=true", "group_by="),
        ("hours_AggFunc=sum", "aggregates="),
        ("status_Prompt=Choose", "nobody is there to answer"),
        ("status=CUR&status_Mod=in", "prompt; write each in a line"),
        ("currentUserApproversMM_Join=allowingnull", "leave the line out"),
        ("name_caseInsensitive=true", "cicontains"),
        ("status_mod=in", "write _Mod"),
        ("DE:Size_mod=in", "write _Mod"),
        ("entryDate_Until=1", "a key ends in _Mod, _Range"),
        ("or:1:status=CUR", "write OR"),
        ("notExists:1:status=CUR", "write NOTEXISTS"),
        ("EXISTS:1:OR:1:EXISTS:2:a=b", "in the order OR, AND, EXISTS"),
        ("Planned Start Date=$$TODAY", "as the API names it.*DE:<name>"),
        ("project.name=x", "as the API names it"),
        ("fields=name", "pass fields="),
        ("$$LIMIT=5", "pass limit="),
        ("$$OBJCODE=TASK", "within EXISTS"),
        ("status", "key=value"),
        ("=CUR", "key=value"),
        ("{{ var.value.filter }}", "templates may stand in values only.*call text_mode in a task"),
        ("{{ params.field }}=CUR", "templates may stand in values only"),
        ("status_Mod=in", "the line with the value is missing"),
        ("status=", "isblank"),
        ("status=CUR\tPLN\nstatus_Mod=eq", "eq takes one value, not 2"),
        ("status=CUR\nstatus_Mod=contians", "did you mean contains"),
        ("d=1\nd_Mod=between", "one _Range"),
        ("d=1\nd_Range=2\nd_Mod=gte", "one _Range"),
        ("d_Range=2", "one value, one _Range"),
        ("d=1\nd_Range=2\nd_Mod=isnull", "one _Range"),
        ("d=1\nd_Mod=gte\nd=2\nd_Mod=lte\nd_Range=3", "one modifier too many"),
        ("d=1\nd_Mod=gte\nd_Mod=lte", "one modifier too many.*AND:1:"),
        ("name=green\nname_Mod=cicontains\nAND:1:name=red\nAND:1:name_Mod=cinotcontains", "one condition a field"),
        ("EXISTS:1:taskID=FIELD:ID", r"add its \$\$OBJCODE line"),
        ("EXISTS:1:$$OBJCODE=TASK\nEXISTS:1:$$EXISTSMOD=MAYBE", "EXISTS or NOTEXISTS"),
        ("NOTEXISTS:1:$$OBJCODE=TASK\nNOTEXISTS:1:$$EXISTSMOD=EXISTS", "agrees with the prefix"),
    ],
)
def test_what_the_api_has_not_is_named(line, says):
    """The number of the line, the line, what it is, and what to do."""
    with pytest.raises(ValueError, match=says) as refused:
        text_mode(f"priority=1\n\n{line}")

    named = re.search(r"line (\d+), (.*?'): ", str(refused.value))
    assert named is not None
    assert int(named[1]) >= 3
    assert eval(named[2]) in line.split("\n")  # noqa: S307 the quoted line


def test_all_lines_that_cannot_be_used_are_named_at_once():
    """A pasted report need not be mended line by line."""
    with pytest.raises(ValueError, match="cannot be used") as refused:
        text_mode("column.0.width=1\nstatus=CUR\nname_Join=x\nstatus")

    assert re.findall(r"line (\d)", str(refused.value)) == ["1", "3", "4"]


@pytest.mark.parametrize("text", ["", " \r\n\t\n", "# nothing"])
def test_an_empty_text_is_refused(text):
    """It would find everything."""
    with pytest.raises(ValueError, match="would find everything"):
        text_mode(text)


def test_a_filter_is_a_text():
    """A dict needs no reading."""
    with pytest.raises(TypeError, match="not dict"):
        text_mode({"status": "CUR"})


# -- any filter at all

NAMES = st.sampled_from(["status", "project:name", "DE:Vendor Name", "DE:project:Size", "tasks:assignments:status"])
UNSEEN = "\u200b\u2060\ufeff\u2028"
SIGNS = st.characters(codec="utf-8", exclude_characters=f"\t\r\n,/{{}}&{UNSEEN}")
WORDS = st.text(SIGNS).map(lambda text: re.sub("[\xa0\u2007\u202f]", " ", text).strip()).filter(bool)
SCOPES = st.sampled_from(["", "OR:1:", "OR:b:", "EXISTS:1:", "OR:1:EXISTS:a:", "EXISTS:1:OR:1:"])


@st.composite
def asked(draw):
    """Make the lines of one condition."""
    path, modifier = draw(SCOPES) + draw(NAMES), draw(st.sampled_from(["", *sorted(MODIFIERS)]))
    mod = [(f"{path}_Mod", modifier)] if modifier else []
    if modifier in NULL_TESTS:
        return [(path, ""), *mod]
    if modifier in RANGES:
        return [(path, draw(WORDS)), (f"{path}_Range", draw(WORDS)), *mod]
    most = 3 if modifier in SETS or not modifier else 1
    return [*((path, value) for value in draw(st.lists(WORDS, min_size=1, max_size=most))), *mod]


@given(
    st.lists(asked(), min_size=1, max_size=6, unique_by=lambda lines: lines[0][0]), st.randoms(use_true_random=False)
)
def test_whatever_is_asked_is_sent(conditions, random):
    """Any number of conditions in any scope, their lines in any order but that of the values."""
    lines = [line for condition in conditions for line in condition]
    blocks = {key[: key.index(":", key.index("EXISTS:") + 7) + 1] for key, _ in lines if "EXISTS:" in key}
    lines += [(f"{block}$$OBJCODE", "TASK") for block in sorted(blocks)]
    random.shuffle(lines)

    found = sorted(parameters(text_mode("\r\n".join(f"{key} = {value}" for key, value in lines))))

    assert found == sorted(lines)


def test_word_lists_are_one_value():
    """They are separated by spaces, in the text as in the API."""
    for modifier in sorted(WORD_LISTS):
        assert sent(f"name=a b\nname_Mod={modifier}") == [("name", "a b"), ("name_Mod", modifier)]
