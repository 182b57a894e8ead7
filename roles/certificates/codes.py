"""How is the verification code of a certificate made, and how is a typed one read?

Twenty-eight letters of Crockford's base32 are 140 random bits (ASVS 5.0, 11.5.1, asks for 128). No I, L,
O or U; typed I, L and O are understood.
"""

import re
import secrets

from roles.models import CERTIFICATE_CODE

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 28
_LOOKALIKES = str.maketrans("OIL", "011")
_SEPARATORS = re.compile(r"[\s\-‐-―−]")
_LONGEST_TYPED = 100


def new_code() -> str:
    """A fresh code, without separators."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(typed: str) -> str | None:
    """The code that was typed, in any case, with spaces or hyphens anywhere; None when it cannot be one."""
    if len(typed) > _LONGEST_TYPED:
        return None
    code = _SEPARATORS.sub("", typed).upper().translate(_LOOKALIKES)
    return code if re.fullmatch(CERTIFICATE_CODE, code) else None
