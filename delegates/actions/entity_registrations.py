"""Register a persona jurídica: send, correct, review and decide, each deed once, told by mail and written down."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Account
from delegates.actions.representations import represent
from delegates.events import Event
from delegates.models import EntityRegistration, RegistrationState, RegistrationStep, Representation, RutDocument
from delegates.rules.entity_registrations import (
    Details,
    correction_refusal,
    found_entities,
    open_twice,
    registration_refusal,
    review_refusal,
    too_many_documents_refusal,
    too_many_refusal,
)
from delegates.rut.rules import Check
from entities.models import Entity
from mipres_admin.database import clock
from mipres_admin.database.locks import lock
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import Refused, refuse

DECIDABLE = (RegistrationState.IN_REVIEW,)
EVENTS = {
    RegistrationState.SENT: Event.REGISTRATION_SENT,
    RegistrationState.IN_REVIEW: Event.REGISTRATION_TAKEN,
    RegistrationState.INCOMPLETE: Event.REGISTRATION_INCOMPLETE,
    RegistrationState.APPROVED: Event.REGISTRATION_APPROVED,
    RegistrationState.REJECTED: Event.REGISTRATION_REJECTED,
}


@dataclass(frozen=True)
class CheckedRut:
    """The bytes of a RUT (None: those that the registration has) and what the rules said of them."""

    content: bytes | None
    checks: list[Check]


def _save(registration: EntityRegistration) -> None:
    """Save what was typed; raises Refused when the person has another open request for the entity."""
    try:
        with transaction.atomic():
            registration.save()
    except IntegrityError as error:
        if "registration_open_once" not in str(error):
            raise
        raise Refused(open_twice()) from None


def _keep(by: Account, registration: EntityRegistration, rut: CheckedRut) -> None:
    """Keep a new RUT, or what the rules now say of the last one."""
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


def _written(registration: EntityRegistration) -> dict[str, Any]:
    """What history keeps of a registration: what was typed and the state, not the document."""
    return Details.of(registration).as_fields() | {"state": registration.state}


def _entity_of(registration: EntityRegistration) -> Entity | None:
    """The entity in whose history a request is: the first of those that its applicant represents.

    Who represents none of them may be anybody: that he asks is not for the entity's delegate to read.
    """
    found = found_entities(Details.of(registration))
    person = registration.applicant.person
    theirs = Representation.objects.current().filter(person=person, entity__in=found.values()).values_list("entity_id")
    represented = {pk for (pk,) in theirs}
    return next((found[kind] for kind in sorted(found) if found[kind].pk in represented), None)


def _step(
    by: Account, registration: EntityRegistration, state: RegistrationState, *, reason: str = "", before: Any = None
) -> None:
    """The state, its step, its row of history and the mail to the applicant."""
    before = before or _written(registration)
    registration.state = state
    registration.save()
    RegistrationStep.objects.create(registration=registration, state=state, reason=reason, by=by)
    after, entity, event = _written(registration), _entity_of(registration), EVENTS[state]
    record(by=by, event=event, obj=registration, entity=entity, before=before, after=after, reason=reason)
    applicant = registration.applicant
    notify(applicant, "registration_state", registration=registration, person=applicant.person, reason=reason)


@transaction.atomic
def send_registration(*, by: Account, details: Details, rut: CheckedRut) -> EntityRegistration:
    """Send the request to register an entity, with its RUT, to the Ministry's reviewers.

    Raises Refused, with nothing saved, when the entity may not be registered or the person has an open request for
    it (a double click among them).
    """
    refuse(too_many_refusal(by) or registration_refusal(details, by))
    registration = EntityRegistration(applicant=by, **details.as_fields())
    _save(registration)
    _keep(by, registration, rut)
    _step(by, registration, RegistrationState.SENT, before={"state": None})
    return registration


@transaction.atomic
def send_again(
    *, by: Account, registration: EntityRegistration, details: Details, rut: CheckedRut
) -> EntityRegistration:
    """Correct a request that no reviewer has begun, or that lacks something; it goes to the reviewers.

    One that waited keeps its place in the queue. Raises Refused, with nothing saved, when it may not be corrected.
    """
    registration = lock(registration)
    refuse(correction_refusal(registration) or registration_refusal(details, by))
    refuse(too_many_documents_refusal(registration) if rut.content is not None else None)
    before = _written(registration)
    if registration.state == RegistrationState.INCOMPLETE:
        registration.sent_at = clock.now()
    for name, value in details.as_fields().items():
        setattr(registration, name, value)
    _save(registration)
    _keep(by, registration, rut)
    _step(by, registration, RegistrationState.SENT, before=before)
    return registration


@transaction.atomic
def take_for_review(*, by: Account, registration: EntityRegistration, seen: int, reason: str) -> EntityRegistration:
    """Begin to review: from here on the applicant changes nothing under the reviewer's eyes.

    `reason` says why this one comes now: its turn, or what is urgent in it. Here and below, `seen` is the last step
    that the reviewer's page showed; raises Refused, with nothing saved, when somebody has acted since.
    """
    registration = lock(registration)
    refuse(review_refusal(registration, by, seen=seen, states=(RegistrationState.SENT,)))
    _step(by, registration, RegistrationState.IN_REVIEW, reason=reason)
    return registration


@transaction.atomic
def ask_for_information(*, by: Account, registration: EntityRegistration, seen: int, reason: str) -> EntityRegistration:
    """Send it back to the applicant, who reads `reason`, corrects it and sends it again."""
    registration = lock(registration)
    refuse(review_refusal(registration, by, seen=seen, states=DECIDABLE))
    _step(by, registration, RegistrationState.INCOMPLETE, reason=reason)
    return registration


@transaction.atomic
def reject(*, by: Account, registration: EntityRegistration, seen: int, reason: str) -> EntityRegistration:
    """Say no, with the reason; the person may register the entity again."""
    registration = lock(registration)
    refuse(review_refusal(registration, by, seen=seen, states=DECIDABLE))
    _step(by, registration, RegistrationState.REJECTED, reason=reason)
    return registration


@transaction.atomic
def approve(*, by: Account, registration: EntityRegistration, seen: int, reason: str) -> EntityRegistration:
    """Say yes: the applicant becomes the principal legal representative of the entity, or of each of an EPS.

    A Proveedor or territorial entity that the portal does not know is made, a Proveedor with its main sede. The
    representation of whoever it was ends, and he is told. Raises Refused when somebody has acted since, or when the
    entity may no longer be registered.
    """
    registration = lock(registration)
    refuse(
        review_refusal(registration, by, seen=seen, states=DECIDABLE)
        or registration_refusal(Details.of(registration), registration.applicant)
    )
    represent(by=by, registration=registration)
    _step(by, registration, RegistrationState.APPROVED, reason=reason)
    return registration


@transaction.atomic
def record_download(*, by: Account, document: RutDocument) -> None:
    """Write down that a RUT, which holds personal data, left the portal."""
    entity, after = _entity_of(document.registration), {"sha256": document.sha256}
    record(by=by, event=Event.RUT_DOWNLOADED, obj=document, entity=entity, after=after)
