"""Which missing step keeps a person from registering as a user?"""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from mipres_admin.history.models import HistoryEntry
from roles.models import RegisteredUser, RethusEntry
from roles.validity import today
from tests import factories
from tests.delegates.registering import FORMS, page_text, plaza, registered, rethus, send_form

pytestmark = pytest.mark.django_db


def test_person_not_in_rethus_reads_where_to_go(natural_client, natural):
    rethus(natural, closed_on=today())
    page = page_text(natural_client.get(FORMS.format("profesional")))
    assert "No está en ReTHUS" in page
    assert "el colegio de su profesión" in page
    assert "Registrar</button>" not in page


def test_person_without_plaza_cannot_register_as_sso(natural_client, natural):
    rethus(natural)
    plaza(natural, -400, -30)
    page = page_text(natural_client.get(FORMS.format("sso")))
    assert "Sin plaza de Servicio Social Obligatorio" in page
    assert FORMS.format("profesional") in page


def test_profession_without_sso_is_refused(natural_client, natural):
    rethus(natural, "P11")
    plaza(natural)
    assert "Su profesión no presta Servicio Social Obligatorio" in page_text(natural_client.get(FORMS.format("sso")))


def test_sso_in_their_plaza_cannot_become_professional(natural_client, natural, sso):
    plaza(natural)
    page = page_text(send_form(natural_client, FORMS.format("profesional"), profession="P07"))
    assert "Su plaza de Servicio Social Obligatorio no ha terminado" in page
    assert "Hospital de la Plaza, la IPS de la plaza." in page
    assert registered(natural)[0] == "SSO"


@pytest.mark.parametrize("first", [-1, 1])
def test_current_or_future_roles_must_end_first(natural_client, natural, sso, delegate, sede, first):
    factories.make_assignment(sso, sede, "Rol_Anulador", delegate, starts_at=Now() + timedelta(days=first))
    page = page_text(send_form(natural_client, FORMS.format("profesional"), profession="P07"))
    assert "Usted tiene roles activos" in page
    assert f"Rol_Anulador en {sede.entity.name}, sede {sede.code}" in page
    assert registered(natural)[0] == "SSO"


def test_registering_as_the_same_again_is_refused_without_history(natural_client, natural, sso):
    plaza(natural)
    assert "no hay nada que cambiar" in page_text(send_form(natural_client, FORMS.format("sso"), profession="P07"))
    assert not HistoryEntry.objects.filter(event__startswith="user.registered").exists()


@pytest.mark.parametrize(("kind", "slug"), [("OTRO", "otro"), ("PROF", "profesional")])
def test_form_that_can_change_nothing_is_not_shown(natural_client, natural, kind, slug):
    profession = {"profession_id": "P07", "professional_registry": "RM-P07"} if kind == "PROF" else {}
    RegisteredUser.objects.create(person=natural.person, kind=kind, **profession)
    rethus(natural)
    page = page_text(natural_client.get(FORMS.format(slug)))
    assert "no hay nada que cambiar" in page
    assert "ese registro cambia" not in page
    assert "Registrar</button>" not in page


def test_professional_of_two_professions_may_choose_the_other(natural_client, natural):
    RegisteredUser.objects.create(
        person=natural.person, kind="PROF", profession_id="P07", professional_registry="RM-P07"
    )
    rethus(natural)
    rethus(natural, "P03")
    page = page_text(natural_client.get(FORMS.format("profesional")))
    assert "profesión, ese registro cambia" in page
    send_form(natural_client, FORMS.format("profesional"), profession="P03")
    assert registered(natural)[1] == "P03"


@pytest.mark.parametrize("kind", ["PROF", "SSO"])
@pytest.mark.parametrize("entry", [{}, {"closed_on": today() + timedelta(days=1)}, None])
def test_professionals_not_closed_in_rethus_stay_professionals(natural_client, natural, kind, entry):
    profession = {"profession_id": "P07", "professional_registry": "RM-P07"}
    RegisteredUser.objects.create(person=natural.person, kind=kind, **profession)
    if entry is not None:
        rethus(natural, **entry)
    assert "Usted es profesional de la salud" in page_text(natural_client.get(FORMS.format("otro")))
    assert "Usted es profesional de la salud" in page_text(send_form(natural_client, FORMS.format("otro")))
    assert registered(natural) == (kind, "P07", "RM-P07")
    assert not HistoryEntry.objects.filter(event__startswith="user.registered").exists()


def test_professionals_with_another_profession_in_rethus_stay_professionals(natural_client, natural, sso):
    RethusEntry.objects.update(closed_on=today())
    rethus(natural, "P03")
    assert "Usted es profesional de la salud" in page_text(send_form(natural_client, FORMS.format("otro")))


def test_professionals_whom_rethus_closed_register_as_other_users(natural_client, natural, sso):
    RethusEntry.objects.update(closed_on=today())
    assert send_form(natural_client, FORMS.format("otro")).status_code == 302
    assert registered(natural) == ("OTRO", None, "")
