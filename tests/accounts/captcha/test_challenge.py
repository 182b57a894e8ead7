"""Does the code of the image count once, in one browser, in time, and before anything else?"""

import threading
from datetime import timedelta

import pytest
from captcha.models import CaptchaStore
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.captcha import challenge
from tests.accounts.login_page import PAGE, is_logged_in, log_in, solution, token_in

pytestmark = pytest.mark.django_db
WRONG = "El texto ingresado no corresponde con el de la imagen"


def opened(client):
    """The token of a captcha that this client has just been shown."""
    return token_in(client.get(PAGE))


def test_an_expired_code_gets_the_same_message(client, delegate):
    fields = solution(client)
    CaptchaStore.objects.update(expiration=timezone.now())
    assert WRONG in log_in(client, delegate.login, **fields).text


def test_a_code_lasts_five_minutes(client, db):
    token = opened(client)
    left = challenge.find(client.session, token).expiration - timezone.now()
    assert timedelta(minutes=4, seconds=50) < left <= timedelta(minutes=5)


@pytest.mark.parametrize("first_answer", [{}, {"captcha": "AAAAA"}])
def test_a_code_is_used_up_whether_right_or_wrong(client, delegate, first_answer):
    fields = solution(client)
    log_in(client, delegate.login, "otra cosa distinta", **fields | first_answer)
    assert WRONG in log_in(client, delegate.login, **fields).text


def test_a_code_solved_in_another_browser_is_refused(client, delegate):
    assert WRONG in log_in(client, delegate.login, **solution(Client())).text


def test_trying_a_code_in_another_browser_does_not_use_it_up(client, delegate):
    fields = solution(client)
    log_in(Client(), delegate.login, **fields)
    log_in(client, delegate.login, **fields)
    assert is_logged_in(client)


@pytest.mark.parametrize("token", ["", "x", "\x00", "☃", "a" * 5000])
def test_a_token_that_nobody_issued_is_a_wrong_code(client, delegate, token):
    assert WRONG in log_in(client, delegate.login, captcha_token=token, captcha="☃\x00").text


def test_a_session_can_answer_its_last_five_codes(client, db):
    tokens = [opened(client) for _ in range(6)]
    assert [challenge.find(client.session, token) is not None for token in tokens] == [False] + [True] * 5


def test_asking_for_a_code_sweeps_those_that_have_expired(client, db):
    opened(client)
    CaptchaStore.objects.update(expiration=timezone.now())
    opened(client)
    assert CaptchaStore.objects.count() == 1


def test_the_page_does_not_give_away_the_librarys_key(client, db):
    page = client.get(PAGE).text
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


def test_letters_that_look_alike_are_not_asked():
    assert not set("BGIOQSZ01258") & set(challenge.ALPHABET)
