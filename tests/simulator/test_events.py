"""What an event shows of an object, whatever its type (rule 121)."""

import json
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from airflow_provider_workfront.simulator.delivery import Message, post
from airflow_provider_workfront.simulator.events import OBJ_CODES, Change, changes, state
from airflow_provider_workfront.simulator.schema import object_types
from airflow_provider_workfront.simulator.world import World

NOW, DECADE = datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=3650)


@pytest.mark.parametrize("code", sorted(OBJ_CODES & object_types().keys()))
def test_every_object_of_the_small_world_can_be_told(code):
    """All of its fields, as JSON; a secret of a user's row is no field."""
    world = World()
    for row in world.objects(code).values():
        shown = state(world, code, row, "v2")

        assert json.loads(json.dumps(shown))["ID"] == row["ID"]
        assert "apiKey" not in shown


def test_writes_of_one_commit_are_summed_up():
    """First and last state count; what is as it was, or came and went, is no change."""
    world = World()
    one, two, *_ = world.objects("PROJ").values()
    world.update("PROJ", one["ID"], {"name": "Last"})
    written = [
        ("PROJ", one["ID"], one),
        ("PROJ", one["ID"], {**one, "name": "Between"}),
        ("PROJ", two["ID"], two),
        ("PROJ", "came-and-went", None),
        ("JRNLE", "j1", None),
    ]

    (change,) = changes(world, written, "u1")

    assert (change.before, change.after["name"], change.event_type) == (one, "Last", "UPDATE")


@pytest.mark.parametrize(("before", "after", "expected"), [(None, 1, "CREATE"), (1, 2, "UPDATE"), (1, None, "DELETE")])
def test_the_kind_of_an_event(before, after, expected):
    """By what is there before and after."""
    row = {1: {"ID": "p1"}, 2: {"ID": "p1", "name": "x"}}
    change = Change("PROJ", row.get(before), row.get(after), "u1", NOW)

    assert (change.event_type, change.obj_id) == (expected, "p1")


def test_a_certificate_of_one_s_own_making_is_refused(tmp_path):
    """Reference 9.3: TLS, and no self-signed certificates; nothing of the event is shown to such a receiver."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        seen = ThreadPoolExecutor(1).submit(_first_bytes, listening, context)
        taken = post(Message(f"https://localhost:{port}/events", "the-bearer", b"{}"), 5.0)

        assert (taken, seen.result()) == (False, b"")


def _first_bytes(listening, context):
    """Give what a client says after the handshake."""
    try:
        with context.wrap_socket(listening.accept()[0], server_side=True) as connection:
            return connection.recv(1000)
    except OSError:
        return b""


def _self_signed(folder):
    """Write a certificate for localhost that only its own key vouches for."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), NOW, NOW + DECADE)
    certificate = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    file = folder / "own.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + certificate.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return file
