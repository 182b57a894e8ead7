"""Does the home show the figures of its entity?"""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_assignment, make_delegate, make_entity, make_user

pytestmark = pytest.mark.django_db
PRESCRIPTOR, ANULADOR = "Rol_Prescriptor", "Rol_Anulador"
KINDS = ("IPS", "EPS_C", "EPS_S", "PROV", "PPN", "ET")


def home_of(account):
    client = Client()
    client.force_login(account)
    return client, client.get(reverse("home"))


@pytest.fixture
def staffed(delegate, sede):
    """Three prescribers, one who ends soon, and roles that do not count today."""
    now, day = timezone.now(), timedelta(days=1)
    for n in range(3):
        make_assignment(make_user(), sede, PRESCRIPTOR, delegate, ends_at=now + 10 * day if n == 0 else None)
    make_assignment(make_user(), sede, ANULADOR, delegate, ends_at=now + 90 * day)
    make_assignment(make_user(), sede, ANULADOR, delegate, starts_at=now + day)
    make_assignment(make_user(), sede, ANULADOR, delegate, starts_at=now - 9 * day, ends_at=now - day)


@pytest.mark.parametrize("kind", KINDS)
def test_every_home_shows_its_overview(kind):
    _, page = home_of(make_delegate(make_entity(kind)))
    assert "Resumen de hoy" in page.text


def test_a_delegate_without_users_is_led_to_the_first(delegate):
    _, page = home_of(delegate)
    assert "Todavía no hay usuarios activados" in page.text


def test_neither_the_ministry_nor_an_inactive_entity_has_an_overview(ministry, delegate):
    delegate.entity.is_active = False
    delegate.entity.save()
    for account in (ministry, delegate):
        assert "Resumen de hoy" not in home_of(account)[1].text


def test_the_bars_are_drawn_without_inline_styles(delegate, staffed):
    _, page = home_of(delegate)
    assert '<rect width="33" height="10"' in page.text
    assert "style=" not in page.text
