"""How do the tests run? The portal's own settings in test mode, with cheaper passwords."""

import os

os.environ["MIPRES_MODE"] = "test"

from mipres_admin.settings import *  # noqa: F403

MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
# One Argon2id at a thousandth of the memory; `test_hashers.py` tests the real parameters.
PASSWORD_HASHERS = ["tests.fast_hasher.FastArgon2Hasher"]
