"""Does "Probar token" tell the truth about a token, and keep nothing of it?"""

import html
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from tests.tokens.helpers import backdate, make_token
from tokens.models import PortalToken, TokenUse
from tokens.signing import jwts

pytestmark = pytest.mark.django_db


def said(client, token):
    return html.unescape(client.post("/tokens/probar/", {"token": token}).text)


def test_a_good_token_is_explained(eps, eps_client, token):
    page = said(eps_client, token.token)
    for piece in (
        "Los servicios aceptan este token",
        eps.entity.name,
        "Prescripción, Suministros y Facturación",
        ">89<",
    ):
        assert piece in page


def test_line_breaks_of_a_copy_do_no_harm(eps_client, token):
    broken = f" {token.token[:76]}\r\n{token.token[76:]}\n"
    assert "Los servicios aceptan este token" in said(eps_client, broken)


def test_a_revoked_token_says_so_and_whose_it_is(eps, eps_client, token):
    backdate(token.row, revoked_at=timezone.now(), reason="x")
    page = said(eps_client, token.token)
    assert "El token fue revocado el" in page
    assert eps.entity.name in page


def test_a_token_that_overlaps_says_until_when(eps, eps_client, token):
    make_token(eps, overlap=timedelta(days=7))
    assert ">6<" in said(eps_client, token.token)


def test_a_token_that_is_not_ours_is_not_decoded(eps, eps_client, token):
    page = said(eps_client, token.token[:-1])
    assert jwts.MALFORMED in page
    assert "Alcance" not in page


def test_a_token_that_the_portal_does_not_know(eps_client, token):
    PortalToken.objects.all().delete()
    assert "El token no existe en este portal." in said(eps_client, token.token)


def test_the_page_that_answers_does_not_repeat_the_token(eps_client, token):
    assert token.token not in said(eps_client, token.token)


def test_nothing_is_stored_and_nothing_counts_as_use(eps_client, token):
    said(eps_client, token.token)
    kept = str([session.get_decoded() for session in Session.objects.all()])
    assert token.token not in kept
    assert not TokenUse.objects.exists()


@pytest.mark.parametrize(("token", "message"), [("", "Ingrese el token."), ("x" * 2_001, "menos de 400 caracteres")])
def test_a_mistake_is_explained(eps_client, token, message):
    assert message in said(eps_client, token)
