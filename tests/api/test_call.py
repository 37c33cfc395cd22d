"""The policy of one call: what is repeated, renewed, followed, and what is not."""

import json
from dataclasses import replace

import pytest

from airflow_provider_workfront.api import errors
from airflow_provider_workfront.api.call import Renew, Retry, Send, Wait, call
from airflow_provider_workfront.api.request import Lost, Repeat, Request, Response

HOST = "https://acme.my.workfront.com"
READ = Request("GET", "proj/search", (("status", "CUR"),), repeat=Repeat.ALWAYS)
CHECK = Request("GET", "proj/1", (("fields", "name"),), repeat=Repeat.ALWAYS)
UPDATE = Request("PUT", "proj/1", json={"name": "new"}, repeat=Repeat.IDEMPOTENT, check=CHECK)
DELETE = Request("DELETE", "proj/1", repeat=Repeat.IDEMPOTENT)
CREATE = Request("POST", "proj", json={"name": "new"})
RETRY = Retry(tries=3, tries_refused=3, jitter=lambda: 1.0)

GONE = Lost("reset by peer", sent=True)
TIMEOUT = Lost("no answer in time", sent=True, timed_out=True)
UNSENT = Lost("refused", sent=False)


def answer(status, body, url=f"{HOST}/attask/api/v21.0/proj/search", **headers):
    return Response(status, headers, json.dumps(body).encode(), url)


def good(data):
    return answer(200, {"data": data})


def failure(status, message="no", error_class=""):
    return answer(status, {"error": {"class": error_class, "message": message}})


def redirect(location, url=f"{HOST}/attask/api/v21.0/proj/search"):
    return Response(302, {"location": location}, b"", url)


BUSY = failure(429)
BROKEN = failure(500, "Database error")
PAGE = Response(503, {"content-type": "text/html"}, b"<h1>Sorry</h1>")
HALF = Response(200, {"content-type": "application/json"}, b'{"data":[')
REFUSED = failure(401, "You are not currently logged in.")
MISSING = failure(404, 'Project with primary key value(s) "1" not found')


def play(request, *answers, retry=RETRY):
    """Answer each Send in turn; give the result, or the error, and the steps that led there."""
    steps, taken, answers = call(request, retry), [], list(answers)
    given = None
    while True:
        try:
            step = steps.send(given)
        except StopIteration as done:
            assert not answers, "answers were left over"
            return done.value, taken
        except errors.WorkfrontError as error:
            assert not answers, "answers were left over"
            return error, taken
        taken.append(step)
        given = answers.pop(0) if isinstance(step, Send) else None


def sent(taken):
    """Tell how often something was sent."""
    return sum(isinstance(step, Send) for step in taken)


def test_a_good_answer_needs_one_call():
    """And gives its data."""
    assert play(READ, good([1])) == ([1], [Send(READ)])


@pytest.mark.parametrize("trouble", [BUSY, BROKEN, PAGE, HALF, GONE, TIMEOUT, UNSENT])
def test_a_read_is_repeated_after_any_trouble(trouble):
    """It changes nothing."""
    result, taken = play(READ, trouble, good([1]))
    assert (result, taken) == ([1], [Send(READ), Wait(1.0), Send(READ)])


@pytest.mark.parametrize("trouble", [BUSY, BROKEN, PAGE, HALF, GONE, UNSENT])
@pytest.mark.parametrize("request_", [UPDATE, DELETE])
def test_an_idempotent_write_is_repeated_too(request_, trouble):
    """Done twice it comes to the same."""
    result, taken = play(request_, trouble, good({"ID": "1"}))
    assert (result, sent(taken)) == ({"ID": "1"}, 2)


@pytest.mark.parametrize("trouble", [BUSY, UNSENT])
def test_a_write_that_surely_did_not_happen_is_repeated(trouble):
    """A 429 was not executed, and what was not sent was not either."""
    result, taken = play(CREATE, trouble, good({"ID": "1"}))
    assert (result, sent(taken)) == ({"ID": "1"}, 2)


@pytest.mark.parametrize("trouble", [PAGE, HALF, GONE, TIMEOUT])
def test_a_write_that_may_have_happened_is_not_repeated(trouble):
    """Repeating it could create the object twice."""
    error, taken = play(CREATE, trouble)
    assert type(error) is errors.OutcomeUnknownError
    assert sent(taken) == 1


def test_a_breakdown_in_the_middle_of_a_write_leaves_its_outcome_open():
    """Workfront's own 500 may come after the object was made, and Airflow's retry would make another."""
    error, taken = play(CREATE, BROKEN)
    assert type(error) is errors.OutcomeUnknownError
    assert error.permanent
    assert sent(taken) == 1


def test_a_408_of_whatever_waited_in_between_leaves_the_outcome_open():
    """A proxy says it when Workfront takes too long, so the write may be under way; a read is asked again."""
    waited = Response(408, {"content-type": "text/html"}, b"<html>408 Request Time-out</html>")
    error, taken = play(CREATE, waited)
    assert type(error) is errors.OutcomeUnknownError
    assert not error.answered
    assert sent(taken) == 1
    assert sent(play(READ, waited, good([]))[1]) == 2


@pytest.mark.parametrize(("sent_value", "stands"), [("7", "007"), ("1.5", "1.50"), (7, "7.0")])
def test_an_update_that_timed_out_is_sent_again_unless_it_stands_there_to_the_letter(sent_value, stands):
    """Another form of the same number is another text."""
    update = replace(UPDATE, json={"name": sent_value})
    result, taken = play(update, TIMEOUT, good({"name": stands}), good({"ID": "1", "name": sent_value}))
    assert (result, sent(taken)) == ({"ID": "1", "name": sent_value}, 3)


def test_a_page_that_looks_like_a_login_does_not_repeat_a_write():
    """Under status 200 it may be any page, and the write may have happened; a read is worth a newer session."""
    login = Response(200, {"content-type": "text/html"}, b"<html><h1>Sign in</h1></html>")
    error, taken = play(CREATE, login)
    assert type(error) is errors.OutcomeUnknownError
    assert not any(isinstance(step, Renew) for step in taken)
    _, taken = play(READ, login, login)
    assert any(isinstance(step, Renew) for step in taken)


@pytest.mark.parametrize("trouble", [failure(400), failure(403), failure(404), failure(410), failure(422)])
@pytest.mark.parametrize("request_", [READ, UPDATE, DELETE, CREATE])
def test_a_refusal_is_final(request_, trouble):
    """Asking again would change nothing."""
    error, taken = play(request_, trouble)
    assert isinstance(error, errors.ResponseError)
    assert sent(taken) == 1


def test_fewer_tries_where_nobody_answers():
    """A mistyped host or a server that hangs is given up sooner than one that is busy."""
    lost = Lost("refused", sent=False)

    assert Retry(tries=8, tries_unanswered=2).is_spent(1, lost)
    assert not Retry(tries=8, tries_unanswered=2).is_spent(1, Response(429, {}, b""))


def test_more_tries_where_others_hold_all_the_room():
    """Fifty tasks on ten calls: whoever is unlucky eight times in a row still gets in."""
    seconds = sum(Retry(jitter=lambda: 0.5).pause(attempt, BUSY) for attempt in range(23))

    assert not Retry().is_spent(22, BUSY)
    assert Retry().is_spent(23, BUSY)
    assert 240 < seconds < 360
    assert Retry().is_spent(7, PAGE)


def test_tries_come_to_an_end():
    """The last error is the one reported."""
    error, taken = play(READ, BUSY, GONE, PAGE)
    assert isinstance(error, errors.ServerError)
    assert [step for step in taken if isinstance(step, Wait)] == [Wait(1.0), Wait(2.0)]
    error, _ = play(READ, GONE, GONE, GONE)
    assert type(error) is errors.TransportError
    error, _ = play(CREATE, BUSY, BUSY, BUSY)
    assert type(error) is errors.RateLimitError


def test_pauses_grow_to_a_cap_and_are_spread():
    """Full jitter: anywhere between nothing and the whole pause."""
    assert [Retry(jitter=lambda: 1.0).pause(n, GONE) for n in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert Retry(jitter=lambda: 0.25).pause(2, GONE) == 1.0
    assert Retry().tries >= 5
    assert 0 <= Retry().pause(0, GONE) <= 1


@pytest.mark.parametrize(("text", "pause"), [("7", 8.0), ("100000", 121.0), ("soon", 1.0), ("-5", 1.0)])
def test_retry_after_is_honoured_within_bounds(text, pause):
    """Workfront is not known to send it; a proxy may."""
    busy = Response(429, {"retry-after": text}, b"{}")
    assert RETRY.pause(0, busy) == pause


# sessions


@pytest.mark.parametrize("request_", [READ, UPDATE, DELETE, CREATE])
def test_a_refused_session_is_renewed_once_and_the_call_replayed(request_):
    """A refused call was not carried out, so any call may be."""
    result, taken = play(request_, REFUSED, good({"ID": "1"}))
    assert result == {"ID": "1"}
    assert taken == [Send(request_), Renew(), Send(request_)]


@pytest.mark.parametrize(
    "refusal",
    [
        failure(200, "{0}", "com.attask.common.AuthenticationException"),
        failure(500, "You are not currently logged in."),
        redirect("/login"),
        redirect("https://sso.example.com/"),
    ],
)
def test_a_refused_session_is_known_in_any_dress(refusal):
    """Old statuses and login pages included."""
    assert play(READ, refusal, good([]))[1] == [Send(READ), Renew(), Send(READ)]


def test_a_second_refusal_is_an_error():
    """A newer session would be refused as well."""
    error, taken = play(READ, REFUSED, REFUSED)
    assert type(error) is errors.AuthenticationError
    assert taken == [Send(READ), Renew(), Send(READ)]


def test_a_refusal_after_other_trouble_still_renews():
    """The two have their own counts."""
    assert play(READ, BUSY, REFUSED, GONE, good([]))[0] == []


def test_missing_rights_renew_nothing():
    """403 is about rights, not about the session."""
    error, taken = play(READ, failure(403))
    assert type(error) is errors.PermissionDeniedError
    assert taken == [Send(READ)]


def test_a_call_without_session_renews_nothing():
    """The token endpoint's own 401 must not lead back to it."""
    anonymous = Request("GET", "/info", repeat=Repeat.ALWAYS, anonymous=True)
    error, taken = play(anonymous, REFUSED)
    assert type(error) is errors.AuthenticationError
    assert taken == [Send(anonymous)]


# deletes


@pytest.mark.parametrize("trouble", [GONE, TIMEOUT, PAGE, BROKEN])
def test_not_found_after_a_lost_delete_is_success(trouble):
    """The first one did it."""
    assert play(DELETE, trouble, MISSING)[0] == {"success": True}


@pytest.mark.parametrize("trouble", [BUSY, UNSENT])
def test_not_found_after_a_delete_that_did_not_happen_is_an_error(trouble):
    """Nothing of ours deleted it."""
    assert type(play(DELETE, trouble, MISSING)[0]) is errors.NotFoundError


def test_not_found_after_a_lost_update_is_an_error():
    """Only a delete makes things vanish."""
    assert type(play(UPDATE, GONE, MISSING)[0]) is errors.NotFoundError


# updates that timed out


def test_an_update_that_timed_out_is_read_back():
    """Equal fields are the answer; nothing is written twice."""
    result, taken = play(UPDATE, TIMEOUT, good({"ID": "1", "name": "new"}))
    assert result == {"ID": "1", "name": "new"}
    assert taken == [Send(UPDATE), Send(CHECK)]


def test_an_update_that_did_not_happen_is_sent_again():
    """The field still has its old value."""
    result, taken = play(UPDATE, TIMEOUT, good({"ID": "1", "name": "old"}), good({"ID": "1", "name": "new"}))
    assert result == {"ID": "1", "name": "new"}
    assert [step.request for step in taken if isinstance(step, Send)] == [UPDATE, CHECK, UPDATE]


def test_an_update_that_cannot_be_compared_is_unknown():
    """A replaced collection comes back in another form."""
    update = Request("PUT", "task/1", json={"assignments": [{}]}, repeat=Repeat.IDEMPOTENT, check=CHECK)
    error, _ = play(update, TIMEOUT, good({"assignments": [{"ID": "2"}]}))
    assert type(error) is errors.OutcomeUnknownError


def test_a_read_back_is_a_read_like_any_other():
    """It is repeated, renews the session, and if it fails for good nothing is known."""
    assert play(UPDATE, TIMEOUT, BUSY, REFUSED, good({"name": "new"}))[0] == {"name": "new"}
    error, _ = play(UPDATE, TIMEOUT, failure(403))
    assert type(error) is errors.OutcomeUnknownError


def test_an_update_that_keeps_timing_out_ends_as_no_answer():
    """It is known not to have happened, so a task may try again."""
    error, _ = play(UPDATE, *[TIMEOUT, good({"name": "old"})] * 3)
    assert type(error) is errors.TransportError


# redirects


def test_a_read_follows_its_own_host():
    """With the address as it was given, and no parameters of its own."""
    goal = f"{HOST}/attask/api/v21.0/proj/search?status=CUR&x=1"
    result, taken = play(READ, redirect(goal), good([1]))
    assert result == [1]
    assert taken[1].request.path == goal
    assert taken[1].request.params == ()


def test_redirects_come_to_an_end():
    """Five, and the sixth is an error."""
    error, taken = play(READ, *[redirect("/attask/api/v21.0/proj/search")] * 6, retry=Retry(tries=1))
    assert isinstance(error, errors.ServerError)
    assert sent(taken) == 6


def test_a_write_follows_nothing():
    """It would be carried out elsewhere, or turn into a read."""
    error, taken = play(CREATE, redirect("/attask/api/v22.0/proj"))
    assert isinstance(error, errors.ServerError)
    assert sent(taken) == 1


def test_a_download_leaves_the_host_without_session_and_headers(tmp_path):
    """Object storage has its own authorization in the address."""
    with (tmp_path / "a").open("wb") as into:
        fetch = Request("GET", "/document/download", headers=(("a", "b"),), repeat=Repeat.ALWAYS, into=into)
        got = Response(200, {}, b"", "https://storage.example.com/a?sig=1")
        result, taken = play(fetch, redirect("https://storage.example.com/a?sig=1"), got)
    assert result is got
    onward = taken[1].request
    assert (onward.path, onward.anonymous, onward.headers) == ("https://storage.example.com/a?sig=1", True, ())


@pytest.mark.parametrize("goal", ["http://storage.example.com/a", ""])
def test_a_download_does_not_go_just_anywhere(tmp_path, goal):
    """Nor without TLS, nor nowhere."""
    with (tmp_path / "a").open("wb") as into:
        fetch = Request("GET", "/document/download", repeat=Repeat.ALWAYS, into=into)
        error, taken = play(fetch, redirect(goal))
    assert isinstance(error, errors.ResponseError)
    assert sent(taken) == 1


# hints


def test_a_misspelt_field_is_looked_up_once():
    """The error then says what was probably meant."""
    unknown = failure(422, "APIModel V21_0 does not support field nmae (Project)")
    error, taken = play(READ, unknown, good({"fields": {"name": {}}}))
    assert type(error) is errors.InvalidRequestError
    assert str(error).endswith("does not support field nmae (Project) - did you mean name?")
    assert taken[1].request.path == "proj/metadata"


@pytest.mark.parametrize("trouble", [GONE, BUSY, PAGE, failure(403), REFUSED])
def test_a_failed_look_up_hides_nothing(trouble):
    """The first error is the one that counts, without delay."""
    unknown = failure(422, "APIModel V21_0 does not support field nmae (Project)")
    error, taken = play(READ, unknown, trouble)
    assert str(error) == "GET proj/search: 422 APIModel V21_0 does not support field nmae (Project)"
    assert sent(taken) == 2
    assert len(taken) == 2


def test_a_driver_that_sends_nothing_ends_in_an_error():
    """None for an answer is no answer."""
    error, _ = play(READ, None, None, None)
    assert type(error) is errors.TransportError
