"""How does another service verify a portal token? Importable without Django; needs PyJWT[crypto].

    verifier = Verifier("https://portal.example/.well-known/jwks.json")
    claims = verifier.verify(token, nit="900123456", scope="suministros")

The signature, the audience, the dates and the scope are checked here, with public keys that are cached for an hour.
Only the portal knows whether a token was revoked: call ValidarToken before an operation that matters.
"""

from typing import Any

import jwt

ALGORITHM = "ES256"
ISSUER = "mipres"
AUDIENCE = "ws"  # the web services, which of them says the scope; short, for tokens have fewer than 400 characters
TYPE = "mipres"
CLAIMS = ("iss", "aud", "sub", "nit", "scope", "iat", "exp", "jti")
LEEWAY_SECONDS = 60  # between the clocks of servers
KEYS_CACHE_SECONDS = 3_600


class NotValid(Exception):
    """The token may not be used; the message says why, for a log."""


def claims_signed_by(key: Any, token: str) -> dict[str, Any]:
    """The claims of a token that this key signed; raises the exceptions of PyJWT.

    The algorithm is the key's, never the header's.
    """
    return jwt.decode(
        token,
        key,
        algorithms=[ALGORITHM],
        issuer=ISSUER,
        audience=AUDIENCE,
        leeway=LEEWAY_SECONDS,
        options={"require": list(CLAIMS), "verify_sub": False, "verify_jti": False},
    )


class Verifier:
    """Verifies portal tokens with the public keys that a portal publishes."""

    def __init__(self, jwks_url: str, *, timeout: float = 10) -> None:
        self._keys = jwt.PyJWKClient(jwks_url, cache_jwk_set=True, lifespan=KEYS_CACHE_SECONDS, timeout=timeout)

    def verify(self, token: str, *, nit: str | None = None, scope: str | None = None) -> dict[str, Any]:
        """The claims of a valid token, for this NIT and with this scope if given; raises NotValid.

        Raises `jwt.PyJWKClientConnectionError` when the portal did not answer: that says nothing about the token.
        """
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != TYPE or header.get("alg") != ALGORITHM:
                raise NotValid("The token is not a portal token.")
            claims = claims_signed_by(self._keys.get_signing_key(str(header.get("kid"))).key, token)
        except jwt.PyJWKClientConnectionError:
            raise
        except (jwt.InvalidTokenError, jwt.PyJWKClientError) as error:
            raise NotValid(f"{type(error).__name__}: {error}") from error
        if nit is not None and claims["nit"] != nit:
            raise NotValid("The token is of another NIT.")
        if scope is not None and scope not in str(claims["scope"]).split():
            raise NotValid(f"The token does not give access to {scope}.")
        return claims
