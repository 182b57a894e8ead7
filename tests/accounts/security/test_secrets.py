"""Are keys and recovery codes kept so that the database alone does not reveal them?"""

import pytest

from accounts.models import RecoveryCode
from accounts.security.secrets import totp_key, written_key
from tests.accounts.second_factors import STEP, pending_client

pytestmark = pytest.mark.django_db


def test_recovery_code_is_read_without_dashes_and_with_lookalikes(delegate, codes):
    typed = codes[0].replace("-", " ").lower().replace("0", "o").replace("1", "l")
    assert pending_client(delegate).post(STEP, {"code": typed}).url == "/"


def test_neither_codes_nor_keys_are_in_the_database(delegate, app, codes):
    digests = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code.replace("-", "") in digests.upper() for code in codes)
    assert totp_key(app.seed).hex() != app.seed


def test_another_secret_makes_another_key(app, settings):
    before = written_key(app.seed)
    settings.FACTOR_SECRET = "otro"
    assert written_key(app.seed) != before
