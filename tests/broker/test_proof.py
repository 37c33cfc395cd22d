"""A task's proof that it may read a connection."""

from __future__ import annotations

import pytest

from airflow_provider_workfront.broker.proof import is_genuine, sign, skew

BODY = b'{"conn_id":"wf"}'
PROOF = sign("s3cret", "wf", BODY, at=1000, nonce="n")


def test_a_proof_made_with_the_secret_is_genuine():
    """The same secret, connection and body."""
    assert is_genuine(PROOF, "s3cret", "wf", BODY)


@pytest.mark.parametrize(
    ("proof", "secret", "conn_id", "body"),
    [
        (PROOF, "other", "wf", BODY),
        (PROOF, "s3cret", "other", BODY),
        (PROOF, "s3cret", "wf", BODY + b" "),
        (PROOF.replace("1000", "2000"), "s3cret", "wf", BODY),
        (PROOF.replace(" n ", " m "), "s3cret", "wf", BODY),
        (PROOF[:-1], "s3cret", "wf", BODY),
        (PROOF + "ä", "s3cret", "wf", BODY),
        ("", "s3cret", "wf", BODY),
        ("v1 1 2", "s3cret", "wf", BODY),
        ("v2" + PROOF[2:], "s3cret", "wf", BODY),
    ],
)
def test_any_change_breaks_it(proof, secret, conn_id, body):
    """Every part is covered by the signature, and garbage is no error."""
    assert not is_genuine(proof, secret, conn_id, body)


def test_an_empty_secret_proves_nothing():
    """Otherwise everybody could speak for a connection without one."""
    assert not is_genuine(sign("", "wf", BODY, at=1, nonce="n"), "", "wf", BODY)


def test_the_skew_is_in_seconds():
    """Positive when the signer's clock is ahead."""
    assert skew(PROOF, 990.0) == 10.0


def test_the_secret_does_not_travel():
    """Only a keyed hash does."""
    assert "s3cret" not in PROOF
