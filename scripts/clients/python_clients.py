"""Call every public method of python-workfront and workfrontapi-plus once, unchanged; prints one line of JSON."""

from __future__ import annotations

import io
import json
import sys
import warnings
from typing import Any

warnings.simplefilter("ignore")


def outcomes(calls: dict[str, Any]) -> dict[str, str]:
    """Call each, and give "ok" or what it was refused with."""
    found = {}
    for name, call in calls.items():
        try:
            call()
            found[name] = "ok"
        except Exception as error:  # noqa: BLE001 - a client may raise anything
            found[name] = f"{type(error).__name__}: {error}"[:160]
    return found


def python_workfront(url: str, session_id: str, username: str) -> dict[str, str]:
    """Try python-workfront: all calls are a POST of a form with `method`."""
    from workfront import Session

    session = Session("x", url_template=f"{url}/attask/api-unsupported")
    session.session_id, session.user_id = session_id, ""
    api = session.api
    project = api.Project(session, name="Python")
    spare = api.Project(session, name="Spare")
    third = api.Project(session, name="Third")
    for each in (project, spare, third):
        each.save()
    project.description = "x"
    return outcomes(
        {
            "Session.get": lambda: session.get("/proj/count"),
            "Session.post": lambda: session.post("/task", {"name": "x", "projectID": project.id}),
            "Session.put": lambda: session.put(f"/proj/{project.id}", {"name": "New"}),
            "Session.delete": lambda: session.delete(f"/proj/{spare.id}"),
            "Session.request": lambda: session.request("GET", "/proj/count", {"status": "CUR"}),
            "Session.search": lambda: session.search(api.Project, fields=["name"], name="New"),
            "Session.load": lambda: session.load(api.Project, [project.id]),
            "Object.load": lambda: project.load("status"),
            "Object.save": project.save,
            "Object.delete": third.delete,
            "Session.login": lambda: session.login(username, "password"),
            "Session.get_api_key": lambda: session.get_api_key(username, "password"),
            "Session.logout": session.logout,
        }
    )


def workfrontapi_plus(url: str, session_id: str, username: str) -> dict[str, str]:
    """Try workfrontapi-plus: all parameters stand in the query string."""
    from workfrontapi_plus import Api, Project

    Api.CORE_URL = f"{url}/attask/api/v21.0"
    api = Api("x", "my", session_id=session_id)
    project = api.post("proj", {"name": "Plus"})["ID"]
    spares = [row["ID"] for row in api.bulk_create("proj", [{"name": "A"}, {"name": "B"}, {"name": "C"}])]
    team = api.search("team", {})[0]["ID"]
    template = api.search("tmpl", {})[0]["ID"]
    saved = Project(data={"name": "Plus"}, api=api, proj_id=project)
    saved.name = "Saved"
    return outcomes(
        {
            "post": lambda: api.post("task", {"name": "x", "projectID": project}),
            "get": lambda: api.get("proj", project, ["name"]),
            "get_list": lambda: api.get_list("proj", [project, *spares], ["name"]),
            "put": lambda: api.put("proj", project, {"name": "New"}),
            "bulk": lambda: api.bulk("proj", [{"ID": project, "name": "Newer"}]),
            "bulk_create": lambda: api.bulk_create("task", [{"name": "x", "projectID": project}]),
            "search": lambda: api.search("proj", {"name": "x", "name_Mod": "cicontains"}, ["name"], get_all=True),
            "count": lambda: api.count("proj", {"status": ["CUR", "PLN"], "status_Mod": "in"}),
            "report": lambda: api.report("task", {}, "durationMinutes", "sum", "project:name", rollup=True),
            "action": lambda: api.action("proj", "calculateTimeline", {}, obj_id=project),
            "share_obj view": lambda: api.share_obj("proj", project, team, "TEAMOB", "view"),
            "share_obj contribute": lambda: api.share_obj("proj", project, team, "TEAMOB", "contribute"),
            "make_document": lambda: api.make_document(io.BytesIO(b"content"), "PROJ", project),
            "upload_document": lambda: api.upload_document(io.BytesIO(b"content"), "a.txt", "PROJ", project),
            "WorkfrontObject.save": saved.save,
            "Project.attach_template": lambda: saved.attach_template(template),
            "delete": lambda: api.delete("proj", spares[0]),
            "bulk_delete": lambda: api.bulk_delete("proj", spares[1:]),
            "WorkfrontObject.delete": lambda: saved.delete(force=True),
            "login": lambda: api.login(username, "password"),
            "make_update_as_user": lambda: api.make_update_as_user(username, "search", "proj", {}),
            "logout": api.logout,
        }
    )


if __name__ == "__main__":
    client, *arguments = sys.argv[1:]
    print(
        json.dumps({"python-workfront": python_workfront, "workfrontapi-plus": workfrontapi_plus}[client](*arguments))
    )
