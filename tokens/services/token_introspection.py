"""What may another server learn of a token, and end? (RFC 7662, RFC 7009)

A server sees the tokens that share a scope with its own, and of their scopes the shared ones; every other token is
simply not active. It may end any token that it holds: so may whoever finds one (`leaks.py`).
"""

import hashlib
import hmac
import re
from datetime import datetime
from typing import Any

from django.conf import settings

from entities.models import Entity
from mipres_admin.access.declarations import network_of
from mipres_admin.history.recording import origin
from tokens.actions import revoke_and_notify
from tokens.client_verifier import ISSUER
from tokens.models import PortalToken, ServerClient, TemporaryToken
from tokens.scopes import REGIMEN, Scope
from tokens.services import limits
from tokens.services.errors import BadToken
from tokens.signing import jwts

REASON = "Revocado por el servidor {}"
# what a temporary token opens at most: Prescripción takes the portal token itself
_OF_TEMPORARY = (Scope.SUMINISTROS, Scope.FACTURACION)
_CLIENT_ID = re.compile(r"srv-[0-9a-f]{16}")

per_client = limits.Limit(
    "tokens.services.limits.client",
    settings.CLIENT_CALLS_PER_MINUTE,
    100,
    f"Un servidor puede hacer {settings.CLIENT_CALLS_PER_MINUTE} llamadas por minuto. Espere {{seconds}} segundos.",
)
per_address = limits.Limit(
    "tokens.services.limits.client_address",
    settings.CLIENT_FAILURES_PER_MINUTE,
    1,
    "Demasiadas credenciales malas desde su red. Espere {seconds} segundos.",
)


class UnknownClient(Exception):
    """These are not the credentials of a server in force."""


def forget() -> None:
    """Drop what this process has leased of the limits (for tests)."""
    per_client.forget()
    per_address.forget()


def authenticate(client_id: str, secret: str) -> ServerClient:
    """The server of these credentials; raises UnknownClient, or TooManyCalls (429).

    Wrong credentials count for their address, good calls for their server: nobody uses up another's.
    """
    known = _CLIENT_ID.fullmatch(client_id)
    client = ServerClient.objects.current().filter(client_id=client_id).first() if known else None
    digest = _digest(secret)
    if not hmac.compare_digest(client.digest if client else "", digest) or client is None:
        address = origin.get().address
        per_address.take(network_of(address) if address else "unknown")
        raise UnknownClient
    per_client.take(str(client.pk))
    return client


# ---------------------------------------------------------------- introspection


def _described(
    entity: Entity, scope: list[str], *, kind: str, issued_at: datetime, expires_at: datetime
) -> dict[str, Any]:
    regimen = REGIMEN.get(entity.kind)
    return {
        "active": True,
        "scope": " ".join(scope),
        "tipo": kind,
        "iss": ISSUER,
        "sub": str(entity.pk),
        "nit": entity.nit,
        **({"regimen": regimen} if regimen else {}),
        "iat": int(issued_at.timestamp()),
        "exp": int(expires_at.timestamp()),
    }


def _portal_token(token: str, shared: list[str]) -> dict[str, Any] | None:
    try:
        jti = jwts.read(token).jti
    except BadToken:
        return None
    found = PortalToken.objects.current().filter(jti=jti, entity__is_active=True).select_related("entity").first()
    scope = [name for name in found.scope.split() if name in shared] if found else []
    if found is None or not scope:
        return None
    answer = _described(found.entity, scope, kind="portal", issued_at=found.issued_at, expires_at=found.end)
    return answer | {"jti": found.jti}


def _temporary_token(token: str, shared: list[str]) -> dict[str, Any] | None:
    living = TemporaryToken.objects.current().filter(digest=_digest(token), token__entity__is_active=True)
    found = living.select_related("token__entity").first()
    scope = [name for name in found.token.scope.split() if name in shared and name in _OF_TEMPORARY] if found else []
    if found is None or not scope:
        return None
    end = min(found.expires_at, found.token.end)
    return _described(found.token.entity, scope, kind="temporal", issued_at=found.issued_at, expires_at=end)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def introspect(*, client: ServerClient, token: str) -> dict[str, Any]:
    """What a token is good for, as RFC 7662 §2.2 answers; only {"active": false} when it is not, or not for this
    server. It counts as no use of the token.
    """
    shared = client.scope.split()
    return _portal_token(token, shared) or _temporary_token(token, shared) or {"active": False}


# ---------------------------------------------------------------- revocation


def revoke(*, client: ServerClient, token: str) -> None:
    """End a token; its delegates hear of a portal token. What is no token in force needs nothing (RFC 7009 §2.2)."""
    TemporaryToken.objects.filter(digest=_digest(token)).delete()
    try:
        jti = jwts.read(token).jti
    except BadToken:
        return
    found = PortalToken.objects.select_related("entity").filter(jti=jti).first()
    if found is not None:
        revoke_and_notify(by=None, token=found, reason=REASON.format(client), template="token_revoked")
