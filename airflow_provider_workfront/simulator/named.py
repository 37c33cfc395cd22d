"""Named queries (reference 4.11): each gives rows of its type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_provider_workfront.simulator.derived import DONE
from airflow_provider_workfront.simulator.wire import illegal

if TYPE_CHECKING:
    from collections.abc import Callable

    from airflow_provider_workfront.simulator.call import Call
    from airflow_provider_workfront.simulator.table import Row
    from airflow_provider_workfront.simulator.world import World


class Named:
    """Find the rows of named queries."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._queries: dict[str, Callable[[Call], list[Row]]] = {
            "ACSREQ.myAccessRequests": self._mine("ACSREQ", "granterID"),
            "APPROVAL.myApprovals": self._awaiting("approverID"),
            "APPROVAL.mySubmittedApprovals": self._awaiting("submittedByID"),
            "CSTEM.projectStatuses": self._enums("STATUS_PROJ"),
            "CSTEM.taskStatuses": self._enums("STATUS_TASK"),
            "CSTEM.opTaskStatuses": self._enums("STATUS_OPTASK"),
            "CSTEM.opTaskSeverities": self._enums("SEVERITY_OPTASK"),
            "CSTEM.projectGroupStatuses": self._group_enums("STATUS_PROJ"),
            "CSTEM.taskGroupStatuses": self._group_enums("STATUS_TASK"),
            "CSTEM.opTaskGroupStatuses": self._group_enums("STATUS_OPTASK"),
            "CUST.currentCustomer": lambda _call: list(world.objects("CUST").values()),
            "DOCFDR.myFolders": self._mine("DOCFDR", "userID"),
            "HOURT.globalHourTypes": lambda _call: world.find("HOURT", scope="GLOBAL"),
            "HOURT.objectHourTypes": lambda call: world.find("HOURT", objID=_argument(call, "objID")),
            "OBJCAT.getForObject": lambda call: world.find("OBJCAT", objID=_argument(call, "objID")),
            "OPTASK.defaultShownTimesheetIssues": self._on_timesheet("OPTASK", "opTaskID"),
            "PROJ.defaultShownTimesheetProjects": self._on_timesheet("PROJ", "projectID"),
            "PROJ.helpDeskQueues": self._help_desks,
            "QUED.queueTopics": self._queues,
            "SCHED.defaultSchedule": lambda _call: world.find("SCHED", isDefault=True),
            "TASK.allTasksOnIterations": self._on_iterations,
            "TASK.defaultShownTimesheetTasks": self._on_timesheet("TASK", "taskID"),
            "USER.userAdmins": self._admins,
            "WORK.myAccomplishments": self._work(lambda work, user: work.get("assignedToID") == user, done=True),
            "WORK.myOpenRequests": self._work(_is_request_of, done=False),
            "WORK.myWork": self._work(lambda work, user: work.get("assignedToID") == user, done=False),
            "WORK.teamRequests": self._work(self._is_of_my_team, done=False),
        }

    def rows(self, call: Call) -> list[Row]:
        """Give what the query of this name finds."""
        return self._queries[f"{call.type.code}.{call.verb}"](call)

    def _mine(self, code: str, field: str) -> Callable[[Call], list[Row]]:
        return lambda call: self._world.find(code, **{field: call.user_id})

    def _awaiting(self, field: str) -> Callable[[Call], list[Row]]:
        def _found(call: Call) -> list[Row]:
            rows = self._world.find("AWAPVL", **{field: call.user_id})
            ids = [row.get("projectID") or row.get("taskID") or row.get("opTaskID") for row in rows]
            approvals = (self._world.get("APPROVAL", obj_id) for obj_id in ids)
            return [approval for approval in approvals if approval is not None]

        return _found

    def _enums(self, enum_class: str) -> Callable[[Call], list[Row]]:
        return lambda _call: [e for e in self._world.find("CSTEM", enumClass=enum_class) if "groupID" not in e]

    def _group_enums(self, enum_class: str) -> Callable[[Call], list[Row]]:
        """Give a group's own statuses, which a search misses (rule 75)."""
        return lambda call: self._world.find("CSTEM", enumClass=enum_class, groupID=_argument(call, "groupID"))

    def _on_timesheet(self, code: str, field: str) -> Callable[[Call], list[Row]]:
        def _found(call: Call) -> list[Row]:
            hours = self._world.find("HOUR", timesheetID=_argument(call, "timesheetID"))
            rows = (self._world.get(code, obj_id) for obj_id in dict.fromkeys(h.get(field) for h in hours))
            return [row for row in rows if row is not None]

        return _found

    def _on_iterations(self, call: Call) -> list[Row]:
        wanted = _argument(call, "iterationIDs").split(",")
        return [task for iteration in wanted for task in self._world.find("TASK", iterationID=iteration)]

    def _help_desks(self, _call: Call) -> list[Row]:
        queues = [queue for queue in self._world.objects("QUED").values() if queue.get("isPublic")]
        projects = (self._world.get("PROJ", queue.get("projectID")) for queue in queues)
        return [project for project in projects if project is not None]

    def _queues(self, call: Call) -> list[Row]:
        return self._world.find("QUED", projectID=_argument(call, "projectID"))

    def _admins(self, _call: Call) -> list[Row]:
        levels = {row["ID"] for row in self._world.objects("ACSLVL").values() if row.get("isAdmin")}
        return [user for user in self._world.objects("USER").values() if user.get("accessLevelID") in levels]

    def _work(self, fits: Callable[[Row, str], bool], *, done: bool) -> Callable[[Call], list[Row]]:
        def _found(call: Call) -> list[Row]:
            work = self._world.objects("WORK").values()
            return [row for row in work if fits(row, call.user_id) and self._is_done(row) is done]

        return _found

    def _is_done(self, work: Row) -> bool:
        kind = work["objCode"]
        return self._world.equates_with(kind, work.get("status")) in DONE[kind]

    def _is_of_my_team(self, work: Row, user_id: str) -> bool:
        teams = {row["teamID"] for row in self._world.find("TEAMMB", userID=user_id)}
        return work.get("teamID") in teams and "assignedToID" not in work


def _is_request_of(work: Row, user_id: str) -> bool:
    return work["objCode"] == "OPTASK" and work.get("enteredByID") == user_id


def _argument(call: Call, name: str) -> str:
    value = ",".join(call.params.all(name))
    if not value:
        raise illegal(f"{name} cannot be null")  # text inferred
    return value
