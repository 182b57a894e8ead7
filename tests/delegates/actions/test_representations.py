"""Does an approved registration create its entities and their representative?"""

import pytest

from delegates.actions.entity_registrations import approve_registration
from delegates.models import Representation
from entities.models import Entity, EntityKind, Sede
from mipres_admin.refusals import Refused
from roles.validity import today
from tests.delegates.registering_entities import NIT, approved, in_review, last_step
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


# ---------------------------------------------------------------- an IPS that is a Proveedor too


def representatives():
    return set(Representation.objects.current().values_list("entity__kind", "person"))


def test_approved_role_is_a_provider_of_the_same_representative(enabled_ips, applicant, reviewer):
    approved(applicant, reviewer)
    approved(applicant, reviewer, kind="PROV")
    assert representatives() == {("IPS", applicant.person_id), ("PROV", applicant.person_id)}
    provider = Entity.objects.get(kind="PROV")
    assert set(Sede.objects.visible_to(provider)) == {*enabled_ips.sedes.all(), provider.sedes.get()}


def test_new_representative_of_the_ips_represents_its_provider_too(enabled_ips, applicant, reviewer, delivered):
    approved(applicant, reviewer)
    approved(applicant, reviewer, kind="PROV")
    other = make_natural()
    approved(other, reviewer)
    assert representatives() == {("IPS", other.person_id), ("PROV", other.person_id)}
    assert sum("ya no figura" in message.subject for message in delivered()) == 2


def test_provider_that_nobody_registered_stays_so(enabled_ips, applicant, reviewer):
    make_entity("PROV", nit=NIT)
    approved(applicant, reviewer)
    assert representatives() == {("IPS", applicant.person_id)}


def test_role_is_not_approved_for_who_represents_the_ips_no_more(enabled_ips, applicant, reviewer):
    approved(applicant, reviewer)
    request = in_review(applicant, reviewer, kind="PROV")
    approved(make_natural(), reviewer)
    with pytest.raises(Refused, match="usted no es su representante legal"):
        decide(request, reviewer)
    assert not Entity.objects.filter(kind="PROV").exists()


def test_role_is_not_approved_while_the_ips_is_suspended(enabled_ips, applicant, reviewer):
    approved(applicant, reviewer)
    request = in_review(applicant, reviewer, kind="PROV")
    Entity.objects.update(is_active=False)
    with pytest.raises(Refused, match="inactiva"):
        decide(request, reviewer)


def test_role_of_an_ips_that_reps_closed_is_that_of_any_provider(enabled_ips, applicant, reviewer):
    approved(applicant, reviewer)
    request = in_review(applicant, reviewer, kind="PROV")
    enabled_ips.sedes.update(closed_on=today())
    decide(request, reviewer)
    assert ("PROV", applicant.person_id) in representatives()


def decide(registration, reviewer):
    step = last_step(registration)
    approve_registration(by=reviewer, registration=registration, expected_step=step, reason="Coincide")
