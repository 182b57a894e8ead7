"""Which users do the tests of roles share? A doctor, with roles at the entity of the delegate, and an SSO."""

from datetime import timedelta

import pytest
from django.utils import timezone

from roles.actions.role_assignments import activate_user
from roles.matrix import Option
from roles.validity import midnight, today
from tests.factories import make_assignment, make_delegate, make_provider_of, make_user
from tests.roles.registry_loads import Ministry

PRESCRIPTOR, JUNTA, ANULADOR = "Rol_Prescriptor", "Rol_JuntaMedicaIPS", "Rol_Anulador"
DISPENSADOR = "Rol_Dispensador"
DAY = timedelta(days=1)


@pytest.fixture
def user(db):
    return make_user(first_name="José", first_surname="Muñoz")


@pytest.fixture
def prescriber(user, sede, delegate):
    make_assignment(user, sede, PRESCRIPTOR, delegate)
    return user


@pytest.fixture
def provider(ips):
    """The delegate of the Proveedor with the NIT of the IPS."""
    return make_delegate(make_provider_of(ips))


@pytest.fixture
def dispenser(provider, sede):
    """Somebody who dispenses at the sede of the IPS, for the Proveedor with its NIT."""
    user = make_user("OTRO", document_number="1090000001")
    activate_user(by=provider, user=user, sede=sede, option=Option.ADMINISTRATIVO, roles=[DISPENSADOR])
    return user


@pytest.fixture
def registries(tmp_path):
    return Ministry(tmp_path)


@pytest.fixture
def intern(sede, delegate, registries):
    """An SSO in their plaza until a hundred days from now."""
    user = make_user("SSO")
    registries.plazas((user, sede, -10, 100))
    activate_user(by=delegate, user=user, sede=sede, option=Option.PROFESIONAL, roles=[PRESCRIPTOR])
    return user


@pytest.fixture
def staffed(delegate, sede, user):
    """A doctor with a role in force, one with an end, one to come, one over and given again."""
    now = timezone.now()
    make_assignment(user, sede, PRESCRIPTOR, delegate, starts_at=now - 5 * DAY)
    make_assignment(user, sede, JUNTA, delegate, ends_at=midnight(today() + 9 * DAY))
    other = make_user()
    make_assignment(other, sede, ANULADOR, delegate, starts_at=midnight(today() + 3 * DAY))
    make_assignment(other, sede, JUNTA, delegate, starts_at=now - 9 * DAY, ends_at=now - 8 * DAY)
    make_assignment(other, sede, JUNTA, delegate, starts_at=now - 2 * DAY)
    return other
