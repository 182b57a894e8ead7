"""Does nobody of the Ministry decide about an entity in which they have a part?"""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions.ministry_interventions import suspend_account
from accounts.rules.oneself import OWN_ENTITY, own_entity_refusal
from delegates.actions.entity_registrations import start_review
from delegates.models import EntityRegistration, Representation
from mipres_admin.refusals import Refused
from tests.delegates.registering_entities import NIT, client_of, decide, in_review, last_step, send_request
from tests.factories import (
    make_appointment,
    make_delegate,
    make_entity,
    make_natural,
    make_person,
    make_provider_of,
    make_registration,
    make_staff,
)

pytestmark = pytest.mark.django_db


def represented(staff, ips):
    Representation.objects.create(entity=ips, person=staff.person)


def by_its_proveedor(staff, ips):
    Representation.objects.create(entity=make_provider_of(ips), person=staff.person)


def authorised(staff, ips):
    make_appointment(ips, make_natural(), staff.person)


def delegate_of_it(staff, ips):
    make_delegate(ips, person=staff.person, email="trabajo@correo.example")


def with_a_mailbox_of_its_delegate(staff, ips):
    make_delegate(ips, email=staff.email.upper())


PARTS = [represented, by_its_proveedor, authorised, delegate_of_it, with_a_mailbox_of_its_delegate]


@pytest.mark.parametrize("take_part", PARTS)
def test_whoever_has_a_part_may_not_decide(enabled_ips, take_part):
    staff = make_staff("superusuario")
    assert own_entity_refusal(staff, enabled_ips) is None
    take_part(staff, enabled_ips)
    assert own_entity_refusal(staff, enabled_ips) == OWN_ENTITY


def test_part_that_ended_does_not_count(enabled_ips):
    staff = make_staff("superusuario")
    make_delegate(enabled_ips, person=staff.person, email="trabajo@correo.example", is_active=False)
    represented(staff, enabled_ips)
    Representation.objects.update(ended_at="2099-01-01T00:00Z")
    assert own_entity_refusal(staff, enabled_ips) is None


def test_account_of_nobody_has_no_part(enabled_ips, reviewer):
    assert own_entity_refusal(reviewer, enabled_ips) is None


@pytest.mark.parametrize("take_part", PARTS)
def test_reviewer_with_a_part_neither_takes_nor_rejects_a_rival(enabled_ips, applicant, take_part):
    staff = make_staff("revisor")
    take_part(staff, enabled_ips)
    registration, client = send_request(applicant), client_of(staff)
    url = reverse("admin:delegates_entityregistration_change", args=[registration.pk])
    page = client.get(url).text
    assert OWN_ENTITY.headline in page
    assert "/acto/tomar/" not in page
    assert OWN_ENTITY.cause in decide(client, registration, "tomar", reason="Su turno").text
    start_review(by=make_staff("revisor"), registration=registration, expected_step=last_step(registration), reason="x")
    for slug in ("rechazar", "pedir", "aprobar"):
        assert OWN_ENTITY.cause in decide(client, registration, slug, reason="No procede").text
    registration.refresh_from_db()
    assert registration.state == "en_revision"


def test_reviewer_who_asked_for_the_same_entity_may_not_decide(enabled_ips, applicant):
    staff = make_staff("revisor")
    make_registration(make_natural(staff.person, email="casa@correo.example"), nit=NIT)
    with pytest.raises(Refused) as refused:
        in_review(applicant, staff)
    assert refused.value.refusal == OWN_ENTITY
    EntityRegistration.objects.filter(applicant__person=staff.person).update(state="rechazada")
    registration = EntityRegistration.objects.get(applicant=applicant)
    assert start_review(by=staff, registration=registration, expected_step=last_step(registration), reason="Su turno")


@pytest.mark.parametrize("kind", ["IPS", "PPN"])
def test_superusuario_does_not_reactivate_their_own_entity(kind):
    staff = make_staff("superusuario", person=make_person(document_number="1025000222"))
    identity = {"identification_type": "CC", "nit": "1025000222"} if kind == "PPN" else {}
    entity, client = make_entity(kind, is_active=False, **identity), Client()
    if kind == "IPS":
        represented(staff, entity)
    client.force_login(staff)
    address = reverse("admin:entities_entity_action", args=[entity.pk, "reactivar"])
    assert address not in client.get(reverse("admin:entities_entity_change", args=[entity.pk])).text
    assert OWN_ENTITY.headline in client.get(address).text
    assert OWN_ENTITY.cause in client.post(address, {"reason": "Ya está"}, follow=True).text
    entity.refresh_from_db()
    assert not entity.is_active
    client.force_login(make_staff("superusuario"))
    client.post(address, {"reason": "Era un error"})
    entity.refresh_from_db()
    assert entity.is_active


@pytest.mark.parametrize(("slug", "closed_on"), [("habilitar", "2026-01-01"), ("deshabilitar", None)])
def test_sede_of_ones_own_entity_stays_as_it_is(enabled_ips, slug, closed_on):
    staff, provider = make_staff("superusuario"), make_provider_of(enabled_ips)
    represented(staff, provider)
    provider.sedes.update(closed_on=closed_on)
    sede, client = provider.sedes.get(), client_of(staff)
    address = reverse("admin:entities_sede_action", args=[sede.pk, slug])
    assert OWN_ENTITY.cause in client.post(address, {"reason": "Ya está"}, follow=True).text
    assert provider.sedes.get().closed_on == sede.closed_on


def test_suspended_colleague_is_reactivated_by_somebody_else(enabled_ips, ministry):
    staff, colleague = make_staff("soporte"), make_delegate(enabled_ips)
    represented(staff, enabled_ips)
    suspend_account(by=ministry, account=colleague, reason="Robo")
    address = reverse("admin:accounts_account_action", args=[colleague.pk, "reactivar"])
    assert OWN_ENTITY.cause in client_of(staff).post(address, {"reason": "Ya está"}, follow=True).text
    assert colleague.is_suspended


def test_own_entity_may_be_suspended(enabled_ips):
    staff = make_staff("superusuario")
    represented(staff, enabled_ips)
    address = reverse("admin:entities_entity_action", args=[enabled_ips.pk, "suspender"])
    client_of(staff).post(address, {"reason": "Me robaron la clave"})
    enabled_ips.refresh_from_db()
    assert not enabled_ips.is_active
