"""What others wrote reaches errors without control characters, and an answer of a wrong shape is an error."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

import airflow_provider_workfront
from airflow_provider_workfront.api import errors
from airflow_provider_workfront.api.answer import read
from airflow_provider_workfront.api.batch import Batch
from airflow_provider_workfront.api.call import Retry, Send
from airflow_provider_workfront.api.documents import uploaded
from airflow_provider_workfront.api.errors import InvalidRequestError, printable
from airflow_provider_workfront.api.logs import Lines, get_logger
from airflow_provider_workfront.api.reads import Count, Get, Metadata, NamedQuery, Report, Search
from airflow_provider_workfront.api.request import Lost, Request, Response, loads
from airflow_provider_workfront.api.windows import Window
from airflow_provider_workfront.api.writes import Copy, Create, Delete, Update
from airflow_provider_workfront.auth.token import outcome

EVIL = "no\n2026-01-01 ERROR forged\r\x1b[31mred\x07\x9b2J\u2028\u202e\ud800 caf\u00e9\u00a0ok"
SAFE = r"no\n2026-01-01 ERROR forged\r\x1b[31mred\x07\x9b2J\u2028\u202e\ud800" + " caf\u00e9\u00a0ok"
READ = Request("GET", "proj/1")


def answer(body, status=200, kind="application/json"):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, {"content-type": kind}, content, "https://acme.my.workfront.com/x")


def clean(text):
    return not any(each in text for each in "\n\r\x1b\x07\x9b\u2028\u202e\ud800")


def test_control_characters_are_escaped_and_letters_stay():
    """Line breaks, terminal sequences, C1, separators, direction marks, half characters."""
    assert printable(EVIL) == SAFE
    assert printable(SAFE) is not None
    assert printable("plain text, \u00e9\u6771") == "plain text, \u00e9\u6771"


@pytest.mark.parametrize(
    "found",
    [
        answer({"error": {"message": EVIL, "class": EVIL}}, 400),
        answer({"error": True, "message": EVIL, "type": EVIL}, 400),
        answer({"error": {"message": EVIL}}),
        answer(f"<html>{EVIL}</html>".encode(errors="replace"), 502, "text/html"),
        answer(b"\x00", 500, f"x/{EVIL}"),
        Lost(EVIL, sent=True),
    ],
    ids=["error", "token-dialect", "under-200", "page", "content-type", "lost"],
)
def test_no_answer_steers_a_log(found):
    """Whatever part of an answer the text comes from."""
    error = read(READ, found).error
    assert clean(str(error))
    assert clean(str(copy.copy(error)))


@pytest.mark.parametrize(
    "error",
    [
        errors.TokenError(EVIL),
        errors.TornReadError(EVIL),
        errors.ReauthorizationRequired(EVIL, EVIL),
        errors.OutcomeUnknownError(EVIL, "PUT x"),
        errors.InvalidRequestError(400, EVIL, EVIL, "GET x", EVIL),
        errors.ConnectionSettingsError("wf", "host", EVIL),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_error_steers_a_log(error):
    """The last line of defence is the error itself."""
    assert clean(str(error))


@pytest.mark.parametrize("status", [200, 400, 500])
def test_the_token_endpoint_steers_no_log(status):
    """Its words reach errors, logs and the record."""
    assert clean(outcome(answer({"error": True, "message": EVIL, "type": "x"}, status)).reason)


def test_the_words_of_another_host_are_not_shown():
    """Only the status."""
    found = outcome(answer({"error": True, "message": "inner", "type": "inner"}, 400), is_workfront=False)
    assert found.reason.startswith("HTTP 400: an answer that is not shown")


# strict JSON


@pytest.mark.parametrize("body", [b'{"data": NaN}', b'{"data": [Infinity]}', b'{"data": {"a": -Infinity}}'])
def test_only_json_is_json(body):
    """Python would read them; a database or the next reader would not."""
    error = read(READ, answer(body)).error
    assert "an answer that cannot be read" in str(error)
    assert "which is not JSON" in str(error)
    assert read(Request("GET", "proj/search", sliced=True), answer(body)).error


@pytest.mark.parametrize("sliced", [True, False], ids=["sliced", "decoded"])
@pytest.mark.parametrize("begin", [b"[", b'{"a":'], ids=["lists", "objects"])
def test_what_is_nested_too_deeply_is_a_clear_error(sliced, begin):
    """And no RecursionError."""
    body = b'{"data": [{"ID": "1", "x": ' + begin * 200_000
    assert "nested too deeply" in str(read(Request("GET", "p", sliced=sliced), answer(body)).error)
    with pytest.raises(ValueError, match="nested too deeply"):
        loads(begin * 200_000)


def test_the_token_endpoint_sends_json_or_nothing():
    """A deep answer is ambiguous, as any that cannot be read."""
    assert "instead of a token" in outcome(answer(b"[" * 200_000)).reason


@pytest.mark.parametrize(
    ("body", "value"), [(b'{"a": 1, "a": 2}', {"a": 2}), (b"\xef\xbb\xbf[1]", [1]), ("[1]".encode("utf-16"), [1])]
)
def test_the_last_of_equal_keys_counts_and_bytes_are_detected(body, value):
    """As Python's own reader has it."""
    assert loads(body) == value


# shapes


def done(job, data):
    """Drive a job whose every request is answered with this data."""
    steps, found = job.steps(Retry(tries=1, base=0.0)), None
    while True:
        try:
            step = steps.send(found)
        except StopIteration as stop:
            return stop.value
        found = answer({"data": data}) if isinstance(step, Send) else None


PAIRS = ["ID", "ab"]  # `dict(["ab"])` is {"a": "b"}

READS = {
    "search": Window(Search("PROJ"), 0, 10),
    "get": Get("PROJ", "1"),
    "get-many": Get("PROJ", ["1"]),
    "count": Count("PROJ"),
    "report": Report("PROJ", ["status"], {"ID": "count"}),
    "named": NamedQuery("WORK", "myWork"),
    "metadata": Metadata("PROJ"),
}
WRITES = {
    "create": Create("PROJ", {"name": "x"}),
    "update": Update("PROJ", "1", {"name": "x"}),
    "delete": Delete("PROJ", "1"),
    "copy": Copy("PROJ", "1"),
}


@pytest.mark.parametrize(
    "data", [PAIRS, "text", 7, [7], [["ID", "x"]]], ids=["pairs", "text", "number", "list", "deep"]
)
@pytest.mark.parametrize("job", READS.values(), ids=READS.keys())
def test_a_read_of_a_wrong_shape_is_an_error(job, data):
    """Not a value that looks like one."""
    with pytest.raises((errors.ServerError, errors.TornReadError)):
        done(job, data)


@pytest.mark.parametrize("data", [PAIRS, "text", 7, None, [], [{}, {}], ["ab"]], ids=repr)
@pytest.mark.parametrize("job", WRITES.values(), ids=WRITES.keys())
def test_a_write_answered_with_a_wrong_shape_is_unknown(job, data):
    """It may have happened: nobody repeats it."""
    with pytest.raises(errors.OutcomeUnknownError):
        done(job, data)


@pytest.mark.parametrize("data", [PAIRS, None, {"handle": 7}, {}], ids=repr)
def test_an_upload_without_a_handle_is_an_error(data):
    """The handle is what the document is made of."""

    class Upload:
        def steps(self, retry):
            return uploaded("a.txt", b"x", retry)

    with pytest.raises(errors.ServerError, match="without a handle"):
        done(Upload(), data)


def test_a_batch_member_of_a_wrong_shape_is_an_error():
    """Of the whole batch, whose members cannot be told apart then."""
    with pytest.raises(errors.ServerError):
        done(Batch([Count("PROJ")]), [{"data": PAIRS}])


def test_a_line_of_a_log_is_one_line(caplog):
    """Names, labels and columns of Workfront reach it without an error, too; our own message is left as it is."""
    log = get_logger("airflow_provider_workfront.test")
    with caplog.at_level("INFO", log.name):
        log.info("%s:\n%d columns of %s", EVIL, 3, InvalidRequestError(400, EVIL))
        log.info("%s", Lines("one\ntwo"))

    first, second = (record.getMessage() for record in caplog.records)
    assert clean(first.replace("\n", "", 1))
    assert second == "one\ntwo"


def test_each_logger_escapes():
    """There is one way to get a logger."""
    root = Path(airflow_provider_workfront.__file__).parent
    files = [path for path in root.rglob("*.py") if "simulator" not in path.parts]
    assert [path.name for path in files if "logging.getLogger(" in path.read_text()] == ["logs.py"]
