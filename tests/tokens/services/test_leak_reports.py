"""Does a token that somebody finds in public end at once, and hears its entity of it?"""

import time

import pytest
from django.test import Client

from mipres_admin.history.models import HistoryEntry
from tests.tokens.helpers import make_token, validate
from tokens.models import PortalToken
from tokens.services import leak_reports

pytestmark = pytest.mark.django_db
PAGE, SERVICE = "/tokens/reportar/", "/tokens/reportar/servicio/"


def by_page(text):
    return Client().post(PAGE, {"text": text}).status_code


def by_service(text):
    return Client(enforce_csrf_checks=True).post(SERVICE, text, content_type="text/plain").status_code


@pytest.mark.parametrize(("report", "status"), [(by_page, 302), (by_service, 200)])
def test_a_reported_token_is_revoked_without_log_in(eps, token, report, status):
    assert report(f'const TOKEN = "{token.token}"; // prod') == status
    assert validate(eps.entity.nit, token.token).status_code == 401
    assert PortalToken.objects.get().reason == leak_reports.REASON


def test_the_delegates_are_told(eps, token, delivered):
    by_page(token.token)
    (message,) = delivered()
    assert message.to == [eps.email]
    assert token.row.last_characters in message.body
    assert token.token not in message.body


def test_it_is_written_down_without_the_token(eps, token):
    by_page(token.token)
    entry = HistoryEntry.objects.get(event="token.revoked")
    assert (entry.actor, entry.entity) == (None, eps.entity)
    assert token.token not in str([entry.after, entry.reason])


def test_two_tokens_in_one_text_both_end(eps, token, stranger):
    other = make_token(stranger)
    assert leak_reports.revoke_reported_tokens(f"{token.token}\n{other.token}") == 2


@pytest.mark.parametrize(
    "text", ["hola", "eyJ0eXAiOiJtaXByZXMi", "eyJ0eXAiOiJtaXByZXMiX.Y." + "A" * 86, "\x00ñ", "x" * 99_999]
)
def test_a_text_without_a_token_of_ours_ends_nothing(token, text):
    assert by_service(text) == 200
    assert leak_reports.revoke_reported_tokens(text) == 0


def test_a_text_of_nothing_but_beginnings_costs_next_to_nothing():
    began = time.perf_counter()
    assert leak_reports.find_tokens("eyJ0eXAiOiJtaXByZXMi" * 5_000) == []
    assert time.perf_counter() - began < 0.2


def test_the_answer_is_the_same_whatever_was_reported(token):
    answers = {Client().post(SERVICE, text, content_type="text/plain").text for text in (token.token, "hola")}
    assert len(answers) == 1


def test_a_second_report_changes_nothing(token):
    assert [leak_reports.revoke_reported_tokens(token.token), leak_reports.revoke_reported_tokens(token.token)] == [
        1,
        0,
    ]


def test_nothing_reported_is_an_error_that_says_what_is_missing():
    assert "Ingrese el token, o el texto donde aparece." in Client().post(PAGE, {"text": ""}).text


@pytest.mark.parametrize("report", [by_page, by_service])
def test_too_many_reports_are_told_to_wait(monkeypatch, report):
    monkeypatch.setattr(leak_reports.address_limit, "allowed", 1)
    assert 429 in [report("hola") for _ in range(3)]


def test_the_service_says_for_how_long(monkeypatch):
    monkeypatch.setattr(leak_reports.address_limit, "allowed", 1)
    for _ in range(3):
        response = Client().post(SERVICE, "hola", content_type="text/plain")
    assert 0 < int(response.headers["Retry-After"]) <= 60  # two of three fall into one minute


def test_the_page_needs_its_own_form(token):
    assert Client(enforce_csrf_checks=True).post(PAGE, {"text": token.token}).status_code == 403
