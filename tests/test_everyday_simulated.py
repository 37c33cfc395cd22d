"""Errands against the simulator: what is looked up, written once, and found again when an answer gets lost."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from clients import blocking, on_a_loop, simulated

from airflow_provider_workfront.api.call import Send
from airflow_provider_workfront.api.errors import InvalidRequestError, NotFoundError, TransportError
from airflow_provider_workfront.api.everyday.approving import Approve, SetStatus
from airflow_provider_workfront.api.everyday.errand import CannotBeDone
from airflow_provider_workfront.api.everyday.forms import AttachForm, Calculate
from airflow_provider_workfront.api.everyday.moving import Convert, Move
from airflow_provider_workfront.api.everyday.people import Assign, Share
from airflow_provider_workfront.api.everyday.planting import CreateFromTemplate
from airflow_provider_workfront.api.everyday.talking import Comment, LogHours
from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.simulator import Simulator
from airflow_provider_workfront.simulator.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from airflow_provider_workfront.api.everyday.errand import Done, Errand

TEMPLATE = "Campaign Template"
DAY = "2026-11-25"


@dataclass
class Site:
    """A small world and a client on it."""

    simulator: Simulator
    client: Any

    @property
    def world(self) -> Any:
        """What is really there."""
        return self.simulator.world

    def id(self, code: str, name: str) -> str:
        """Give the ID of an object of the named world."""
        return self.world.id_of(code, name)

    def user(self, name: str) -> str:
        """Give the ID of a person."""
        return self.id("USER", f"{name}@acme.example")

    def make(self, code: str, **values: Any) -> str:
        """Create an object."""
        return self.client.create(code, {"name": "Made here", **values})["ID"]

    def run(self, errand: Errand) -> Done:
        """Run an errand."""
        return self.client.run(errand)

    def row(self, code: str, obj_id: str) -> dict[str, Any]:
        """Show an object as it is stored."""
        return self.world.objects(code)[obj_id]

    def lose(self, path: str, method: str = "PUT", *, when: str = "after", times: int = 1) -> None:
        """Let answers get lost: after the call was carried out, or before."""
        self.simulator.faults.plan([Fault("reset", path=path, method=method, when=when, times=times)])

    def workers(self, code: str, obj_id: str) -> list[Any]:
        """Show who is assigned."""
        key = {"TASK": "taskID", "OPTASK": "opTaskID"}[code]
        rows = self.world.find("ASSGN", **{key: obj_id})
        return sorted(row.get("assignedToID") or row.get("teamID") or row.get("roleID") for row in rows)


@pytest.fixture(params=[blocking, on_a_loop])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Both clients take the same steps."""
    simulator = Simulator()
    with ExitStack() as stack:
        session = ApiKeySession(simulator.credentials["api_key"])
        yield Site(simulator, stack.enter_context(request.param(simulated(simulator), session)))


@pytest.fixture
def project(site: Site) -> str:
    return site.make("PROJ")


@pytest.fixture
def task(site: Site, project: str) -> str:
    return site.make("TASK", projectID=project)


@pytest.fixture
def issue(site: Site, project: str) -> str:
    return site.make("OPTASK", projectID=project, priority=3)


# -- from a template


@pytest.mark.parametrize("by", ["name", "id"])
def test_a_project_has_its_templates_tasks(site, by):
    """The template is given by name or ID."""
    template = TEMPLATE if by == "name" else site.id("TMPL", TEMPLATE)

    done = site.run(CreateFromTemplate(template, {"name": "Spring"}))

    assert (done.result["name"], done.told) == ("Spring", "created")
    assert len(site.world.find("TASK", projectID=done.result["ID"])) == 5


@pytest.mark.parametrize(
    ("key", "more"),
    [("extRefID", {}), ("DE:Vendor Name", {"categoryID": "Project Intake"})],
)
def test_a_project_with_a_key_is_made_once(site, key, more):
    """A second run finds it, by a field of Workfront's or a custom one."""
    values = {"name": "Spring", key: "CRM-7"} | {name: site.id("CTGY", form) for name, form in more.items()}
    errand = CreateFromTemplate(TEMPLATE, values, key=key)

    first, second = site.run(errand), site.run(errand)

    assert first.result["ID"] == second.result["ID"]
    assert second.told == "is there already, nothing was created"
    assert len(site.world.find("PROJ", name="Spring")) == 1


def test_a_project_whose_creation_was_not_answered_is_found(site):
    """By its key; nothing is sent again."""
    site.lose("/proj", "POST")

    done = site.run(CreateFromTemplate(TEMPLATE, {"name": "Spring", "extRefID": "CRM-7"}, key="extRefID"))

    assert [row["ID"] for row in site.world.find("PROJ", name="Spring")] == [done.obj_id]


def test_a_creation_that_does_not_show_is_left_to_a_later_try(site):
    """It may be under way: not sent again now, but the error does not forbid another try, which looks first."""
    errand = CreateFromTemplate(TEMPLATE, {"name": "Spring", "extRefID": "CRM-7"}, key="extRefID")
    site.lose("/proj", "POST", when="before")

    with pytest.raises(TransportError, match="another try looks again before it writes") as caught:
        site.run(errand)

    assert not caught.value.permanent
    assert site.world.find("PROJ", name="Spring") == []
    assert site.run(errand).told == "created"


def test_two_projects_with_one_key_are_named(site):
    """Nobody can say which is meant."""
    made = [site.make("PROJ", extRefID="CRM-7") for _ in range(2)]

    with pytest.raises(CannotBeDone, match=r"2 PROJ \(Project\) have extRefID 'CRM-7'") as caught:
        site.run(CreateFromTemplate(TEMPLATE, {"name": "x", "extRefID": "CRM-7"}, key="extRefID"))

    assert all(obj_id in str(caught.value) for obj_id in made)


def test_a_template_that_is_not_there_is_named_with_the_nearest(site):
    """By name a guess, by ID Workfront's own words."""
    with pytest.raises(
        CannotBeDone, match=r"no TMPL \(Template\) is named 'Campain Templat'.*mean Campaign Template\?"
    ):
        site.run(CreateFromTemplate("Campain Templat", {"name": "x"}))
    with pytest.raises(NotFoundError, match="Template with primary key"):
        site.run(CreateFromTemplate("0" * 32, {"name": "x"}))


def test_of_two_templates_with_one_name_the_id_is_asked_for(site):
    """Both are named."""
    other = site.make("TMPL", name=TEMPLATE)

    with pytest.raises(CannotBeDone, match=f"2 objects TMPL .* give the ID: .*{other}"):
        site.run(CreateFromTemplate(TEMPLATE, {"name": "x"}))


# -- conversions and moves


def test_an_issue_becomes_a_project(site, issue):
    """Its own fields come along when told so; the issue is gone."""
    done = site.run(Convert(issue, "project", {"name": "Fix it"}, copy_native_fields=True))

    assert done.result == done.obj_id
    assert (site.row("PROJ", done.result)["name"], site.row("PROJ", done.result)["priority"]) == ("Fix it", 3)
    assert issue not in site.world.objects("OPTASK")


def test_an_issue_that_is_kept_becomes_one_task(site, issue, project):
    """Without a name it has the issue's; a second run finds the first one's task."""
    errand = Convert(issue, "task", options=["preserveIssue"])

    first, second = site.run(errand), site.run(errand)

    assert first.result == second.result
    assert "nothing was made" in second.told
    assert [row["ID"] for row in site.world.find("TASK", projectID=project)] == [first.result]
    assert site.row("TASK", first.result)["name"] == "Made here"


def test_a_conversion_whose_answer_was_lost_is_seen_on_the_kept_issue(site, issue, project):
    """It is tied to what it became."""
    site.lose("/convertToTask")

    done = site.run(Convert(issue, "task", options=["preserveIssue"]))

    assert [row["ID"] for row in site.world.find("TASK", projectID=project)] == [done.result]


@pytest.mark.parametrize("under", ["project", "task"])
@pytest.mark.parametrize("code", ["TASK", "OPTASK", "DOCU"])
def test_things_move(site, project, code, under):
    """To a project, or under a task of it; the project follows from the task."""
    other = site.make("PROJ")
    parent = site.make("TASK", projectID=other)
    if code == "DOCU":
        obj_id = site.client.upload("PROJ", project, "a.txt", b"x")["ID"]
    else:
        obj_id = site.make(code, projectID=project)

    done = site.run(Move(code, obj_id, **({"project_id": other} if under == "project" else {"parent_id": parent})))

    row = site.row(code, obj_id)
    above = {"TASK": row.get("parentID"), "OPTASK": row.get("sourceTaskID"), "DOCU": row.get("taskID")}[code]
    assert (row["projectID"], above) == (other, parent if under == "task" else None)
    assert done.result["ID"] == obj_id


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_move_whose_answer_was_lost_is_looked_at(site, task, when):
    """Carried out, it is done; else a later try may move it."""
    other = site.make("PROJ")
    site.lose("/move", when=when)

    if when == "after":
        assert site.run(Move("TASK", task, other)).result["projectID"] == other
    else:
        with pytest.raises(TransportError, match="another try looks again"):
            site.run(Move("TASK", task, other))


# -- people


def test_assigning_takes_nobody_off(site, task):
    """Users by e-mail or ID, roles and teams, beside those who are there; again it changes nothing."""
    dana, grace = site.user("dana"), site.user("grace")
    role, team = site.id("ROLE", "Copywriter"), site.id("TEAMOB", "Creative Studio")
    site.run(Assign("TASK", task, user_ids=dana))
    errand = Assign("TASK", task, user_ids=["Grace@ACME.example", dana], role_ids=[role], team_ids=[team])

    done, again = site.run(errand), site.run(errand)

    assert site.workers("TASK", task) == sorted([dana, grace, role, team])
    assert {name: sorted(found) for name, found in done.result.items()} == {
        "user_ids": sorted([dana, grace]),
        "role_ids": [role],
        "team_ids": [team],
    }
    assert (done.told, again.told) == ("3 assigned, 0 taken off", "all are assigned already, nothing was changed")


def test_assigning_instead_of_others_is_said_in_so_many_words(site, task):
    """`add=False`: all others are off."""
    site.run(Assign("TASK", task, user_ids=[site.user("dana"), site.user("hiro")]))

    done = site.run(Assign("TASK", task, user_ids=[site.user("grace")], add=False))

    assert site.workers("TASK", task) == [site.user("grace")]
    assert done.told == "1 assigned, 2 taken off"


def test_a_team_that_an_issue_does_not_keep_is_missed(site, issue):
    """Workfront takes both and keeps the first, as was seen: the errand looks."""
    teams = [site.id("TEAMOB", name) for name in ("Creative Studio", "Platform Squad")]

    with pytest.raises(CannotBeDone, match=f"not assigned to {issue} are: TEAMOB {teams[1]}"):
        site.run(Assign("OPTASK", issue, team_ids=teams, add=False))


@pytest.mark.parametrize("add", [True, False])
def test_an_assignment_whose_answer_was_lost_is_seen(site, task, add):
    """One row, not two."""
    site.lose("/assign")

    site.run(Assign("TASK", task, user_ids=[site.user("dana")], add=add))

    assert site.workers("TASK", task) == [site.user("dana")]


def test_an_unknown_address_assigns_nobody(site, task):
    """The users before it in the list neither."""
    with pytest.raises(CannotBeDone, match=r"no user .* e-mail address 'nobody@acme\.example'"):
        site.run(Assign("TASK", task, user_ids=["dana@acme.example", "nobody@acme.example"]))

    assert site.workers("TASK", task) == []


def test_of_two_users_with_one_address_the_active_one_is_meant(site, task):
    """If both are active, the ID is asked for."""
    twin = site.make("USER", firstName="D", lastName="D", username="other", emailAddr="dana@acme.example")
    site.run(Assign("TASK", task, user_ids=["dana@acme.example"]))
    assert site.workers("TASK", task) == [site.user("dana")]

    site.world.update("USER", twin, {"isActive": True})

    with pytest.raises(CannotBeDone, match="2 users have the e-mail address"):
        site.run(Assign("TASK", task, user_ids=["dana@acme.example"]))


@pytest.mark.parametrize("lost", [False, True])
def test_sharing_adds_one_rule(site, project, lost):
    """The others stay; a lost answer is looked at."""
    site.run(Share("PROJ", project, site.id("TEAMOB", "Creative Studio"), "Team", "view"))
    if lost:
        site.lose("/share")

    done = site.run(Share("PROJ", project, "xenia@acme.example", "USER", "LIMITED_EDIT"))

    rules = site.world.find("ACSRUL", securityObjID=project)
    assert sorted(rule["coreAction"] for rule in rules) == ["LIMITED_EDIT", "VIEW"]
    assert done.told == f"LIMITED_EDIT for USER {site.user('xenia')}"


# -- statuses and approvals


@pytest.mark.parametrize(
    ("code", "wanted", "value"),
    [
        ("PROJ", "ONH", "ONH"),
        ("PROJ", "on hold", "ONH"),
        ("PROJ", "Intake", "INT"),
        ("TASK", "In Review", "RVW"),
        ("OPTASK", "Triage", "TRI"),
    ],
)
def test_a_status_is_given_by_value_or_label(site, project, code, wanted, value):
    """Also a tenant's own, in any case."""
    obj_id = project if code == "PROJ" else site.make(code, projectID=project)

    done = site.run(SetStatus(code, obj_id, wanted))

    assert site.row(code, obj_id)["status"] == done.result["status"] == value
    assert done.told == f"status {value}"


def test_a_groups_own_status_is_found(site):
    """For a project of that group only."""
    groups = {name: site.id("GROUP", name) for name in ("Marketing", "IT")}
    marketing, it = (site.make("PROJ", groupID=groups[name]) for name in ("Marketing", "IT"))

    assert site.run(SetStatus("PROJ", marketing, "Creative Review")).result["status"] == "CRV"
    with pytest.raises(CannotBeDone, match="PROJ has no status 'Creative Review'"):
        site.run(SetStatus("PROJ", it, "Creative Review"))


def test_a_status_that_is_not_there_comes_with_the_nearest(site, project):
    """And with all that there are, value and label."""
    with pytest.raises(CannotBeDone, match=r"no status 'Complet' - did you mean Complete.*CUR \(Current\), "):
        site.run(SetStatus("PROJ", project, "Complet"))


def test_a_status_that_needs_approval_is_told(site):
    """It is not entered yet; asked for again, nothing is sent."""
    project = site.make("PROJ", approvalProcessID=site.id("ARVPRC", "Project Completion"))

    first, again = (site.run(SetStatus("PROJ", project, "CPL")) for _ in range(2))

    assert first.result["status"] == again.result["status"] == "CPL:A"
    assert first.told == "status CPL:A: it waits for approval, and becomes CPL once approved"


@pytest.mark.parametrize(
    ("decision", "becomes", "entries"), [("approve", "CPL", 1), ("Reject", "CUR", 1), ("recall", "CUR", 0)]
)
@pytest.mark.parametrize("lost", [False, True])
def test_an_approval_is_decided(site, decision, becomes, entries, lost):
    """Once, also when the answer gets lost."""
    project = site.make("PROJ", status="CUR", approvalProcessID=site.id("ARVPRC", "Project Completion"))
    site.run(SetStatus("PROJ", project, "CPL"))
    if lost:
        site.lose("Approval")

    done = site.run(Approve("PROJ", project, decision, None if decision == "recall" else "As agreed"))

    assert done.result["status"] == site.row("PROJ", project)["status"] == becomes
    assert len(site.world.find("ARVSTS", approvableObjID=project)) == entries


def test_what_waits_for_nothing_cannot_be_approved(site, project):
    """Its status is told."""
    with pytest.raises(CannotBeDone, match="is not waiting for approval: its status is CUR"):
        site.run(Approve("PROJ", project, "approve"))


# -- comments and hours


def test_a_comment_mentions_and_answers(site, task):
    """One note with its tags; a reply belongs to its thread."""
    first = site.run(Comment("TASK", task, "Ready?", notify="dana@acme.example")).result
    reply = site.run(Comment("TASK", task, "Yes.", [site.user("grace")], reply_to=first["ID"], is_private=True)).result

    note = site.row("NOTE", reply["ID"])
    assert (note["noteText"], note["parentNoteID"], note["isPrivate"]) == ("Yes.", first["ID"], True)
    assert reply["threadID"] == first["ID"]
    assert [tag["objID"] for tag in site.world.find("NTAG", noteID=first["ID"])] == [site.user("dana")]


@pytest.mark.parametrize(("length", "kept"), [(4000, "x" * 4000), (4001, "x" * 3999 + "…")])
def test_a_long_comment_is_cut_when_told_so(site, task, length, kept):
    """To the 4,000 characters that Workfront takes."""
    done = site.run(Comment("TASK", task, "x" * length, truncate=True))

    assert site.row("NOTE", done.result["ID"])["noteText"] == kept
    assert done.told.endswith("the text was cut") == (length > 4000)


@pytest.mark.parametrize("code", ["PROJ", "TASK", "OPTASK"])
def test_hours_are_logged(site, project, code):
    """On anything that takes them, for anybody, of a type given by name."""
    obj_id = project if code == "PROJ" else site.make(code, projectID=project)

    done = site.run(LogHours(code, obj_id, "1.5", DAY, "Project Time", "omar@acme.example", "Briefing"))

    row = site.row("HOUR", done.result["ID"])
    assert (row["hours"], row["entryDate"].isoformat(), row["ownerID"]) == (1.5, DAY, site.user("omar"))
    assert (row["hourTypeID"], row["projectID"]) == (site.id("HOURT", "Project Time"), project)


def test_hours_with_a_reference_are_logged_once(site, task):
    """A second run, and a lost answer, find the entry."""
    errand = LogHours("TASK", task, 2, DAY, ext_ref_id="run 1/log")
    site.lose("/hour", "POST")

    first, second = site.run(errand), site.run(errand)

    assert first.result["ID"] == second.result["ID"]
    assert len(site.world.find("HOUR", taskID=task)) == 1


@pytest.mark.parametrize("other", [{"hours": 3}, {"entry_date": "2026-11-26"}, {"obj_id": "other task"}])
def test_one_reference_for_several_entries_of_hours_is_a_conflict(site, project, task, other):
    """As mapped tasks have that leave out their map index: no hours are lost in silence."""
    first = {"obj_code": "TASK", "obj_id": task, "hours": 2, "entry_date": DAY, "ext_ref_id": "run 1/log"}
    site.run(LogHours(**first))
    second = first | other | ({"obj_id": site.make("TASK", projectID=project)} if "obj_id" in other else {})
    with pytest.raises(CannotBeDone, match=r"another one .*ti.map_index"):
        site.run(LogHours(**second))


def test_an_unknown_type_of_hours_comes_with_the_nearest(site, task):
    """Nothing is logged."""
    with pytest.raises(
        CannotBeDone, match=r"no HOURT \(HourType\) is named 'Projekt Time' - did you mean Project Time"
    ):
        site.run(LogHours("TASK", task, 2, DAY, "Projekt Time"))


def test_hours_on_a_closed_timesheet_are_refused(site, task):
    """In Workfront's words."""
    sheet = next(row for row in site.world.objects("TSHET").values() if row["status"] == "S")

    with pytest.raises(InvalidRequestError, match="timesheetID"):
        site.run(LogHours("TASK", task, 2, sheet["startDate"], owner_id="dana@acme.example"))


# -- forms and calculations


def test_a_form_is_attached_beside_the_others_and_filled_in(site, project):
    """Once; what is attached already stays, and its fields are written all the same."""
    other = site.make("CTGY", name="Legal", catObjCode="PROJ")
    site.run(AttachForm("PROJ", project, other))
    values = {"DE:Region": "EMEA", "DE:Channels": ["Web", "Print"]}

    first = site.run(AttachForm("PROJ", project, "Project Intake", values))
    second = site.run(AttachForm("PROJ", project, "Project Intake", {"DE:Region": "APAC"}))

    forms = {row["categoryID"] for row in site.world.find("OBJCAT", objID=project)}
    assert forms == {other, site.id("CTGY", "Project Intake")}
    assert first.result["DE:Channels"] == ["Web", "Print"]
    assert (second.result["DE:Region"], site.row("PROJ", project)["DE:Channels"]) == ("APAC", ["Web", "Print"])
    assert "was there already" in second.told


def test_a_form_is_attached_once_when_the_answer_gets_lost(site, project):
    """It is looked for before the fields are written."""
    site.lose("assignCategory")

    site.run(AttachForm("PROJ", project, "Project Intake", {"DE:Region": "EMEA"}))

    assert len(site.world.find("OBJCAT", objID=project)) == 1
    assert site.row("PROJ", project)["DE:Region"] == "EMEA"


def test_a_form_of_another_type_is_refused_in_workfronts_words(site, project):
    """Of two forms with one name, the one of the type is meant."""
    with pytest.raises(InvalidRequestError, match="Category: Issue Triage is not a Category of the type: PROJ"):
        site.run(AttachForm("PROJ", project, "Issue Triage"))
    own = site.make("CTGY", name="Issue Triage", catObjCode="PROJ")

    site.run(AttachForm("PROJ", project, "Issue Triage"))

    assert site.row("PROJ", project)["categoryID"] == own


@pytest.mark.parametrize(("code", "what"), [("PROJ", "timeline"), ("PROJ", "finance"), ("TASK", "custom_data")])
def test_things_are_computed_anew(site, task, project, code, what):
    """A lost answer may be asked for again: twice does no harm."""
    errand = Calculate(code, {"PROJ": project, "TASK": task}[code], what)
    assert site.run(errand).told == what
    site.lose("/calculate")

    with pytest.raises(TransportError, match="does no harm") as caught:
        site.run(errand)

    assert not caught.value.permanent


@pytest.mark.parametrize(
    "errand",
    [
        Convert("f" * 32, "task"),
        Move("TASK", "f" * 32, "e" * 32),
        Assign("TASK", "f" * 32, user_ids="dana@acme.example"),
        Share("PROJ", "f" * 32, "dana@acme.example", "USER", "VIEW"),
        SetStatus("PROJ", "f" * 32, "CUR"),
        Approve("PROJ", "f" * 32, "approve"),
        Comment("PROJ", "f" * 32, "x"),
        AttachForm("PROJ", "f" * 32, "Project Intake"),
        Calculate("PROJ", "f" * 32, "finance"),
    ],
    ids=lambda errand: type(errand).__name__,
)
def test_an_object_that_is_not_there_is_named(site, errand):
    """With Workfront's words and the ID."""
    with pytest.raises(NotFoundError, match="f" * 32):
        site.run(errand)


# -- tries that end half-way


class Killed(Exception):
    """End a try, wherever it is."""


def ending(steps: Any, calls: int) -> Any:
    """Take steps, and die when so many calls were answered."""
    answer = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as done:
            return done.value
        if isinstance(step, Send):
            if not calls:
                raise Killed
            calls -= 1
        answer = yield step


def prepared(name: str, site: Site) -> Errand:
    """Make an errand that can be tried again, and what it is about."""
    project = site.make("PROJ", approvalProcessID=site.id("ARVPRC", "Project Completion"))
    task, issue = (site.make(code, projectID=project) for code in ("TASK", "OPTASK"))
    people = ["dana@acme.example", "grace@acme.example"]
    return {
        "template": lambda: CreateFromTemplate(TEMPLATE, {"name": "x", "extRefID": "7"}, key="extRefID"),
        "convert": lambda: Convert(issue, "task", options=["preserveIssue"]),
        "move": lambda: Move("OPTASK", issue, site.make("PROJ")),
        "assign": lambda: Assign("TASK", task, people, team_ids=site.id("TEAMOB", "Creative Studio")),
        "replace": lambda: Assign("TASK", task, people, add=False),
        "share": lambda: Share("PROJ", project, people[0], "USER", "VIEW"),
        "status": lambda: SetStatus("PROJ", project, "Complete"),
        "hours": lambda: LogHours("TASK", task, 1, DAY, "Project Time", people[1], ext_ref_id="7"),
        "form": lambda: AttachForm("PROJ", project, "Project Intake", {"DE:Region": "EMEA"}),
    }[name]()


def counted(site: Site) -> dict[str, int]:
    """Count the objects of each type that an errand could make twice."""
    codes = ("PROJ", "TASK", "OPTASK", "ASSGN", "ACSRUL", "OBJCAT", "HOUR", "NOTE")
    return {code: len(site.world.objects(code)) for code in codes}


def tried(name: str, calls: int) -> tuple[bool, dict[str, int]]:
    """Try an errand that dies after so many calls, then again; tell whether it died, and what is there in the end."""
    simulator = Simulator()
    with blocking(simulated(simulator), ApiKeySession(simulator.credentials["api_key"])) as client:
        site = Site(simulator, client)
        errand = prepared(name, site)
        try:
            client.drive(ending(errand.steps(client.retry), calls))
        except Killed:
            site.run(errand)
            return True, counted(site)
        undisturbed = counted(site)
        site.run(errand)
        assert counted(site) == undisturbed
        return False, undisturbed


@pytest.mark.parametrize(
    "name", ["template", "convert", "move", "assign", "replace", "share", "status", "hours", "form"]
)
def test_a_try_that_dies_anywhere_leaves_nothing_double(name):
    """Before each of its calls, and after the last: the next try ends where an undisturbed one does."""
    ends = [tried(name, 0)]
    while ends[-1][0]:
        ends.append(tried(name, len(ends)))

    assert len(ends) > 2
    assert {tuple(end.items()) for _, end in ends} == {tuple(ends[-1][1].items())}
