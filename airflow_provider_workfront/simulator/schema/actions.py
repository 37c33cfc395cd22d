"""List the actions and the named queries of the object types (reference 5.6 and 4.11).

`name(argument, list[]) -> type`; an argument is a string unless it says otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_APPROVALS = """
approveApproval(userID, username, password, auditNote, auditUserIDs[], sendNoteAsEmail:boolean)
rejectApproval(userID, username, password, auditNote, auditUserIDs[], sendNoteAsEmail:boolean)
recallApproval()
"""
_SHARING = """
share(accessorID, accessorObjCode, coreAction, forbiddenActions[])
unshare(accessorID, accessorObjCode)
"""
_PUBLIC = """
sharePublic() -> string
unsharePublic()
"""
_WORK = """
acceptWork(status)
unacceptWork(status)
assign(objID, objCode)
unassign(userID)
assignMultiple(userIDs[], roleIDs[], teamIDs[], teamID)
markDone(status)
markNotDone(assignmentID)
replyToAssignment(noteText, commitDate:dateTime)
calculateDataExtension()
linkExternalObject(externalObject:map) -> map
unlinkExternalObject(externalObjectID)
"""

ACTIONS = {
    "PROJ": _SHARING
    + """
approveApproval(userID, approvalUsername, approvalPassword, auditNote, auditUserIDs[], sendNoteAsEmail:boolean)
rejectApproval(userID, approvalUsername, approvalPassword, auditNote, auditUserIDs[], sendNoteAsEmail:boolean)
recallApproval()
attachTemplate(templateID, predecessorTaskID, parentTaskID, excludeTemplateTaskIDs[], options[]) -> string
calculateTimeline()
calculateFinance()
calculateDataExtension()
updateBusinessCaseSource()
linkExternalObject(externalObject:map) -> map
unlinkExternalObject(externalObjectID)
""",
    "TASK": _APPROVALS
    + _SHARING
    + _WORK
    + """
bulkCopy(taskIDs[], projectID, parentID, options[]) -> string[]
bulkMove(taskIDs[], projectID, parentID, options[])
move(projectID, parentID, options[])
convertToProject(project:map, exchangeRate:map) -> string
calculateDataExtensions()
unassignOccurrences(userID) -> string[]
""",
    "OPTASK": _APPROVALS
    + _SHARING
    + _WORK
    + """
bulkMove(issueIDs[], projectID, parentID, options[])
bulkMoveWithOptions(IDs[], projectID, parentID, newName, options[])
move(projectID)
moveToTask(projectID, parentID)
copyIssue(opTaskID, name, description, projectID, parentID, options:int) -> string
convertToProject(project:map, exchangeRate:map, copyNativeFields:boolean, copyCategories:boolean, options[]) -> string
convertToTask(task:map, copyNativeFields:boolean, copyCategories:boolean, options[]) -> string
getRequestPath() -> string
""",
    "USER": """
getApiKey(username, password) -> string
generateApiKey(username, password) -> string
clearApiKey() -> string
clearAllApiKeys() -> java.lang.Boolean
getUsersAvailableTime(userIDs[], fromDate:dateTime, toDate:dateTime) -> map
getAvailableActions(objCode) -> string[]
isUserAdmin() -> java.lang.Boolean
sendInvitationEmail()
hasAnyAccess(objCode, actionType) -> java.lang.Boolean
getUserAccessPermissionsByObjCode(objCode) -> map
assignUserToken() -> string
calculateDataExtension()
""",
    "DOCU": _SHARING
    + _PUBLIC
    + """
checkIn(documentIDs[])
checkOut(documentIDs[])
move(objID, docObjCode)
moveToFolder(folderID)
createProof(documentVersionID, advancedProofingOptions)
getTotalSizeForDocuments(documentIDs[], includeLinked:boolean) -> int
isLinkedDocument(documentID) -> java.lang.Boolean
unlinkDocuments(ids[]) -> java.lang.Boolean
getTemporaryCloudURL() -> string
calculateDataExtension()
""",
    "ACK": "acknowledge(objCode, objID) -> string",
    "HOUR": "approve(hourID)\nunapprove(hourID)\ncalculateDataExtension()",
    "NOTE": "like()\nunlike()",
    "JRNLE": "like()\nunlike()",
    "CTGY": """
assignCategory(objID, objCode, categoryID)
assignCategories(objID, objCode, categoryIDs[])
unassignCategory(objID, objCode, categoryID)
unassignCategories(objID, objCode, categoryIDs[])
reorderCategories(objID, objCode, categoryIDs[])
""",
    "PORT": _SHARING + "calculateDataExtension()",
    "PRGM": _SHARING + "move(portfolioID)\ncalculateDataExtension()",
    "TMPL": _SHARING + "calculateTimeline()\ncalculateDataExtension()",
    "TTSK": """
bulkCopy(templateID, templateTaskIDs[], parentTemplateTaskID, options[]) -> string[]
move(templateID, parentID, options[])
""",
    "ACSREQ": "grantAccess(accessorID, action)\nignore()\nrecall()\nremind()",
    "ITRN": "moveIssues(issueIDs[])\nmoveStories(storyIDs[])",
    "EXPNS": "move(objID, expObjCode)",
    "WORK": "getMyWorkCount() -> int",
    "WRKITM": "markViewed()",
}

QUERIES = {
    "ACSREQ": "myAccessRequests()",
    "APPROVAL": "myApprovals()\nmySubmittedApprovals()",
    "CSTEM": """
projectStatuses()
taskStatuses()
opTaskStatuses()
opTaskSeverities()
projectGroupStatuses(groupID)
taskGroupStatuses(groupID)
opTaskGroupStatuses(groupID)
""",
    "CUST": "currentCustomer()",
    "DOCFDR": "myFolders()",
    "HOURT": "globalHourTypes()\nobjectHourTypes(objID)",
    "OBJCAT": "getForObject(objID, objCode)",
    "OPTASK": "defaultShownTimesheetIssues(timesheetID)",
    "PROJ": "helpDeskQueues()\ndefaultShownTimesheetProjects(timesheetID)",
    "QUED": "queueTopics(projectID)",
    "SCHED": "defaultSchedule()",
    "TASK": "allTasksOnIterations(iterationIDs[])\ndefaultShownTimesheetTasks(timesheetID)",
    "USER": "userAdmins()",
    "WORK": "myWork()\nteamRequests()\nmyOpenRequests()\nmyAccomplishments()",
}

_SIGNATURE = re.compile(r"(\w+)\((.*)\)(?: -> (\S+))?")


@dataclass(frozen=True, slots=True)
class Signature:
    """Name an action or a query, its arguments with their types, and the type of its result."""

    name: str
    arguments: tuple[tuple[str, str], ...] = ()
    result: str = ""


def signatures(text: str) -> dict[str, Signature]:
    """Read a block of signatures."""
    found = (_SIGNATURE.fullmatch(line) for line in text.split("\n") if line.strip())
    return {m[1]: Signature(m[1], _arguments(m[2]), m[3] or "") for m in found if m}


def _arguments(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(_argument(word) for word in text.split(", ") if word)


def _argument(word: str) -> tuple[str, str]:
    name, _, kind = word.partition(":")
    return (name[:-2], "string[]") if name.endswith("[]") else (name, kind or "string")
