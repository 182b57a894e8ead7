"""What may the bearer of a token do, and what is written about the call? One statement for each call.

The signature is checked first, without the database; then one statement reads what PostgreSQL knows of the token at
its own moment, so that a revocation counts from its commit on. A call with a good token counts for its entity; a call
with a bad one counts for the address it comes from, and never for the entity.
"""

import hashlib
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from entities.models import EntityKind
from mipres_admin.access.declarations import network_of
from mipres_admin.history.recording import origin
from tokens.scopes import NEEDS, REGIMEN, Scope, Service, in_words
from tokens.services import limits
from tokens.services.errors import BadToken, CallRefused
from tokens.signing import jwts

UNKNOWN = "El token no existe en este portal. Use el que se genera en «Generar Token»."
REVOKED = "El token fue revocado el {}. Use el vigente o genere uno nuevo en «Generar Token»."
REPLACED = "El token fue reemplazado por otro y valió hasta el {}. Use el nuevo."
FOREIGN_NIT = (
    "El token no es del NIT de la dirección. Escriba el NIT de la entidad del token, sin dígito de verificación."
)
INACTIVE = "La entidad del token está inactiva en este portal. Comuníquese con Atención al usuario del Ministerio."
OUT_OF_SCOPE = "El token no da acceso a {}; su alcance es {}."
NO_TEMPORARY = "El token temporal no existe o venció; dura 24 horas. Pida otro con GenerarToken."

_COLUMNS = """
token.id, token.scope, token.issued_at, token.expires_at, token.superseded_at IS NOT NULL AS superseded,
COALESCE(token.ends_at, token.expires_at) AS ends_at, token.revoked_at,
entity.id AS entity_id, entity.nit, entity.name, entity.kind, entity.is_active, statement_timestamp() AS now
"""
LOOK_UP = f"""
SELECT {_COLUMNS} FROM tokens_portaltoken token JOIN entities_entity entity ON entity.id = token.entity_id
WHERE token.jti = %(jti)s
"""  # noqa: S608  constants
ISSUE = f"""
WITH token AS MATERIALIZED ({LOOK_UP}),
issued AS (
    INSERT INTO tokens_temporarytoken (digest, token_id, service, issued_at, expires_at)
    SELECT %(digest)s, id, %(service)s, now, now + interval '24 hours' FROM token
    WHERE revoked_at IS NULL AND ends_at > now AND is_active AND nit = %(nit)s
    AND %(scope)s = ANY (string_to_array(scope, ' '))
)
SELECT * FROM token
"""  # noqa: S608
LOOK_UP_TEMPORARY = f"""
SELECT {_COLUMNS} FROM tokens_temporarytoken temporary JOIN tokens_portaltoken token ON token.id = temporary.token_id
JOIN entities_entity entity ON entity.id = token.entity_id
WHERE temporary.digest = %(digest)s AND temporary.expires_at > statement_timestamp()
"""  # noqa: S608
USED = """
INSERT INTO tokens_tokenuse AS used (token_id, at, service, address)
VALUES (%(token)s, %(now)s, %(service)s, %(address)s)
ON CONFLICT (token_id) DO UPDATE SET at = EXCLUDED.at, service = EXCLUDED.service, address = EXCLUDED.address
WHERE used.at < EXCLUDED.at - interval '59 seconds'
"""
# few at a time, so that no call waits long
SWEEP = """
DELETE FROM tokens_temporarytoken WHERE digest IN (
    SELECT digest FROM tokens_temporarytoken WHERE expires_at <= now() LIMIT 5000 FOR UPDATE SKIP LOCKED
)
"""

per_entity = limits.Limit(
    "tokens.services.limits.entity",
    settings.SERVICE_CALLS_PER_MINUTE,
    30,
    f"La entidad hizo más de {settings.SERVICE_CALLS_PER_MINUTE} llamadas en un minuto. Espere {{seconds}} segundos.",
)
per_address = limits.Limit(
    "tokens.services.limits.address",
    settings.SERVICE_BAD_TOKENS_PER_MINUTE,
    1,
    "Desde esta dirección llegaron demasiados tokens que no valen. Espere {seconds} segundos y use el token bueno.",
)


@dataclass(frozen=True)
class Bearer:
    """What PostgreSQL knows of a token and its entity at the moment of the call."""

    token: int
    scope: str
    issued_at: datetime
    expires_at: datetime
    superseded: bool
    ends_at: datetime
    revoked_at: datetime | None
    entity: int
    nit: str
    name: str
    kind: str
    is_active: bool
    now: datetime

    @property
    def regimen(self) -> str | None:
        """C or S for an EPS, None for the others."""
        return REGIMEN.get(self.kind)

    @property
    def kind_name(self) -> str:
        """The kind of the entity, in words."""
        return str(EntityKind(self.kind).label)


def day(moment: datetime) -> str:
    """The day of a moment in Colombia, YYYY-MM-DD."""
    return timezone.localdate(moment).isoformat()


def _refusal(bearer: Bearer | None, nit: str, needed: Scope | None) -> CallRefused | None:
    """Why this token may not do this for this NIT, or None: first whether it counts at all, then for what."""
    if bearer is None:
        return BadToken(UNKNOWN)
    if bearer.revoked_at is not None:
        return BadToken(REVOKED.format(day(bearer.revoked_at)))
    if bearer.ends_at <= bearer.now:
        return BadToken((REPLACED if bearer.superseded else jwts.EXPIRED).format(day(bearer.ends_at)))
    if bearer.nit != nit:
        return BadToken(FOREIGN_NIT)
    if not bearer.is_active:
        return CallRefused(403, INACTIVE)
    if needed is not None and needed not in bearer.scope.split():
        return CallRefused(403, OUT_OF_SCOPE.format(needed.label, in_words(bearer.scope)))
    return None


def _ask(sql: str, params: dict[str, Any]) -> Bearer | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
    return Bearer(*row) if row else None


def _count_bad(refusal: BadToken) -> CallRefused:
    """Count a bad token for its address; what to answer: the refusal itself, or that there were too many."""
    address = origin.get().address
    try:
        per_address.take(network_of(address) if address else "unknown")
    except limits.TooManyCalls as too_many:
        return too_many
    return refusal


# ---------------------------------------------------------------- when was it last used?


class _Marks:
    """Which tokens this process has marked as used in this minute."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self.minute, self.tokens = 0, set[int]()

    def is_first(self, token: int) -> bool:
        """Whether nobody has asked for this token in this minute."""
        minute = int(time.monotonic() // 60)
        if minute != self.minute:
            self.minute, self.tokens = minute, set()
        if token in self.tokens:
            return False
        self.tokens.add(token)
        return True

    def is_new_minute(self) -> bool:
        """Whether this process has not yet been used in this minute."""
        return int(time.monotonic() // 60) != self.minute


marks = _Marks()


def forget() -> None:
    """Drop what this process remembers between calls: leases of the limits and marks of use (for tests)."""
    marks.forget()
    per_entity.forget()
    per_address.forget()


def _sweep() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SWEEP)


def _mark(bearer: Bearer, service: Service) -> None:
    """Write down when, where and from where the token was used, once a minute; and tidy up, once a minute."""
    tidy = marks.is_new_minute()
    if marks.is_first(bearer.token):
        address = origin.get().address
        used: dict[str, Any] = {"token": bearer.token, "now": bearer.now, "service": str(service), "address": address}
        with connection.cursor() as cursor:
            cursor.execute(USED, used)
    if tidy:
        _sweep()


# ---------------------------------------------------------------- the calls


def _call(sql: str, *, service: Service, nit: str, token: str, needed: Scope | None, **params: str) -> Bearer:
    """Check a portal token with one statement; its bearer. Raises CallRefused with the real cause."""
    try:
        claims = jwts.read(token)
    except BadToken as bad:
        raise _count_bad(bad) from None
    per_entity.take(claims.subject)
    bearer = _ask(sql, {"jti": claims.jti, "nit": nit, "scope": needed, "service": service, **params})
    refusal = _refusal(bearer, nit, needed)
    if isinstance(refusal, BadToken):
        per_entity.give_back(claims.subject)
        raise _count_bad(refusal)
    if refusal or bearer is None:
        raise refusal or BadToken(UNKNOWN)
    _mark(bearer, service)
    return bearer


def validate(*, service: Service, nit: str, token: str, needed: Scope | None = None) -> Bearer:
    """The bearer of a portal token for this NIT, who may do `needed`; raises CallRefused (401, 403, 429)."""
    return _call(LOOK_UP, service=service, nit=nit, token=token, needed=needed)


def examine(token: str) -> tuple[Bearer, CallRefused | None]:
    """Whose portal token this is, and why the services would refuse it (None: they accept it); it counts as no call.

    Raises BadToken when we did not sign it, it has expired or the portal does not know it.
    """
    bearer = _ask(LOOK_UP, {"jti": jwts.read(token).jti})
    if bearer is None:
        raise BadToken(UNKNOWN)
    return bearer, _refusal(bearer, bearer.nit, None)


def issue_temporary(*, service: Service, nit: str, token: str) -> str:
    """A temporary token of 44 characters for the bearer of a portal token; only its SHA-256 is kept.

    Raises CallRefused: 401 for a bad token, 403 outside its scope, 429.
    """
    temporary = urlsafe_b64encode(secrets.token_bytes(32)).decode()
    digest = hashlib.sha256(temporary.encode()).hexdigest()
    _call(ISSUE, service=service, nit=nit, token=token, needed=NEEDS[service], digest=digest)
    return temporary


def validate_temporary(*, service: Service, nit: str, temporary: str) -> Bearer:
    """The bearer of a temporary token, for the calls of Suministros and Facturación: one of either service counts in
    both within the scope, while its portal token is in force. Raises CallRefused (401, 403, 429).
    """
    digest = hashlib.sha256(temporary.encode()).hexdigest()
    bearer = _ask(LOOK_UP_TEMPORARY, {"digest": digest})
    refusal = _refusal(bearer, nit, NEEDS[service]) if bearer else BadToken(NO_TEMPORARY)
    if isinstance(refusal, BadToken):
        raise _count_bad(refusal)
    if refusal or bearer is None:
        raise refusal or BadToken(NO_TEMPORARY)
    per_entity.take(str(bearer.entity))
    _mark(bearer, service)
    return bearer
