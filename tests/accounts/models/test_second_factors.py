"""What does PostgreSQL refuse about second factors?"""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import Passkey, RecoveryCode, SecondFactorPolicy
from tests.factories import make_app

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def refused_by(name):
    return pytest.raises(IntegrityError, match=name)


# ---------------------------------------------------------------- second factors and sessions


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [({"seed": "clave"}, "authenticator_app_seed_well_formed"), ({"name": ""}, "authenticatorapp_has_a_name")],
)
def test_an_authenticator_app_has_a_name_and_a_seed(delegate, fields, constraint):
    with refused_by(constraint):
        make_app(delegate, **fields)


PASSKEY = {"name": "Llave", "credential_id": "abc", "credential_hash": "0" * 64, "public_key": b"1"}


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"name": ""}, "passkey_has_a_name"),
        ({"credential_id": ""}, "passkey_credential_well_formed"),
        ({"credential_hash": "x" * 64}, "passkey_credential_well_formed"),
        ({"sign_count": -1}, "passkey_count_not_negative"),
    ],
)
def test_a_passkey_has_a_name_and_an_identifier(delegate, fields, constraint):
    with refused_by(constraint):
        Passkey.objects.create(account=delegate, **(PASSKEY | fields))


def test_a_passkey_is_of_one_account(delegate, stranger):
    Passkey.objects.create(account=delegate, **PASSKEY)
    with refused_by("credential_hash"):
        Passkey.objects.create(account=stranger, **PASSKEY)


@pytest.mark.parametrize("digest", ["0BCD-EFGH-JKMN", "0" * 64])
def test_a_recovery_code_is_kept_only_as_its_salted_hash(delegate, digest):
    with refused_by("recovery_code_is_a_hash"):
        RecoveryCode.objects.create(account=delegate, number=0, digest=digest)


def test_an_account_has_one_recovery_code_of_each_digit(delegate):
    RecoveryCode.objects.create(account=delegate, number=0, digest="argon2$salt$hash")
    with refused_by("recovery_code_one_per_number"):
        RecoveryCode.objects.create(account=delegate, number=0, digest="argon2$other$hash")


def test_the_number_of_a_recovery_code_is_a_digit(delegate):
    with refused_by("recovery_code_number_is_a_digit"):
        RecoveryCode.objects.create(account=delegate, number=10, digest="argon2$salt$hash")


def test_a_policy_is_of_a_known_kind_of_entity():
    with refused_by("second_factor_policy_kind_known"):
        SecondFactorPolicy.objects.create(kind="XX", compulsory_from=NOW)
