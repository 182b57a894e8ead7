"""Which sedes are similar, and how much is a sede used?"""

from uuid import uuid4

import pytest
from django.utils import timezone

from entities.actions import sedes as actions
from entities.rules.sedes import SedeDetails, SedeUse, similar_sedes
from tests.factories import make_assignment, make_delegate, make_entity, make_user

pytestmark = pytest.mark.django_db


def details(**changed):
    kept = {"name": "Farmacia Norte", "phone": "601 555 0101", "address": "Calle 1 # 2-3", "municipality_id": "05001"}
    return SedeDetails(**(kept | changed))


@pytest.fixture
def delegate(db):
    return make_delegate(make_entity("PROV"))


def create(by, name="Farmacia Norte", address=None, **more):
    given = details(name=name, address=address or f"Calle de {name}")
    return actions.create_sede(by=by, details=given, key=more.pop("key", uuid4()), **more)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, True),
        ({"name": "FARMÁCIA  norte", "address": "Otra"}, True),
        ({"name": "Otra", "address": "CALLE 1 #2-3"}, True),
        ({"name": "Otra", "address": "Calle 1 # 2-3", "municipality_id": "11001"}, False),
        ({"name": "Farmacia Norte 2", "address": "Cl 1 # 2-3"}, False),
    ],
)
def test_similar_sede_ignores_accents_case_and_spaces(delegate, changed, found):
    actions.create_sede(by=delegate, details=details(), key=uuid4())
    assert similar_sedes(delegate.entity, details(**changed)).exists() is found


def test_sede_of_another_provider_is_not_similar(delegate):
    create(make_delegate(make_entity("PROV")))
    assert create(delegate).name == "Farmacia Norte"


def test_sedes_use_counts_people_once_and_not_what_is_over(delegate):
    sede, user = create(delegate), make_user()
    for role in ("Rol_Dispensador", "Rol_Anulador"):
        make_assignment(user, sede, role, delegate)
    now = timezone.now()
    make_assignment(make_user(), sede, "Rol_Anulador", delegate, starts_at=now, ends_at=now)
    assert SedeUse.of(sede) == SedeUse(users=1, roles=2)
