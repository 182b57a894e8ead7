"""What do Mi lista de roles and Mis datos show?"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from delegates.models import PrivacyAcceptance, Representation
from roles.models import RegisteredUser
from tests import factories
from tests.delegates.own_data import DATA, page_text

pytestmark = pytest.mark.django_db


def test_home_lists_the_represented_entities(rosa_client, rosa):
    entity = factories.make_entity(name="Clínica del Valle")
    Representation.objects.create(entity=entity, person=rosa.person)
    Representation.objects.create(entity=factories.make_entity(name="Otra"), person=rosa.person, ended_at=Now())
    page = page_text(rosa_client.get("/", follow=True))
    assert "Persona jurídica: Clínica del Valle" in page
    assert "Otra" not in page


def test_the_menu_of_a_person_is_not_a_delegates(rosa_client, delegate_client):
    assert "Mis datos" in page_text(rosa_client.get(DATA))
    assert "Activar Usuarios" not in page_text(rosa_client.get(DATA))
    assert "Registro de Usuarios" not in page_text(delegate_client.get("/"))


def test_person_sees_their_data(rosa_client, rosa):
    PrivacyAcceptance.objects.create(account=rosa, notice_version="2026-11-21", accepted_at=Now())
    page = page_text(rosa_client.get(DATA))
    assert {"Rosa", "rosa@correo.example", "2026-11-21"} <= set(re.findall(r"[\w@.-]+", page))


# ---------------------------------------------------------------- Mis roles en MIPRES
ROLES = "/seguridad-social/mis-roles/"


@pytest.fixture
def doctor(rosa):
    return RegisteredUser.objects.create(
        person=rosa.person, kind="PROF", profession_id="P07", professional_registry="RM-P07"
    )


def test_person_sees_own_roles_where_and_until_when(rosa_client, doctor, delegate, sede):
    start = datetime(2026, 3, 2, 12, tzinfo=UTC)
    end = datetime(2999, 5, 4, 5, tzinfo=UTC)  # midnight in Colombia
    factories.make_assignment(doctor, sede, "Rol_Prescriptor", delegate, starts_at=start, ends_at=end)
    page = page_text(rosa_client.get(ROLES))
    for shown in (str(sede.entity), sede.code, sede.name, "Rol_Prescriptor", "2026-03-02", "2999-05-03", "Activo"):
        assert shown in page
    assert "Rol_PrescriptorExclusiones" in page
    assert "Mis roles en MIPRES" in page_text(rosa_client.get("/", follow=True))


@pytest.mark.parametrize(("days", "is_shown"), [(364, True), (366, False)])
def test_role_that_ended_is_shown_for_a_year(rosa_client, doctor, delegate, sede, days, is_shown):
    ended = timezone.now() - timedelta(days=days)
    start = ended - timedelta(days=9)
    factories.make_assignment(doctor, sede, "Rol_Anulador", delegate, starts_at=start, ends_at=ended)
    page = page_text(rosa_client.get(ROLES))
    assert ("Terminado" in page) == is_shown
    assert ("No tiene roles en MIPRES" in page) != is_shown


def test_nobody_sees_the_roles_of_somebody_else(rosa_client, rosa, delegate, sede):
    other = factories.make_assignment(factories.make_user(), sede, "Rol_Anulador", delegate)
    for query in ({}, {"despues": other.pk}, {"usuario": other.user.public_id}, {"persona": other.user.person_id}):
        page = page_text(rosa_client.get(ROLES, query))
        assert "No tiene roles en MIPRES" in page
        assert sede.code not in page


def test_own_roles_do_not_say_who_gave_them(rosa_client, doctor, delegate, sede):
    factories.make_assignment(doctor, sede, "Rol_Anulador", delegate)
    page = page_text(rosa_client.get(ROLES))
    assert delegate.login not in page
    assert str(delegate.person) not in page


@pytest.mark.parametrize("address", ["corregir/", "correo/"])
def test_get_of_a_post_address_redirects(rosa_client, address):
    assert rosa_client.get(DATA + address).url == DATA
