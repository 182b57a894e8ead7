"""Are keys and recovery codes kept so that the database alone does not reveal them?"""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher
from django.utils import timezone

from accounts.models import RecoveryCode
from accounts.security.secrets import totp_key, written_key
from tests.accounts.second_factors import STEP, pending_client
from tests.factories import code_of

pytestmark = pytest.mark.django_db


def test_recovery_code_is_read_without_dashes_and_with_lookalikes(delegate, codes):
    typed = codes[0].replace("-", " ").lower().replace("0", "o").replace("1", "l")
    assert pending_client(delegate).post(STEP, {"code": typed}).url == "/"


def test_neither_codes_nor_keys_are_in_the_database(delegate, app, codes):
    digests = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code.replace("-", "") in digests.upper() for code in codes)
    assert totp_key(app.seed).hex() != app.seed


def test_recovery_codes_are_hashed_like_passwords_each_with_its_salt(codes):
    kept = [get_hasher().decode(digest) for digest in RecoveryCode.objects.values_list("digest", flat=True)]
    assert {parts["variety"] for parts in kept} == {"argon2id"}
    assert len({parts["salt"] for parts in kept}) == len(codes)


@pytest.mark.parametrize("state", ["unused", "used", "none"])
def test_a_wrong_recovery_code_costs_one_hashing(delegate, codes, state, monkeypatch):
    hashed, encode = [], Argon2PasswordHasher.encode
    verify = Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *args: hashed.append("encode") or encode(*args))
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *args: hashed.append("verify") or verify(*args))
    client = pending_client(delegate)
    if state == "used":
        RecoveryCode.objects.update(used_at=timezone.now())
    elif state == "none":
        RecoveryCode.objects.all().delete()
    hashed.clear()
    client.post(STEP, {"code": "0000-0000-0000"})
    assert len(hashed) == 1


def test_another_secret_makes_another_key(app, settings):
    before = written_key(app.seed)
    settings.FACTOR_SECRETS = ["otro"]
    assert written_key(app.seed) != before


def test_an_app_of_the_secret_before_still_opens(delegate, app, settings):
    code = code_of(app)
    settings.FACTOR_SECRETS = ["otro", *settings.FACTOR_SECRETS]
    assert code_of(app) != code
    assert pending_client(delegate).post(STEP, {"code": code}).url == "/"


def test_a_recovery_code_of_the_secret_before_still_opens(delegate, codes, settings):
    settings.FACTOR_SECRETS = ["otro", *settings.FACTOR_SECRETS]
    assert pending_client(delegate).post(STEP, {"code": codes[0]}).url == "/"


def test_without_the_secret_before_its_codes_open_nothing(delegate, codes, settings):
    settings.FACTOR_SECRETS = ["otro"]
    assert pending_client(delegate).post(STEP, {"code": codes[0]}).status_code == 200
