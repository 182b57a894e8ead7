"""What does the field for the code of the image say, and what does it refuse?"""

import re

import pytest
from django.contrib.auth.hashers import get_hasher

from mipres_admin.rate_limits.models import RateCounter
from tests import factories
from tests.accounts.login_page import PAGE, is_logged_in, log_in, solution, token_in

pytestmark = pytest.mark.django_db
WRONG = "El texto ingresado no corresponde con el de la imagen"


def opened(client):
    """The token of a captcha that this client has just been shown."""
    return token_in(client.get(PAGE))


def test_a_wrong_code_is_refused_in_the_words_of_the_manual(client, delegate):
    response = log_in(client, delegate.login, captcha="AAAAA")
    assert response.context["form"].errors == {"captcha": [WRONG]}
    assert not is_logged_in(client)


def test_a_missing_code_is_asked_for(client, delegate):
    assert "Ingrese el código de la imagen." in log_in(client, delegate.login, captcha=" ").text


def test_a_wrong_code_counts_no_attempt(client, delegate):
    log_in(client, delegate.login, "otra cosa distinta", captcha="AAAAA")
    assert not RateCounter.objects.exists()


def test_after_a_wrong_code_the_password_is_not_looked_at(client, delegate, monkeypatch):
    monkeypatch.setattr(type(get_hasher()), "verify", None)
    assert WRONG in log_in(client, delegate.login, captcha="AAAAA").text


def test_the_case_of_the_code_and_spaces_in_it_do_not_matter(client, delegate):
    fields = solution(client)
    log_in(client, delegate.login, **fields | {"captcha": f" {' '.join(fields['captcha'].lower())} "})
    assert is_logged_in(client)


# ---------------------------------------------------------------- Actualizar imagen


def test_without_javascript_another_image_keeps_the_login_and_tries_nothing(client, delegate):
    response = client.post(PAGE, {"login": delegate.login, "password": factories.PASSWORD, "actualizar": "si"})
    assert f'value="{delegate.login}"' in response.text
    assert factories.PASSWORD not in response.text
    assert "Revise lo siguiente" not in response.text


def test_without_javascript_another_image_is_another_captcha(client, db):
    assert opened(client) != token_in(client.post(PAGE, {"actualizar": "si"}))


def test_the_first_button_of_the_form_sends_it(client, db):
    form = re.search(r'<form class="stack".*?</form>', client.get(PAGE).text, re.DOTALL)[0]
    first = re.search(r"<button[^>]*>", form)[0]
    assert 'type="submit"' in first
    assert "actualizar" not in first


# ---------------------------------------------------------------- for people who do not see it


@pytest.mark.parametrize(
    "piece",
    [
        'for="id_captcha">Ingrese el código de la imagen',
        'alt="Imagen con el código que debe ingresar. Si no puede leerla, escuche el código."',
        '<span id="id_captcha_audio">Escuchar el código</span>',
        '<audio controls preload="none"',
        'aria-labelledby="id_captcha_audio"',
        ">Actualizar imagen</button>",
        'autocomplete="off"',
    ],
)
def test_the_captcha_says_what_it_is(client, db, piece):
    assert piece in client.get(PAGE).text


def test_its_error_is_wired_to_its_box(client, delegate):
    box = re.search(r'<input type="text" name="captcha"[^>]*>', log_in(client, delegate.login, captcha="AAAAA").text)
    assert 'aria-invalid="true"' in box[0]
    assert "id_captcha_error" in box[0]


def test_the_box_is_empty_again_after_an_error(client, delegate):
    assert "AAAAA" not in log_in(client, delegate.login, captcha="AAAAA").text
