"""How a task proves that it may read a connection: an HMAC keyed from the connection's client secret.

Whoever can read the connection could ask Workfront for a token himself, so knowing the secret grants nothing
new; the secret itself never travels. The signed text names the connection and the body, not the address: a
proxy may change the address.
"""

from __future__ import annotations

import hashlib
import hmac

HEADER = "X-Workfront-Proof"
TOLERANCE = 60  # seconds between the two clocks; a worker whose clock is off signs by the api-server's (its `Date`)
_VERSION = "v1"
_CONTEXT = b"airflow-provider-workfront broker v1"


def sign(secret: str, conn_id: str, body: bytes, *, at: int, nonce: str) -> str:
    """Give the header's value for this body, signed at epoch second `at`."""
    return f"{_VERSION} {at} {nonce} {_mac(secret, conn_id, body, str(at), nonce)}"


def is_genuine(header: str, secret: str, conn_id: str, body: bytes) -> bool:
    """Tell whether the header was made by someone who knows the secret, in constant time."""
    parts = header.split(" ")
    if len(parts) != 4 or parts[0] != _VERSION or not secret:
        return False
    _, at, nonce, mac = parts
    return hmac.compare_digest(mac.encode(), _mac(secret, conn_id, body, at, nonce).encode())


def skew(header: str, now: float) -> float:
    """Give by how many seconds the signer's clock is ahead of `now`; of a genuine header."""
    return float(header.split(" ")[1]) - now


def nonce_of(header: str) -> str:
    """Give what makes a genuine header unlike every other."""
    return header.split(" ")[2]


def _mac(secret: str, conn_id: str, body: bytes, at: str, nonce: str) -> str:
    key = hmac.new(_CONTEXT, secret.encode(), hashlib.sha256).digest()
    text = "\n".join((_VERSION, conn_id, at, nonce, hashlib.sha256(body).hexdigest()))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
