"""How are passwords stored? Normalised, then by Argon2id at OWASP's minimum for one lane: 46 MiB, one pass."""

import unicodedata

from django.contrib.auth.hashers import Argon2PasswordHasher


def normalized(password: str) -> str:
    """The password as every keyboard and system writes it: NFKC, and nothing else; blanks and case belong to it.

    Source: NIST SP 800-63B §3.1.1.2 (Unicode Standard Annex #15, stabilized strings).
    """
    return unicodedata.normalize("NFKC", password)


class PortalArgon2Hasher(Argon2PasswordHasher):
    """One lane, because one request has one core; Django's 100 MiB in eight lanes gives a quarter of the log-ins.

    Whatever sets or checks a password comes here: pages, the admin, commands, the last passwords.
    """

    time_cost = 1
    memory_cost = 46 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return super().encode(normalized(password), salt)

    def verify(self, password: str, encoded: str) -> bool:
        return super().verify(normalized(password), encoded)
