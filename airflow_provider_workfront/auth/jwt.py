"""Sign the assertion of Workfront's machine-to-machine flow (RS256, by PyJWT)."""

from __future__ import annotations

from dataclasses import dataclass, field

LIFETIME = 180  # Workfront asks for a few minutes at most


@dataclass(frozen=True, slots=True)
class Assertion:
    """Who signs: `customer_id` and `user_id` as the application's page in Workfront shows them."""

    customer_id: str
    user_id: str
    private_key: str = field(repr=False)

    def sign(self, now: float) -> str:
        """Give the assertion, valid from `now` (epoch seconds) for three minutes.

        Raises ValueError when the key is no RSA private key in PEM form; the message never shows the key.
        """
        import jwt

        claims = {"iss": self.customer_id, "sub": self.user_id, "iat": int(now), "exp": int(now) + LIFETIME}
        try:
            return jwt.encode(claims, self.private_key, algorithm="RS256")
        except (jwt.InvalidKeyError, ValueError, TypeError):
            raise ValueError("private_key is not an RSA private key in PEM form") from None
