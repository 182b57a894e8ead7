"""A password hasher of the same algorithm as the portal's, cheap enough for a test run."""

from accounts.security.password_hashers import PortalArgon2Hasher


class FastArgon2Hasher(PortalArgon2Hasher):
    """Argon2id with 64 KiB."""

    memory_cost = 64
