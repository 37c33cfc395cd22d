"""The approval process of the small world (reference 6.4: a status that waits for approval ends in `:A`)."""

import pytest
from support.simulated import Caller


@pytest.mark.parametrize(("process", "becomes"), [("Project Completion", "CPL:A"), (None, "CPL")])
def test_a_project_with_the_process_waits_before_it_is_complete(process, becomes):
    """One without is complete at once."""
    caller = Caller()
    values = {"approvalProcessID": caller.key("ARVPRC", process)} if process else {}
    project = caller.make("PROJ", name="x", **values)

    assert caller.call("PUT", f"proj/{project}", {"status": "CPL"}).data["status"] == becomes
