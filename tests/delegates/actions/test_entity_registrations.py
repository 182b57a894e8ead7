"""Is each registration of an entity sent, corrected and decided once, with its history and mail?"""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from delegates.actions import entity_registrations as actions
from delegates.actions.entity_registrations import CheckedRut
from delegates.models import EntityRegistration, Representation
from mipres_admin.history.models import HistoryEntry
from mipres_admin.refusals import Refused
from tests.delegates.registering_entities import (
    RUT,
    approved,
    details,
    in_review,
    last_step,
    send_request,
)

pytestmark = pytest.mark.django_db


def test_sending_stores_the_rut_and_records_one_event(enabled_ips, applicant):
    registration = send_request(applicant)
    assert bytes(registration.documents.get().content) == RUT.content
    assert [step.state for step in registration.steps.all()] == ["enviada"]
    assert [entry.event for entry in HistoryEntry.objects.of(registration)] == ["registration.sent"]


def test_sending_twice_is_refused_and_saves_nothing(enabled_ips, applicant):
    send_request(applicant)
    with pytest.raises(Refused, match="solicitud abierta"):
        send_request(applicant)
    assert EntityRegistration.objects.count() == 1


def test_each_state_is_notified_by_mail(enabled_ips, applicant, reviewer, delivered):
    approved(applicant, reviewer)
    states = ["enviada", "en revisión", "aprobada"]
    assert [message.subject.rpartition(": ")[2] for message in delivered()] == states
    assert {message.to[0] for message in delivered()} == {applicant.email}


def test_waiting_request_can_be_corrected_and_keeps_its_place(enabled_ips, applicant):
    registration = send_request(applicant)
    again = actions.correct_registration(
        by=applicant, registration=registration, details=details(name="Otro nombre"), rut=CheckedRut(None, [])
    )
    assert (again.name, again.sent_at) == ("Otro nombre", registration.sent_at)
    assert again.documents.get().checks == []


def test_request_in_review_cannot_be_corrected(enabled_ips, applicant, reviewer):
    registration = in_review(applicant, reviewer)
    with pytest.raises(Refused, match="En revisión"):
        actions.correct_registration(by=applicant, registration=registration, details=details(), rut=RUT)


def test_completed_request_goes_to_the_end_of_the_queue(enabled_ips, applicant, reviewer):
    registration = in_review(applicant, reviewer)
    actions.request_information(
        by=reviewer, registration=registration, expected_step=last_step(registration), reason="Falta"
    )
    again = actions.correct_registration(by=applicant, registration=registration, details=details(), rut=RUT)
    assert again.sent_at > registration.sent_at
    assert again.documents.count() == 2


def test_approval_checks_the_registry_again(enabled_ips, applicant, reviewer):
    registration = in_review(applicant, reviewer)
    enabled_ips.sedes.update(closed_on="2026-01-01")
    with pytest.raises(Refused):
        actions.approve_registration(
            by=reviewer, registration=registration, expected_step=last_step(registration), reason="Coincide"
        )
    assert not Representation.objects.exists()


def test_request_not_in_review_cannot_be_decided(enabled_ips, applicant, reviewer):
    registration = send_request(applicant)
    with pytest.raises(Refused):
        actions.approve_registration(
            by=reviewer, registration=registration, expected_step=last_step(registration), reason="Coincide"
        )


def test_a_stale_page_decides_nothing(enabled_ips, applicant, reviewer):
    registration = in_review(applicant, reviewer)
    stale = last_step(registration)
    actions.request_information(by=reviewer, registration=registration, expected_step=stale, reason="Falta")
    actions.correct_registration(by=applicant, registration=registration, details=details(), rut=RUT)
    registration.refresh_from_db()
    actions.start_review(
        by=reviewer, registration=registration, expected_step=last_step(registration), reason="Su turno"
    )
    with pytest.raises(Refused, match="En revisión"):
        actions.approve_registration(by=reviewer, registration=registration, expected_step=stale, reason="Coincide")


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_cannot_both_decide(enabled_ips, applicant, reviewer):
    registration = in_review(applicant, reviewer)
    step, together = last_step(registration), Barrier(2)

    def decide(do):
        together.wait()
        try:
            do(by=reviewer, registration=registration, expected_step=step, reason="Así es")
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(decide, actions.approve_registration), pool.submit(decide, actions.reject_registration)]
    assert sorted(result.result() for result in results) == [False, True]
    assert registration.steps.count() == 3
