"""A text-mode filter finds the rows that its text asks for."""

from __future__ import annotations

import pytest
from support.tenant import Tenant

from airflow_provider_workfront.api.reads import Search
from airflow_provider_workfront.api.text_mode import text_mode


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    return Tenant()


def found(tenant: Tenant, obj_code: str, text: str) -> list[str]:
    """Search as a client does."""
    return tenant.names(f"/{obj_code}/search", Search(obj_code, text_mode(text), ["name"]).request().params)


@pytest.mark.parametrize(
    "text",
    [
        "status=CUR\nstatus=PLN\nstatus_Mod=in",
        "status=CUR\nstatus_Mod=in\npriority=2\npriority_Mod=gte",
        "plannedStartDate=$$TODAYb-6m\nplannedStartDate_Mod=between\nplannedStartDate_Range=$$TODAYem",
        "status=CUR\npriority=4\nOR:1:status=PLN\nOR:2:status=CPL\nOR:2:name=MOVE\nOR:2:name_Mod=cicontains",
        "OR:1:status=PLN\nOR:1:status_Mod=in\nOR:2:status=DED\nOR:2:status_Mod=in",
        "DE:Headcount=5\nDE:Headcount_Mod=gt",
        "sponsorID=\nsponsorID_Mod=isnull",
        "portfolio:name=growth\nportfolio:name_Mod=cieq",
        "EXISTS:A:$$OBJCODE=TASK\nEXISTS:A:projectID=FIELD:ID\nEXISTS:A:status=INP\nEXISTS:A:status_Mod=in",
        "EXISTS:1:$$OBJCODE=TASK\nEXISTS:1:projectID=FIELD:ID\nEXISTS:1:status=INP\nEXISTS:1:OR:1:status=RVW",
        "EXISTS:1:$$EXISTSMOD=NOTEXISTS\nEXISTS:1:$$OBJCODE=TASK\nEXISTS:1:projectID=FIELD:ID",
        "status=PLN\nOR:1:EXISTS:a:$$OBJCODE=OPTASK\nOR:1:EXISTS:a:projectID=FIELD:ID",
    ],
)
def test_the_rows_are_those_of_the_lines_sent_as_they_stand(tenant, text):
    """Text mode is the API's grammar: the simulator reads the lines as parameters. Some rows are found, not all."""
    as_it_stands = [*(line.partition("=")[::2] for line in text.split("\n")), ("$$LIMIT", "2000")]

    names = found(tenant, "proj", text)

    assert names == tenant.names("/proj/search", as_it_stands)
    assert 0 < len(names) < tenant.get("/proj/count")["count"]


HAS_TASKS = "EXISTS:A:$$OBJCODE=TASK\nEXISTS:A:projectID=FIELD:ID\n"
NONE_IN_PROGRESS = "\n".join(
    f"AND:A:EXISTS:A:{line}" for line in ("$$EXISTSMOD=NOTEXISTS", "$$OBJCODE=TASK", "projectID=FIELD:ID", "status=INP")
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("status=PLN\tDED\r\nstatus_Mod=in", ["Data Warehouse", "Legacy Shutdown"]),
        ("status=PLN, DED\nstatus_Mod=in", ["Data Warehouse", "Legacy Shutdown"]),
        (f"{HAS_TASKS}EXISTS:A:$$EXISTSMOD=EXISTS\nEXISTS:A:status=INP", ["Mobile App 2.0", "Website Relaunch"]),
        (
            f"{HAS_TASKS}EXISTS:A:$$EXISTSMOD=NOTEXISTS",
            ["Help Desk", "Holiday Campaign", "Legacy Shutdown", "Office Move"],
        ),
        (f"{HAS_TASKS}{NONE_IN_PROGRESS}", ["Brand Refresh", "Data Warehouse"]),
        (
            "priority=2\npriority_Mod=gte\nAND:1:priority=3\nAND:1:priority_Mod=lte\nstatus=CUR",
            ["Help Desk", "Website Relaunch"],
        ),
    ],
)
def test_what_only_reports_have_finds_what_a_report_would(tenant, text, names):
    """Lists in one value, `$$EXISTSMOD`, and conditions joined by AND."""
    assert found(tenant, "proj", text) == names


@pytest.mark.parametrize("path", ["project:DE:Vendor Name", "DE:project:Vendor Name"])
def test_a_custom_field_behind_a_reference_is_found(tenant, path):
    """Written as in fields or as in filters."""
    assert len(found(tenant, "task", f"{path}=Studio Blau\n{path}_Mod=in")) == 10
