"""How are passwords stored? Argon2id at OWASP's minimum for one lane: 46 MiB, one pass."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PortalArgon2Hasher(Argon2PasswordHasher):
    """One lane, because one request has one core; Django's 100 MiB in eight lanes gives a quarter of the log-ins."""

    time_cost = 1
    memory_cost = 46 * 1024
    parallelism = 1
