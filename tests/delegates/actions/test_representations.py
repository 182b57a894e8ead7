"""Does an approved registration create its entities and their representative?"""

import pytest

from delegates.models import Representation
from entities.models import EntityKind
from tests.delegates.registering_entities import NIT, approved
from tests.factories import make_entity, make_natural

pytestmark = pytest.mark.django_db


def test_approval_finds_the_ips_of_reps(enabled_ips, applicant, reviewer):
    approved(applicant, reviewer)
    assert Representation.objects.current().get().entity == enabled_ips


def test_approval_of_an_eps_is_one_representation_per_regimen(applicant, reviewer):
    both = {make_entity(EntityKind.EPS_C, nit=NIT), make_entity(EntityKind.EPS_S, nit=NIT, eps_code="EPSS01")}
    approved(applicant, reviewer, kind="EPS", contributivo=True, subsidiado=True)
    assert {representation.entity for representation in Representation.objects.current()} == both


def test_approval_makes_a_provider_with_its_main_sede(applicant, reviewer):
    approved(applicant, reviewer, kind="PROV")
    sede = Representation.objects.get().entity.sedes.get()
    assert (sede.is_main, sede.municipality_id, sede.address) == (True, "11001", "Calle 1 # 2-3")


def test_approval_makes_a_territorial_entity(applicant, reviewer):
    approved(applicant, reviewer, kind="ET", et_model=2)
    entity = Representation.objects.get().entity
    assert (entity.kind, entity.nit, entity.sedes.count()) == ("ET", NIT, 0)


def test_approval_ends_and_notifies_the_previous_representative(enabled_ips, applicant, reviewer, delivered):
    last = make_natural()
    representation = Representation.objects.create(entity=enabled_ips, person=last.person)
    approved(applicant, reviewer)
    representation.refresh_from_db()
    assert representation.ended_at is not None
    assert Representation.objects.current().get().person == applicant.person
    assert [message.to for message in delivered() if "ya no figura" in message.subject] == [[last.email]]
