"""Administrar autorizados: appoint a person, change and end the appointment."""

from dataclasses import asdict
from typing import Any

from django.db import IntegrityError, transaction

from accounts.actions.email_replacement import replace_email
from accounts.actions.password_links import send_password_link
from accounts.models import Account, PasswordLink
from delegates.actions.account_closing import close_delegate_account
from delegates.events import Event
from delegates.models import Appointment
from delegates.rules.appointments import (
    FOREIGN_SEDE,
    Authorization,
    Identity,
    already_authorized,
    authorization_refusal,
    changed_refusal,
    ended_refusal,
    profile_refusal,
    representation_refusal,
)
from entities.models import Entity
from mipres_admin.database import clock
from mipres_admin.database.locks import lock
from mipres_admin.database.text import masked_email
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import Refused, refuse


def _snapshot(appointment: Appointment) -> dict[str, Any]:
    """What the history says of an appointment: the e-mail masked, and not the document, which never changes."""
    names = ("sex", "first_name", "second_name", "first_surname", "second_surname")
    return {name: getattr(appointment, name) for name in names} | {
        "email": masked_email(appointment.email),
        "role": appointment.role_id,
        "profile": appointment.profile_id,
        "sede": appointment.sede and appointment.sede.code,
    }


def _save(appointment: Appointment, authorization: Authorization) -> None:
    """Raises Refused when the person has that profile already, or a load passes the sede to another entity."""
    for name, value in authorization.as_fields().items():
        setattr(appointment, name, value)
    try:
        with transaction.atomic():
            appointment.save()
    except IntegrityError as error:
        if "appointment_sede_of_its_entity" in str(error):
            raise Refused(FOREIGN_SEDE) from None
        if "appointment_once_at_a_time" not in str(error):
            raise
        raise Refused(already_authorized(authorization)) from None


def _replace_account_email(by: Account, appointment: Appointment) -> None:
    """The delegate's account gets the appointment's e-mail, and a link there to set another password."""
    accounts = Account.objects.filter(delegate_accounts__appointment=appointment, is_active=True)
    account = accounts.exclude(email=appointment.email).select_related("entity", "person").first()
    if account is None:
        return
    before: dict[str, Any] = {"email": masked_email(account.email)}
    after = {"email": masked_email(appointment.email)}
    account, removed = replace_email(by=by, account=account, email=appointment.email, template="delegate_email_changed")
    before |= {"factors": removed} if removed else {}
    record(by=by, event=Event.EMAIL_CHANGED, obj=account, entity=account.entity, before=before, after=after)
    if account.can_log_in:
        send_password_link(account=account, reason=PasswordLink.Reason.ASSIGN, by=by)


@transaction.atomic
def make_appointment(*, by: Account, entity: Entity, identity: Identity, authorization: Authorization) -> Appointment:
    """Authorise a person for an entity ("Nuevo", provider manual), and notify them of what to do next.

    The person need not have an account. Raises Refused, with nothing saved, when `by` does not represent the entity,
    or the person has that profile already (a double click among them).
    """
    entity = lock(entity, no_key=True)
    refuse(authorization_refusal(entity, authorization, by))
    appointment = Appointment(entity=entity, created_by=by, created_at=clock.now(), **asdict(identity))
    _save(appointment, authorization)
    record(by=by, event=Event.APPOINTMENT_MADE, obj=appointment, entity=entity, after=_snapshot(appointment))
    notify(appointment, "appointment_made", entity=entity, caused_by=by)
    return appointment


@transaction.atomic
def change_appointment(
    *, by: Account, appointment: Appointment, authorization: Authorization, expected_version: str
) -> bool:
    """Change everything but the person's document ("Editar"); returns whether there was anything to change.

    `expected_version` is the `version` that the page showed. With another e-mail, the delegate's account of the
    appointment gets it, and loses its sessions, links and password. Raises Refused, with nothing saved, when `by` does
    not represent the entity, when the appointment has ended or has another version (unless it is as `authorization`
    says already), or when its profile must stay because it has a delegate's account.
    """
    entity, appointment = lock(appointment.entity, no_key=True), lock(appointment)
    refuse(authorization_refusal(entity, authorization, by))
    refuse(ended_refusal(appointment) or profile_refusal(appointment, authorization))
    if all(getattr(appointment, name) == value for name, value in authorization.as_fields().items()):
        return False
    refuse(changed_refusal(appointment, expected_version))
    before, old_email = _snapshot(appointment), appointment.email
    _save(appointment, authorization)
    after = _snapshot(appointment)
    record(by=by, event=Event.APPOINTMENT_CHANGED, obj=appointment, entity=entity, before=before, after=after)
    if appointment.email != old_email:
        _replace_account_email(by, appointment)
    return True


@transaction.atomic
def end_appointment(*, by: Account, appointment: Appointment, revoke_tokens: bool) -> Appointment:
    """End an appointment ("Inactivar"), close the delegate's account that was opened for it, and notify the person.

    `revoke_tokens` is the representative's choice about the tokens that the delegate generated; it is recorded.
    Raises Refused, with nothing saved, when `by` does not represent the entity or the appointment has ended.
    """
    entity, appointment = lock(appointment.entity, no_key=True), lock(appointment)
    refuse(representation_refusal(entity, by) or ended_refusal(appointment))
    appointment.ended_at, appointment.ended_by = clock.now(), by
    appointment.save(update_fields=["ended_at", "ended_by"])
    closed = close_delegate_account(by=by, appointment=appointment, revoke_tokens=revoke_tokens)
    after = {
        "ended_at": appointment.ended_at.isoformat(),
        "revoke_tokens": revoke_tokens,
        "account_closed": closed and closed.login,
    }
    before = _snapshot(appointment)
    record(by=by, event=Event.APPOINTMENT_ENDED, obj=appointment, entity=entity, before=before, after=after)
    told = {"entity": entity, "closed": closed, "revoke_tokens": revoke_tokens}
    notify(appointment, "appointment_ended", caused_by=by, **told)
    return appointment
