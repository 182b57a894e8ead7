"""How are exposed portal tokens reported? They are revoked and their entities notified.

Anyone who has a token could use it, so anyone who has it may revoke it. The response is the same for any report.
"""

import re

from django.conf import settings

from tokens.actions import revoke_and_notify
from tokens.services import limits
from tokens.signing import jwts

MAX_REPORT_LENGTH = 100_000
MAX_TOKENS = 20
REASON = "Reportado como expuesto"
THANKS = (
    "Gracias por el reporte. Los tokens vigentes que contenía quedaron revocados y sus entidades recibieron un correo."
)
# the constant start of the header of every portal token (`jwts.sign`); each part is bounded, otherwise a text of
# repeated starts would take quadratic time
_PART = f"[A-Za-z0-9_-]{{1,{jwts.MAX_LENGTH}}}"
_TOKEN_PATTERN = re.compile(rf"eyJ0eXAiOiJtaXByZXMi{_PART}\.{_PART}\.[A-Za-z0-9_-]{{86}}")

address_limit = limits.Limit(
    "tokens.services.limits.report",
    settings.LEAK_REPORTS_PER_MINUTE,
    1,
    "Desde esta dirección llegaron demasiados reportes. Espere {seconds} segundos y repita el suyo.",
)


def find_tokens(text: str) -> list[str]:
    """The first `MAX_TOKENS` different strings in a text that look like portal tokens."""
    return list(dict.fromkeys(_TOKEN_PATTERN.findall(text[:MAX_REPORT_LENGTH])))[:MAX_TOKENS]


def revoke_reported_tokens(text: str) -> int:
    """Revoke the current portal tokens that a text contains; return how many. The text is not stored.

    Raises TooManyCalls (429) beyond `settings.LEAK_REPORTS_PER_MINUTE` reports from one address.
    """
    address_limit.acquire()
    revoked = 0
    for token in map(jwts.find, find_tokens(text)):
        if token is not None and revoke_and_notify(by=None, token=token, reason=REASON, template="token_leaked"):
            revoked += 1
    return revoked
