"""Which row does each action of natural persons, Registro de Usuarios and personas jurídicas leave?"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import Account, RethusEntry
from delegates.actions.appointments import change_appointment, end_appointment, make_appointment
from delegates.actions.entity_registrations import (
    CheckedRut,
    approve,
    ask_for_information,
    record_download,
    reject,
    send_again,
    send_registration,
    take_for_review,
)
from delegates.actions.personal_data import ask_email_change, change_email, correct_sex, download_data
from delegates.actions.registration import register_delegate, register_ppn, register_user
from delegates.actions.representations import represent
from delegates.actions.sign_up import confirm_account, request_account
from delegates.models import (
    Appointment,
    AuthorizedProfile,
    AuthorizedRole,
    DelegateAccount,
    EntityRegistration,
    Representation,
    SignUp,
)
from delegates.privacy import NOTICE_VERSION
from delegates.rules.appointments import Authorization, Identity, version
from delegates.rules.entity_registrations import Details
from delegates.rut.rules import Check
from mipres_admin.text import masked_email
from tests import cast
from tests.delegates.links import MARIA, link_in_mail, link_of_a_sign_up
from tests.history.stage import Expected, Stage, act, of_natural
from tests.tokens.calling import make_token
from tokens.keys import ensure_keys, ring

# ---------------------------------------------------------------- Mi Seguridad Social


@act("sign_up.requested")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    request_account(applicant=MARIA)
    yield Expected(SignUp.objects.get(), None, None)


def secret_in(link: str) -> str:
    return link.strip("/").rpartition("/")[2]


@act("sign_up.confirmed")
def _(stage: Stage) -> Iterator[Expected | None]:
    secret = secret_in(link_of_a_sign_up())
    yield None
    account = confirm_account(secret=secret, new=cast.PASSWORD)
    after = {"person": account.person_id, "new_person": True, "notice": NOTICE_VERSION}
    yield Expected(account, account, None, after=after)


@act("sign_up.confirmed")
def of_a_known_person(stage: Stage) -> Iterator[Expected | None]:
    """What the portal knew of him is written over, and what it was is written down."""
    names = {"first_name": MARIA.first_name, "first_surname": MARIA.first_surname}
    person = cast.make_person(document_number=MARIA.document_number, email="otra@correo.example", **names)
    secret = secret_in(link_of_a_sign_up())
    yield None
    account = confirm_account(secret=secret, new=cast.PASSWORD)
    contact = {"email": masked_email(MARIA.email), "sex": MARIA.sex}
    after = {"person": person.pk, "new_person": False, "notice": NOTICE_VERSION} | contact
    yield Expected(account, account, None, before={"email": "o***@correo.example", "sex": ""}, after=after)


@act("sign_up.refused")
def _(stage: Stage) -> Iterator[Expected | None]:
    secret = secret_in(link_of_a_sign_up())
    cast.make_person(document_number=MARIA.document_number, first_name="Otra")
    yield None
    with suppress(Exception):
        confirm_account(secret=secret, new=cast.PASSWORD)
    yield Expected(SignUp.objects.get(), None, None, after={"cause": "names"})


@act("person.corrected")
def _(stage: Stage) -> Iterator[Expected | None]:
    before = {"sex": person_of(stage).sex}
    yield None
    correct_sex(by=stage.natural, sex="M")
    yield of_natural(stage, person_of(stage), before=before, after={"sex": "M"})


def person_of(stage: Stage) -> Any:
    return stage.natural.person


@act("person.downloaded")
def _(stage: Stage) -> Iterator[Expected | None]:
    stage.natural  # noqa: B018  made before the deed
    yield None
    download_data(by=stage.natural)
    yield of_natural(stage, person_of(stage))


def ask(stage: Stage, password: str = cast.PASSWORD) -> None:
    ask_email_change(by=stage.natural, email="nuevo@correo.example", password=password)


@act("email.asked")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    ask(stage)
    yield of_natural(stage, stage.natural, after={"email": "n***@correo.example"})


@act("security.refused")
def of_an_e_mail(stage: Stage) -> Iterator[Expected | None]:
    yield None
    with suppress(ValidationError):
        ask(stage, password="otra")
    yield Expected(stage.natural, None, None, after={"locked": False})


@act("email.changed")
def _(stage: Stage) -> Iterator[Expected | None]:
    ask(stage)
    secret = secret_in(link_in_mail("confirm_email"))
    yield None
    change_email(secret=secret)
    before, after = {"email": "p***@correo.example"}, {"email": "n***@correo.example"}
    yield of_natural(stage, stage.natural, before=before, after=after)


@act("email.changed")
def of_a_delegate_too(stage: Stage) -> Iterator[Expected | None]:
    """Each account that follows says so, a delegate's to its entity."""
    email = stage.natural.email
    account = cast.make_delegate(stage.sede.entity, person=person_of(stage), login="ADMIPS1-9", email=email)
    ask(stage)
    secret = secret_in(link_in_mail("confirm_email"))
    yield None
    change_email(secret=secret)
    before, after = {"email": "p***@correo.example"}, {"email": "n***@correo.example"}
    yield of_natural(stage, stage.natural, before=before, after=after)
    yield Expected(account, stage.natural, stage.sede.entity, before, after)


# ---------------------------------------------------------------- Registro de Usuarios


@act("user.registered")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    user = register_user(by=stage.natural, kind="OTRO")
    yield of_natural(stage, user, after={"kind": "OTRO", "profession": None})


@act("user.registered_again")
def _(stage: Stage) -> Iterator[Expected | None]:
    person = person_of(stage)
    document = {"document_type": person.document_type, "document_number": person.document_number}
    RethusEntry.objects.create(profession_id="P07", registry_number="RM-1", **document)
    register_user(by=stage.natural, kind="OTRO")
    yield None
    user = register_user(by=stage.natural, kind="PROF", profession="P07")
    before, after = {"kind": "OTRO", "profession": None}, {"kind": "PROF", "profession": "P07"}
    yield of_natural(stage, user, before=before, after=after)


def appointed(stage: Stage) -> Appointment:
    """The natural person, whom the IPS has appointed; its registration was approved."""
    entity = stage.sede.entity
    Representation.objects.get_or_create(entity=entity, ended_at=None, defaults={"person": cast.make_person()})
    return cast.make_appointment(entity, stage.delegate, stage.natural.person)


def register(stage: Stage) -> Account:
    return register_delegate(by=stage.natural, kind="IPS", nit=stage.sede.entity.nit)


def registered(stage: Stage, account: Account, **after: Any) -> Expected:
    after = {"login": account.login} | after
    return Expected(account, stage.natural, account.entity, after=after, beside=("password.link_sent",))


@act("delegate.registered")
def _(stage: Stage) -> Iterator[Expected | None]:
    appointment = appointed(stage)
    yield None
    account = register(stage)
    yield registered(stage, account, appointment=str(appointment.public_id))


@act("delegate.registered")
def of_himself(stage: Stage) -> Iterator[Expected | None]:
    yield None
    account = register_ppn(by=stage.natural, phone="601 555 0101", address="Calle 1", municipality_id="11001")
    assert account.entity is not None
    row = registered(stage, account, sede=account.entity.sedes.get().code)
    yield replace(row, beside=(*row.beside, "sede.created"))


@act("delegate.reactivated")
def _(stage: Stage) -> Iterator[Expected | None]:
    first = appointed(stage)
    account = register(stage)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    Appointment.objects.filter(pk=first.pk).update(ended_at=first.created_at, ended_by=stage.delegate)
    again = appointed(stage)
    yield None
    register(stage)
    yield registered(stage, account, appointment=str(again.public_id))


# ---------------------------------------------------------------- personas jurídicas

RUT = CheckedRut(b"%PDF-1.7", [Check("nit", "cumple", "")])
PLACE: dict[str, Any] = {"municipality_id": "11001", "address": "Calle 1 # 2-3", "phone": "6013305043"}
DETAILS = Details("PROV", "900123456", "Droguería del Río S.A.S.", **PLACE)


def send(stage: Stage, details: Details = DETAILS) -> EntityRegistration:
    return send_registration(by=stage.natural, details=details, rut=RUT)


def seen(registration: EntityRegistration) -> dict[str, Any]:
    step = registration.steps.last()
    assert step is not None
    return {"registration": registration, "seen": step.pk}


def taken(stage: Stage) -> EntityRegistration:
    registration = send(stage)
    return take_for_review(by=stage.ministry, **seen(registration), reason="Su turno")


def kept(state: str | None, **more: Any) -> dict[str, Any]:
    """How history keeps the registration in a state."""
    return DETAILS.as_fields() | {"state": state} | more


@act("registration.sent")
def _(stage: Stage) -> Iterator[Expected | None]:
    yield None
    yield of_natural(stage, send(stage), before={"state": None}, after=kept("enviada", reason=""))


@act("registration.sent")
def corrected(stage: Stage) -> Iterator[Expected | None]:
    registration = send(stage)
    wanted = replace(DETAILS, name="Otro nombre")
    yield None
    send_again(by=stage.natural, registration=registration, details=wanted, rut=RUT)
    after = kept("enviada", name="Otro nombre", reason="")
    yield of_natural(stage, registration, before=kept("enviada"), after=after)


def of_reviewer(stage: Stage, registration: EntityRegistration, before: str, after: str, **row: Any) -> Expected:
    reason = row.pop("reason", "")
    return Expected(registration, stage.ministry, None, kept(before), kept(after, reason=reason), **row)


@act("registration.taken")
def _(stage: Stage) -> Iterator[Expected | None]:
    registration = send(stage)
    yield None
    take_for_review(by=stage.ministry, **seen(registration), reason="Su turno")
    yield of_reviewer(stage, registration, "enviada", "en_revision", reason="Su turno")


@act("registration.incomplete")
def _(stage: Stage) -> Iterator[Expected | None]:
    registration = taken(stage)
    yield None
    ask_for_information(by=stage.ministry, **seen(registration), reason="Falta la firma")
    yield of_reviewer(stage, registration, "en_revision", "falta_informacion", reason="Falta la firma")


@act("registration.rejected")
def _(stage: Stage) -> Iterator[Expected | None]:
    registration = taken(stage)
    yield None
    reject(by=stage.ministry, **seen(registration), reason="No es suya")
    yield of_reviewer(stage, registration, "en_revision", "rechazada", reason="No es suya")


@act("registration.approved")
def _(stage: Stage) -> Iterator[Expected | None]:
    registration = taken(stage)
    yield None
    approve(by=stage.ministry, **seen(registration), reason="Coincide")
    beside = ("sede.created", "representation.made")
    row = of_reviewer(stage, registration, "en_revision", "aprobada", reason="Coincide", beside=beside)
    yield replace(row, entity=registration.representations.get().entity)


def of_representation(stage: Stage, held: Representation, **written: Any) -> Expected:
    return Expected(held, stage.ministry, held.entity, **written)


@act("representation.made")
def _(stage: Stage) -> Iterator[Expected | None]:
    registration, by = taken(stage), stage.ministry
    yield None
    represent(by=by, registration=registration)
    held = Representation.objects.get()
    after = {"since": held.since.isoformat(), "registration": str(registration.public_id)}
    yield replace(of_representation(stage, held, after=after), beside=("sede.created",))


@act("representation.ended")
def _(stage: Stage) -> Iterator[Expected | None]:
    registration, by = taken(stage), stage.ministry
    entity = cast.make_entity("PROV", nit=DETAILS.nit)
    held = Representation.objects.create(entity=entity, person=cast.make_person())
    yield None
    represent(by=by, registration=registration)
    held.refresh_from_db()
    assert held.ended_at is not None
    after = {"ended_at": held.ended_at.isoformat(), "registration": str(registration.public_id)}
    row = of_representation(stage, held, before={"since": held.since.isoformat()}, after=after)
    yield replace(row, beside=("sede.created", "representation.made"))


@act("registration.rejected")
def of_who_represents_the_entity(stage: Stage) -> Iterator[Expected | None]:
    """Who represents the entity by now has his request in its history; anybody else's is not its business."""
    registration, entity = taken(stage), cast.make_entity("PROV", nit=DETAILS.nit)
    Representation.objects.create(entity=entity, person=person_of(stage))
    yield None
    reject(by=stage.ministry, **seen(registration), reason="Ya la representa")
    row = of_reviewer(stage, registration, "en_revision", "rechazada", reason="Ya la representa")
    yield replace(row, entity=entity)


@act("rut.downloaded")
def _(stage: Stage) -> Iterator[Expected | None]:
    document = send(stage).documents.get()
    yield None
    record_download(by=stage.ministry, document=document)
    yield Expected(document, stage.ministry, None, after={"sha256": document.sha256})


# ---------------------------------------------------------------- Administrar autorizados


WHO: dict[str, Any] = {
    "sex": "F",
    "first_name": "María",
    "second_name": "",
    "first_surname": "Ñáñez",
    "second_surname": "",
}


def wanted(stage: Stage, **changed: Any) -> Authorization:
    """María as delegate, at the sede."""
    role, profile = AuthorizedRole.objects.get(pk="EMPLEADOR"), AuthorizedProfile.objects.get(pk="DELEGADO")
    fields = {"email": "maria@correo.example", "role": role, "profile": profile, "sede": stage.sede}
    return Authorization(**(WHO | fields | changed))


def written(stage: Stage, **changed: Any) -> dict[str, Any]:
    """How history keeps her appointment."""
    place = {"role": "EMPLEADOR", "profile": "DELEGADO", "sede": stage.sede.code}
    return WHO | {"email": "m***@correo.example"} | place | changed


def represented(stage: Stage) -> dict[str, Any]:
    """By the natural person, who represents the entity."""
    Representation.objects.create(entity=stage.sede.entity, person=person_of(stage))
    return {"by": stage.natural}


def named(stage: Stage, by: Account) -> Appointment:
    identity = Identity("CC", "1025000222")
    return make_appointment(by=by, entity=stage.sede.entity, identity=identity, wanted=wanted(stage))


@act("appointment.made")
def _(stage: Stage) -> Iterator[Expected | None]:
    do = represented(stage)
    yield None
    yield Expected(named(stage, **do), stage.natural, stage.sede.entity, after=written(stage))


@act("appointment.changed")
def _(stage: Stage) -> Iterator[Expected | None]:
    do = represented(stage)
    appointment = named(stage, **do)
    yield None
    change_appointment(
        **do, appointment=appointment, wanted=wanted(stage, first_name="Marina"), seen=version(appointment)
    )
    after = written(stage, first_name="Marina")
    yield Expected(appointment, stage.natural, stage.sede.entity, written(stage), after)


@act("appointment.ended")
def _(stage: Stage) -> Iterator[Expected | None]:
    """With the delegate's account, its sessions and its tokens: each of them says so itself."""
    ring.forget()
    ensure_keys()
    entity = cast.make_entity("EPS_C")
    stage.sede = cast.make_sede(entity, code=entity.eps_code, municipality_id=None)
    do = represented(stage)
    appointment, account = named(stage, **do), cast.make_delegate(entity)
    DelegateAccount.objects.create(account=account, appointment=appointment)
    cast.make_session(account)
    make_token(account)
    yield None
    ended = end_appointment(**do, appointment=appointment, revoke_tokens=True).ended_at
    assert ended is not None
    after = {"ended_at": ended.isoformat(), "revoke_tokens": True, "account_closed": account.login}
    beside = ("sessions.ended", "token.revoked")
    yield Expected(appointment, stage.natural, entity, written(stage), after, beside)
