"""Register an entity (persona jurídica): its legal representative sends it, a reviewer of the Ministry decides."""

import hashlib
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Account
from delegates.actions.representations import set_representatives
from delegates.events import Event
from delegates.models import EntityRegistration, RegistrationState, RegistrationStep, Representation, RutDocument
from delegates.rules.entity_registrations import (
    ALREADY_SENT,
    EntityDetails,
    changed_nit_refusal,
    correction_refusal,
    registration_refusal,
    review_refusal,
    too_many_documents_refusal,
    too_many_open_refusal,
)
from delegates.rut.rules import Check
from entities.models import Entity
from mipres_admin.database import clock
from mipres_admin.database.locks import lock
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import Refused, refuse

EVENTS = {
    RegistrationState.SENT: Event.REGISTRATION_SENT,
    RegistrationState.IN_REVIEW: Event.REVIEW_STARTED,
    RegistrationState.INCOMPLETE: Event.INFORMATION_REQUESTED,
    RegistrationState.APPROVED: Event.REGISTRATION_APPROVED,
    RegistrationState.REJECTED: Event.REGISTRATION_REJECTED,
}


@dataclass(frozen=True)
class CheckedRut:
    """What the pages of a RUT show, as a PDF (None: the one that the registration has already); each rule's result."""

    content: bytes | None
    checks: list[Check]


def _save(registration: EntityRegistration) -> None:
    """Raises Refused when the person has another open request for the entity."""
    try:
        with transaction.atomic():
            registration.save()
    except IntegrityError as error:
        if "registration_open_once" not in str(error):
            raise
        raise Refused(ALREADY_SENT) from None


def _save_rut(by: Account, registration: EntityRegistration, rut: CheckedRut) -> None:
    checks = [asdict(check) for check in rut.checks]
    if rut.content is None:
        RutDocument.objects.filter(pk__in=registration.documents.values("pk")[:1]).update(checks=checks)
        return
    RutDocument.objects.create(
        registration=registration,
        content=rut.content,
        sha256=hashlib.sha256(rut.content).hexdigest(),
        checks=checks,
        uploaded_by=by,
    )


def _snapshot(registration: EntityRegistration) -> dict[str, Any]:
    """What the history says of a registration: its details and state, not the document."""
    names = (*(field.name for field in fields(EntityDetails)), "state")
    return {name: getattr(registration, name) for name in names}


def _history_entity(registration: EntityRegistration) -> Entity | None:
    """The entity whose history has the request: the first of those that its applicant represents.

    Without one there is none: a request of somebody unknown is not for the entity's delegate to read.
    """
    known = registration.known_entities()
    represented = set(Representation.objects.entities_of(registration.applicant.person))
    return next((known[kind] for kind in sorted(known) if known[kind] in represented), None)


def _change_state(
    by: Account, registration: EntityRegistration, state: RegistrationState, *, reason: str = "", before: Any = None
) -> EntityRegistration:
    """Save the state and its step, record it, and notify the applicant."""
    before = before or _snapshot(registration)
    registration.state = state
    registration.save()
    RegistrationStep.objects.create(registration=registration, state=state, reason=reason, by=by)
    after, entity, event = _snapshot(registration), _history_entity(registration), EVENTS[state]
    record(by=by, event=event, obj=registration, entity=entity, before=before, after=after, reason=reason)
    applicant = registration.applicant
    notify(applicant, "registration_state", registration=registration, person=applicant.person, reason=reason)
    return registration


@transaction.atomic
def send_registration(*, by: Account, details: EntityDetails, rut: CheckedRut) -> EntityRegistration:
    """Send the request to register an entity, with its RUT, to the Ministry's reviewers.

    Raises Refused, with nothing saved, when the entity may not be registered or the person has an open request for
    it (a double click among them).
    """
    by.require_person()
    registration = EntityRegistration(applicant=by, **asdict(details))
    refuse(too_many_open_refusal(by) or registration_refusal(registration))
    _save(registration)
    _save_rut(by, registration, rut)
    return _change_state(by, registration, RegistrationState.SENT, before={"state": None})


@transaction.atomic
def correct_registration(
    *, by: Account, registration: EntityRegistration, details: EntityDetails, rut: CheckedRut
) -> EntityRegistration:
    """Correct a request that nobody reviews yet or that lacks information, and send it to the reviewers.

    One that was waiting keeps its place in the queue. Raises Refused, with nothing saved, when it may not be corrected.
    """
    registration = lock(registration)
    refuse(correction_refusal(registration) or changed_nit_refusal(registration, details.nit))
    before = _snapshot(registration)
    for name, value in asdict(details).items():
        setattr(registration, name, value)
    refuse(registration_refusal(registration))
    refuse(too_many_documents_refusal(registration) if rut.content is not None else None)
    if registration.state == RegistrationState.INCOMPLETE:
        registration.sent_at = clock.now()
    _save(registration)
    _save_rut(by, registration, rut)
    return _change_state(by, registration, RegistrationState.SENT, before=before)


@transaction.atomic
def start_review(
    *, by: Account, registration: EntityRegistration, expected_step: int, reason: str
) -> EntityRegistration:
    """Begin to review a request: from now on its applicant cannot change it.

    `reason` says why it is reviewed now: its turn, or its urgency. Here and below, `expected_step` is the last step
    on the reviewer's page; raises Refused, with nothing saved, when somebody has acted since.
    """
    registration = lock(registration)
    refuse(review_refusal(registration, by, expected_step=expected_step, state=RegistrationState.SENT))
    return _change_state(by, registration, RegistrationState.IN_REVIEW, reason=reason)


def _lock_in_review(registration: EntityRegistration, by: Account, expected_step: int) -> EntityRegistration:
    registration = lock(registration)
    refuse(review_refusal(registration, by, expected_step=expected_step, state=RegistrationState.IN_REVIEW))
    return registration


@transaction.atomic
def request_information(
    *, by: Account, registration: EntityRegistration, expected_step: int, reason: str
) -> EntityRegistration:
    """Send it back to the applicant, who reads `reason`, corrects it and sends it again."""
    registration = _lock_in_review(registration, by, expected_step)
    return _change_state(by, registration, RegistrationState.INCOMPLETE, reason=reason)


@transaction.atomic
def reject_registration(
    *, by: Account, registration: EntityRegistration, expected_step: int, reason: str
) -> EntityRegistration:
    """Reject it, for a reason; the person may register the entity again."""
    registration = _lock_in_review(registration, by, expected_step)
    return _change_state(by, registration, RegistrationState.REJECTED, reason=reason)


@transaction.atomic
def approve_registration(
    *, by: Account, registration: EntityRegistration, expected_step: int, reason: str
) -> EntityRegistration:
    """Approve it: the applicant becomes the principal legal representative of the entity, or of each of an EPS.

    A Proveedor or territorial entity that the portal does not know is created, a Proveedor with its main sede. The
    representation of the person before ends, and they are notified. Raises Refused when somebody has acted since, or
    when the entity may no longer be registered.
    """
    registration = lock(registration)
    refuse(
        review_refusal(registration, by, expected_step=expected_step, state=RegistrationState.IN_REVIEW)
        or registration_refusal(registration)
    )
    set_representatives(by=by, registration=registration)
    return _change_state(by, registration, RegistrationState.APPROVED, reason=reason)


@transaction.atomic
def record_download(*, by: Account, document: RutDocument) -> None:
    """Record that somebody downloaded a RUT, which holds personal data."""
    entity, after = _history_entity(document.registration), {"sha256": document.sha256}
    record(by=by, event=Event.RUT_DOWNLOADED, obj=document, entity=entity, after=after)
