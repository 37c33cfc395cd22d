"""What a second reading of Adobe's documents and of recorded answers changed; each test names its source."""

from __future__ import annotations

import json
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import quote

import pytest
from support.simulated import API, Caller, decoded

from airflow_provider_workfront.simulator import Options, Request, Simulator, running


@pytest.fixture
def caller() -> Caller:
    """An administrator."""
    return Caller()


@pytest.fixture
def project(caller: Caller) -> str:
    """A new, empty project."""
    return caller.make("PROJ", name="Launch")


JOIN = {"EXISTS:1:$$OBJCODE": "TASK", "EXISTS:1:projectID": "FIELD:ID"}


def test_existence_is_negated_in_a_modifier_of_its_own(caller):
    """Adobe, complex text mode filters with EXISTS: `$$EXISTSMOD=NOTEXISTS`; the prefix has one unverified source."""
    total = caller.call("GET", "proj/count").data["count"]
    having = caller.call("GET", "proj/count", **JOIN).data["count"]
    same = caller.call("GET", "proj/count", **JOIN, **{"EXISTS:1:$$EXISTSMOD": "EXISTS"}).data["count"]
    lacking = caller.call("GET", "proj/count", **JOIN, **{"EXISTS:1:$$EXISTSMOD": "NOTEXISTS"}).data["count"]
    prefixed = {f"NOT{name}": value for name, value in JOIN.items()}

    assert 0 < having < total
    assert (same, lacking) == (having, total - having)
    assert caller.call("GET", "proj/count", **prefixed).status == 422
    assert Caller(Options(notexists_prefix=True)).call("GET", "proj/count", **prefixed).data["count"] == lacking


def test_an_override_works_on_every_verb(caller, project):
    """Adobe, API basics: a bulk create is `PUT /proj?updates=[...]&method=POST`."""
    made = caller.send(
        "PUT", "proj", {"method": "POST", "updates": json.dumps([{"name": "A"}, {"name": "B"}])}, {}, b""
    ).data

    assert [row["name"] for row in made] == ["A", "B"]
    assert caller.send("DELETE", f"proj/{project}", {"method": "GET"}, {}, b"").data["name"] == "Launch"


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE", "POST"])
@pytest.mark.parametrize("path", ["proj/{}", "proj/search", "proj/{}/share"])
def test_an_override_never_turns_a_read_into_a_create(caller, project, verb, path):
    """Adobe, API basics: the verb changes, the path does not become one that creates."""
    before = len(caller.world.objects("PROJ"))
    answer = caller.send(verb, path.format(project), {"method": "POST", "name": "Stray"}, {}, b"")

    assert answer.error == "unrecognized URI format: too many parts"
    assert len(caller.world.objects("PROJ")) == before


@pytest.mark.parametrize(
    ("accepted", "is_packed"),
    [
        (None, True),
        ("gzip", True),
        ("deflate, gzip;q=0.5", True),
        ("*", True),
        ("identity", False),
        ("deflate", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
    ],
)
def test_a_client_says_whether_it_takes_gzip(caller, accepted, is_packed):
    """A recorded answer of a Python client: `Accept-Encoding: identity` gives an uncompressed one."""
    headers = {"sessionid": caller.token} | ({} if accepted is None else {"accept-encoding": accepted})
    response = caller.simulator.answer(Request("GET", f"{API}/proj/search?fields=*", headers))

    assert ("content-encoding" in response.headers) == is_packed


def test_the_depth_of_fields_is_a_switch():
    """Adobe: four levels from the object; a third party saw no end."""
    path = "project:portfolio:owner:homeGroup:customer:name"

    assert Caller().call("GET", "task/search", fields=path).status == 422
    assert Caller().call("GET", "task/search", fields="project:portfolio:owner:homeGroup:name").status == 200
    assert Caller(Options(max_depth=0)).call("GET", "task/search", fields=path).status == 200


def test_an_empty_custom_field_that_is_asked_for_is_null(caller, project):
    """An answer recorded in 2011: `"DE:x": null`."""
    assert caller.read("proj", project, "DE:Region")["DE:Region"] is None


@pytest.mark.parametrize("name", ["customerID", "firstName", "lastName", "homeTeamID"])
def test_a_wildcard_knows_the_user(caller, name):
    """Adobe, wildcard filter variables."""
    own = caller.world.get("USER", caller.world.admin_id)
    wanted = (
        0 if own.get(name) is None else sum(u.get(name) == own[name] for u in caller.world.objects("USER").values())
    )

    assert caller.call("GET", "user/count", **{name: f"$$USER.{name}"}).data["count"] == wanted


def test_a_wildcard_knows_the_teams_of_the_user(caller):
    """Adobe, wildcard filter variables: `$$USER.teamIDs`."""
    teams = {row["teamID"] for row in caller.world.find("TEAMMB", userID=caller.world.admin_id)}

    found = caller.call("GET", "team/search", ID="$$USER.teamIDs", ID_Mod="in").data
    assert {row["ID"] for row in found} == teams


def test_an_edge_of_today_needs_a_unit():
    """One page of Adobe's says the week, its constants say the day."""
    asked = {"entryDate": "$$TODAYb", "entryDate_Mod": "gte"}

    assert "needs a unit" in Caller().call("GET", "hour/count", **asked).error
    for edges, unit in (("day", "d"), ("week", "w")):
        caller = Caller(Options(bare_edges=edges))
        plain = {**asked, "entryDate": f"$$TODAYb{unit}"}
        assert caller.call("GET", "hour/count", **asked).data == caller.call("GET", "hour/count", **plain).data


@pytest.mark.parametrize(("value", "status"), [(0, 200), (4, 200), (5, 422), (True, 422), ("yes", 422)])
def test_a_queue_is_public_in_degrees(caller, project, value, status):
    """Adobe's example `queueDef:{isPublic:1}` and a recorded payload: an integer from 0 to 4."""
    assert caller.call("PUT", f"proj/{project}", {"queueDef": {"isPublic": value}}).status == status


@pytest.mark.parametrize(
    ("code", "fields", "wanted"),
    [("PROJ", {"name": ""}, "Name is required"), ("PROJ", {"name": None}, "Name is required")],
)
def test_an_empty_name_is_refused(caller, project, code, fields, wanted):
    """A third party's notes on writes."""
    assert wanted in caller.call("PUT", f"{code}/{project}", fields).error
    assert wanted in caller.call("POST", code, fields).error


def test_more_than_everything_cannot_be_complete(caller, project):
    """A third party's notes on writes: percentComplete over 100."""
    task = caller.make("TASK", name="x", projectID=project)

    statuses = [caller.call("PUT", f"task/{task}", {"percentComplete": value}).status for value in (100, 101, -1)]
    assert statuses == [200, 422, 422]


def test_a_field_with_data_keeps_its_type(caller):
    """A third party's notes: a PARAM's data type is changed only while no data exists."""
    used = caller.world.parameter("Region")["ID"]
    fresh = caller.make("PARAM", name="Unused", label="Unused")

    assert "holds data" in caller.call("PUT", f"param/{used}", {"dataType": "NMBR"}).error
    assert caller.call("PUT", f"param/{fresh}", {"dataType": "NMBR"}).status == 200


def test_a_cleared_issue_keeps_its_role(caller, project):
    """A third party's notes: `{assignedToID: null, assignments: []}` leaves roleID and a role row behind."""
    dana = caller.key("USER", "dana@acme.example")
    issue = caller.make("OPTASK", name="x", projectID=project, assignedToID=dana)
    role = caller.read("optask", issue, "roleID")["roleID"]
    caller.call("PUT", f"optask/{issue}", {"assignedToID": None, "assignments": []})
    found = caller.read("optask", issue, "assignedToID", "roleID", "assignments:roleID", "assignments:assignedToID")

    assert role
    assert (found["assignedToID"], found["roleID"]) == (None, role)
    assert [(row["assignedToID"], row["roleID"]) for row in found["assignments"]] == [(None, role)]


def test_a_task_of_a_template_takes_no_effort(caller):
    """A third party's notes: TTSK.workRequired stays 0, and `POST /tassgn` is refused."""
    template = caller.make("TMPL", name="x")
    step = caller.make("TTSK", name="x", templateID=template, workRequired=90)
    caller.call("PUT", f"ttsk/{step}", {"workRequired": 60})

    assert caller.read("ttsk", step, "workRequired")["workRequired"] == 0
    assert caller.call("POST", "tassgn", {"templateTaskID": step}).error == "invalid objCode: null"


def test_sharing_needs_no_action(caller, project):
    """Adobe's team example has no coreAction."""
    team = next(iter(caller.world.objects("TEAMOB")))
    caller.call("PUT", f"proj/{project}/share", {"accessorID": team, "accessorObjCode": "TEAMOB"})

    rules = caller.read("proj", project, "accessRules:accessorID")["accessRules"]
    assert team in {rule["accessorID"] for rule in rules}


def test_actions_take_the_arguments_of_the_generated_clients(caller, project):
    """python-workfront, generated from Workfront's own metadata: acknowledge, isLinkedDocument, TTSK.bulkCopy."""
    document = next(iter(caller.world.objects("DOCU")))
    calls = {
        "ack/acknowledge": {"objCode": "PROJ", "objID": project},
        "docu/isLinkedDocument": {"documentID": document},
    }

    assert [caller.call("PUT", path, sent).status for path, sent in calls.items()] == [200, 200]


def test_lists_as_repeated_form_keys_are_a_switch():
    """A third party saw "argument type mismatch"; two clients send them."""
    statuses = []
    for options in (Options(), Options(repeated_lists=True)):
        caller = Caller(options)
        task = caller.make("TASK", name="x", projectID=caller.make("PROJ", name="x"))
        users = [caller.key("USER", f"{name}@acme.example") for name in ("dana", "grace")]
        body = "&".join(f"userIDs={user}" for user in users).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        statuses.append(caller.send("PUT", f"task/{task}/assignMultiple", {}, headers, body).status)

    assert statuses == [422, 200]


def test_internal_paths_may_follow_api(caller):
    """Adobe's translated pages: `/attask/api/api-internal/...`."""
    request = Request("GET", "/attask/api/api-internal/proj/count", {"sessionid": caller.token})

    assert decoded(caller.simulator.answer(request)).data["count"] == 8


def test_a_public_application_gets_a_bearer():
    """Adobe, OAuth with PKCE: `token_type: Bearer`; public applications can be registered."""
    caller = Caller(Options(public_client_id="public"))
    family = caller.simulator.grants.begin("public", "", caller.world.admin_id)[0]
    answer = caller.token_call(
        {
            "grant_type": "refresh_token",
            "client_id": "public",
            "refresh_token": family,
            "redirect_uri": caller.simulator.options.redirect_uris[0],
        },
        credentials=False,
    )

    assert (answer.status, answer.body["token_type"]) == (200, "Bearer")
    assert caller.refresh().body["token_type"] == "sessionID"


def test_a_session_tells_the_signs_of_its_numbers(caller):
    """The login answer recorded with the JavaScript client."""
    session = caller.call("GET", "session").data

    assert (session["currency"]["groupingSeparator"], session["currency"]["decimalSeparator"]) == (",", ".")
    assert session["timeZoneName"] != session["timeZone"]


@pytest.mark.parametrize(
    "value", ["9999-12-31", "9999-12-31T23:59:59", "0001-01-01", "$$TODAY+9999y", "$$NOW+99999999w"]
)
def test_a_far_date_is_refused_and_the_connection_stays(value):
    """Inferred: it may be refused or taken, but the connection goes on."""
    simulator = Simulator()
    headers = {"sessionID": simulator.sessions.open(simulator.world.admin_id)}
    with running(simulator) as server, closing(HTTPConnection("127.0.0.1", server.port, timeout=5)) as line:
        statuses = []
        for asked in (f"entryDate={quote(value)}", "name=x"):
            line.request("GET", f"{API}/proj/count?{asked}", headers=headers)
            response = line.getresponse()
            statuses.append(response.status)
            response.read()

    assert statuses == [422, 200]


def test_a_far_date_is_not_written(caller, project):
    """Inferred, as above."""
    assert caller.call("PUT", f"proj/{project}", {"plannedStartDate": "9999-12-31T23:59:59:999+0000"}).status == 422


def test_a_time_sheet_tells_no_code_from_version_20_on(caller):
    """Adobe's notes on version 20: the core fields of TSHET lose objCode."""
    (first, *_) = caller.call("GET", "tshet/search").data

    assert "objCode" not in first
    assert caller.call("GET", "proj/search").data[0]["objCode"] == "PROJ"


@pytest.mark.parametrize(
    ("path", "name"), [("proj/search", "$$FOO"), ("proj/{}", "status"), ("proj/{}", "nonsense"), ("proj/search", "foo")]
)
def test_an_unknown_parameter_is_refused(caller, project, path, name):
    """Inferred: a misspelt parameter that is passed over gives wrong rows without a word."""
    assert caller.send("GET", path.format(project), {name: "1"}, {}, b"").status == 422


def test_metadata_has_labels_enums_and_decimals(caller):
    """Adobe's notes on version 20 and the published documents: "Actual Cost", enumType, BigDecimal, RESTRICTABLE."""
    fields = caller.call("GET", "proj/metadata").data["fields"]
    cost, status = fields["actualCost"], fields["status"]

    assert (cost["label"], cost["fieldType"]) == ("Actual Cost", "java.math.BigDecimal")
    assert "RESTRICTABLE" in cost["flags"]
    assert (status["label"], status["enumType"]) == ("Status", "com.attask.common.constants.ProjectStatusEnum")
    assert fields["accessorIDs"]["label"] == "Accessor IDs"
    assert fields["auditTypes"]["possibleValues"][0] == {"label": "Status Change", "value": "ST"}
    older = caller.simulator.answer(Request("GET", "/attask/api/v19.0/proj/metadata", {"sessionid": caller.token}))
    assert decoded(older).data["fields"]["actualCost"]["fieldType"] == "double"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("hour", "ratesOrigin"),
        ("bill", "entryDate"),
        ("rate", "value"),
        ("port", "overrideCurrency"),
        ("exrate", "lastUpdateDate"),
    ],
)
def test_metadata_has_the_fields_of_version_20(caller, code, name):
    """Adobe's notes on version 20."""
    assert name in caller.call("GET", f"{code}/metadata").data["fields"]


def test_a_form_has_required_fields(caller):
    """The metadata index of version 22: CTGY has REQUIRED flags."""
    assert "REQUIRED" in caller.call("GET", "ctgy/metadata").data["fields"]["name"]["flags"]


def test_a_local_airflow_is_registered_and_others_are_told_how(caller):
    """The page of an unregistered address names the switch."""
    client_id = caller.simulator.credentials["client_id"]
    root = f"/integrations/oauth2/authorize?response_type=code&client_id={client_id}&redirect_uri="
    pages = [
        caller.simulator.answer(Request("GET", root + quote(uri, safe="")))
        for uri in ("http://localhost:8080/workfront/callback", "http://elsewhere.example/<x>")
    ]

    assert [page.status for page in pages] == [302, 400]
    assert b"--redirect-uri http://elsewhere.example/&lt;x&gt;" in pages[1].body


def test_numbers_of_tasks_go_on(caller, project):
    """Rule 80: above all those in use, whatever was deleted, moved or rolled back in between."""
    first, second, third = (caller.make("TASK", name=name, projectID=project) for name in "abc")
    caller.call("DELETE", f"task/{third}")
    child = caller.make("TASK", name="d", projectID=project, parentID=first)
    caller.call("POST", "task", [{"name": "e", "projectID": project}, {"name": ""}], atomic="true")
    last = caller.make("TASK", name="f", projectID=project)
    found = [caller.read("task", task, "taskNumber", "wbs") for task in (second, child, last)]

    assert [(row["taskNumber"], row["wbs"]) for row in found] == [(2, "2"), (3, "1.1"), (4, "3")]


def test_sources_are_called_by_the_switches_that_help_names(capsys):
    """Where sources disagree, `--help` names the switch."""
    from airflow_provider_workfront.simulator.__main__ import main

    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out

    for flag in ("--max-depth", "--notexists-prefix", "--bare-edges", "--repeated-lists", "--camel-case-subscriptions"):
        assert flag in shown
