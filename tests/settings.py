"""How do the tests run? The portal's own settings in test mode, with cheaper passwords."""

import os

import pytest
from django.core.exceptions import ImproperlyConfigured

os.environ["MIPRES_MODE"] = "test"

try:
    from mipres_admin.settings import *  # noqa: F403
except ImproperlyConfigured as error:
    raise pytest.UsageError(str(error)) from None

MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
# One Argon2id at a thousandth of the memory; `test_hashers.py` tests the real parameters.
PASSWORD_HASHERS = ["tests.fast_hasher.FastArgon2Hasher"]
