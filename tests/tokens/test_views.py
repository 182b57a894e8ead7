"""Do the pages of Generar Token show the token once, list the others, and revoke?"""

import html
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from entities.models import EntityKind
from mipres_admin.access.menu import menu_for
from tests import factories
from tests.tokens.helpers import backdate, make_token, validate
from tokens.actions import issue_token
from tokens.models import PortalToken, TokenUse
from tokens.signing import jwts

pytestmark = pytest.mark.django_db
GENERATE = "/tokens/generar/"


def form_data(newest=None, **fields):
    data = {"name": "Facturación", "days": "90", "overlap": "24", "request_key": str(uuid.uuid4())}
    return data | {"expected_token": str(newest.public_id) if newest else ""} | fields


def shown(response):
    """The token on the page, or None."""
    found = re.search(r'id="token">([^<]+)<', response.text)
    return html.unescape(found[1]) if found else None


def generated(client, **fields):
    assert client.post(GENERATE, form_data(**fields)).url == "/tokens/"
    return client.get("/tokens/")


def test_generar_token_is_the_first_item_of_the_menu(eps):
    assert menu_for(eps)[0].entry.label == "Generar Token"


def test_a_token_is_generated_and_shown_where_the_redirect_leads(eps, eps_client):
    token = shown(generated(eps_client))
    assert validate(eps.entity.nit, token).status_code == 200


def test_it_is_shown_once(eps_client):
    assert shown(generated(eps_client))
    assert shown(eps_client.get("/tokens/")) is None


def test_looking_whether_the_page_is_there_does_not_use_it_up(eps_client):
    eps_client.post(GENERATE, form_data())
    eps_client.head("/tokens/")
    assert shown(eps_client.get("/tokens/"))


def test_it_comes_with_fingerprint_expiry_and_an_example(eps, eps_client):
    page = generated(eps_client)
    row = PortalToken.objects.get()
    assert " ".join(row.fingerprint_in_groups) in page.text
    assert "TOKEN=&#x27;pegue aquí el token&#x27;" in page.text or "TOKEN='pegue aquí el token'" in page.text
    assert f"http://testserver/WSSUMMIPRESNOPBS/api/GenerarToken/{eps.entity.nit}/$TOKEN" in page.text


def test_an_ips_gets_the_example_that_works_for_it():
    client, delegate = Client(), factories.make_delegate(factories.make_entity(EntityKind.IPS))
    client.force_login(delegate)
    assert "/WSMIPRESNOPBS/api/ValidarToken/" in generated(client).text


def test_the_session_keeps_it_encrypted_and_not_at_all_afterwards(eps_client):
    eps_client.post(GENERATE, form_data())
    kept = [str(session.get_decoded()) for session in Session.objects.all()]
    token = shown(eps_client.get("/tokens/"))
    assert not any(piece in " ".join(kept) for piece in token.split("."))
    assert "new_token" not in str([session.get_decoded() for session in Session.objects.all()])


def test_it_is_shown_for_ten_minutes_at_most(eps_client, monkeypatch):
    monkeypatch.setattr("tokens.one_time_display.TIMEOUT", timedelta(seconds=-1))
    assert shown(generated(eps_client)) is None


def test_it_is_not_shown_in_another_session(eps, eps_client):
    eps_client.post(GENERATE, form_data())
    other = Client()
    other.force_login(eps)
    assert shown(other.get("/tokens/")) is None


def test_no_page_with_a_token_is_kept(eps_client):
    assert generated(eps_client).headers["Cache-Control"] == "no-store"


def test_a_double_click_makes_one_token_and_still_shows_it(eps_client):
    data = form_data()
    eps_client.post(GENERATE, data)
    assert eps_client.post(GENERATE, data).status_code == 302
    assert shown(eps_client.get("/tokens/"))
    assert PortalToken.objects.count() == 1


def test_an_old_session_makes_no_token_until_it_is_confirmed(eps, eps_client):
    eps.sessions.update(confirmed_at="2020-01-01T00:00Z")
    form = form_data(days="365")
    proof = eps_client.post(GENERATE, form).url
    assert proof.startswith("/seguridad/confirmar/")
    assert not PortalToken.objects.exists()
    saved = eps_client.get(eps_client.post(proof, {"password": factories.PASSWORD}).url)
    assert f'name="request_key" value="{form["request_key"]}"' in saved.text
    assert shown(generated(eps_client, **form))


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_time_make_one_token_and_still_show_it():
    delegate, client, data = factories.make_delegate(factories.make_entity(EntityKind.EPS_C)), Client(), form_data()
    client.force_login(delegate)

    def click(_):
        mine = Client()
        mine.cookies = client.cookies.copy()
        try:
            return mine.post(GENERATE, data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(click, range(4))) == {302}
    assert shown(client.get("/tokens/"))
    assert PortalToken.objects.count() == 1


def test_leaving_in_another_tab_meanwhile_makes_no_token_that_nobody_saw(eps_client, monkeypatch):
    def meanwhile(**values):
        issued = issue_token(**values)
        Session.objects.all().delete()
        return issued

    monkeypatch.setattr("tokens.views.issue_token", meanwhile)
    assert eps_client.post(GENERATE, form_data()).url == "/ingresar/"
    assert not PortalToken.objects.exists()


def test_the_first_token_asks_nothing_about_a_former_one(eps_client):
    assert "token anterior" not in eps_client.get("/tokens/").text


def test_a_new_one_asks_what_happens_to_the_old_one(eps_client, token):
    response = eps_client.post(GENERATE, form_data(token.row, overlap=""))
    assert "Ingrese qué hacer con el token anterior." in response.text
    assert PortalToken.objects.count() == 1


@pytest.mark.parametrize(("overlap", "status"), [("0", 401), ("24", 200), ("168", 200)])
def test_the_old_one_ends_as_chosen(eps, eps_client, token, overlap, status):
    eps_client.post(GENERATE, form_data(token.row, overlap=overlap))
    assert validate(eps.entity.nit, token.token).status_code == status


def test_a_second_tab_that_shows_the_past_changes_nothing(eps, eps_client, token):
    response = eps_client.post(GENERATE, form_data())
    assert "Los tokens cambiaron mientras usted los revisaba" in response.text
    assert validate(eps.entity.nit, token.token).status_code == 200


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "Ingrese el nombre del token."),
        ({"name": "x" * 61}, "El nombre debe tener 60 caracteres o menos"),
        ({"name": "a\x00b"}, "que no se ven"),
        ({"days": ""}, "Ingrese los días de vigencia."),
        ({"days": "0"}, "deben ser de 1 a 366"),
        ({"days": "367"}, "deben ser de 1 a 366"),
        ({"days": "noventa"}, "deben ser un número entero, por ejemplo 90."),
        ({"request_key": "x"}, "La página llegó incompleta."),
        ({"request_key": ""}, "La página llegó incompleta."),
    ],
)
def test_a_mistake_is_explained_and_makes_nothing(eps_client, fields, message):
    assert message in html.unescape(eps_client.post(GENERATE, form_data(**fields)).text)
    assert not PortalToken.objects.exists()


def test_the_list_says_name_ending_who_and_last_use(eps, eps_client, token):
    validate(eps.entity.nit, token.token, REMOTE_ADDR="203.0.113.9")
    page = eps_client.get("/tokens/").text
    for piece in ("Sistemas", token.row.last_characters, eps.login, "Prescripción", "203.0.113.9", "Vigente"):
        assert piece in page
    assert token.token not in page


def test_the_list_tells_the_states_apart(eps, eps_client, token):
    make_token(eps, overlap=timedelta(hours=24))
    assert "Reemplazado, aún vale" in eps_client.get("/tokens/").text
    make_token(eps)
    assert ">Reemplazado<" in eps_client.get("/tokens/").text


def test_a_delegate_does_not_see_the_tokens_of_others(delegate_client, token):
    assert token.row.last_characters not in delegate_client.get("/tokens/").text


# ---------------------------------------------------------------- revoke


def address(row):
    return f"/tokens/{row.public_id}/revocar/"


def test_revoking_asks_first(eps, eps_client, token):
    assert "No se puede deshacer" in eps_client.get(address(token.row)).text
    assert validate(eps.entity.nit, token.token).status_code == 200


def test_revoking_acts_at_once(eps, eps_client, token):
    assert eps_client.post(address(token.row), {"reason": "Ya no se usa"}).url == "/tokens/"
    assert validate(eps.entity.nit, token.token).status_code == 401
    assert "Revocado" in eps_client.get("/tokens/").text


@pytest.mark.parametrize("reason", ["", "porque sí"])
def test_revoking_needs_one_of_the_reasons(eps, eps_client, token, reason):
    eps_client.post(address(token.row), {"reason": reason})
    assert validate(eps.entity.nit, token.token).status_code == 200


def test_a_second_click_says_that_nothing_was_left(eps_client, token):
    eps_client.post(address(token.row), {"reason": "Ya no se usa"})
    eps_client.post(address(token.row), {"reason": "Ya no se usa"})
    assert "ya no valía" in eps_client.get("/tokens/").text


def test_a_revoked_token_offers_no_button(eps_client, token):
    eps_client.post(address(token.row), {"reason": "Ya no se usa"})
    assert "Este token ya no vale" in eps_client.get(address(token.row)).text


def test_the_token_of_another_entity_is_not_found(delegate_client, token):
    assert delegate_client.get(address(token.row)).status_code == 404
    assert delegate_client.post(address(token.row), {"reason": "Ya no se usa"}).status_code == 404


# ---------------------------------------------------------------- try


def try_page(client, token):
    return html.unescape(client.post("/tokens/probar/", {"token": token}).text)


def test_a_good_token_is_explained(eps, eps_client, token):
    page = try_page(eps_client, token.token)
    for piece in (
        "Los servicios aceptan este token",
        eps.entity.name,
        "Prescripción, Suministros y Facturación",
        ">89<",
    ):
        assert piece in page


def test_line_breaks_of_a_copy_do_no_harm(eps_client, token):
    broken = f" {token.token[:76]}\r\n{token.token[76:]}\n"
    assert "Los servicios aceptan este token" in try_page(eps_client, broken)


def test_a_revoked_token_says_so_and_whose_it_is(eps, eps_client, token):
    backdate(token.row, revoked_at=timezone.now(), reason="x")
    page = try_page(eps_client, token.token)
    assert "El token fue revocado el" in page
    assert eps.entity.name in page


def test_a_token_that_overlaps_says_until_when(eps, eps_client, token):
    make_token(eps, overlap=timedelta(days=7))
    assert ">6<" in try_page(eps_client, token.token)


def test_a_token_that_is_not_ours_is_not_decoded(eps, eps_client, token):
    page = try_page(eps_client, token.token[:-1])
    assert jwts.MALFORMED in page
    assert "Alcance" not in page


def test_a_token_that_the_portal_does_not_know(eps_client, token):
    PortalToken.objects.all().delete()
    assert "El token no existe en este portal." in try_page(eps_client, token.token)


def test_the_page_that_answers_does_not_repeat_the_token(eps_client, token):
    assert token.token not in try_page(eps_client, token.token)


def test_nothing_is_stored_and_nothing_counts_as_use(eps_client, token):
    try_page(eps_client, token.token)
    kept = str([session.get_decoded() for session in Session.objects.all()])
    assert token.token not in kept
    assert not TokenUse.objects.exists()


@pytest.mark.parametrize(("token", "message"), [("", "Ingrese el token."), ("x" * 2_001, "menos de 400 caracteres")])
def test_a_mistake_is_explained(eps_client, token, message):
    assert message in try_page(eps_client, token)
