"""One page of a search: long lists of fields are asked for in parts."""

import pytest
from msgspec import Raw

from airflow_provider_workfront.api.call import Retry, Send
from airflow_provider_workfront.api.errors import ServerError, TornReadError
from airflow_provider_workfront.api.reads import Search
from airflow_provider_workfront.api.request import Response, dumps
from airflow_provider_workfront.api.slices import Slice
from airflow_provider_workfront.api.windows import MOST_FIELDS, Window

WIDE = [f"field{number}" for number in range(MOST_FIELDS + 1)]


def play(window, *answers):
    """Answer each request in turn; give the result and the requests."""
    steps, requests, answers = window.steps(Retry()), [], list(answers)
    answer = None
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as done:
            return done.value, requests
        assert isinstance(step, Send)
        requests.append(step.request)
        answer = Response(200, {}, dumps({"data": answers.pop(0)}).encode())


def test_many_fields_are_read_in_parts_and_joined_by_id():
    """An answer holds a million values at most; the order is that of the first part."""
    rows, requests = play(
        Window(Search("PROJ", {"status": "CUR"}, WIDE), 40, 2),
        [{"ID": "b", "field0": 1}, {"ID": "a", "field0": 2}],
        [{"ID": "a", "field500": 4}, {"ID": "b", "field500": 3}],
    )
    assert rows == [{"ID": "b", "field0": 1, "field500": 3}, {"ID": "a", "field0": 2, "field500": 4}]
    first, second = (dict(request.params) for request in requests)
    assert first["fields"].split(",") == WIDE[:MOST_FIELDS]
    assert second["fields"] == WIDE[-1]
    assert (first["$$FIRST"], second["$$FIRST"]) == ("40", "0")
    assert [value for key, value in requests[1].params if key == "ID"] == ["b", "a"]
    assert "status" not in second  # a row that just left the filter still belongs to this page


def test_a_row_that_vanished_between_the_parts_is_left_out():
    """Half a row would be worse than none; to the reader it vanished before."""
    window = Window(Search("PROJ", fields=WIDE), 0, 2)
    assert play(window, [{"ID": "a"}, {"ID": "b"}], [{"ID": "b", "x": 1}])[0] == [{"ID": "b", "x": 1}]


def test_ids_are_asked_for_in_five_hundreds():
    """A form body of some sixteen thousand bytes each."""
    ids = [{"ID": f"{number:04d}"} for number in range(1200)]
    rows, requests = play(Window(Search("PROJ", fields=WIDE), 0, 2000), ids, ids[:500], ids[500:1000], ids[1000:])
    assert rows == ids
    assert [dict(request.params)["$$LIMIT"] for request in requests] == ["2000", "500", "500", "200"]


def test_slices_are_joined_too():
    """As text."""
    window = Window(Search("PROJ", fields=WIDE), 0, 2, sliced=True)
    assert play(window, [{"ID": "a", "x": 1}], [{"ID": "a", "y": 2}])[0] == [Slice("a", Raw(b'{"ID":"a","x":1,"y":2}'))]


@pytest.mark.parametrize("sliced", [True, False])
@pytest.mark.parametrize("data", [{"ID": "a"}, "a", None, 5])
def test_an_answer_of_another_form_is_an_error(data, sliced):
    """It is no empty page."""
    with pytest.raises(ServerError, match="unknown form"):
        play(Window(Search("PROJ"), 0, 10, sliced=sliced), data)


@pytest.mark.parametrize("row", [{"name": "x"}, "x", {"ID": None}])
def test_a_slice_needs_an_id(row):
    """Else pages could not be joined."""
    with pytest.raises(TornReadError, match="without its ID"):
        play(Window(Search("PROJ"), 0, 10, sliced=True), [row])
