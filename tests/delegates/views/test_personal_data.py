"""What do Mi lista de roles and Mis datos show?"""

import re

import pytest
from django.db.models.functions import Now

from delegates.models import PrivacyAcceptance, Representation
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


@pytest.mark.parametrize("address", ["corregir/", "correo/"])
def test_get_of_a_post_address_redirects(rosa_client, address):
    assert rosa_client.get(DATA + address).url == DATA
