"""Which missing step keeps a person from registering as a user?"""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from mipres_admin.history.models import HistoryEntry
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
    page = page_text(send_form(natural_client, FORMS.format("otro")))
    assert "Usted tiene roles activos" in page
    assert f"Rol_Anulador en {sede.entity.name}, sede {sede.code}" in page
    assert registered(natural)[0] == "SSO"


def test_registering_as_the_same_again_is_refused_without_history(natural_client, natural, sso):
    plaza(natural)
    assert "no hay nada que cambiar" in page_text(send_form(natural_client, FORMS.format("sso"), profession="P07"))
    assert not HistoryEntry.objects.filter(event__startswith="user.registered").exists()
