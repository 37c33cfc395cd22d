"""Rules 1 to 19: versions, objects, verbs and where parameters come from."""

from __future__ import annotations

import json

import pytest
from support.tenant import Tenant, data, refused

SEARCH = "/proj/search"


@pytest.fixture
def tenant() -> Tenant:
    return Tenant()


@pytest.mark.parametrize("version", [18, 19, 20, 21, 22])
def test_a_supported_version_answers(tenant, version):
    """Rule 1: versions 18 to 22 answer."""
    assert len(tenant.get(SEARCH, root=f"/attask/api/v{version}.0")) == 8


@pytest.mark.parametrize("version", [16, 17])
def test_an_old_version_answers_only_when_the_legacy_switch_is_on(tenant, version):
    """Rule 1: v16 and v17 answer only in legacy mode."""
    root = f"/attask/api/v{version}.0"

    assert tenant.refusal(SEARCH, root=root) == (410, "Invalid API version")
    assert len(Tenant(legacy_versions=True).get(SEARCH, root=root)) == 8


@pytest.mark.parametrize("version", ["v15.0", "v14.0"])
def test_a_dead_version_is_gone(version):
    """Rule 1: v15 and older are gone, legacy mode or not."""
    tenant = Tenant(legacy_versions=True)

    assert tenant.refusal(SEARCH, root=f"/attask/api/{version}") == (410, "Invalid API version")


@pytest.mark.parametrize("version", ["v18.5", "v99.0", "v21", "v0.0"])
def test_a_version_that_never_was_is_refused(tenant, version):
    """Rule 2: v18.5 and v99.0 get "Invalid API version"."""
    assert tenant.refusal(SEARCH, root=f"/attask/api/{version}") == (400, "Invalid API version")


def test_no_version_means_the_newest(tenant):
    """Rule 3: an unversioned path behaves as the newest version."""
    fields = {"fields": "convertedOpTaskID", "$$LIMIT": 1}  # a field of v22

    assert tenant.get("/task/search", fields, root="/attask/api")
    status, text = tenant.refusal("/task/search", fields)
    assert (status, text) == (422, "APIModel V21_0 does not support field convertedOpTaskID (Task)")


def test_texts_name_the_internal_api_as_such(tenant):
    """Reference 8.3: unversioned api-internal calls are INTERNAL in texts."""
    _, text = tenant.refusal(SEARCH, {"foo": "1"}, root="/attask/api-internal")

    assert text == "APIModel INTERNAL does not support field foo (Project)"


@pytest.mark.parametrize("word", ["optask", "OPTASK", "OpTask", "issue", "ISSUE"])
def test_an_object_goes_by_code_or_name_in_any_case(tenant, word):
    """Rule 4: objCode, API name and the alias `issue`, any case."""
    assert tenant.get(f"/{word}/count") == {"count": 15}


def test_an_unknown_object_is_refused(tenant):
    """Rule 5: an unknown object type has its own text."""
    assert tenant.refusal("/tenant/search") == (422, "Unknown object type: tenant")


def test_a_secondary_object_has_no_address(tenant):
    """Rule 6: secondary objects cannot be asked for directly."""
    text = "NONWKD is not a top level object and can't be requested directly in internal"

    assert tenant.refusal("/nonwkd/search") == (422, text)


def test_an_object_that_a_version_dropped_is_gone(tenant):
    """Reference 1.4: USRLOC exists up to v21 and is 410 from v22 on."""
    assert tenant.get("/usrloc/search") == []
    status, text = tenant.refusal("/usrloc/search", root="/attask/api/v22.0")
    assert status == 410
    assert "no longer available in this API version" in text


def test_answers_come_in_an_envelope(tenant):
    """Rule 7: data for success; class and message for failure; JSON in UTF-8."""
    good, bad = tenant.send("GET", "/proj/count"), tenant.send("GET", SEARCH, {"foo": "1"})

    assert json.loads(good.body) == {"data": {"count": 8}}
    assert json.loads(bad.body)["error"]["class"] == "java.lang.IllegalArgumentException"
    assert {r.headers["content-type"] for r in (good, bad)} == {"application/json;charset=UTF-8"}


def test_signs_are_escaped_as_workfront_does(tenant):
    """Rule 8: `/`, `<` and all beyond ASCII are escaped, and any parser undoes it."""
    response = tenant.send("GET", SEARCH, {"name": "Website Relaunch", "fields": "description"})

    assert b"\\u003cacme.example>: faster \\/ simpler, f\\u00fcr alle" in response.body
    assert data(response)[0]["description"].endswith("<acme.example>: faster / simpler, für alle")


@pytest.mark.parametrize("word", ["GET", "get", "Get"])
def test_the_method_parameter_overrides_the_verb(tenant, word):
    """Rule 10: `method`, in query or form, any case, overrides GET and POST."""
    assert data(tenant.form("POST", "/proj/count", {"method": word, "status": "CUR"})) == {"count": 3}
    assert data(tenant.send("POST", "/proj/count", {"method": word, "status": "CUR"})) == {"count": 3}


def test_a_get_may_be_a_delete(tenant):
    """Rule 10: a GET with method=DELETE deletes."""
    note = tenant.id("NOTE", "0")

    assert data(tenant.send("GET", f"/note/{note}", {"method": "delete"})) == {"success": True}
    assert tenant.refusal(f"/note/{note}")[0] == 404


def test_an_unknown_method_is_refused(tenant):
    """Reference 8.3: an unsupported method is named."""
    assert tenant.refusal(SEARCH, {"method": "COPY"}) == (400, "Unsupported HTTP method: COPY")


@pytest.mark.parametrize("path", ["/task/abc/markDone", "/proj/search"])
def test_a_real_post_to_a_sub_path_is_refused(tenant, path):
    """Rule 11: POST below an object needs a method override."""
    assert refused(tenant.form("POST", path, {"status": "CPL"})) == (422, "unrecognized URI format: too many parts")


def test_a_get_of_an_action_is_taken_for_a_named_query(tenant):
    """Rule 12: the text speaks of a namedQuery."""
    text = "APIModel V21_0 does not support namedQuery markDone (TASK)"

    assert tenant.refusal("/task/markDone") == (422, text)


@pytest.mark.parametrize(
    ("method", "path", "service"),
    [("POST", "/queuedef", "ADD"), ("PUT", "/docv/abc", "EDIT"), ("DELETE", "/jrnle/abc", "DELETE")],
)
def test_an_operation_that_the_object_lacks_is_refused(tenant, method, path, service):
    """Rule 13: 400 for an operation not offered."""
    text = f"unable to find method for service endpoint type: {service}"

    assert refused(tenant.json(method, path, {"name": "x"})) == (400, text)


def test_the_query_string_beats_the_body(tenant):
    """Rule 15: of the same parameter the query string's value counts."""
    body = {"method": "GET", "status": "PLN"}

    assert data(tenant.form("POST", "/proj/count", body, {"status": "CUR"})) == {"count": 3}


@pytest.mark.parametrize("way", ["json", "updates", "form", "query"])
def test_updates_come_in_four_ways(tenant, way):
    """Rule 16: a JSON body, `updates=`, form fields and query parameters all are updates."""
    path, value = f"/proj/{tenant.id('PROJ', 'Help Desk')}", {"name": "Service Desk"}
    send = {
        "json": lambda: tenant.json("PUT", path, value),
        "updates": lambda: tenant.form("PUT", path, {"updates": json.dumps(value)}),
        "form": lambda: tenant.form("PUT", path, value),
        "query": lambda: tenant.send("PUT", path, value),
    }[way]

    assert data(send())["name"] == "Service Desk"


def test_updates_and_plain_fields_do_not_mix(tenant):
    """Rule 17: mixing is refused and names the plain field."""
    path = f"/proj/{tenant.id('PROJ', 'Help Desk')}"
    text = "Cannot mix 'updates' JSON parameter with non-JSON update parameter 'status'"

    assert refused(tenant.form("PUT", path, {"updates": "{}", "status": "CUR"})) == (422, text)
    assert refused(tenant.form("PUT", path, {"updates": "{}"}, {"status": "CUR"})) == (422, text)


@pytest.mark.parametrize("text", ["{", '{"name": }', "name"])
def test_malformed_json_is_refused(tenant, text):
    """Rule 18: "JSON parsing error"."""
    path = f"/proj/{tenant.id('PROJ', 'Help Desk')}"

    assert refused(tenant.form("PUT", path, {"updates": text})) == (422, "JSON parsing error")


def test_json_as_the_documents_print_it_is_read_unless_switched_off():
    """Reference 3.3: unquoted keys and single quotes in `updates`."""
    form = {"updates": """{name: 'It\\'s "new": yes', priority: 1}"""}
    lenient, strict = Tenant(), Tenant(lenient_json=False)
    path = f"/proj/{lenient.id('PROJ', 'Help Desk')}"

    assert data(lenient.form("PUT", path, form))["name"] == 'It\'s "new": yes'
    assert refused(strict.form("PUT", path, form)) == (422, "JSON parsing error")


def test_reserved_parameters_are_never_fields(tenant):
    """Rule 19: parameters that steer a call filter nothing and write nothing."""
    steering = {"sessionID": "x", "apiKey": "y", "atomic": "false", "force": "false", "options": "[]"}

    assert tenant.get("/proj/count", steering) == {"count": 8}


def test_an_action_may_take_its_id_as_a_parameter(tenant):
    """Reference 3.1: PUT /{obj}/{action}?ID= and PUT /{obj}/{id}?action= do the same."""
    task = tenant.id("TASK", "Website Relaunch/Launch")

    for path, params in (("/task/markDone", {"ID": task}), (f"/task/{task}", {"action": "markDone"})):
        assert data(tenant.send("PUT", path, {**params, "status": "CPL"})) == {"result": None}


@pytest.mark.parametrize("path", ["/proj/abc/tasks/status", "/proj/abc/tasks"])
def test_a_path_that_is_too_long_is_refused(tenant, path):
    """Rule 11: a GET takes no more than an object and an ID."""
    assert tenant.refusal(path) == (422, "unrecognized URI format: too many parts")


def test_a_path_without_an_object_is_not_found(tenant):
    """Reference 1.3: something must follow the version."""
    assert tenant.refusal("/")[0] == 404
    assert tenant.refusal("/proj/search", root="/attask/apiary")[0] == 404
