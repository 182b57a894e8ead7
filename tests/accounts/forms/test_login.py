"""Which logins and passwords does the log-in form refuse?"""

import pytest

from mipres_admin.rate_limits.models import RateCounter
from tests import factories
from tests.accounts.login_page import PAGE, is_logged_in, log_in, solution

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("login", "message"),
    [
        ("", "Ingrese su usuario."),
        ("A" * 300, "El usuario debe tener de 3 a 40 letras o números sin tildes, por ejemplo ADMIPS900123456."),
        ("ADMIPS\x00900", "Los caracteres nulos no están permitidos."),
        ("ADMİPS900123456", "El usuario debe tener de 3 a 40 letras"),
        ("'; DROP TABLE--", "El usuario debe tener de 3 a 40 letras"),
        ("☃" * 5, "El usuario debe tener de 3 a 40 letras"),
    ],
)
def test_a_login_that_cannot_exist_gets_a_clear_message_and_counts_nothing(client, db, login, message):
    response = client.post(PAGE, {"login": login, "password": factories.PASSWORD} | solution(client))
    assert response.status_code == 200
    assert message in response.content.decode()
    assert not RateCounter.objects.exists()


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("", "Ingrese su contraseña."),
        ("clave\x00clave", "Los caracteres nulos no están permitidos."),
        ("x" * 257, "La contraseña debe tener máximo 256 caracteres."),
    ],
)
def test_a_password_that_cannot_exist_gets_a_clear_message(client, delegate, password, message):
    assert message in log_in(client, delegate.login, password).content.decode()


def test_a_password_of_any_alphabet_is_merely_right_or_wrong(client, delegate):
    assert "Credenciales inválidas" in log_in(client, delegate.login, "пароль ☃ contraseña").content.decode()


def test_spaces_of_a_password_belong_to_it(client, delegate):
    log_in(client, delegate.login, f" {factories.PASSWORD}")
    assert not is_logged_in(client)
