"""Do the pages of Registro de Usuarios register professionals, SSO and other users, or say what is missing?"""

import pytest

from mipres_admin.history.models import HistoryEntry
from mipres_admin.outbox.models import OutgoingMail
from tests.accounts.login_page import log_in
from tests.delegates.registering import FORMS, page_text, plaza, registered, rethus, send_form

pytestmark = pytest.mark.django_db


def test_the_applications_are_shown_and_three_are_other_systems(client):
    page = page_text(client.get("/registro/"))
    assert all(name in page for name in ("MIPRES", "RUAF-ND", "RELAB", "REPSO"))
    assert page.count("Es otro sistema del Ministerio") == 3


@pytest.mark.parametrize("slug", ["profesional", "delegado", "sso", "otro"])
def test_log_in_from_the_steps_leads_to_the_form(client, natural, slug):
    page = page_text(client.get(f"/registro/mipres/{slug}/"))
    assert f"/ingresar/?next={FORMS.format(slug)}" in page
    assert "/seguridad-social/registro/" in page
    answer = log_in(client, natural.login, page=f"/ingresar/?next={FORMS.format(slug)}")
    assert answer.url == FORMS.format(slug)


def test_unknown_type_of_user_is_404(client):
    assert client.get("/registro/mipres/gerente/").status_code == 404


def test_delegate_is_sent_to_their_own_account(delegate_client):
    assert "cuenta de persona natural" in page_text(delegate_client.get("/registro/mipres/delegado/"))


def test_person_in_rethus_registers_as_professional(natural_client, natural):
    rethus(natural)
    assert send_form(natural_client, FORMS.format("profesional"), profession="P07").status_code == 302
    assert registered(natural) == ("PROF", "P07", "RM-P07")
    assert OutgoingMail.objects.get(template="user_registered").recipient == natural.email
    assert HistoryEntry.objects.get(event="user.registered").after == {"kind": "PROF", "profession": "P07"}


def test_any_person_registers_as_other_user(natural_client, natural):
    send_form(natural_client, FORMS.format("otro"))
    assert registered(natural) == ("OTRO", None, "")


@pytest.mark.parametrize(("first", "last"), [(-10, 10), (5, 100)])
def test_an_sso_needs_a_plaza_in_force_or_to_come(natural_client, natural, first, last):
    rethus(natural)
    plaza(natural, first, last)
    send_form(natural_client, FORMS.format("sso"), profession="P07")
    assert registered(natural) == ("SSO", "P07", "RM-P07")


def test_an_ex_sso_registers_again_as_a_professional(natural_client, natural, sso):
    plaza(natural, -400, -1)
    send_form(natural_client, FORMS.format("profesional"), profession="P07")
    assert registered(natural) == ("PROF", "P07", "RM-P07")
    assert HistoryEntry.objects.get(event="user.registered_again").before == {"kind": "SSO", "profession": "P07"}
