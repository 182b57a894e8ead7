"""Who plays in the tests? Makers of entities, sedes, people, users and accounts with sensible defaults."""

from itertools import count
from typing import Any

from django.utils import timezone

from accounts.logins import first_login, persons_login
from accounts.models import Account, Person, RegisteredUser, RoleAssignment
from accounts.roles import UserKind
from delegates.models import Appointment, EntityRegistration
from entities.models import EPS_KINDS, Entity, EntityKind, Sede

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
    }
    return Person.objects.create(**(defaults | fields))


def make_user(kind: str = UserKind.PROFESIONAL, profession: str | None = "P07", **person: Any) -> RegisteredUser:
    has_profession = kind != UserKind.OTRO
    return RegisteredUser.objects.create(
        person=make_person(**person),
        kind=kind,
        profession_id=profession if has_profession else None,
        professional_registry=f"RM-{next(_serial)}" if has_profession else "",
    )


def make_delegate(entity: Entity, **fields: Any) -> Account:
    person = make_person()
    defaults: dict[str, Any] = {
        "login": first_login(entity),
        "entity": entity,
        "person": person,
        "email": person.email,
    }
    password = fields.pop("password", PASSWORD)
    return Account.objects.create_user(password=password, **(defaults | fields))


def make_assignment(user: RegisteredUser, sede: Sede, role: str, by: Account, **fields: Any) -> RoleAssignment:
    defaults: dict[str, Any] = {"starts_at": timezone.now()}
    return RoleAssignment.objects.create(
        user=user, sede=sede, entity=sede.entity, role=role, created_by=by, **(defaults | fields)
    )


def make_natural(person: Person | None = None, **fields: Any) -> Account:
    """A natural person's own account of Mi Seguridad Social."""
    person = person or make_person()
    defaults: dict[str, Any] = {
        "login": persons_login(person.document_type, person.document_number),
        "person": person,
        "email": person.email,
        "password": PASSWORD,
    }
    return Account.objects.create_user(**(defaults | fields))


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
