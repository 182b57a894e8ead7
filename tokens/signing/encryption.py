"""How are private keys and one-time secrets encrypted? AES-256-GCM, with keys derived from `MIPRES_KEYS_SECRET`.

Each purpose has a key of its own. An encrypted text is, in base64url: the second in which it was made (8 bytes,
authenticated), a random nonce (12) and the ciphertext with its tag.
"""

import base64
import os
import time
from datetime import timedelta
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

TIME, NONCE = 8, 12


@lru_cache(maxsize=16)
def _cipher(secret: str, purpose: str) -> AESGCM:
    info = f"mipres_admin.tokens.{purpose}".encode()
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(secret.encode()))


def encrypt(text: str, purpose: str) -> str:
    """Encrypt a text for one purpose under the first secret of `settings.KEYS_SECRETS`."""
    made_at, nonce = int(time.time()).to_bytes(TIME), os.urandom(NONCE)
    ciphertext = _cipher(settings.KEYS_SECRETS[0], purpose).encrypt(nonce, text.encode(), made_at)
    return base64.urlsafe_b64encode(made_at + nonce + ciphertext).decode()


def decrypt(encrypted: str, purpose: str, *, max_age: timedelta | None = None) -> str | None:
    """The text that was encrypted under any of the secrets; None for anything else or older than `max_age`."""
    try:
        data = base64.urlsafe_b64decode(encrypted)
    except ValueError:
        return None
    made_at, nonce, ciphertext = data[:TIME], data[TIME : TIME + NONCE], data[TIME + NONCE :]
    if max_age is not None and time.time() > int.from_bytes(made_at) + max_age.total_seconds():
        return None
    for secret in settings.KEYS_SECRETS:
        try:
            return _cipher(secret, purpose).decrypt(nonce, ciphertext, made_at).decode()
        except (InvalidTag, ValueError):  # ValueError: too short to have a nonce
            continue
    return None
