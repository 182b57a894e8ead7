"""Who gets the image and the sound of a captcha?"""

import re
import wave
from io import BytesIO

import pytest
from captcha.models import CaptchaStore
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.captcha import audio, challenge, limits
from accounts.models import CaptchaSound
from tests.accounts.login_page import PAGE, is_logged_in, log_in, solution, token_in
from tests.accounts.origins import client_at, device_cookie_of

pytestmark = pytest.mark.django_db


def opened(client):
    """The token of a captcha that this client has just been shown."""
    return token_in(client.get(PAGE))


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
    page = client.get(PAGE).text
    address, width, height = re.search(r'<img src="([^"]+)" width="(\d+)" height="(\d+)"', page).groups()
    image = Image.open(BytesIO(client.get(address).content))
    assert (image.format, image.size) == ("PNG", (int(width), int(height)))


def test_the_image_is_the_same_each_time(client, db):
    address = reverse("captcha_image", args=[opened(client)])
    assert client.get(address).content == client.get(address).content


def test_no_cache_keeps_the_image(client, db):
    assert client.get(reverse("captcha_image", args=[opened(client)])).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["captcha_image", "captcha_audio"])
def test_captcha_is_not_served_to_another_session(client, db, name):
    address = reverse(name, args=[opened(client)])
    assert Client().get(address).status_code == 404


@pytest.mark.parametrize("name", ["captcha_image", "captcha_audio"])
def test_used_captcha_is_not_served(client, delegate, name):
    fields = solution(client)
    log_in(client, delegate.login, "otra cosa distinta", **fields)
    assert client.get(reverse(name, args=[fields["captcha_token"]])).status_code == 404


def frames(sound):
    with wave.open(BytesIO(sound)) as opened:
        assert (opened.getnchannels(), opened.getsampwidth(), opened.getframerate()) == (1, 1, 8000)
        return opened.readframes(opened.getnframes())


def heard(client, **headers):
    response = client.get(reverse("captcha_audio", args=[token_in(client.get(PAGE))]), headers=headers)
    return response, b"".join(response.streaming_content)


def test_a_page_can_be_heard(client):
    response, sound = heard(client)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "audio/wav")
    assert len(frames(sound)) == 12 * 8000


def test_safari_hears_it_in_ranges(client):
    response, sound = heard(client, range="bytes=0-1")
    assert (response.status_code, response.headers["Content-Range"], sound) == (206, "bytes 0-1/96044", b"RI")


# ---------------------------------------------------------------- the sound is made once


def test_every_play_of_a_captcha_is_the_same_sound(client, monkeypatch):
    address, spoken = reverse("captcha_audio", args=[opened(client)]), []
    speak = audio.speak
    monkeypatch.setattr(audio, "speak", lambda text: (spoken.append(text), speak(text))[1])
    sounds = {b"".join(client.get(address).streaming_content) for _ in range(3)}
    assert (len(spoken), len(sounds)) == (1, 1)


def test_showing_a_page_makes_no_sound(client):
    opened(client)
    assert not CaptchaSound.objects.exists()


def test_sound_goes_when_its_captcha_is_answered(client, delegate):
    fields = solution(client)
    client.get(reverse("captcha_audio", args=[fields["captcha_token"]]))
    assert CaptchaSound.objects.count() == 1
    log_in(client, delegate.login, **fields)
    assert is_logged_in(client)
    assert not CaptchaSound.objects.exists()


def test_sound_goes_when_its_captcha_expires(client):
    heard(client)
    CaptchaStore.objects.update(expiration=timezone.now())
    CaptchaStore.remove_expired()
    assert not CaptchaSound.objects.exists()


def test_captcha_that_is_answered_meanwhile_gets_no_sound(client, monkeypatch):
    token = opened(client)
    captcha = challenge.find(client.session, token)
    CaptchaStore.objects.all().delete()
    monkeypatch.setattr(challenge, "find", lambda session, token: captcha)
    assert client.get(reverse("captcha_audio", args=[token])).status_code == 404


# ---------------------------------------------------------------- how often


@pytest.fixture
def few(monkeypatch, time_machine):
    """Two images, plays and new captchas a minute, of which 50 seconds are left."""
    time_machine.move_to("2026-11-20T12:00:10-05:00", tick=False)
    for limit in (limits.IMAGES, limits.PLAYS, limits.CAPTCHAS):
        monkeypatch.setattr(limit, "allowed", 2)
        limit.clear()
    yield time_machine
    for limit in (limits.IMAGES, limits.PLAYS, limits.CAPTCHAS):
        limit.clear()


def ask(client, name):
    if name == "new_captcha":
        return client.post(reverse(name))
    return client.get(reverse(name, args=[opened(client)]))


def statuses(client, name, times=3):
    return [ask(client, name).status_code for _ in range(times)]


EACH = pytest.mark.parametrize("name", ["captcha_image", "captcha_audio", "new_captcha"])


@EACH
def test_beyond_the_limit_of_an_origin_the_answer_says_when(client, few, name):
    assert statuses(client, name) == [200, 200, 429]
    refusal = ask(client, name)
    assert refusal.headers["Retry-After"] == "50"
    assert "50 segundos" in refusal.text


@EACH
def test_new_sessions_give_no_more_of_them(few, name):
    assert [ask(Client(), name).status_code for _ in range(3)] == [200, 200, 429]


@EACH
def test_what_a_client_says_about_its_address_gives_no_more_of_them(few, name):
    clients = (Client(headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in range(3))
    assert [ask(client, name).status_code for client in clients] == [200, 200, 429]


@EACH
def test_other_origins_are_not_limited_with_it(client, few, name):
    statuses(client, name)
    assert ask(client_at("203.0.113.9"), name).status_code == 200


@EACH
def test_next_minute_has_them_again(client, few, name):
    statuses(client, name)
    few.shift(50)
    assert ask(client, name).status_code == 200


@EACH
def test_known_device_has_its_own_count_and_a_forged_one_none(client, few, delegate, name):
    log_in(known := client_at("203.0.113.1"), delegate.login)
    cookie = device_cookie_of(known)
    statuses(neighbour := client_at("203.0.113.2"), name)
    assert ask(client_at("203.0.113.2", cookie), name).status_code == 200
    assert ask(client_at("203.0.113.2", f"{cookie}x"), name).status_code == 429
    assert ask(neighbour, name).status_code == 429


def test_refused_image_is_a_picture_of_what_to_do(client, few):
    statuses(client, "captcha_image")
    refusal = ask(client, "captcha_image")
    assert refusal.headers["Content-Type"] == "image/svg+xml"
    assert refusal.text.startswith("<svg")
    assert "Espere 50 segundos" in refusal.text


def test_person_without_more_images_can_still_log_in(client, few, delegate):
    for name in ("captcha_image", "captcha_audio", "new_captcha"):
        statuses(client, name)
    log_in(client, delegate.login)
    assert is_logged_in(client)


def test_solved_captcha_gives_no_attempt_back(client, delegate):
    for _ in range(5):
        log_in(client, delegate.login, "otra cosa distinta")
    assert "Ingreso bloqueado" in log_in(client, delegate.login).text
