"""Which keys sign the portal tokens, how are they stored, and how do they rotate?

ES256. The private key is in the database, encrypted with a key that is derived from `MIPRES_KEYS_SECRET` and is not
in the database; it is deleted when the key retires. Verification finds the key in our own table by its `kid`.
"""

import base64
import hashlib
import json
import time
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
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
from tokens.signing.encryption import decrypt, encrypt

JWKS_MAX_AGE = timedelta(hours=1)
RELOAD_SECONDS = 60.0
MISS_SECONDS = 1.0
_KEYS_LOCK = 6_202_511_001  # exclusive to create or rotate keys, shared to sign


# ---------------------------------------------------------------- creating and rotating


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
        private_key=encrypt(pem, "signing"),
        state=state,
        created_at=now,
        current_at=now if state == SigningKey.State.CURRENT else None,
    )


@transaction.atomic
def ensure_keys(*, by: Account | None = None) -> None:
    """Create the current and the next key if there are none; safe for concurrent callers."""
    if SigningKey.objects.filter(state=SigningKey.State.CURRENT).exists():
        return
    lock_key(_KEYS_LOCK)
    if SigningKey.objects.filter(state=SigningKey.State.CURRENT).exists():
        return
    now = clock.now()
    current, next_key = _new_key(SigningKey.State.CURRENT, now), _new_key(SigningKey.State.NEXT, now)
    after = {"current": current.kid, "next": next_key.kid}
    record(by=by, event=Event.KEYS_CREATED, obj=current, after=after)
    public_keys.clear()
    transaction.on_commit(public_keys.clear)


def current_key() -> SigningKey:
    """The key that signs now; no rotation happens until the transaction of the caller ends."""
    ensure_keys()
    lock_key(_KEYS_LOCK, shared=True)
    return SigningKey.objects.get(state=SigningKey.State.CURRENT)


def _too_recent_refusal(next_key: SigningKey, now: datetime) -> Refusal | None:
    ready = next_key.created_at + JWKS_MAX_AGE
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
    """Retire the current key, make the next one current and create a new next one; returns their kids by state.

    The retired key verifies until the last token that it signed expires; its private key is deleted. Raises
    Refused when the next key has been published for less than `JWKS_MAX_AGE`, unless `force`.
    """
    ensure_keys(by=by)
    lock_key(_KEYS_LOCK)
    current = SigningKey.objects.get(state=SigningKey.State.CURRENT)
    next_key = SigningKey.objects.get(state=SigningKey.State.NEXT)
    now = clock.now()
    refuse(None if force else _too_recent_refusal(next_key, now))
    last = current.tokens.aggregate(last=Max("expires_at"))["last"] or now
    current.state, current.retired_at, current.verifies_until = SigningKey.State.RETIRED, now, last
    current.private_key = ""
    current.save(update_fields=["state", "retired_at", "verifies_until", "private_key"])
    next_key.state, next_key.current_at = SigningKey.State.CURRENT, now
    next_key.save(update_fields=["state", "current_at"])
    newest = _new_key(SigningKey.State.NEXT, now)
    public_keys.clear()
    before = {"current": current.kid, "next": next_key.kid}
    after = {"retired": current.kid, "current": next_key.kid, "next": newest.kid}
    record(by=by, event=Event.KEYS_ROTATED, obj=next_key, before=before, after=after)
    transaction.on_commit(public_keys.clear)
    return after


# ---------------------------------------------------------------- using


@lru_cache(maxsize=4)
def _load_private_key(encrypted: str) -> ec.EllipticCurvePrivateKey:
    """The private key, parsed once per process: parsing costs a thousand times what signing does."""
    pem = decrypt(encrypted, "signing")
    if pem is None:
        raise ImproperlyConfigured(
            "The signing key cannot be decrypted: MIPRES_KEYS_SECRET is not the one with which it was made. "
            "Add the old secret after the new one, separated by a comma (docs/operations.md)."
        )
    key = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  narrows the type
    return key


def private_key_of(key: SigningKey) -> ec.EllipticCurvePrivateKey:
    """The private key of a signing key that is not retired."""
    return _load_private_key(key.private_key)


class PublicKeyCache:
    """The public keys by kid, parsed once; read again every minute, and when a token names an unknown one.

    Unknown names cost one statement a second at most.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Read the table again at the next call of `get`."""
        self._keys: dict[str, ec.EllipticCurvePublicKey] = {}
        self._loaded_at = self._missed_at = float("-inf")

    def get(self, kid: str) -> ec.EllipticCurvePublicKey | None:
        """The public key of one of our keys that may verify, or None."""
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


public_keys = PublicKeyCache()


def key_set() -> dict[str, list[dict[str, Any]]]:
    """The JSON Web Key Set (RFC 7517): every key that may verify, public parts only."""
    ensure_keys()
    keys = SigningKey.objects.verifying().order_by("pk")
    return {
        "keys": [
            {name: key.public_jwk[name] for name in ("kty", "crv", "x", "y")}
            | {"kid": key.kid, "alg": key.algorithm, "use": "sig"}
            for key in keys
        ]
    }
