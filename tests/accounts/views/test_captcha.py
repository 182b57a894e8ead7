"""Who gets the image and the sound of a captcha?"""

import re
import wave
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.captcha import challenge
from tests.accounts.login_page import PAGE, is_logged_in, log_in, solution, token_in

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


@pytest.mark.django_db
def test_a_page_can_be_heard(client):
    response, sound = heard(client)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "audio/wav")
    assert len(frames(sound)) == 12 * 8000


@pytest.mark.django_db
def test_safari_hears_it_in_ranges(client):
    response, sound = heard(client, range="bytes=0-1")
    assert (response.status_code, response.headers["Content-Range"], sound) == (206, "bytes 0-1/96044", b"RI")
