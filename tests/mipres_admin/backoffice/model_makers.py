"""One saved object of every model that has an admin, or as many as a list needs: `make(Person)`."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import (
    Account,
    AccountSession,
    AuthenticatorApp,
    CivilRegistryEntry,
    DeceasedEntry,
    IdentityClaim,
    Impersonation,
    Passkey,
    PasswordLink,
    Person,
    SecondFactorPolicy,
    StaffAccount,
    Suspension,
)
from delegates.models import (
    Appointment,
    DelegateAccount,
    EmailChange,
    EntityRegistration,
    PrivacyAcceptance,
    Representation,
    RutDocument,
    SignUp,
)
from entities.models import Association, Department, Entity, EntityKind, Municipality, Sede
from mipres_admin.jobs.models import JobRun
from mipres_admin.outbox.models import OutgoingMail
from registries.models import RegistryLoad
from roles.certificates.codes import new_code
from roles.models import (
    Certificate,
    Profession,
    RegisteredUser,
    RethusEntry,
    RoleAssignment,
    RoleEnding,
    RoleUpload,
    SsoPost,
)
from tests import factories
from tests.tokens.helpers import make_token
from tokens.models import PortalToken, ServerClient, SigningKey, TemporaryToken, TokenUse

_serial = count(1)


def digest() -> str:
    return sha256(str(next(_serial)).encode()).hexdigest()


def staff(**fields: Any) -> Account:
    """An account of the Ministry without any permission."""
    number = next(_serial)
    return Account.objects.create_user(f"FUNCIONARIO{number}", email=f"f{number}@minsalud.example", is_staff=True)


def delegate(kind: str = EntityKind.IPS) -> Any:
    return factories.make_delegate(factories.make_entity(kind))


def token() -> Any:
    return make_token(delegate(EntityKind.EPS_C)).row


def soon() -> Any:
    return timezone.now() + timedelta(hours=1)


def document() -> dict[str, str]:
    return {"document_type": "CC", "document_number": f"77{next(_serial):08}"}


def rut() -> RutDocument:
    registration = factories.make_registration()
    checks = [{"rule": "es_pdf", "verdict": "cumple", "detail": ""}]
    return RutDocument.objects.create(
        registration=registration, content=b"%PDF", sha256=digest(), checks=checks, uploaded_by=registration.applicant
    )


def client() -> ServerClient:
    marks = {"client_id": f"srv-{uuid.uuid4().hex[:16]}", "digest": digest()}
    return ServerClient.objects.create(**marks, name="Suministros", scope="suministros", created_by=staff())


def certificate() -> Certificate:
    by, user = delegate(), factories.make_user()
    code, now = new_code(), timezone.now()
    fields = {"as_of": timezone.localdate(), "issued_at": now, "content": {"nombre": "SECRETO"}}
    return Certificate.objects.create(
        code=code, entity=by.entity, user=user, issued_by=by, content_sha256=digest(), **fields
    )


def assignment() -> RoleAssignment:
    by = delegate()
    return factories.make_assignment(factories.make_user(), factories.make_sede(by.entity), "Rol_Anulador", by)


def role_ending() -> RoleEnding:
    """A role that a load of REPS ended."""
    held, now = assignment(), timezone.now()
    return RoleEnding.objects.create(
        load=registry_load(), assignment=held, cause="sede", at=now, ends_at=now, started_at=held.starts_at
    )


def registry_load(state: str = "applied", **fields: Any) -> RegistryLoad:
    """A load of REPS that is as far as this."""
    done = {} if state == "applied" else {"loaded_at": None}
    named = {"kind": "reps", "file_name": "reps.csv", "sha256": digest(), "counts": {}}
    return RegistryLoad.objects.create(**named, state=state, **done, **fields)


def staff_account(**fields: Any) -> Account:
    return StaffAccount.objects.get(pk=factories.make_staff(**fields).pk)


def impersonation() -> Impersonation:
    by, seen, now = staff(), delegate(), timezone.now()
    session, times = factories.make_session(by), {"started_at": now, "ends_at": soon() - timedelta(minutes=45)}
    return Impersonation.objects.create(
        staff=by, account=seen, entity=seen.entity, session=session, reason="Lo pidió", **times
    )


def upload() -> RoleUpload:
    by = delegate()
    rows = [{"texts": ["PERSONAL"]}]
    return RoleUpload.objects.create(entity=by.entity, made_by=by, file_name="a.xlsx", sha256=digest(), rows=rows)


def suspension() -> Suspension:
    return Suspension.objects.create(account=delegate(), suspended_by=staff(), reason="Denuncia")


def sign_up() -> SignUp:
    names = {"first_name": "Ana", "first_surname": "Gil", "sex": "F", "email": "a@b.example"}
    days = {"issued_on": date(2014, 5, 6), "expires_at": soon()}
    return SignUp.objects.create(secret_sha256=digest(), notice_version="1", **days, **names, **document())


def appointment() -> Appointment:
    return factories.make_appointment(factories.make_entity(), factories.make_natural())


def delegate_account() -> DelegateAccount:
    made = appointment()
    return DelegateAccount.objects.create(account=factories.make_delegate(made.entity), appointment=made)


def passkey() -> Passkey:
    return Passkey.objects.create(
        account=delegate(), name="Llave", credential_id="CREDENCIAL", credential_hash=digest(), public_key=b"1"
    )


def post() -> SsoPost:
    sede, days = (
        factories.make_sede(factories.make_entity()),
        {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)},
    )
    return SsoPost.objects.create(sede=sede, **days, **document())


def link() -> PasswordLink:
    return PasswordLink.objects.create(account=delegate(), secret_hash=digest(), reason="assign", expires_at=soon())


def mail() -> OutgoingMail:
    return OutgoingMail.objects.create(
        recipient="a@b.example",
        template="roles_changed",
        subject="Cambios en sus roles",
        text="Hola",
        state="failed",
        given_up_at=Now(),
    )


def temporary() -> TemporaryToken:
    now = timezone.now()
    moments = {"issued_at": now, "expires_at": now + timedelta(hours=24)}
    return TemporaryToken.objects.create(digest=digest(), token=token(), service="WSSUMMIPRESNOPBS", **moments)


def signing_key() -> SigningKey:
    token()
    return SigningKey.objects.get(state="current")


def a(model: type[models.Model], **fields: Any) -> Callable[[], Any]:
    """A maker of rows with these fields; those that are called are called each time."""

    def make_it() -> Any:
        values = {name: each() if callable(each) else each for name, each in fields.items()}
        return model._default_manager.create(**values)

    return make_it


MAKERS: dict[type[models.Model], Callable[[], Any]] = {
    Department: Department.objects.first,
    Municipality: Municipality.objects.first,
    Profession: Profession.objects.first,
    Entity: factories.make_entity,
    Sede: lambda: factories.make_sede(factories.make_entity()),
    Association: a(Association, owner=lambda: factories.make_entity("EPS_C"), member=factories.make_entity),
    Person: factories.make_person,
    RethusEntry: lambda: RethusEntry.objects.create(profession_id="P07", registry_number="RM-1", **document()),
    SsoPost: post,
    CivilRegistryEntry: factories.make_civil_entry,
    DeceasedEntry: lambda: DeceasedEntry.objects.create(deceased_on=date(2026, 1, 2), **document()),
    RoleEnding: role_ending,
    RegistryLoad: registry_load,
    RegisteredUser: factories.make_user,
    RoleAssignment: assignment,
    RoleUpload: upload,
    Account: delegate,
    StaffAccount: staff_account,
    Suspension: suspension,
    Impersonation: impersonation,
    PasswordLink: link,
    Certificate: certificate,
    IdentityClaim: factories.make_claim,
    AuthenticatorApp: lambda: factories.make_app(delegate()),
    Passkey: passkey,
    SecondFactorPolicy: a(SecondFactorPolicy, kind="IPS", compulsory_from=timezone.localdate),
    AccountSession: lambda: factories.make_session(delegate()),
    SignUp: sign_up,
    PrivacyAcceptance: a(PrivacyAcceptance, account=delegate, notice_version="1", accepted_at=timezone.now),
    EmailChange: a(EmailChange, account=delegate, email="x@y.example", secret_sha256=digest, expires_at=soon),
    EntityRegistration: factories.make_registration,
    RutDocument: rut,
    Representation: a(Representation, entity=factories.make_entity, person=factories.make_person),
    Appointment: appointment,
    DelegateAccount: delegate_account,
    PortalToken: token,
    SigningKey: signing_key,
    ServerClient: client,
    TokenUse: a(TokenUse, token=token, at=timezone.now, service="WSSUMMIPRESNOPBS"),
    TemporaryToken: temporary,
    OutgoingMail: mail,
    JobRun: a(JobRun, name=lambda: f"tarea{next(_serial)}"),
}


def make(model: type[models.Model]) -> Any:
    """One saved object of this model, with what it needs to exist."""
    return MAKERS[model]()
