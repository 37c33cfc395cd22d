"""Errands without a Workfront: what is asked and sent, in which order, and what an odd answer leads to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from airflow_provider_workfront.api.call import Retry, Send, Wait
from airflow_provider_workfront.api.errors import InvalidRequestError
from airflow_provider_workfront.api.everyday.approving import Approve, SetStatus
from airflow_provider_workfront.api.everyday.errand import CannotBeDone, nearest, one_of, texts
from airflow_provider_workfront.api.everyday.forms import AttachForm
from airflow_provider_workfront.api.everyday.moving import Convert, Move
from airflow_provider_workfront.api.everyday.people import Assign
from airflow_provider_workfront.api.everyday.planting import CreateFromTemplate
from airflow_provider_workfront.api.everyday.talking import Comment
from airflow_provider_workfront.api.request import Lost, Response

if TYPE_CHECKING:
    from airflow_provider_workfront.api.everyday.errand import Done, Errand

A, B, C = "a" * 32, "b" * 32, "c" * 32
STATUSES = [{"value": "CUR", "label": "Current"}, {"value": "CPL", "label": "Complete"}]


def fault(message: str, status: int = 422) -> Response:
    """Make an answer that is an error."""
    body = {"error": {"class": "java.lang.IllegalArgumentException", "message": message}}
    return Response(status, {}, json.dumps(body).encode())


def play(errand: Errand, *answers: Any) -> tuple[Done, list[str], list[Any]]:
    """Carry an errand out with these data, responses or losses as answers; give its end, the calls and the bodies."""
    steps, left, given = errand.steps(Retry(jitter=lambda: 0.0)), list(answers), None
    calls, bodies = [], []
    while True:
        try:
            step = steps.send(given)
        except StopIteration as done:
            assert not left, f"not asked for: {left}"
            return done.value, calls, bodies
        given = None
        if isinstance(step, Wait):
            calls.append(f"wait {step.seconds:.0f}")
            continue
        assert isinstance(step, Send)
        calls.append(step.request.label)
        if step.request.json is not None:
            bodies.append(step.request.json)
        given = left.pop(0)
        if not isinstance(given, Response | Lost):
            given = Response(200, {}, json.dumps({"data": given}).encode())


def test_a_project_with_a_key_is_looked_for_first():
    """One that is there spares all else; else the template's name is looked up, and one call creates."""
    errand = CreateFromTemplate("Spring", {"name": "x", "extRefID": "7"}, key="extRefID")

    found, calls, _ = play(errand, [{"ID": A, "name": "x", "extRefID": "7"}])
    made, more, bodies = play(errand, [], [{"ID": B, "name": "Spring"}], {"ID": C, "name": "x"})

    assert (found.obj_id, calls) == (A, ["GET proj/search"])
    assert (made.obj_id, more) == (C, ["GET proj/search", "GET tmpl/search", "POST proj"])
    assert bodies == [{"name": "x", "extRefID": "7", "templateID": B}]


def test_a_key_that_is_merely_alike_is_another_one():
    """A database may compare without case."""
    errand = CreateFromTemplate(B, {"name": "x", "extRefID": "crm-7"}, key="extRefID")

    done, calls, _ = play(errand, [{"ID": A, "extRefID": "CRM-7"}], {"ID": C})

    assert (done.obj_id, calls[-1]) == (C, "POST proj")


def test_a_lost_creation_is_looked_for_again_and_again_a_little_later_each_time():
    """Workfront may still be at it."""
    errand = CreateFromTemplate(B, {"name": "x", "extRefID": "7"}, key="extRefID")
    lost = Lost("reset", sent=True)

    done, calls, _ = play(errand, [], lost, [], [], [{"ID": A, "extRefID": "7"}])

    assert done.obj_id == A
    assert calls[2:] == ["GET proj/search", "wait 1", "GET proj/search", "wait 2", "GET proj/search"]


def test_a_conversion_takes_the_issues_name_along():
    """A new object needs one; flags that are not given are left to Workfront."""
    issue = {"ID": A, "name": "Typo", "resolveProjectID": None}

    done, calls, bodies = play(Convert(A, "Project", {"priority": 1}), issue, {"result": B})
    _, _, flagged = play(
        Convert(A, "task", {"name": "x"}, ["preserveissue"], copy_categories=False), issue, {"result": B}
    )

    assert (done.result, done.obj_code, calls[-1]) == (B, "PROJ", f"PUT optask/{A}/convertToProject")
    assert bodies == [{"project": {"name": "Typo", "priority": 1}, "options": []}]
    assert flagged == [{"task": {"name": "x"}, "options": ["preserveIssue"], "copyCategories": False}]


def test_an_issue_that_is_gone_after_a_lost_answer_was_converted():
    """Into what, only Workfront knows: nothing a retry could mend."""
    gone = fault("Issue not found", 404)

    with pytest.raises(
        CannotBeDone, match="was converted, but the answer with the new ID was lost: look for the project"
    ):
        play(Convert(A, "project"), {"ID": A, "name": "x"}, Lost("reset", sent=True), gone)


def test_a_conversion_without_an_id_is_no_success():
    """The next task would work on nothing."""
    with pytest.raises(CannotBeDone, match="gave no ID"):
        play(Convert(A, "project"), {"ID": A, "name": "x"}, {"result": None})


@pytest.mark.parametrize(
    ("move", "found", "says"),
    [
        (Move("OPTASK", A, B), {"projectID": C}, f"took the move of OPTASK {A}, but projectID is {C}"),
        (Move("TASK", A, B, C), {"projectID": B, "parentID": None}, "but parentID is None"),
        (Move("DOCU", A, B), {"docObjCode": "PROJ", "objID": C}, f"but objID is {C}"),
    ],
)
def test_a_move_that_did_not_happen_is_told(move, found, says):
    """Workfront answers some of them with 200."""
    with pytest.raises(CannotBeDone, match=says):
        play(move, {"result": None}, found)


def test_assigning_whom_nobody_sees_afterwards_is_told():
    """Also when somebody else was taken off by it."""
    rows = {"assignments": [{"assignedToID": B}]}

    with pytest.raises(CannotBeDone, match=f"not assigned to {A} are: USER {B}"):
        play(Assign("TASK", A, user_ids=[C]), rows, {"result": None}, {"assignments": [{"assignedToID": C}]})


def test_a_status_that_is_there_is_not_written_again():
    """Nothing would change, but somebody may be told."""
    for now in ("CPL", "CPL:A"):
        done, calls, bodies = play(SetStatus("PROJ", A, "complete"), {"ID": A, "status": now}, STATUSES)

        assert (done.result["status"], bodies) == (now, [])
        assert calls == [f"GET proj/{A}", "GET cstem/projectStatuses"]


def test_a_status_that_did_not_come_about_is_told():
    """Workfront passes over what it does not let one write."""
    with pytest.raises(CannotBeDone, match=f"took status CPL of PROJ {A}, but it is CUR"):
        play(SetStatus("PROJ", A, "CPL"), {"ID": A, "status": "CUR"}, STATUSES, {"ID": A, "status": "CUR"})


def test_labels_that_are_there_twice_ask_for_the_value():
    """Not one of them by chance; a value goes before a label."""
    statuses = [*STATUSES, {"value": "XYZ", "label": "Complete"}, {"value": "ABC", "label": "CUR"}]

    with pytest.raises(CannotBeDone, match="2 statuses labelled 'Complete', give the value: CPL, XYZ"):
        play(SetStatus("PROJ", A, "Complete"), {"ID": A, "status": "NEW"}, statuses)
    done, _, _ = play(SetStatus("PROJ", A, "cur"), {"ID": A, "status": "CUR"}, statuses)
    assert done.told == "status CUR"


def test_statuses_of_a_group_that_may_not_be_asked_for_are_done_without():
    """Only what is known can be offered."""
    refused = fault("You do not have sufficient access", 403)

    with pytest.raises(CannotBeDone, match=r"no status 'Review' \(known are CUR \(Current\), CPL \(Complete\)\)"):
        play(SetStatus("PROJ", A, "Review"), {"ID": A, "status": "NEW", "groupID": B}, STATUSES, refused)


def test_an_approval_by_several_is_not_over_after_the_first():
    """The status still waits, and the log says so; a lost answer shows in the step."""
    before, after = ({"ID": A, "status": "CPL:A", "currentApprovalStepID": step} for step in (B, C))

    done, _, bodies = play(Approve("PROJ", A, "approve", "ok"), before, Lost("reset", sent=True), after, after)

    assert bodies == [{"auditNote": "ok"}]
    assert done.told.startswith("approve: status CPL:A: it waits for approval")


def test_a_comment_is_one_call():
    """Mentions by ID need no look-up."""
    _, calls, bodies = play(Comment("issue", A, "Hello", [B, B]), {"ID": C})

    tags = [{"objObjCode": "USER", "objID": B}]
    assert calls == ["POST note"]
    assert bodies == [{"noteObjCode": "OPTASK", "objID": A, "noteText": "Hello", "tags": tags}]


def test_a_form_that_is_there_is_not_attached_again():
    """Workfront would refuse it; should somebody else be quicker, that is no fault either."""
    quicker = fault(f"Categories with the following IDs are already attached: {B}")

    _, calls, _ = play(AttachForm("PROJ", A, B), [{"categoryID": B}])
    done, _, bodies = play(AttachForm("PROJ", A, B), [], quicker)

    assert calls == ["GET objcat/search"]
    assert bodies == [{"objID": A, "objCode": "PROJ", "categoryID": B}]
    assert done.result == {"ID": A, "objCode": "PROJ"}


def test_any_other_refusal_of_a_form_stays_one():
    """Such as a form of another type."""
    with pytest.raises(InvalidRequestError, match="is not a Category"):
        play(AttachForm("PROJ", A, B), [], fault("Category: x is not a Category of the type: PROJ"))


def test_words_are_known_in_any_case_and_unknown_ones_come_with_the_nearest():
    """A long list is not shown."""
    assert one_of(" Approve", ["approve", "reject"], "decision") == "approve"
    with pytest.raises(ValueError, match=r"unknown decision 'x' \(known are approve, reject\)"):
        one_of("x", ["approve", "reject"], "decision")
    assert nearest("name 3", [f"name {number}" for number in range(30)]).startswith(" - did you mean name 3 or ")
    assert nearest("x", [f"name {number}" for number in range(30)]) == ""
    assert nearest("x", []) == " (there is none)"


def test_one_text_may_stand_without_a_list():
    """What is there twice is meant once; what is no text is refused."""
    assert (texts("a", "x"), texts(["a", "b", "a"], "x"), texts(None, "x")) == (["a"], ["a", "b"], [])
    with pytest.raises(TypeError, match="x are texts, not \\[''\\]"):
        texts([""], "x")
