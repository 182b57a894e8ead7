"""Are passwords stored as decided: Argon2id, 46 MiB, one pass, one lane?"""

import pytest
from django.contrib.auth.hashers import check_password, make_password

from accounts.models import Account
from mipres_admin import settings as portal
from tests import factories
from tests.accounts.login_page import is_logged_in, log_in

THE_PORTALS = "accounts.security.password_hashers.PortalArgon2Hasher"


@pytest.fixture
def real_hasher(settings):
    settings.PASSWORD_HASHERS = [THE_PORTALS]


def test_the_portal_uses_its_own_hasher_and_no_other():
    assert portal.PASSWORD_HASHERS == [THE_PORTALS]


def test_a_hash_says_its_parameters(real_hasher):
    assert make_password(factories.PASSWORD).startswith("argon2$argon2id$v=19$m=47104,t=1,p=1$")


def test_a_hash_knows_its_password(real_hasher):
    encoded = make_password(factories.PASSWORD)
    assert (check_password(factories.PASSWORD, encoded), check_password("otra", encoded)) == (True, False)


@pytest.mark.django_db
def test_a_log_in_upgrades_a_hash_of_other_parameters(client, delegate, real_hasher):
    assert "m=64,t=1,p=1$" in delegate.password
    log_in(client, delegate.login)
    assert is_logged_in(client)
    assert "m=47104,t=1,p=1$" in Account.objects.get(pk=delegate.pk).password


@pytest.mark.django_db
def test_a_wrong_password_upgrades_nothing(client, delegate, real_hasher):
    log_in(client, delegate.login, "otra cosa distinta")
    assert Account.objects.get(pk=delegate.pk).password == delegate.password


@pytest.mark.parametrize("typed", ["contrase\u00f1a \ufb01rme x²", "contrasen\u0303a firme x2"])
def test_a_password_is_the_same_from_every_keyboard(typed):
    assert check_password(typed, make_password("contrase\u00f1a firme x2"))


@pytest.mark.parametrize("typed", ["contraseña", " contraseña ", "Contraseña ", "contrase\u200bña "])
def test_blanks_case_and_marks_belong_to_a_password(typed):
    assert not check_password(typed, make_password("contraseña "))


@pytest.mark.django_db
def test_a_password_set_decomposed_logs_in_composed(client, delegate):
    delegate.set_password(f"{factories.PASSWORD} n\u0303")
    delegate.save()
    log_in(client, delegate.login, f"{factories.PASSWORD} ñ")
    assert is_logged_in(client)
