"""Register a person in MIPRES as Profesional, SSO or Otro Usuario, or change that."""

from typing import Any

from django.db import transaction

from accounts.models import Account
from delegates.events import Event
from delegates.models import person_of
from delegates.rules.self_registration import (
    UserRegistration,
    user_registration_refusal,
)
from mipres_admin.database.locks import lock, lock_rows
from mipres_admin.history.recording import record
from mipres_admin.outbox.mail import notify
from mipres_admin.refusals import refuse
from roles.matrix import UserKind
from roles.models import RegisteredUser


def _snapshot(user: RegisteredUser | None) -> dict[str, Any]:
    return {"kind": user.kind, "profession": user.profession_id} if user else {}


@transaction.atomic
def register_user(*, by: Account, kind: str, profession: str | None = None) -> RegisteredUser:
    """Register the person of `by` for MIPRES as `kind`, or change their registration, and notify them.

    Source: manual v4.1 §6 and §11.2. Raises Refused: which step is missing, and who can do it.
    """
    person = lock(person_of(by), no_key=True)
    # nobody assigns a role to the user while their kind changes
    lock_rows(RegisteredUser.objects.filter(person=person))
    registration = UserRegistration(person, kind, profession)
    refuse(user_registration_refusal(registration))
    before = _snapshot(registration.user)
    user, entry = registration.user or RegisteredUser(person=person), registration.entry
    user.kind, user.profession = UserKind(kind), entry.profession if entry else None
    user.professional_registry = entry.registry_number if entry else ""
    user.save()
    event = Event.USER_REGISTERED_AGAIN if before else Event.USER_REGISTERED
    record(by=by, event=event, obj=user, before=before, after=_snapshot(user))
    notify(by, "user_registered", user=user, again=bool(before))
    return user
