"""Register a person in MIPRES as the delegate of an entity that appointed them, or as a PPN, and open the account."""

from typing import Any

from django.db import transaction

from accounts.actions.email_replacement import replace_email
from accounts.actions.password_links import send_password_link
from accounts.actions.second_factor import delete_factors
from accounts.models import Account, PasswordLink
from accounts.usernames import next_delegate_login
from delegates.actions.self_registration import register_user
from delegates.events import Event
from delegates.models import DelegateAccount, person_of
from delegates.rules.delegate_registration import DelegateRegistration, delegate_registration_refusal
from entities.actions.sedes import create_main_sede
from entities.models import Entity
from entities.rules.sedes import SedeDetails
from mipres_admin.database.locks import lock
from mipres_admin.history.recording import record
from mipres_admin.refusals import refuse
from roles.matrix import UserKind
from roles.models import RegisteredUser


def _reopen(by: Account, account: Account, email: str) -> Account:
    """The account of an earlier appointment is opened again under its name, without its password and factors."""
    account = lock(account)
    delete_factors(account)
    account.is_active = True
    account.save(update_fields=["is_active"])
    account, _ = replace_email(by=by, account=account, email=email, template="delegate_email_changed")
    return account


def _invite(by: Account, account: Account, *, event: Event, after: dict[str, Any]) -> Account:
    after = {"login": account.login} | after
    record(by=by, event=event, obj=account, entity=account.entity, after=after)
    send_password_link(account=account, reason=PasswordLink.Reason.ASSIGN, by=by)
    return account


@transaction.atomic
def register_delegate(*, by: Account, kind: str, nit: str, et_model: int | None = None) -> Account:
    """Make the person of `by` a delegate of the entity that appointed them, and mail the link that sets the password.

    The mail goes to the address that the legal representative gave, so that a stranger who opened an account with
    the delegate's document gets nothing. A person who is appointed again gets the old login back. Source: route for
    territorial entities, 2020; registration guide for delegates, 2023, step 4. Raises Refused: which step is missing.
    """
    person = lock(person_of(by), no_key=True)
    registration = DelegateRegistration(person, kind, nit, et_model)
    if registration.appointment is not None:
        # who ends the appointment now waits, and then finds the account to close
        lock(registration.appointment, no_key=True)
        registration = DelegateRegistration(person, kind, nit, et_model)
    refuse(delegate_registration_refusal(registration))
    entity, appointment, old = registration.entity, registration.appointment, registration.account
    assert entity is not None and appointment is not None  # noqa: S101, PT018  the rules have checked both
    email = appointment.email
    account = (
        _reopen(by, old, email)
        if old
        else Account.objects.create_user(next_delegate_login(entity), person=person, entity=entity, email=email)
    )
    DelegateAccount.objects.create(account=account, appointment=appointment)
    event = Event.DELEGATE_REACTIVATED if old else Event.DELEGATE_REGISTERED
    return _invite(by, account, event=event, after={"appointment": str(appointment.public_id)})


@transaction.atomic
def register_ppn(*, by: Account, phone: str, address: str, municipality_id: str) -> Account:
    """Make the person of `by` a Proveedor Persona Natural: the entity, its main sede, the delegate's account and,
    where they are not a user of MIPRES yet, their registration as Otro Usuario, so that they can activate themself.

    Source: registration guide for delegates, 2023, part 4; manual v4.1 §10.4. Raises Refused when they are one
    already, have died, or when no entity is identified by their kind of document.
    """
    person = lock(person_of(by), no_key=True)
    registration = DelegateRegistration.for_ppn(person)
    refuse(delegate_registration_refusal(registration))
    entity = registration.entity or Entity.objects.create(
        kind=registration.kind,
        identification_type=person.document_type,
        nit=person.document_number,
        name=person.full_name,
    )
    details = SedeDetails(entity.name, phone, address, municipality_id)
    sede = create_main_sede(by=by, entity=entity, details=details)
    if not RegisteredUser.objects.filter(person=person).exists():
        register_user(by=by, kind=UserKind.OTRO)
    account = Account.objects.create_user(next_delegate_login(entity), person=person, entity=entity, email=by.email)
    return _invite(by, account, event=Event.DELEGATE_REGISTERED, after={"sede": sede.code})
