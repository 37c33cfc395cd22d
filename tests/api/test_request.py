"""How a request travels."""

import io
import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_workfront.api.request import (
    LONGEST_TARGET,
    Lost,
    Part,
    Repeat,
    Request,
    Response,
    encode,
    same_origin,
    urlencoded,
)

ROOT = "https://acme.my.workfront.com/attask/api/v21.0"


def test_a_path_lies_below_the_api_root():
    """The version travels with the root, not with the request."""
    assert encode(Request("GET", "proj/search"), ROOT).url == f"{ROOT}/proj/search"


def test_a_path_with_a_slash_lies_below_the_host():
    """Download addresses are relative to the host."""
    wire = encode(Request("GET", "/document/download?ID=d1"), ROOT)
    assert wire.url == "https://acme.my.workfront.com/document/download?ID=d1"


def test_a_whole_url_stays_as_it_is():
    """The token endpoint and object storage have addresses of their own, percent signs included."""
    url = "https://storage.example.com/a%20b?X-Sig=a%2Fb"
    assert encode(Request("GET", url), ROOT).url == url


def test_keys_keep_colon_and_dollar_raw():
    """Encoded keys such as DE%3AName were reported as not recognised."""
    params = (("DE:My Field", "a b"), ("EXISTS:1:$$OBJCODE", "ASSGN"), ("$$LIMIT", "5"))
    assert urlencoded(params) == "DE:My%20Field=a%20b&EXISTS:1:$$OBJCODE=ASSGN&$$LIMIT=5"


@pytest.mark.parametrize(
    ("sign", "encoded"), [("&", "%26"), ("#", "%23"), ("+", "%2B"), ("%", "%25"), ("ü", "%C3%BC"), ("=", "%3D")]
)
def test_what_http_requires_is_encoded(sign, encoded):
    """These would end or change a parameter."""
    assert urlencoded(((f"DE:{sign}", sign),)) == f"DE:{encoded}={encoded}"


@given(st.lists(st.tuples(st.text(min_size=1), st.text())))
def test_any_parameter_survives_the_way(params):
    """A server that decodes a query gets back what was meant."""
    assert parse_qsl(urlencoded(tuple(params)), keep_blank_values=True) == params


def test_parameters_join_a_query_in_the_path():
    """The escape hatch may write a query itself."""
    wire = encode(Request("GET", "proj/search?status=CUR", (("$$LIMIT", "1"),)), ROOT)
    assert wire.url == f"{ROOT}/proj/search?status=CUR&$$LIMIT=1"


def test_a_json_body_is_the_updates_object():
    """Other parameters stay in the query."""
    wire = encode(Request("POST", "proj", (("fields", "name"),), json={"name": "Grün"}), ROOT)
    assert wire.url.endswith("/proj?fields=name")
    assert wire.body == '{"name":"Grün"}'.encode()
    assert ("content-type", "application/json") in wire.headers


def test_a_form_body_is_encoded_like_a_query():
    """The token endpoint and the batch endpoint take forms."""
    wire = encode(Request("POST", "batch", form=(("uri", "/proj/1?method=GET"),)), ROOT)
    assert parse_qsl(wire.body.decode()) == [("uri", "/proj/1?method=GET")]
    assert ("content-type", "application/x-www-form-urlencoded") in wire.headers


def test_a_long_read_becomes_a_post_that_names_its_method():
    """The CDN refuses an address of more than 8,892 bytes."""
    request = Request("GET", "proj/search", (("fields", "x" * 9000), ("$$LIMIT", "5")))
    wire = encode(request, ROOT)
    assert (wire.method, wire.url) == ("POST", f"{ROOT}/proj/search")
    assert parse_qsl(wire.body.decode()) == [*request.params, ("method", "GET")]


def test_a_long_write_carries_its_updates_in_the_form():
    """Its JSON body cannot stay a JSON body when the parameters need one."""
    wire = encode(Request("PUT", "proj/1", (("fields", "x" * 9000),), json={"name": "a"}), ROOT)
    form = dict(parse_qsl(wire.body.decode()))
    assert (wire.method, form["method"], json.loads(form["updates"])) == ("POST", "PUT", {"name": "a"})


def test_the_limit_counts_the_whole_encoded_target():
    """Path and encoding count too: exactly 8,000 bytes still travel as they are."""
    room = LONGEST_TARGET - len("/attask/api/v21.0/proj/search?a=")
    assert encode(Request("GET", "proj/search", (("a", "x" * room),)), ROOT).method == "GET"
    assert encode(Request("GET", "proj/search", (("a", "x" * (room - 1) + "ü"),)), ROOT).method == "POST"


def test_headers_travel_with_every_form():
    """A long call keeps its own headers."""
    request = Request("GET", "proj/search", (("a", "x" * 9000),), headers=(("X-A", "1"),))
    assert ("X-A", "1") in encode(request, ROOT).headers


def test_nothing_secret_shows_in_a_repr():
    """Requests end up in tracebacks."""
    request = Request(
        "POST", "token", json={"refresh_token": "s3cret"}, form=(("a", "s3cret"),), headers=(("a", "s3cret"),)
    )
    shown = repr([request, Response(200, {"set-cookie": "s3cret"}, b"s3cret"), encode(request, ROOT)])
    assert "s3cret" not in shown


def test_a_label_names_method_and_path_alone():
    """Parameters may be long or personal; they stay out of messages."""
    assert Request("GET", "proj/search?status=CUR").label == "GET proj/search"
    assert Request("GET", "https://x.example.com/a?sig=1").label == "GET x.example.com/a"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/x", "https://A.example:443/y", True),
        ("https://a.example/x", "http://a.example/x", False),
        ("https://a.example", "https://b.example", False),
        ("https://a.example", "https://a.example:8443", False),
        ("https://a.example", "https://a.example.evil.test", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(one, other, same):
    """The session travels to its own origin only."""
    assert same_origin(one, other) is same


def test_defaults_are_the_careful_ones():
    """A request that says nothing is a write that is not repeated."""
    assert Request("POST", "proj").repeat is Repeat.NEVER
    assert Lost("gone", sent=True).timed_out is False


def test_a_multipart_body_is_left_to_the_http_library():
    """Only it knows how to stream one."""
    part = Part("uploadedFile", "a.txt", io.BytesIO(b"a"))
    assert encode(Request("POST", "upload", part=part), ROOT).body is None
    assert urlsplit(encode(Request("POST", "upload", part=part), ROOT).url).path == "/attask/api/v21.0/upload"


def test_a_query_in_the_path_survives_the_way_into_a_form():
    """It joins the other parameters there."""
    wire = encode(Request("GET", "proj/search?status=CUR", (("a", "x" * 9000),)), ROOT)
    assert parse_qsl(wire.body.decode())[0] == ("status", "CUR")
    assert wire.url == f"{ROOT}/proj/search"
