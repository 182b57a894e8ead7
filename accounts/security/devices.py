"""Which devices have logged in well with an account? Each has a secret in a signed cookie, and the account its hash.

The hash covers the account and its password: the secret is of use for no other account, and for none after the password
changes. A known device opens nothing: it only has its own count of failures (`login_limits`).
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts.models import Account, AccountSession, KnownDevice
from mipres_admin.origin import origin

SALT = "accounts.devices"
KEPT = timedelta(days=settings.KNOWN_DEVICE_DAYS)
# accounts that one browser remembers, and devices that one account has; the newest stay
PER_BROWSER, PER_ACCOUNT = 5, 10


def _secrets(cookie: str) -> list[str]:
    """The secrets in a cookie; none of a cookie that the portal did not sign or that is too old."""
    try:
        known: list[str] = signing.loads(cookie, salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        return []
    return known


def is_signed(cookie: str) -> bool:
    """Whether the portal gave this cookie to a browser that logged in well, with whatever account."""
    return bool(_secrets(cookie))


def _digest(secret: str, account: Account | None) -> str:
    of = f"{account.pk} {account.password}" if account else ""
    return hashlib.sha256(f"{secret} {of}".encode()).hexdigest()


def find(cookie: str, account: Account | None) -> str:
    """The hash of the device with this cookie, if it has logged in well with the account and is not forgotten; or "".

    Costs the same when there is no such account.
    """
    digests = [_digest(secret, account) for secret in _secrets(cookie)]
    if not digests:
        return ""
    devices = KnownDevice.objects.filter(account=account.pk if account else 0, created_at__gt=timezone.now() - KEPT)
    return devices.filter(digest__in=digests).values_list("digest", flat=True).first() or ""


def remember(request: Any, account: Account, session: AccountSession | None = None) -> None:
    """Give the browser of this request a new secret for the account, in place of the one that it has.

    `set_cookie` sends it. The account forgets its oldest devices.
    """
    by_digest = {_digest(secret, account): secret for secret in _secrets(origin.get().device_cookie)}
    replaced = account.known_devices.filter(digest__in=by_digest)
    for digest in replaced.values_list("digest", flat=True):
        del by_digest[digest]
    replaced.delete()
    secret = secrets.token_urlsafe(24)
    account.known_devices.create(digest=_digest(secret, account), session=session, created_at=timezone.now())
    newest = account.known_devices.order_by("-pk").values("pk")[:PER_ACCOUNT]
    account.known_devices.exclude(pk__in=list(newest.values_list("pk", flat=True))).delete()
    request.device_cookie = signing.dumps([*by_digest.values(), secret][-PER_BROWSER:], salt=SALT)


def set_cookie(request: Any, response: HttpResponseBase) -> None:
    """Send the cookie of a device that was remembered in this request."""
    if value := getattr(request, "device_cookie", ""):
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            value,
            max_age=KEPT,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )


def forget_old() -> None:
    """Delete the devices that have not logged in for long."""
    KnownDevice.objects.filter(created_at__lte=timezone.now() - KEPT).delete()
