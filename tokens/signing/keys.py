"""Which keys sign the portal tokens, how are they kept, and how do they change?

ES256. The private half is in the database, encrypted with a key that is derived from `MIPRES_KEYS_SECRET` and is not
in the database; it is deleted when the key retires. Verification goes by `kid` to a key of our own table.
"""

import base64
import hashlib
import json
import time
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import Max
from jwt.algorithms import ECAlgorithm

from accounts.models import Account
from mipres_admin.database import clock
from mipres_admin.database.locks import lock_key
from mipres_admin.history.recording import record
from mipres_admin.refusals import Refusal, refuse
from tokens.events import Event
from tokens.models import SigningKey

JWKS_MAX_AGE = timedelta(hours=1)
RELOAD_SECONDS = 60.0
MISS_SECONDS = 1.0
_MAKING_KEYS = 6_202_511_001  # locked by who makes or rotates keys, shared by who signs


# ---------------------------------------------------------------- sealing


@lru_cache(maxsize=8)
def _cipher(secrets: tuple[str, ...], purpose: str) -> MultiFernet:
    def derived(secret: str) -> Fernet:
        kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"mipres_admin.tokens.{purpose}".encode())
        return Fernet(base64.urlsafe_b64encode(kdf.derive(secret.encode())))

    return MultiFernet([derived(secret) for secret in secrets])


def seal(text: str, purpose: str) -> str:
    """Encrypt a text for one purpose under the first secret of `settings.KEYS_SECRETS`."""
    return _cipher(tuple(settings.KEYS_SECRETS), purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, purpose: str, *, max_age: timedelta | None = None) -> str | None:
    """The text that was sealed under any of the secrets; None for anything else or older than `max_age`."""
    ttl = int(max_age.total_seconds()) if max_age else None
    try:
        return _cipher(tuple(settings.KEYS_SECRETS), purpose).decrypt(sealed.encode(), ttl=ttl).decode()
    except InvalidToken:
        return None


# ---------------------------------------------------------------- making and rotating


def _thumbprint(jwk: dict[str, str]) -> str:
    """The first characters of the JWK thumbprint (RFC 7638): the `kid` of a key says which key it is."""
    canonical = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).decode()[:8]


def _new_key(state: str, now: datetime) -> SigningKey:
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    jwk = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return SigningKey.objects.create(
        kid=_thumbprint(jwk),
        public_jwk=jwk,
        private_key=seal(pem, "signing"),
        state=state,
        made_at=now,
        current_at=now if state == SigningKey.State.CURRENT else None,
    )


@transaction.atomic
def ensure_keys(*, by: Account | None = None) -> None:
    """Make the current and the next key if there are none; safe when many ask at once."""
    if SigningKey.objects.filter(state=SigningKey.State.CURRENT).exists():
        return
    lock_key(_MAKING_KEYS)
    if SigningKey.objects.filter(state=SigningKey.State.CURRENT).exists():
        return
    now = clock.now()
    current, following = _new_key(SigningKey.State.CURRENT, now), _new_key(SigningKey.State.NEXT, now)
    after = {"current": current.kid, "next": following.kid}
    record(by=by, event=Event.KEYS_MADE, obj=current, after=after)
    ring.forget()
    transaction.on_commit(ring.forget)


def current_key() -> SigningKey:
    """The key that signs now; no rotation happens until the transaction of the caller ends."""
    ensure_keys()
    lock_key(_MAKING_KEYS, shared=True)
    return SigningKey.objects.get(state=SigningKey.State.CURRENT)


def _too_young(following: SigningKey, now: datetime) -> Refusal | None:
    ready = following.made_at + JWKS_MAX_AGE
    if now >= ready:
        return None
    return Refusal(
        headline="La llave siguiente es muy reciente",
        cause="Otros servidores guardan la lista de llaves públicas hasta una hora y podrían no conocerla todavía.",
        remedy=f"Repita la rotación después de {ready:%Y-%m-%d %H:%M} UTC, o use --force si una llave se filtró.",
        who="El Ministerio.",
    )


@transaction.atomic
def rotate_keys(*, by: Account | None = None, force: bool = False) -> dict[str, str]:
    """Retire the current key, make the next one current and make a new next one; returns their kids by state.

    The retired key verifies until the last token that it signed expires; its private half is deleted. Raises
    Refused when the next key has been published for less than `JWKS_MAX_AGE`, unless `force`.
    """
    ensure_keys(by=by)
    lock_key(_MAKING_KEYS)
    current = SigningKey.objects.get(state=SigningKey.State.CURRENT)
    following = SigningKey.objects.get(state=SigningKey.State.NEXT)
    now = clock.now()
    refuse(None if force else _too_young(following, now))
    last = current.tokens.aggregate(last=Max("expires_at"))["last"] or now
    current.state, current.retired_at, current.verifies_until = SigningKey.State.RETIRED, now, last
    current.private_key = ""
    current.save(update_fields=["state", "retired_at", "verifies_until", "private_key"])
    following.state, following.current_at = SigningKey.State.CURRENT, now
    following.save(update_fields=["state", "current_at"])
    newest = _new_key(SigningKey.State.NEXT, now)
    ring.forget()
    before = {"current": current.kid, "next": following.kid}
    after = {"retired": current.kid, "current": following.kid, "next": newest.kid}
    record(by=by, event=Event.KEYS_ROTATED, obj=following, before=before, after=after)
    transaction.on_commit(ring.forget)
    return after


# ---------------------------------------------------------------- using


@lru_cache(maxsize=4)
def _private(sealed: str) -> ec.EllipticCurvePrivateKey:
    """The private half, decrypted and parsed once in a process: parsing costs a thousand times what signing does."""
    pem = unseal(sealed, "signing")
    if pem is None:
        raise ImproperlyConfigured(
            "The signing key can not be decrypted: MIPRES_KEYS_SECRET is not the one with which it was made. "
            "Add the old secret after the new one, separated by a comma (docs/operations.md)."
        )
    key = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  narrows the type
    return key


def private_half(key: SigningKey) -> ec.EllipticCurvePrivateKey:
    """The private half of a key that is not retired."""
    return _private(key.private_key)


class KeyRing:
    """The public halves by kid, parsed once; read again every minute, and when somebody names one that is not there.

    Names that are not there either way cost one statement a second at most.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        """Read the table again at the next question."""
        self._keys: dict[str, ec.EllipticCurvePublicKey] = {}
        self._loaded_at = self._missed_at = float("-inf")

    def public_key(self, kid: str) -> ec.EllipticCurvePublicKey | None:
        """The public half of one of our keys that verifies, or None."""
        now = time.monotonic()
        key = self._keys.get(kid)
        if now - self._loaded_at >= RELOAD_SECONDS or (key is None and now - self._missed_at >= MISS_SECONDS):
            self._load(now)
            key = self._keys.get(kid)
            if key is None:
                self._missed_at = now
        return key

    def _load(self, now: float) -> None:
        known = self._keys
        with self._lock:
            self._keys = {
                kid: known[kid] if kid in known else ECAlgorithm.from_jwk(jwk)  # type: ignore[misc]
                for kid, jwk in SigningKey.objects.verifying().values_list("kid", "public_jwk")
            }
            self._loaded_at = now


ring = KeyRing()


def key_set() -> dict[str, list[dict[str, Any]]]:
    """The JSON Web Key Set (RFC 7517): every key whose signature counts, public halves only."""
    ensure_keys()
    keys = SigningKey.objects.verifying().order_by("pk")
    return {
        "keys": [
            {name: key.public_jwk[name] for name in ("kty", "crv", "x", "y")}
            | {"kid": key.kid, "alg": key.algorithm, "use": "sig"}
            for key in keys
        ]
    }
