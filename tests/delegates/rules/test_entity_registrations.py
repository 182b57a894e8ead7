"""Which entities may be registered, by whom, and who may decide?"""

from dataclasses import asdict

import pytest

from accounts.models import Account
from accounts.rules.oneself import OWN
from delegates.actions import entity_registrations as actions
from delegates.models import EntityRegistration, Representation
from delegates.rules import entity_registrations as rules
from delegates.rules.entity_registrations import registration_refusal
from entities.models import Entity, EntityKind
from mipres_admin.refusals import Refused
from tests.delegates.registering_entities import (
    NIT,
    RUT,
    details,
    last_step,
    send_request,
)
from tests.factories import make_delegate, make_entity, make_staff

pytestmark = pytest.mark.django_db


def refusal_of(applicant, kind="IPS", **fields):
    return registration_refusal(EntityRegistration(applicant=applicant, **asdict(details(kind, **fields))))


def test_an_enabled_ips_may_be_registered(enabled_ips, applicant):
    assert refusal_of(applicant) is None


@pytest.mark.parametrize(
    ("fields", "headline"),
    [
        ({"nit": "900999888"}, "La IPS no está habilitada en el REPS"),
        ({"kind": "EPS", "contributivo": True}, "La EPS no figura en la lista del Ministerio"),
        ({"kind": "EPS", "contributivo": True, "subsidiado": True}, "La EPS no figura en la lista del Ministerio"),
    ],
)
def test_entity_not_in_its_registry_is_refused(enabled_ips, applicant, fields, headline):
    assert refusal_of(applicant, **fields).headline == headline


def test_an_ips_whose_sedes_are_closed_is_refused(enabled_ips, applicant):
    enabled_ips.sedes.update(closed_on="2026-01-01")
    assert "sedes habilitadas" in refusal_of(applicant).cause


def test_an_eps_must_be_listed_in_each_regimen(applicant):
    make_entity(EntityKind.EPS_C, nit=NIT)
    assert refusal_of(applicant, "EPS", contributivo=True) is None
    refusal = refusal_of(applicant, "EPS", contributivo=True, subsidiado=True)
    assert "Subsidiado" in refusal.cause


def test_an_inactive_entity_is_refused(enabled_ips, applicant):
    Entity.objects.update(is_active=False)
    assert refusal_of(applicant).headline == "La entidad está inactiva"


def test_entity_already_represented_is_refused(enabled_ips, applicant):
    Representation.objects.create(entity=enabled_ips, person=applicant.person)
    assert refusal_of(applicant).headline == "La entidad ya está registrada"


def test_provider_of_an_ips_has_the_name_of_the_ips(enabled_ips, applicant):
    Representation.objects.create(entity=enabled_ips, person=applicant.person)
    assert refusal_of(applicant, "PROV") is None
    assert refusal_of(applicant, "PROV", name="Otra S.A.S.").headline == "La razón social no es la de la IPS"


@pytest.mark.parametrize(
    ("before", "after", "is_refused"),
    [(NIT, "800123456", True), ("800123456", NIT, True), ("800123456", "800123457", False), (NIT, NIT, False)],
)
def test_nit_of_an_own_ips_is_not_corrected(enabled_ips, applicant, before, after, is_refused):
    Representation.objects.create(entity=enabled_ips, person=applicant.person)
    registration = send_request(applicant, kind="PROV", nit=before)
    assert (rules.changed_nit_refusal(registration, after) is not None) == is_refused


def test_open_requests_are_limited(applicant, monkeypatch):
    monkeypatch.setattr(rules, "MAX_OPEN", 1)
    send_request(applicant, kind="PROV")
    with pytest.raises(Refused, match="sin decidir"):
        send_request(applicant, kind="PROV", nit="800123456")


def test_documents_of_a_request_are_limited(enabled_ips, applicant, monkeypatch):
    monkeypatch.setattr(rules, "MAX_DOCUMENTS", 1)
    registration = send_request(applicant)
    with pytest.raises(Refused, match="ya tiene 1 documentos"):
        actions.correct_registration(by=applicant, registration=registration, details=details(), rut=RUT)


def test_own_request_cannot_be_decided(enabled_ips, applicant, reviewer):
    Account.objects.filter(pk=reviewer.pk).update(person=applicant.person)
    reviewer.refresh_from_db()
    registration = send_request(applicant)
    with pytest.raises(Refused, match="un correo de usted"):
        actions.start_review(
            by=reviewer, registration=registration, expected_step=last_step(registration), reason="Su turno"
        )


@pytest.mark.parametrize("whose", ["account", "person", "delegate"])
def test_request_from_any_mailbox_of_the_reviewer_cannot_be_decided(enabled_ips, applicant, whose):
    reviewer = make_staff("revisor")
    mailbox = {"account": reviewer.email, "person": reviewer.person.email, "delegate": "ips@revisor.example"}[whose]
    make_delegate(make_entity(), person=reviewer.person, email="ips@revisor.example")
    Account.objects.filter(pk=applicant.pk).update(email=mailbox.upper())
    applicant.refresh_from_db()
    registration = send_request(applicant)
    with pytest.raises(Refused) as refused:
        actions.start_review(
            by=reviewer, registration=registration, expected_step=last_step(registration), reason="Su turno"
        )
    assert refused.value.refusal == OWN
    assert registration.steps.count() == 1
