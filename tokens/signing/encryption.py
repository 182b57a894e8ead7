"""How are private keys and one-time secrets encrypted? With keys derived from `MIPRES_KEYS_SECRET`, one per purpose."""

import base64
from datetime import timedelta
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


@lru_cache(maxsize=8)
def _cipher(secrets: tuple[str, ...], purpose: str) -> MultiFernet:
    def derived(secret: str) -> Fernet:
        kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"mipres_admin.tokens.{purpose}".encode())
        return Fernet(base64.urlsafe_b64encode(kdf.derive(secret.encode())))

    return MultiFernet([derived(secret) for secret in secrets])


def encrypt(text: str, purpose: str) -> str:
    """Encrypt a text for one purpose under the first secret of `settings.KEYS_SECRETS`."""
    return _cipher(tuple(settings.KEYS_SECRETS), purpose).encrypt(text.encode()).decode()


def decrypt(encrypted: str, purpose: str, *, max_age: timedelta | None = None) -> str | None:
    """The text that was encrypted under any of the secrets; None for anything else or older than `max_age`."""
    ttl = int(max_age.total_seconds()) if max_age else None
    try:
        return _cipher(tuple(settings.KEYS_SECRETS), purpose).decrypt(encrypted.encode(), ttl=ttl).decode()
    except InvalidToken:
        return None
