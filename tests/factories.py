"""Which entities, sedes, people, users and accounts do the tests need? Factories with sensible defaults."""

from base64 import b32decode
from datetime import date
from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.utils import timezone
from django_otp.oath import totp

from accounts.models import Account, AccountSession, AuthenticatorApp, CivilRegistryEntry, IdentityClaim, Person
from accounts.security.secrets import new_seed, totp_key
from accounts.usernames import first_delegate_login, natural_person_login
from delegates.models import Appointment, EntityRegistration
from entities.models import EPS_KINDS, Entity, EntityKind, Sede
from roles.matrix import UserKind
from roles.models import RegisteredUser, RoleAssignment

PASSWORD = "una frase larga y tranquila"
_serial = count(1)


def make_entity(kind: str = EntityKind.IPS, **fields: Any) -> Entity:
    number = next(_serial)
    defaults: dict[str, Any] = {"kind": kind, "nit": f"9{number:08}", "name": f"Entidad {number}"}
    if kind in EPS_KINDS:
        defaults["eps_code"] = f"EPS{number % 1000:03}"
    if kind == EntityKind.PPN:
        defaults["identification_type"] = "CC"
    return Entity.objects.create(**(defaults | fields))


def make_provider_of(ips: Entity) -> Entity:
    """The Proveedor with the NIT of an IPS, and its initial record."""
    provider = make_entity("PROV", nit=ips.nit, name=ips.name)
    make_sede(provider, code=f"PROV{next(_serial):06}", is_main=True)
    return provider


def make_sede(entity: Entity, **fields: Any) -> Sede:
    number = next(_serial)
    defaults: dict[str, Any] = {
        "code": f"11001{number:05}01",
        "name": f"Sede {number}",
        "municipality_id": "11001",
        "address": "Calle 1 # 2-3",
    }
    return Sede.objects.create(entity=entity, **(defaults | fields))


def make_person(**fields: Any) -> Person:
    number = next(_serial)
    defaults: dict[str, Any] = {
        "document_type": "CC",
        "document_number": f"10{number:08}",
        "first_name": "Ana",
        "first_surname": f"Prueba{number}",
        "email": f"persona{number}@correo.example",
        "verified_how": "registro_civil",
    }
    return Person.objects.create(**(defaults | fields))


def make_civil_entry(person: Person | None = None, **fields: Any) -> CivilRegistryEntry:
    """What the Registro civil has of a person, or of somebody whom the portal does not know."""
    defaults: dict[str, Any] = {"document_type": "CC", "document_number": f"10{next(_serial):08}"}
    defaults |= {"first_name": "Ana", "first_surname": "Prueba"}
    if person:
        names = ("document_type", "document_number", "first_name", "second_name", "first_surname", "second_surname")
        defaults = {name: getattr(person, name) for name in names}
    defaults |= {"issued_on": date(2010, 5, 20), "state": "vigente"}
    return CivilRegistryEntry.objects.create(**(defaults | fields))


def make_user(kind: str = UserKind.PROFESIONAL, profession: str | None = "P07", **person: Any) -> RegisteredUser:
    has_profession = kind != UserKind.OTRO
    return RegisteredUser.objects.create(
        person=make_person(**person),
        kind=kind,
        profession_id=profession if has_profession else None,
        professional_registry=f"RM-{next(_serial)}" if has_profession else "",
    )


def _ppn(entity: Entity) -> Person:
    """The person who is a Proveedor Persona Natural, registered as a user."""
    document = {"document_type": entity.identification_type, "document_number": entity.nit}
    person = Person.objects.filter(**document).first() or make_person(**document)
    RegisteredUser.objects.get_or_create(person=person, defaults={"kind": UserKind.OTRO})
    return person


def make_delegate(entity: Entity, **fields: Any) -> Account:
    person = _ppn(entity) if entity.kind == EntityKind.PPN else fields.get("person") or make_person()
    defaults: dict[str, Any] = {
        "login": first_delegate_login(entity),
        "entity": entity,
        "person": person,
        "email": person.email,
    }
    password = fields.pop("password", PASSWORD)
    return Account.objects.create_user(password=password, **(defaults | fields))


def make_assignment(user: RegisteredUser, sede: Sede, role: str, by: Account, **fields: Any) -> RoleAssignment:
    defaults: dict[str, Any] = {"starts_at": timezone.now(), "entity": sede.entity}
    return RoleAssignment.objects.create(user=user, sede=sede, role=role, created_by=by, **(defaults | fields))


def make_natural(person: Person | None = None, **fields: Any) -> Account:
    """The account of a natural person in Mi Seguridad Social."""
    person = person or make_person()
    defaults: dict[str, Any] = {
        "login": natural_person_login(person.document_type, person.document_number),
        "person": person,
        "email": person.email,
        "password": PASSWORD,
    }
    return Account.objects.create_user(**(defaults | fields))


def make_staff(group: str = "", **fields: Any) -> Account:
    """An account of the Ministry in one group: soporte, revisor, cargador, auditor, superusuario; or in none."""
    person = fields.get("person") or make_person()
    defaults: dict[str, Any] = {
        "login": f"MIN{next(_serial)}",
        "person": person,
        "email": f"{person.first_name.lower()}{next(_serial)}@minsalud.example",
        "password": PASSWORD,
    }
    account = Account.objects.create_user(is_staff=True, **(defaults | fields))
    account.groups.set(Group.objects.filter(name=group))
    return account


def make_claim(person: Person | None = None, **fields: Any) -> IdentityClaim:
    """The claim of an account whose holder types what this (invented, unsaved) person has."""
    number = next(_serial)
    names = ("document_type", "document_number", "first_name", "second_name", "first_surname", "second_surname")
    typed: dict[str, Any] = {
        "document_type": "CC",
        "document_number": f"10{number:08}",
        "first_name": "Ana",
        "first_surname": "Prueba",
        "sex": "F",
        "issued_on": date(2014, 5, 6),
    } | ({name: getattr(person, name) for name in names} if person else {})
    typed |= fields
    login = f"{typed['document_type']}{typed['document_number']}-{number}"
    account = typed.pop("account", None) or Account.objects.create_user(
        login, PASSWORD, email=f"dice-ser{number}@correo.example"
    )
    return IdentityClaim.objects.create(account=account, **typed)


def make_registration(applicant: Account | None = None, **fields: Any) -> EntityRegistration:
    defaults: dict[str, Any] = {
        "kind": "IPS",
        "nit": f"9{next(_serial):08}",
        "name": "Clínica del Río S.A.S.",
        "municipality_id": "11001",
        "address": "Calle 1 # 2-3",
        "phone": "6013305043",
    }
    return EntityRegistration.objects.create(applicant=applicant or make_natural(), **(defaults | fields))


def make_appointment(entity: Entity, by: Account, person: Person | None = None, **fields: Any) -> Appointment:
    """The person (invented when not given) appointed as delegate of the entity."""
    person = person or make_person()
    names = ("first_name", "second_name", "first_surname", "second_surname")
    defaults: dict[str, Any] = {
        "document_type": person.document_type,
        "document_number": person.document_number,
        "sex": "F",
        "email": person.email,
        "role_id": "EMPLEADOR",
        "profile_id": "DELEGADO",
        "created_by": by,
    } | {name: getattr(person, name) for name in names}
    return Appointment.objects.create(entity=entity, **(defaults | fields))


def make_app(account: Account, **fields: Any) -> AuthenticatorApp:
    defaults: dict[str, Any] = {"name": "Celular", "seed": new_seed()}
    return AuthenticatorApp.objects.create(account=account, **(defaults | fields))


def code_of(app: AuthenticatorApp, steps: int = 0) -> str:
    """The code that the app shows now, or that many half minutes later."""
    return f"{totp(totp_key(app.seed), drift=steps):06}"


def code_of_key(key: str) -> str:
    """The code of an app in which this key was typed."""
    return f"{totp(b32decode(key)):06}"


def make_session(account: Account, **fields: Any) -> AccountSession:
    now = timezone.now()
    defaults: dict[str, Any] = {"device": "Chrome en Windows", "started_at": now, "last_seen_at": now}
    return AccountSession.objects.create(account=account, **(defaults | fields))
