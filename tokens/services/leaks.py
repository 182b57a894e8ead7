"""What happens when somebody finds a portal token where it does not belong? It is revoked and its entity is told.

Whoever holds a token could use it, so whoever holds it may end it. The answer is the same whatever was reported.
"""

import re

from django.conf import settings

from mipres_admin.access.declarations import network_of
from mipres_admin.history.recording import origin
from tokens.actions import revoke_and_notify
from tokens.models import PortalToken
from tokens.services import limits
from tokens.services.errors import BadToken
from tokens.signing import jwts

LONGEST_REPORT = 100_000
MOST_TOKENS = 20
REASON = "Reportado como expuesto"
THANKS = (
    "Gracias por el reporte. Los tokens vigentes que contenía quedaron revocados y sus entidades recibieron un correo."
)
# the constant beginning of the header of every portal token (`jwts.sign`); no part is longer than a token, or a text of
# nothing but beginnings would be read from each to its end
_PART = f"[A-Za-z0-9_-]{{1,{jwts.LONGEST}}}"
_LOOKS_LIKE_OURS = re.compile(rf"eyJ0eXAiOiJtaXByZXMi{_PART}\.{_PART}\.[A-Za-z0-9_-]{{86}}")

per_address = limits.Limit(
    "tokens.services.limits.report",
    settings.LEAK_REPORTS_PER_MINUTE,
    1,
    "Desde esta dirección llegaron demasiados reportes. Espere {seconds} segundos y repita el suyo.",
)


def found_in(text: str) -> list[str]:
    """What looks like a portal token in a text, each once, the first `MOST_TOKENS`."""
    return list(dict.fromkeys(_LOOKS_LIKE_OURS.findall(text[:LONGEST_REPORT])))[:MOST_TOKENS]


def report(text: str) -> int:
    """Revoke every portal token in force that a text contains; how many. Nothing of the text is kept.

    Raises TooManyCalls (429) beyond `settings.LEAK_REPORTS_PER_MINUTE` reports from one address.
    """
    address = origin.get().address
    per_address.take(network_of(address) if address else "unknown")
    ended = 0
    for candidate in found_in(text):
        try:
            jti = jwts.read(candidate).jti
        except BadToken:
            continue
        token = PortalToken.objects.select_related("entity").filter(jti=jti).first()
        if token is not None and revoke_and_notify(by=None, token=token, reason=REASON, template="token_leaked"):
            ended += 1
    return ended
