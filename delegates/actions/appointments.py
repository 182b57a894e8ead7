"""Administrar autorizados: name, change and inactivate a person, each deed once, told by mail and written down."""

from typing import Any

from django.db import IntegrityError, transaction

from accounts.actions.password_links import send_password_link
from accounts.models import Account, PasswordLink
from delegates.actions.account_closing import close_delegate_account
from delegates.events import Event
from delegates.models import Appointment
from delegates.rules.appointments import (
    Authorization,
    Identity,
    authorization_refusal,
    authorized_already,
    changed_refusal,
    ended_refusal,
    identity_fields,
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


def _written(appointment: Appointment) -> dict[str, Any]:
    """What history keeps of an appointment: not the document, which never changes, and the e-mail masked."""
    plain = ("sex", "first_name", "second_name", "first_surname", "second_surname")
    kept = {name: getattr(appointment, name) for name in plain} | {"email": masked_email(appointment.email)}
    sede = appointment.sede
    return kept | {"role": appointment.role_id, "profile": appointment.profile_id, "sede": sede and sede.code}


def _save(appointment: Appointment, wanted: Authorization) -> None:
    """Raises Refused when the person has that profile already."""
    for name, value in wanted.as_fields().items():
        setattr(appointment, name, value)
    try:
        with transaction.atomic():
            appointment.save()
    except IntegrityError as error:
        if "appointment_once_at_a_time" not in str(error):
            raise
        raise Refused(authorized_already(wanted)) from None


def _move_email(by: Account, appointment: Appointment, old: str) -> None:
    """The delegate's account follows the e-mail that the representative gives: its links go there from now on.

    A link on its way to the old address dies, and who had not set his password yet gets a new one. The old address
    is told too: it belonged to somebody, the person himself or a stranger.
    """
    account = Account.objects.filter(grounds__appointment=appointment, is_active=True).select_related("entity").first()
    if account is None:
        return
    account.email = appointment.email
    account.save(update_fields=["email"])
    PasswordLink.objects.filter(account=account).delete()
    email = masked_email(account.email)
    for to in (old, account.email):
        notify(to, "delegate_email_changed", account=account, entity=appointment.entity, email=email)
    if account.can_log_in and not account.has_usable_password():
        send_password_link(account=account, reason=PasswordLink.Reason.ASSIGN, by=by)


@transaction.atomic
def make_appointment(*, by: Account, entity: Entity, identity: Identity, wanted: Authorization) -> Appointment:
    """Authorise a person for an entity ("Nuevo", provider manual); he is told by mail what to do next.

    The person need not have an account. Raises Refused, with nothing saved, when `by` does not represent the entity,
    or the person has that profile already (a double click among them).
    """
    entity = lock(entity, no_key=True)
    refuse(authorization_refusal(entity, wanted, by))
    appointment = Appointment(entity=entity, created_by=by, created_at=clock.now(), **identity_fields(identity))
    _save(appointment, wanted)
    after = _written(appointment)
    record(by=by, event=Event.APPOINTMENT_MADE, obj=appointment, entity=entity, after=after)
    notify(appointment, "appointment_made", entity=entity)
    return appointment


@transaction.atomic
def change_appointment(*, by: Account, appointment: Appointment, wanted: Authorization, seen: str) -> bool:
    """Change what is not the person's document ("Editar"); returns whether there was anything to change.

    `seen` is the `version` that the page showed. The delegate's account that stands on the appointment follows its
    e-mail (`_move_email`). Raises Refused, with nothing saved, when `by` does not represent the entity, the
    appointment has ended or is not as it was seen (unless it is as wanted already), or its profile carries a
    delegate's account.
    """
    entity, appointment = lock(appointment.entity, no_key=True), lock(appointment)
    refuse(authorization_refusal(entity, wanted, by))
    refuse(ended_refusal(appointment) or profile_refusal(appointment, wanted))
    if all(getattr(appointment, name) == value for name, value in wanted.as_fields().items()):
        return False
    refuse(changed_refusal(appointment, seen))
    before, old = _written(appointment), appointment.email
    _save(appointment, wanted)
    after = _written(appointment)
    record(by=by, event=Event.APPOINTMENT_CHANGED, obj=appointment, entity=entity, before=before, after=after)
    if appointment.email != old:
        _move_email(by, appointment, old)
    return True


@transaction.atomic
def end_appointment(*, by: Account, appointment: Appointment, revoke_tokens: bool) -> Appointment:
    """Inactivate a person ("Inactivar"): the account of a delegate that stands on it is closed at once; he is told.

    `revoke_tokens` is the representative's choice about the tokens that the delegate made; it is written down.
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
    before = _written(appointment)
    record(by=by, event=Event.APPOINTMENT_ENDED, obj=appointment, entity=entity, before=before, after=after)
    notify(appointment, "appointment_ended", entity=entity, closed=closed, revoke_tokens=revoke_tokens)
    return appointment
