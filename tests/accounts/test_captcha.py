"""Does the code of the image count once, in one browser, in time, and before anything else?"""

import re
import threading
from datetime import timedelta
from io import BytesIO

import pytest
from captcha.models import CaptchaStore
from django.contrib.auth.hashers import get_hasher
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.captcha import challenge
from mipres_admin.rate_limits.models import RateCounter
from tests import factories
from tests.accounts.login_page import PAGE, is_logged_in, log_in, solution, token_in

pytestmark = pytest.mark.django_db

WRONG = "El texto ingresado no corresponde con el de la imagen"


def text(response):
    return response.content.decode()


def opened(client):
    """The token of a captcha that this client has just been shown."""
    return token_in(client.get(PAGE))


def test_a_wrong_code_is_refused_in_the_words_of_the_manual(client, delegate):
    response = log_in(client, delegate.login, captcha="AAAAA")
    assert response.context["form"].errors == {"captcha": [WRONG]}
    assert not is_logged_in(client)


def test_a_missing_code_is_asked_for(client, delegate):
    assert "Ingrese el código de la imagen." in text(log_in(client, delegate.login, captcha=" "))


def test_a_wrong_code_counts_no_attempt(client, delegate):
    log_in(client, delegate.login, "otra cosa distinta", captcha="AAAAA")
    assert not RateCounter.objects.exists()


def test_after_a_wrong_code_the_password_is_not_looked_at(client, delegate, monkeypatch):
    monkeypatch.setattr(type(get_hasher()), "verify", None)
    assert WRONG in text(log_in(client, delegate.login, captcha="AAAAA"))


def test_the_case_of_the_code_and_spaces_in_it_do_not_matter(client, delegate):
    fields = solution(client)
    log_in(client, delegate.login, **fields | {"captcha": f" {' '.join(fields['captcha'].lower())} "})
    assert is_logged_in(client)


def test_an_expired_code_gets_the_same_message(client, delegate):
    fields = solution(client)
    CaptchaStore.objects.update(expiration=timezone.now())
    assert WRONG in text(log_in(client, delegate.login, **fields))


def test_a_code_lasts_five_minutes(client, db):
    token = opened(client)
    left = challenge.find(client.session, token).expiration - timezone.now()
    assert timedelta(minutes=4, seconds=50) < left <= timedelta(minutes=5)


@pytest.mark.parametrize("first_answer", [{}, {"captcha": "AAAAA"}])
def test_a_code_is_used_up_whether_right_or_wrong(client, delegate, first_answer):
    fields = solution(client)
    log_in(client, delegate.login, "otra cosa distinta", **fields | first_answer)
    assert WRONG in text(log_in(client, delegate.login, **fields))


def test_a_code_solved_in_another_browser_is_refused(client, delegate):
    assert WRONG in text(log_in(client, delegate.login, **solution(Client())))


def test_trying_a_code_in_another_browser_does_not_use_it_up(client, delegate):
    fields = solution(client)
    log_in(Client(), delegate.login, **fields)
    log_in(client, delegate.login, **fields)
    assert is_logged_in(client)


@pytest.mark.parametrize("token", ["", "x", "\x00", "☃", "a" * 5000])
def test_a_token_that_nobody_issued_is_a_wrong_code(client, delegate, token):
    assert WRONG in text(log_in(client, delegate.login, captcha_token=token, captcha="☃\x00"))


def test_a_session_can_answer_its_last_five_codes(client, db):
    tokens = [opened(client) for _ in range(6)]
    assert [challenge.find(client.session, token) is not None for token in tokens] == [False] + [True] * 5


def test_asking_for_a_code_sweeps_those_that_have_expired(client, db):
    opened(client)
    CaptchaStore.objects.update(expiration=timezone.now())
    opened(client)
    assert CaptchaStore.objects.count() == 1


def test_the_page_does_not_give_away_the_librarys_key(client, db):
    page = text(client.get(PAGE))
    assert CaptchaStore.objects.get().hashkey not in page


@pytest.mark.django_db(transaction=True)
def test_of_simultaneous_answers_only_one_counts(client):
    token = opened(client)
    answer = challenge.find(client.session, token).challenge
    session, begin, counted = client.session, threading.Barrier(8), []

    def redeem():
        try:
            begin.wait(10)
            counted.append(challenge.redeem(session, token, answer))
        finally:
            connections.close_all()

    session.load()
    threads = [threading.Thread(target=redeem) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(counted) == [False] * 7 + [True]


# ---------------------------------------------------------------- Actualizar imagen


def test_without_javascript_another_image_keeps_the_login_and_tries_nothing(client, delegate):
    response = client.post(PAGE, {"login": delegate.login, "password": factories.PASSWORD, "actualizar": "si"})
    assert f'value="{delegate.login}"' in text(response)
    assert factories.PASSWORD not in text(response)
    assert "Revise lo siguiente" not in text(response)


def test_without_javascript_another_image_is_another_captcha(client, db):
    assert opened(client) != token_in(client.post(PAGE, {"actualizar": "si"}))


def test_the_first_button_of_the_form_sends_it(client, db):
    form = re.search(r'<form class="stack".*?</form>', text(client.get(PAGE)), re.DOTALL)[0]
    first = re.search(r"<button[^>]*>", form)[0]
    assert 'type="submit"' in first
    assert "actualizar" not in first


def test_with_javascript_only_the_captcha_changes(client, delegate):
    new = client.post(reverse("new_captcha")).json()
    captcha = challenge.find(client.session, new["token"])
    assert (new["image"], new["audio"]) == (
        f"/captcha/{new['token']}/imagen.png",
        f"/captcha/{new['token']}/audio.wav",
    )
    log_in(client, delegate.login, captcha_token=new["token"], captcha=captcha.challenge)
    assert is_logged_in(client)


def test_another_captcha_is_not_made_by_opening_its_address(client, db):
    assert client.get(reverse("new_captcha")).status_code == 405


def test_another_captcha_needs_the_token_against_forgery(db):
    assert Client(enforce_csrf_checks=True).post(reverse("new_captcha")).status_code == 403


# ---------------------------------------------------------------- the image


def test_the_image_is_a_picture_of_the_size_that_the_page_says(client, db):
    page = text(client.get(PAGE))
    address, width, height = re.search(r'<img src="([^"]+)" width="(\d+)" height="(\d+)"', page).groups()
    image = Image.open(BytesIO(client.get(address).content))
    assert (image.format, image.size) == ("PNG", (int(width), int(height)))


def test_the_image_is_the_same_each_time(client, db):
    address = reverse("captcha_image", args=[opened(client)])
    assert client.get(address).content == client.get(address).content


def test_no_cache_keeps_the_image(client, db):
    assert client.get(reverse("captcha_image", args=[opened(client)])).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["captcha_image", "captcha_audio"])
def test_another_session_neither_sees_nor_hears_it(client, db, name):
    address = reverse(name, args=[opened(client)])
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("name", ["captcha_image", "captcha_audio"])
def test_nobody_sees_or_hears_a_code_that_was_used(client, delegate, name):
    fields = solution(client)
    log_in(client, delegate.login, "otra cosa distinta", **fields)
    assert client.get(reverse(name, args=[fields["captcha_token"]])).status_code == 404


def test_letters_that_look_alike_are_not_asked():
    assert not set("BGIOQSZ01258") & set(challenge.ALPHABET)


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
    assert piece in text(client.get(PAGE))


def test_its_error_is_wired_to_its_box(client, delegate):
    box = re.search(r'<input type="text" name="captcha"[^>]*>', text(log_in(client, delegate.login, captcha="AAAAA")))
    assert 'aria-invalid="true"' in box[0]
    assert "id_captcha_error" in box[0]


def test_the_box_is_empty_again_after_an_error(client, delegate):
    assert "AAAAA" not in text(log_in(client, delegate.login, captcha="AAAAA"))
