"""Finding the objects that rows name, in the simulator."""

import pytest
from clients import blocking, simulated

from airflow_provider_workfront.auth.session import ApiKeySession
from airflow_provider_workfront.simulator import Simulator
from airflow_provider_workfront.simulator.faults import Fault
from airflow_provider_workfront.writing.fields import UNKNOWN
from airflow_provider_workfront.writing.lookups import AT_ONCE, Question, looking_up, reference
from airflow_provider_workfront.writing.unfit import Unfit

ID = "82fa4107492642291e84b48547c84ca1"


class Asked:
    """A client that counts its searches."""

    def __init__(self, client):
        self.client, self.searches = client, []

    def search(self, *args, **kwargs):
        """Search, and remember what was asked."""
        self.searches.append(args)
        return self.client.search(*args, **kwargs)


@pytest.fixture
def simulator():
    return Simulator()


@pytest.fixture
def client(simulator):
    with blocking(simulated(simulator), ApiKeySession(simulator.credentials["api_key"])) as client:
        yield Asked(client)


def learnt(client, *questions):
    """Give lookups that know the answers."""
    look = looking_up(client)
    look.learn(questions)
    return look


@pytest.mark.parametrize(
    ("obj_code", "by", "value", "meant"),
    [
        ("USER", "", ID, ID),
        ("USER", "", {"ID": ID, "name": "Paula Planner", "objCode": "USER"}, ID),
        ("USER", "", f'{{"ID": "{ID}"}}', ID),
        ("USER", "", " paula@acme.example ", Question("USER", "emailAddr", "paula@acme.example")),
        ("USER", "", "Paula Planner", Question("USER", "name", "Paula Planner")),
        ("PRGM", "", "a@b", Question("PRGM", "name", "a@b")),
        ("USER", "username", "paula", Question("USER", "username", "paula")),
        ("PROJ", "extRefID", ID, Question("PROJ", "extRefID", ID)),
        ("PROJ", "referenceNumber", 17, Question("PROJ", "referenceNumber", "17")),
        (UNKNOWN, "", ID, ID),
    ],
)
def test_what_a_value_names(obj_code, by, value, meant):
    """An ID needs no question, unless it is said by what objects are found; of users an address is asked for."""
    assert reference(obj_code, by)(value) == meant


@pytest.mark.parametrize(
    ("obj_code", "by", "why"), [("PRGM", "ID", "is no ID$"), (UNKNOWN, "", "say its type: 'obj_code'")]
)
def test_what_names_nothing_is_refused(obj_code, by, why):
    """Before anything is asked."""
    with pytest.raises(Unfit, match=why):
        reference(obj_code, by)("Campaigns")


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (Question("USER", "emailAddr", "PAULA@acme.example"), "USER"),
        (Question("USER", "username", "paula@acme.example"), "USER"),
        (Question("PRGM", "name", "Campaigns"), "PRGM"),
        (Question("PROJ", "DE:Region", "APAC"), "PROJ"),
    ],
)
def test_objects_are_found(client, question, code):
    """By address and user name in any case, by name, by a custom field."""
    obj_id = learnt(client, question).obj_id(question)

    assert obj_id in {row["ID"] for row in client.client.search(code)}


def test_each_value_is_asked_for_once_and_a_hundred_at_a_time(client):
    """However many rows have it, and in however many parts they come."""
    questions = [Question("PROJ", "name", f"Project {number}") for number in range(AT_ONCE + 1)]
    look = learnt(client, *questions, *questions)
    look.learn(questions)

    assert [len(filters["name"]) for _, filters, _ in client.searches] == [AT_ONCE, 1]


def test_what_is_not_found_is_refused_with_the_nearest(client):
    """The names are read once."""
    first, second = Question("PRGM", "name", "Campains"), Question("PRGM", "name", "Infra")
    look = learnt(client, first, second)

    with pytest.raises(Unfit, match=r"is the name of no PRGM that this connection sees - did you mean Campaigns\?"):
        look.obj_id(first)
    with pytest.raises(Unfit, match="did you mean Infrastructure"):
        look.obj_id(second)
    assert len(client.searches) == 2


def test_of_several_none_is_meant(client, simulator):
    """Their IDs are named."""
    ids = [f"{number:032x}" for number in range(7)]
    for obj_id in ids:
        simulator.world.add("PRGM", {"ID": obj_id, "name": "Twin"})
    question = Question("PRGM", "name", "Twin")

    with pytest.raises(Unfit, match=rf"is the name of 7 PRGM, give the ID: {ids[0]}, .*, {ids[4]} and 2 more"):
        learnt(client, question).obj_id(question)


def test_of_several_users_the_active_one_is_meant(client, simulator):
    """People come back, and their old accounts stay."""
    (paula,) = client.client.search("USER", {"name": "Paula Planner"}, ["ID"])
    simulator.world.add("USER", {"ID": "0" * 32, "name": "Paula Planner", "isActive": False})
    question = Question("USER", "name", "Paula Planner")

    assert learnt(client, question).obj_id(question) == paula["ID"]


def test_what_may_not_be_searched_for_is_refused(simulator):
    """The row is, with Workfront's own words; the run goes on."""
    simulator = Simulator(faults=(Fault("403", path="prgm/search"),))
    question = Question("PRGM", "name", "Campaigns")
    with blocking(simulated(simulator), ApiKeySession(simulator.credentials["api_key"])) as client:
        look = learnt(client, question)

    with pytest.raises(Unfit, match="cannot be looked up by name: GET prgm/search: 403"):
        look.obj_id(question)


def test_references_with_commas_are_found(client):
    """A search for several of them would take each for two."""
    made = {key: client.client.create("PROJ", {"name": key, "extRefID": key})["ID"] for key in ("a,b", "c,d")}
    questions = {key: Question("PROJ", "extRefID", key) for key in made}
    look = learnt(client, *questions.values())
    assert {key: look.obj_id(question) for key, question in questions.items()} == made
