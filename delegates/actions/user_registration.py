"""Registro de Usuarios of MIPRES: make a delegate of a person whom an entity appointed, or a user: once."""

from typing import Any

from django.db import transaction

from accounts.actions.password_links import send_password_link
from accounts.models import Account, PasswordLink
from accounts.usernames import next_delegate_login
from delegates.actions.personal_data import person_of
from delegates.events import Event
from delegates.models import DelegateAccount
from delegates.rules.user_registration import Delegacy, Enrolment, delegate_refusal, enrolment_refusal
from entities.actions.sedes import create_main_sede
from entities.models import Entity
from entities.rules.sedes import SedeDetails
from mipres_admin.database.locks import lock, lock_rows
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import refuse
from roles.matrix import UserKind
from roles.models import RegisteredUser

# ---------------------------------------------------------------- delegates


def _new_account(asked: Delegacy, entity: Entity, email: str) -> Account:
    return Account.objects.create_user(next_delegate_login(entity), person=asked.person, entity=entity, email=email)


def _old_account(account: Account, email: str) -> Account:
    """The account of an earlier appointment comes back under its name, with nothing that opened it."""
    account.is_active, account.email = True, email
    account.set_unusable_password()
    account.save(update_fields=["is_active", "email", "password"])
    return account


def _invite(by: Account, account: Account, *, event: Event, after: dict[str, Any]) -> Account:
    after = {"login": account.login} | after
    record(by=by, event=event, obj=account, entity=account.entity, after=after)
    send_password_link(account=account, reason=PasswordLink.Reason.ASSIGN, by=by)
    return account


@transaction.atomic
def register_delegate(*, by: Account, kind: str, nit: str, et_model: int | None = None) -> Account:
    """Make the person of `by` a delegate of the entity that appointed him, and mail the link that sets his password.

    The mail goes to the address that the legal representative gave, so that a stranger who opened an account with
    the delegate's document gets nothing. A person appointed again gets his old login back. Source: route for
    territorial entities, 2020; registration guide for delegates, 2023, step 4. Raises Refused: which step is missing.
    """
    person = lock(person_of(by), no_key=True)
    asked = Delegacy(person, kind, nit, et_model)
    if asked.appointment is not None:
        # whoever inactivates it now waits, and then finds the account to end
        lock(asked.appointment, no_key=True)
        asked = Delegacy(person, kind, nit, et_model)
    refuse(delegate_refusal(asked))
    entity, appointment, old = asked.entity, asked.appointment, asked.account
    assert entity is not None and appointment is not None  # noqa: S101, PT018  the rules have seen to both
    account = _old_account(old, appointment.email) if old else _new_account(asked, entity, appointment.email)
    DelegateAccount.objects.create(account=account, appointment=appointment)
    event = Event.DELEGATE_REACTIVATED if old else Event.DELEGATE_REGISTERED
    return _invite(by, account, event=event, after={"appointment": str(appointment.public_id)})


@transaction.atomic
def register_ppn(*, by: Account, phone: str, address: str, municipality_id: str) -> Account:
    """Make the person of `by` a Proveedor Persona Natural: the entity, its initial record and the delegate's account.

    Raises Refused when he is one already, or when his document is not one by which an entity is known.
    """
    person = lock(person_of(by), no_key=True)
    asked = Delegacy.of_himself(person)
    refuse(delegate_refusal(asked))
    entity = asked.entity or Entity.objects.create(
        kind=asked.kind,
        identification_type=person.document_type,
        nit=person.document_number,
        name=person.full_name,
    )
    details = SedeDetails(entity.name, phone, address, municipality_id)
    sede = create_main_sede(by=by, entity=entity, details=details)
    account = _new_account(asked, entity, by.email)
    return _invite(by, account, event=Event.DELEGATE_REGISTERED, after={"sede": sede.code})


# ---------------------------------------------------------------- users


def _state(user: RegisteredUser | None) -> dict[str, Any]:
    return {"kind": user.kind, "profession": user.profession_id} if user else {}


@transaction.atomic
def register_user(*, by: Account, kind: str, profession: str | None = None) -> RegisteredUser:
    """Register the person of `by` for MIPRES as `kind`, or change what he is registered as, and tell him by mail.

    Source: manual v4.1 §6 and §11.2. Raises Refused: which step is missing, and who can do it.
    """
    person = lock(person_of(by), no_key=True)
    # held together with the roles: nobody gives him one while he becomes something else
    lock_rows(RegisteredUser.objects.filter(person=person))
    asked = Enrolment(person, kind, profession)
    refuse(enrolment_refusal(asked))
    before = _state(asked.user)
    user, entry = asked.user or RegisteredUser(person=person), asked.entry
    user.kind, user.profession = UserKind(kind), entry.profession if entry else None
    user.professional_registry = entry.registry_number if entry else ""
    user.save()
    event = Event.USER_REGISTERED_AGAIN if before else Event.USER_REGISTERED
    record(by=by, event=event, obj=user, before=before, after=_state(user))
    notify(by, "user_registered", user=user, again=bool(before))
    return user
