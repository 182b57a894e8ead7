"""Which challenge of a passkey does this browser answer? Its session keeps one, for a few minutes and one use."""

from datetime import timedelta
from secrets import token_urlsafe

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from mipres_admin.rate_limits import limiter
from mipres_admin.rate_limits.limiter import LimitReached

CHALLENGE = "passkey_challenge"
LIFETIME = timedelta(minutes=5)


def keep(session: SessionBase, purpose: str, challenge: str) -> None:
    """Keep the challenge that was sent to the browser, in place of any other."""
    session[CHALLENGE] = {"purpose": purpose, "challenge": challenge, "at": timezone.now().timestamp()}


def take(session: SessionBase, purpose: str) -> str:
    """The challenge that was kept for this purpose, once; without one, a new one that nobody has seen.

    Of simultaneous requests of one session, which all read it before it is gone, one gets it.
    """
    kept, now, unseen = session.pop(CHALLENGE, None), timezone.now(), token_urlsafe(32)
    if not kept or kept["purpose"] != purpose or kept["at"] < (now - LIFETIME).timestamp():
        return unseen
    try:
        limiter.count(limiter.key_of("accounts.challenges", kept["challenge"]), allowed=1, expires_at=now + LIFETIME)
    except LimitReached:
        return unseen
    return str(kept["challenge"])
