"""How are TOTP keys and recovery codes derived, so that the database alone does not reveal them?

The key of an authenticator app and the recovery codes are derived from a random seed and from a secret that is not
in the database (`MIPRES_FACTOR_SECRET`); recovery codes are kept as passwords are, as salted and slow hashes (ASVS
6.5.2), of their keyed hash.
"""

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

ISSUER = "MIPRES"
RECOVERY_CODES = 10
# Crockford's letters and digits: none of them looks like another
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("OIL", "011")
RECOVERY_LENGTH = 12


def derive(purpose: str, value: str) -> list[bytes]:
    """What comes of the value under each secret: of the first, for new things, and of those in use before."""
    text = f"{purpose} {value}".encode()
    return [hmac.digest(secret.encode(), text, hashlib.sha256) for secret in settings.FACTOR_SECRETS]


def new_seed() -> str:
    """A random seed of forty hexadecimal digits, for one app or one set of recovery codes."""
    return secrets.token_hex(20)


def totp_keys(seed: str) -> list[bytes]:
    """The twenty bytes that the app and the portal share, under each secret."""
    return [key[:20] for key in derive("totp", seed)]


def totp_key(seed: str) -> bytes:
    """The twenty bytes that a new app and the portal share."""
    return totp_keys(seed)[0]


def written_key(seed: str) -> str:
    """The key as a person types it into the app: groups of four letters or digits."""
    text = base64.b32encode(totp_key(seed)).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def totp_address(seed: str, login: str) -> str:
    """The otpauth:// address that the QR code carries."""
    fields = urlencode({"secret": written_key(seed).replace(" ", ""), "issuer": ISSUER})
    return f"otpauth://totp/{quote(f'{ISSUER}:{login}', safe='')}?{fields}"


def qr_path(text: str) -> tuple[str, int]:
    """A QR code as the path of an SVG of one unit a module, and its width in modules with the quiet zone."""
    rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=4))
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return "".join(dark), len(rows)


def recovery_codes(seed: str) -> list[str]:
    """The recovery codes of a seed as they are shown: 0BCD-EFGH-JKMN. The first digit is the number, 55 bits follow."""
    codes = []
    for number in range(RECOVERY_CODES):
        drawn = derive("recovery", f"{seed} {number}")[0]
        letters = str(number) + "".join(_ALPHABET[byte % 32] for byte in drawn[: RECOVERY_LENGTH - 1])
        codes.append("-".join(letters[at : at + 4] for at in range(0, RECOVERY_LENGTH, 4)))
    return codes


def read_recovery_code(text: str) -> str | None:
    """A recovery code without spaces, dashes and look-alikes, or None when the text cannot be one."""
    code = "".join(text.upper().split()).replace("-", "").translate(_LOOKALIKES)
    well_formed = len(code) == RECOVERY_LENGTH and code[0].isdigit() and set(code) <= set(_ALPHABET)
    return code if well_formed else None


def _keyed(code: str) -> list[str]:
    return [keyed.hex() for keyed in derive("recovery digest", code.replace("-", ""))]


def hash_recovery_code(code: str) -> str:
    """What is kept of a recovery code: by the hasher of passwords, with a salt of its own."""
    return make_password(_keyed(code)[0])


def is_recovery_code(code: str, kept: str | None) -> bool:
    """Whether `kept` is of this code. Costs one hashing for each secret, also when there is nothing to compare with."""
    if kept is None:
        for keyed in _keyed(code):
            make_password(keyed)
        return False
    verdicts = [check_password(keyed, kept) for keyed in _keyed(code)]  # each is made, whatever the others are
    return any(verdicts)
