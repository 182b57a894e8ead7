"""What does the Ministry see of an entity?"""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_entity, make_provider_of, make_staff

pytestmark = pytest.mark.django_db


def address_of(entity):
    return reverse("admin:entities_entity_change", args=[entity.pk])


def page_of(entity):
    client = Client()
    client.force_login(make_staff("auditor"))
    return client.get(address_of(entity)).text


def test_page_of_a_provider_leads_to_the_ips_with_its_reps_sedes(ips):
    assert f'<a href="{address_of(ips)}">Las de la IPS {ips}</a>' in page_of(make_provider_of(ips))


def test_page_of_a_provider_without_ips_says_so():
    assert "Ninguna: no hay una IPS con este NIT" in page_of(make_entity("PROV"))


def test_page_of_an_ips_names_no_other_sedes(ips):
    assert "sedes del REPS" not in page_of(ips).lower()
