"""Which row does each action of natural persons, Registro de Usuarios and personas jurídicas leave?"""

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from accounts.events import Event as AccountEvent
from accounts.models import Account
from delegates.actions.appointments import change_appointment, end_appointment, make_appointment
from delegates.actions.delegate_registration import register_delegate, register_ppn
from delegates.actions.entity_registrations import (
    CheckedRut,
    approve_registration,
    correct_registration,
    record_download,
    reject_registration,
    request_information,
    send_registration,
    start_review,
)
from delegates.actions.personal_data import change_email, correct_sex, download_personal_data, request_email_change
from delegates.actions.representations import set_representatives
from delegates.actions.self_registration import register_user
from delegates.actions.sign_up import confirm_account, request_account
from delegates.events import Event
from delegates.models import (
    Appointment,
    AuthorizedProfile,
    AuthorizedRole,
    DelegateAccount,
    EntityRegistration,
    Representation,
    SignUp,
)
from delegates.privacy_notice_version import NOTICE_VERSION
from delegates.rules.appointments import Authorization, Identity, version
from delegates.rules.entity_registrations import EntityDetails
from delegates.rut.rules import Check
from entities.events import Event as EntityEvent
from mipres_admin.database.text import masked_email
from roles.models import RethusEntry
from tests import factories
from tests.delegates.links import MARIA, link_in_mail, link_of_a_sign_up
from tests.delegates.signing_up import civil_entry
from tests.history.scenario import Expected, Scenario, by_natural, case
from tests.tokens.helpers import make_token
from tokens.events import Event as TokenEvent
from tokens.signing.keys import ensure_keys, public_keys

# ---------------------------------------------------------------- Mi Seguridad Social


@case(Event.SIGN_UP_REQUESTED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    request_account(applicant=MARIA)
    yield Expected(SignUp.objects.get(), None, None)


def secret_in(link: str) -> str:
    return link.strip("/").rpartition("/")[2]


@case(Event.SIGN_UP_CONFIRMED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    secret = secret_in(link_of_a_sign_up())
    yield None
    account = confirm_account(secret=secret, new=factories.PASSWORD)
    yield Expected(account, account, None, after={"notice": NOTICE_VERSION})


@case(AccountEvent.IDENTITY_VERIFIED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    civil_entry()
    secret = secret_in(link_of_a_sign_up())
    yield None
    account = confirm_account(secret=secret, new=factories.PASSWORD)
    after = {"person": account.person_id, "new_person": True, "verified": "registro_civil"}
    yield Expected(account, account, None, after=after, also=(Event.SIGN_UP_CONFIRMED,))


@case(AccountEvent.IDENTITY_VERIFIED)
def of_a_known_person(scenario: Scenario) -> Iterator[Expected | None]:
    """The stored contact is overwritten, and the event has it as it was."""
    person = factories.make_person(document_number=MARIA.document_number, email="otra@correo.example")
    civil_entry()
    secret = secret_in(link_of_a_sign_up())
    yield None
    account = confirm_account(secret=secret, new=factories.PASSWORD)
    after = {"person": person.pk, "new_person": False, "verified": "registro_civil"}
    after |= {"email": masked_email(MARIA.email), "sex": MARIA.sex}
    before = {"email": "o***@correo.example", "sex": ""}
    yield Expected(account, account, None, before=before, after=after, also=(Event.SIGN_UP_CONFIRMED,))


@case(Event.PERSON_CORRECTED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    before = {"sex": person_of(scenario).sex}
    yield None
    correct_sex(by=scenario.natural, sex="M")
    yield by_natural(scenario, person_of(scenario), before=before, after={"sex": "M"})


def person_of(scenario: Scenario) -> Any:
    return scenario.natural.person


@case(Event.PERSON_DOWNLOADED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    scenario.natural  # noqa: B018  created before the action
    yield None
    download_personal_data(by=scenario.natural)
    yield by_natural(scenario, person_of(scenario))


def ask(scenario: Scenario) -> None:
    request_email_change(by=scenario.natural, email="nuevo@correo.example")


@case(Event.EMAIL_CHANGE_REQUESTED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    ask(scenario)
    yield by_natural(scenario, scenario.natural, after={"email": "n***@correo.example"})


@case(Event.EMAIL_CHANGED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    ask(scenario)
    secret = secret_in(link_in_mail("confirm_email"))
    yield None
    change_email(secret=secret)
    before, after = {"email": "p***@correo.example"}, {"email": "n***@correo.example"}
    yield by_natural(scenario, scenario.natural, before=before, after=after)


@case(Event.EMAIL_CHANGED)
def of_a_ppn(scenario: Scenario) -> Iterator[Expected | None]:
    """A provider's own change is told to their entity, and moves no other account."""
    email, number = scenario.natural.email, person_of(scenario).document_number
    entity = factories.make_entity("PPN", nit=number)
    account = factories.make_delegate(entity, login="ADMPPN1-9", email=email)
    request_email_change(by=account, email="nuevo@correo.example")
    secret = secret_in(link_in_mail("confirm_email"))
    yield None
    change_email(secret=secret)
    before, after = {"email": "p***@correo.example"}, {"email": "n***@correo.example"}
    yield Expected(account, account, entity, before, after)


# ---------------------------------------------------------------- Registro de Usuarios


@case(Event.USER_REGISTERED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    user = register_user(by=scenario.natural, kind="OTRO")
    yield by_natural(scenario, user, after={"kind": "OTRO", "profession": None})


@case(Event.USER_REGISTERED_AGAIN)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    person = person_of(scenario)
    document = {"document_type": person.document_type, "document_number": person.document_number}
    RethusEntry.objects.create(profession_id="P07", registry_number="RM-1", **document)
    register_user(by=scenario.natural, kind="OTRO")
    yield None
    user = register_user(by=scenario.natural, kind="PROF", profession="P07")
    before, after = {"kind": "OTRO", "profession": None}, {"kind": "PROF", "profession": "P07"}
    yield by_natural(scenario, user, before=before, after=after)


def appointed(scenario: Scenario) -> Appointment:
    """The natural person, appointed by an IPS whose registration was approved."""
    entity = scenario.sede.entity
    Representation.objects.get_or_create(entity=entity, ended_at=None, defaults={"person": factories.make_person()})
    return factories.make_appointment(entity, scenario.delegate, scenario.natural.person)


def register(scenario: Scenario) -> Account:
    return register_delegate(by=scenario.natural, kind="IPS", nit=scenario.sede.entity.nit)


def registered(scenario: Scenario, account: Account, **after: Any) -> Expected:
    after = {"login": account.login} | after
    return Expected(account, scenario.natural, account.entity, after=after, also=(AccountEvent.PASSWORD_LINK_SENT,))


@case(Event.DELEGATE_REGISTERED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    appointment = appointed(scenario)
    yield None
    account = register(scenario)
    yield registered(scenario, account, appointment=str(appointment.public_id))


@case(Event.DELEGATE_REGISTERED)
def for_ppn(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    account = register_ppn(by=scenario.natural, phone="601 555 0101", address="Calle 1", municipality_id="11001")
    assert account.entity is not None
    row = registered(scenario, account, sede=account.entity.sedes.get().code)
    yield replace(row, also=(*row.also, EntityEvent.SEDE_CREATED, Event.USER_REGISTERED))


@case(Event.DELEGATE_REACTIVATED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    first = appointed(scenario)
    account = register(scenario)
    Account.objects.filter(pk=account.pk).update(is_active=False)
    Appointment.objects.filter(pk=first.pk).update(ended_at=first.created_at, ended_by=scenario.delegate)
    again = appointed(scenario)
    yield None
    register(scenario)
    yield registered(scenario, account, appointment=str(again.public_id))


# ---------------------------------------------------------------- personas jurídicas

RUT = CheckedRut(b"%PDF-1.7", [Check("nit", "cumple", "")])
PLACE: dict[str, Any] = {"municipality_id": "11001", "address": "Calle 1 # 2-3", "phone": "6013305043"}
DETAILS = EntityDetails("PROV", "900123456", "Droguería del Río S.A.S.", **PLACE)


def send(scenario: Scenario, details: EntityDetails = DETAILS) -> EntityRegistration:
    return send_registration(by=scenario.natural, details=details, rut=RUT)


def as_shown(registration: EntityRegistration) -> dict[str, Any]:
    step = registration.steps.last()
    assert step is not None
    return {"registration": registration, "expected_step": step.pk}


def taken(scenario: Scenario) -> EntityRegistration:
    registration = send(scenario)
    return start_review(by=scenario.ministry, **as_shown(registration), reason="Su turno")


def snapshot(state: str | None, **more: Any) -> dict[str, Any]:
    """How history keeps the registration in a state."""
    return asdict(DETAILS) | {"state": state} | more


@case(Event.REGISTRATION_SENT)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    yield None
    yield by_natural(scenario, send(scenario), before={"state": None}, after=snapshot("enviada"))


@case(Event.REGISTRATION_SENT)
def corrected(scenario: Scenario) -> Iterator[Expected | None]:
    registration = send(scenario)
    corrected_details = replace(DETAILS, name="Otro nombre")
    yield None
    correct_registration(by=scenario.natural, registration=registration, details=corrected_details, rut=RUT)
    after = snapshot("enviada", name="Otro nombre")
    yield by_natural(scenario, registration, before=snapshot("enviada"), after=after)


def of_reviewer(scenario: Scenario, registration: EntityRegistration, before: str, after: str, **row: Any) -> Expected:
    return Expected(registration, scenario.ministry, None, snapshot(before), snapshot(after), **row)


@case(Event.REVIEW_STARTED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    registration = send(scenario)
    yield None
    start_review(by=scenario.ministry, **as_shown(registration), reason="Su turno")
    yield of_reviewer(scenario, registration, "enviada", "en_revision", reason="Su turno")


@case(Event.INFORMATION_REQUESTED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    registration = taken(scenario)
    yield None
    request_information(by=scenario.ministry, **as_shown(registration), reason="Falta la firma")
    yield of_reviewer(scenario, registration, "en_revision", "falta_informacion", reason="Falta la firma")


@case(Event.REGISTRATION_REJECTED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    registration = taken(scenario)
    yield None
    reject_registration(by=scenario.ministry, **as_shown(registration), reason="No es suya")
    yield of_reviewer(scenario, registration, "en_revision", "rechazada", reason="No es suya")


@case(Event.REGISTRATION_APPROVED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    registration = taken(scenario)
    yield None
    approve_registration(by=scenario.ministry, **as_shown(registration), reason="Coincide")
    also = (EntityEvent.SEDE_CREATED, Event.REPRESENTATION_MADE)
    row = of_reviewer(scenario, registration, "en_revision", "aprobada", reason="Coincide", also=also)
    yield replace(row, entity=registration.representations.get().entity)


def of_representation(scenario: Scenario, representation: Representation, **written: Any) -> Expected:
    return Expected(representation, scenario.ministry, representation.entity, **written)


@case(Event.REPRESENTATION_MADE)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    registration, by = taken(scenario), scenario.ministry
    yield None
    set_representatives(by=by, registration=registration)
    representation = Representation.objects.get()
    after = {"since": representation.since.isoformat(), "registration": str(registration.public_id)}
    yield replace(of_representation(scenario, representation, after=after), also=(EntityEvent.SEDE_CREATED,))


@case(Event.REPRESENTATION_ENDED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    registration, by = taken(scenario), scenario.ministry
    entity = factories.make_entity("PROV", nit=DETAILS.nit)
    representation = Representation.objects.create(entity=entity, person=factories.make_person())
    yield None
    set_representatives(by=by, registration=registration)
    representation.refresh_from_db()
    assert representation.ended_at is not None
    after = {"ended_at": representation.ended_at.isoformat(), "registration": str(registration.public_id)}
    row = of_representation(scenario, representation, before={"since": representation.since.isoformat()}, after=after)
    yield replace(row, also=(EntityEvent.SEDE_CREATED, Event.REPRESENTATION_MADE))


@case(Event.REGISTRATION_REJECTED)
def of_the_representative(scenario: Scenario) -> Iterator[Expected | None]:
    """A request of the present representative is in the history of the entity, others are not."""
    registration, entity = taken(scenario), factories.make_entity("PROV", nit=DETAILS.nit)
    Representation.objects.create(entity=entity, person=person_of(scenario))
    yield None
    reject_registration(by=scenario.ministry, **as_shown(registration), reason="Ya la representa")
    row = of_reviewer(scenario, registration, "en_revision", "rechazada", reason="Ya la representa")
    yield replace(row, entity=entity)


@case(Event.RUT_DOWNLOADED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    document = send(scenario).documents.get()
    yield None
    record_download(by=scenario.ministry, document=document)
    yield Expected(document, scenario.ministry, None, after={"sha256": document.sha256})


# ---------------------------------------------------------------- Administrar autorizados


WHO: dict[str, Any] = {
    "sex": "F",
    "first_name": "María",
    "second_name": "",
    "first_surname": "Ñáñez",
    "second_surname": "",
}


def authorization(scenario: Scenario, **changed: Any) -> Authorization:
    """María as delegate, at the sede."""
    role, profile = AuthorizedRole.objects.get(pk="EMPLEADOR"), AuthorizedProfile.objects.get(pk="DELEGADO")
    fields = {"email": "maria@correo.example", "role": role, "profile": profile, "sede": scenario.sede}
    return Authorization(**(WHO | fields | changed))


def written(scenario: Scenario, **changed: Any) -> dict[str, Any]:
    """How history keeps her appointment."""
    place = {"role": "EMPLEADOR", "profile": "DELEGADO", "sede": scenario.sede.code}
    return WHO | {"email": "m***@correo.example"} | place | changed


def represented(scenario: Scenario) -> dict[str, Any]:
    """By the natural person, who represents the entity."""
    Representation.objects.create(entity=scenario.sede.entity, person=person_of(scenario))
    return {"by": scenario.natural}


def named(scenario: Scenario, by: Account) -> Appointment:
    identity = Identity("CC", "1025000222")
    return make_appointment(
        by=by, entity=scenario.sede.entity, identity=identity, authorization=authorization(scenario)
    )


@case(Event.APPOINTMENT_MADE)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    do = represented(scenario)
    yield None
    yield Expected(named(scenario, **do), scenario.natural, scenario.sede.entity, after=written(scenario))


@case(Event.APPOINTMENT_CHANGED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    do = represented(scenario)
    appointment = named(scenario, **do)
    yield None
    change_appointment(
        **do,
        appointment=appointment,
        authorization=authorization(scenario, first_name="Marina"),
        expected_version=version(appointment),
    )
    after = written(scenario, first_name="Marina")
    yield Expected(appointment, scenario.natural, scenario.sede.entity, written(scenario), after)


@case(Event.EMAIL_CHANGED)
def by_the_representative(scenario: Scenario) -> Iterator[Expected | None]:
    do = represented(scenario)
    appointment = named(scenario, **do)
    DelegateAccount.objects.create(account=scenario.delegate, appointment=appointment)
    yield None
    new = authorization(scenario, email="nuevo@correo.example")
    change_appointment(**do, appointment=appointment, authorization=new, expected_version=version(appointment))
    before, after = {"email": masked_email(scenario.delegate.email)}, {"email": "n***@correo.example"}
    also = (Event.APPOINTMENT_CHANGED, AccountEvent.PASSWORD_LINK_SENT)
    yield Expected(scenario.delegate, scenario.natural, scenario.sede.entity, before, after, also)


@case(Event.APPOINTMENT_ENDED)
def _(scenario: Scenario) -> Iterator[Expected | None]:
    """With the delegate's account, its sessions and its tokens: each of them says so itself."""
    public_keys.clear()
    ensure_keys()
    entity = factories.make_entity("EPS_C")
    scenario.sede = factories.make_sede(entity, code=entity.eps_code, municipality_id=None)
    do = represented(scenario)
    appointment, account = named(scenario, **do), factories.make_delegate(entity)
    DelegateAccount.objects.create(account=account, appointment=appointment)
    factories.make_session(account)
    make_token(account)
    yield None
    ended = end_appointment(**do, appointment=appointment, revoke_tokens=True).ended_at
    assert ended is not None
    after = {"ended_at": ended.isoformat(), "revoke_tokens": True, "account_closed": account.login}
    also = (AccountEvent.SESSIONS_ENDED, TokenEvent.TOKEN_REVOKED)
    yield Expected(appointment, scenario.natural, entity, written(scenario), after, also)
