"""What does PostgreSQL refuse about password links?"""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db.models.functions import Now

from accounts.models import PasswordLink
from tests import factories

pytestmark = pytest.mark.django_db
NEW = "otra frase larga y serena"


def assign(client, address, new=NEW, confirmation=None):
    return client.post(address, {"new": new, "confirmation": confirmation or new})


@pytest.fixture
def newcomer(ips):
    return factories.make_delegate(ips, password=None)


# ---------------------------------------------------------------- what can never be


def put(account, **fields):
    defaults = {"secret_hash": "0" * 64, "reason": "assign", "expires_at": Now() + timedelta(hours=1)}
    return PasswordLink.objects.create(account=account, **(defaults | fields))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"secret_hash": "a secret"}, "password_link_hash_well_formed"),
        ({"reason": "other"}, "password_link_reason_known"),
        ({"expires_at": Now() - timedelta(hours=1)}, "password_link_expires_after_creation"),
    ],
)
def test_postgresql_refuses(newcomer, fields, name):
    with pytest.raises(IntegrityError, match=name):
        put(newcomer, **fields)


def test_an_account_has_one_link(newcomer):
    put(newcomer)
    with pytest.raises(IntegrityError, match="account_id"):
        put(newcomer, secret_hash="1" * 64)


def test_the_name_of_a_link_does_not_show_its_secret(newcomer):
    assert str(put(newcomer)) == f"{newcomer.login}: Asignar la primera contraseña"
