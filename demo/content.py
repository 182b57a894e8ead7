"""Which invented entities, people, delegates and staff does the demonstration have? Nobody is real.

What exists already is left: running it twice adds nothing.
"""

import tempfile
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actions.identity_claims import upload_copy
from accounts.actions.impersonation import end_impersonation, start_impersonation
from accounts.models import (
    Account,
    AccountSession,
    CivilRegistryEntry,
    DeceasedEntry,
    IdentityClaim,
    IdentityCopy,
    Impersonation,
    Person,
    Verification,
)
from accounts.staff_group_labels import purpose_of
from accounts.usernames import DELEGATE_KINDS, first_delegate_login, natural_person_login
from delegates.models import Appointment, PrivacyAcceptance
from delegates.privacy_notice_version import NOTICE_VERSION
from demo.representatives import create_representations
from entities.actions.sedes import create_main_sede, create_sede, disable_sede
from entities.models import Association, Entity, EntityKind, EtModel, Sede
from entities.rules.sedes import SedeDetails, SedeUse
from mipres_admin.access.groups import StaffGroup
from roles.actions.provider_networks import associate
from roles.actions.role_assignments import activate_user
from roles.matrix import Option, Role, UserKind
from roles.models import RegisteredUser, RethusEntry, SsoPost
from roles.validity import today
from tokens.actions import issue_token
from tokens.models import PortalToken

MARK = "mipres_admin demonstration"
PASSWORD = "demostracion-mipres"
REPS_ROWS = 1_000
REPS_SEED = 20_26
# a grey point, for the copy of a document
COPY = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="


class NotOursError(Exception):
    """The database has tables and is not the demonstration's."""


@dataclass(frozen=True)
class Login:
    """One log-in of the demonstration, as it is printed."""

    kind: str
    login: str
    entity: str


def claim_database() -> None:
    """Mark an empty database as the demonstration's, or recognise the mark.

    Raises NotOursError, with nothing touched, for a database with tables and without mark.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        ((mark,),) = cursor.fetchall()
        if mark == MARK:
            return
        if connection.introspection.table_names(cursor):
            raise NotOursError
        name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
        cursor.execute(f"COMMENT ON DATABASE {name} IS '{MARK}'")


def load_registries() -> None:
    """EPS of both régimenes, and a synthetic REPS of 1,000 sedes, once, through the commands of the Ministry."""
    if Sede.objects.filter(entity__kind=EntityKind.IPS).exists():
        return
    call_command("import_eps", verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "reps.csv")
        call_command("make_reps", file, rows=REPS_ROWS, seed=REPS_SEED, verbosity=0)
        call_command("import_reps", file, verbosity=0)


def load_civil_registry() -> None:
    """The documents of everybody here and of a thousand others, once; after `load_people`."""
    if CivilRegistryEntry.objects.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "registro_civil.csv")
        call_command("make_civil_registry", file, verbosity=0)
        call_command("import_civil", file, verbosity=0)


# ---------------------------------------------------------------- people, each with a case of the manual

PEOPLE: dict[str, tuple[str, str, str, str, UserKind, str | None]] = {
    # document: first name, second name, first surname, second surname, kind, profession
    "1000000001": ("Camila", "Andrea", "Ríos", "Peñaranda", UserKind.PROFESIONAL, "P07"),
    "1000000002": ("Julián", "", "Ospina", "Quintero", UserKind.PROFESIONAL, "P08"),
    "1000000003": ("Marta", "Lucía", "Ibáñez", "Suárez", UserKind.PROFESIONAL, "P03"),
    "1000000004": ("Óscar", "Iván", "Núñez", "Bedoya", UserKind.PROFESIONAL, "P11"),
    "1000000005": ("Paola", "", "Cárdenas", "Vélez", UserKind.OTRO, None),
    "1000000006": ("Andrés", "Felipe", "Güiza", "Roa", UserKind.SSO, "P07"),
    "1000000007": ("Sara", "", "Montoya", "Lasso", UserKind.SSO, "P09"),
    "1000000008": ("Daniela", "", "Barros", "Barón", UserKind.SSO, "P01"),
    "1000000009": ("Hernán", "Darío", "Acosta", "Prieto", UserKind.PROFESIONAL, "P07"),
    "1000000011": ("Laura", "", "Demostración", "Vega", UserKind.OTRO, None),
}
CASES = {
    "1000000001": "médica, ya activa con tres roles; independiente en la red de la EPS-C y no en la EPS-S",
    "1000000002": "nutricionista",
    "1000000003": "enfermera",
    "1000000004": "psicólogo",
    "1000000005": "Otro Usuario (opción Personal Administrativo), dispensador en la IPS que también es Proveedor",
    "1000000006": "SSO con plaza en su IPS",
    "1000000007": "SSO con plaza en otra IPS: Operación no permitida",
    "1000000008": "ex-SSO sin nuevo registro: Operación no permitida",
    "1000000009": "fallecido: sus roles terminaron (Novedades de los registros) y activarlo es Operación no permitida",
    "1000000011": "la proveedora persona natural: solo ella puede activarse a sí misma",
    "1000000099": "no registrada: Usuario no registrado para esta aplicación",
}


def _person(number: str, names: tuple[str, str, str, str]) -> Person:
    first, second, surname, second_surname = names
    return Person.objects.get_or_create(
        document_type="CC",
        document_number=number,
        defaults={
            "first_name": first,
            "second_name": second,
            "first_surname": surname,
            "second_surname": second_surname,
            "email": f"cc{number}@correo.example",
            "verified_how": Verification.MINISTERIO,
        },
    )[0]


def _users() -> dict[str, RegisteredUser]:
    users = {}
    for number, (*names, kind, profession) in PEOPLE.items():
        person = _person(number, (names[0], names[1], names[2], names[3]))
        users[number], _ = RegisteredUser.objects.get_or_create(
            person=person,
            defaults={
                "kind": kind,
                "profession_id": profession,
                "professional_registry": f"RP-{number[-4:]}" if profession else "",
            },
        )
    return users


def _deceased(by: Account, user: RegisteredUser, sede: Sede) -> None:
    """A user with roles who then is in the list of deceased people: the roles end, and the delegate reads why. Once."""
    person = user.person
    if DeceasedEntry.objects.exists() or person.deceased_on is not None:
        return
    activate_user(by=by, user=user, sede=sede, option=Option.PROFESIONAL, roles=(Role.PRESCRIPTOR, Role.ANULADOR))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "fallecidos.csv"
        died = today() - timedelta(days=9)
        row = f"{person.document_type},{person.document_number},{died}"
        file.write_text(f"tipo_documento,numero_documento,fecha_fallecimiento\n{row}\n", encoding="utf-8")
        call_command("import_deceased", str(file), allow_closing=True, verbosity=0)


def _roles_of_the_doctor(doctor: RegisteredUser, accounts: dict[EntityKind, Account], sedes: tuple[Sede, Sede]) -> None:
    """Three roles at an IPS, and two as an independent of the EPS-C, once."""
    if not doctor.assignments.exists():
        at_ips, at_eps = sedes
        roles = (Role.PRESCRIPTOR, Role.JUNTA_IPS, Role.ANULADOR)
        activate_user(by=accounts[EntityKind.IPS], user=doctor, sede=at_ips, option=Option.PROFESIONAL, roles=roles)
        there = (Role.PRESCRIPTOR, Role.DISPENSADOR)
        activate_user(by=accounts[EntityKind.EPS_C], user=doctor, sede=at_eps, option=Option.INDEPENDIENTE, roles=there)


def _post(number: str, sede: Sede, first: int, last: int) -> None:
    """A plaza from `first` to `last` days from now, once."""
    if not SsoPost.objects.filter(document_type="CC", document_number=number).exists():
        days = {"starts_on": today() + timedelta(days=first), "ends_on": today() + timedelta(days=last)}
        SsoPost.objects.create(document_type="CC", document_number=number, sede=sede, **days)


def _largest_ips() -> Iterator[Entity]:
    """The IPS of the synthetic REPS, those with most sedes first."""
    ips = Entity.objects.filter(kind=EntityKind.IPS).annotate(size=Count("sedes"))
    yield from ips.order_by("-size", "nit")


# ---------------------------------------------------------------- one delegate per kind of entity


def _invented_entities() -> dict[EntityKind, Entity]:
    eps = {"nit": "900000102", "name": "EPS Demostración S.A.S."}
    invented: dict[EntityKind, dict[str, Any]] = {
        EntityKind.EPS_C: eps | {"eps_code": "EPS998"},
        EntityKind.EPS_S: eps | {"eps_code": "EPSS98"},
        EntityKind.PROVEEDOR: {"nit": "900000104", "name": "Farmacia y Suministros Demostración S.A.S."},
        EntityKind.PPN: {"nit": "1000000011", "name": "Laura Demostración Vega", "identification_type": "CC"},
        EntityKind.ET: {"nit": "900000106", "name": "Departamento de la Demostración", "et_model": EtModel.ASUME},
    }
    return {
        kind: Entity.objects.get_or_create(kind=kind, nit=fields["nit"], defaults=fields)[0]
        for kind, fields in invented.items()
    }


def _invented_sedes(accounts: dict[EntityKind, Account], entities: dict[EntityKind, Entity]) -> None:
    """The one sede of each EPS, the record of the natural person, four sedes of the provider, one of them disabled."""
    for code, kind, name in (
        ("EPS998", EntityKind.EPS_C, "EPS Demostración"),
        ("EPSS98", EntityKind.EPS_S, "EPS Demostración"),
    ):
        Sede.objects.get_or_create(code=code, defaults={"entity": entities[kind], "name": name})
    if entities[EntityKind.PROVEEDOR].sedes.exists():
        return
    by, provider, person = accounts[EntityKind.PROVEEDOR], entities[EntityKind.PROVEEDOR], entities[EntityKind.PPN]
    main = SedeDetails("Farmacia Demostración Chapinero", "601 555 0101", "Calle 53 # 13-40, local 2", "11001")
    create_main_sede(by=by, entity=provider, details=main)
    sedes = [
        create_sede(by=by, details=details, key=uuid4())
        for details in (
            SedeDetails("Farmacia Demostración Laureles", "604 555 0103", "Circular 4 # 70-22", "05001"),
            SedeDetails("Farmacia Demostración San Fernando", "602 555 0104", "Carrera 34 # 5-10", "76001"),
            SedeDetails("Farmacia Demostración Prado", "605 555 0105", "Carrera 54 # 68-80", "08001"),
        )
    ]
    disable_sede(by=by, sede=sedes[-1], expected_use=SedeUse(0, 0))
    home = SedeDetails(person.name, "607 555 0102", "Carrera 27 # 36-14", "68001")
    create_main_sede(by=accounts[EntityKind.PPN], entity=person, details=home)


def _dispensing_ips(ips: Entity, by: Account, user: RegisteredUser) -> Account:
    """The IPS has the rol proveedor/dispensador, with the same delegate, and a dispenser at a sede of REPS. Once."""
    fields = {"kind": EntityKind.PROVEEDOR, "nit": ips.nit}
    provider, is_new = Entity.objects.get_or_create(**fields, defaults={"name": ips.name})
    login = first_delegate_login(provider)
    if not is_new:
        return Account.objects.get(login=login)
    account = Account.objects.create_user(login, PASSWORD, entity=provider, person=by.person, email=by.email)
    details = SedeDetails("Servicio farmacéutico Demostración", "601 555 0107", "Calle 72 # 10-34", "11001")
    create_main_sede(by=account, entity=provider, details=details)
    sede = ips.sedes.open().order_by("code")[0]
    activate_user(by=account, user=user, sede=sede, option=Option.ADMINISTRATIVO, roles=[Role.DISPENSADOR])
    return account


def _independent(number: str, name: str) -> Entity:
    """An independent professional of REPS, with their one sede."""
    fields = {"kind": EntityKind.PROFESIONAL_INDEPENDIENTE, "identification_type": "CC", "nit": number}
    member, _ = Entity.objects.get_or_create(**fields, defaults={"name": name})
    values = {
        "entity": member,
        "name": name,
        "municipality_id": "11001",
        "provider_class": Sede.ProviderClass.INDEPENDIENTE,
    }
    Sede.objects.get_or_create(code=f"1100199{number[-3:]}01", defaults=values)
    return member


def _networks(accounts: dict[EntityKind, Account], ips: list[Entity]) -> None:
    """The EPS-C has three IPS, both providers and the doctor; the EPS-S one IPS; the ET has the EPS-S. Once."""
    doctor = _independent("1000000001", "Camila Andrea Ríos Peñaranda")
    entities = {kind: account.entity for kind, account in accounts.items() if account.entity}
    for kind, members in (
        (EntityKind.EPS_C, [*ips, entities[EntityKind.PROVEEDOR], entities[EntityKind.PPN], doctor]),
        (EntityKind.EPS_S, ips[:1]),
        (EntityKind.ET, [entities[EntityKind.EPS_S]]),
    ):
        if not Association.objects.of(entities[kind]).exists():
            associate(by=accounts[kind], members=members)


DELEGATES = {
    EntityKind.IPS: ("1000000010", ("María", "Gabriela", "Suárez", "Demostración")),
    EntityKind.PPN: ("1000000011", ("Laura", "", "Demostración", "Vega")),
    EntityKind.EPS_C: ("1000000012", ("Claudia", "", "Quiñones", "Demostración")),
    EntityKind.EPS_S: ("1000000013", ("Jorge", "Iván", "Demostración", "Páez")),
    EntityKind.PROVEEDOR: ("1000000014", ("Nubia", "", "Demostración", "Ávila")),
    EntityKind.ET: ("1000000015", ("Wilson", "", "Demostración", "Mejía")),
}


def _delegate(kind: EntityKind, entity: Entity) -> Account:
    number, names = DELEGATES[kind]
    login, person = first_delegate_login(entity), _person(number, names)
    account = Account.objects.filter(login=login).first()
    return account or Account.objects.create_user(login, PASSWORD, entity=entity, person=person, email=person.email)


def _natural_person(number: str, names: tuple[str, str, str, str]) -> Account:
    """A person's own account of Mi Seguridad Social."""
    person = _person(number, names)
    account = Account.objects.filter(person=person, entity=None).first()
    if account is None:
        login = natural_person_login(person.document_type, person.document_number)
        account = Account.objects.create_user(login, PASSWORD, person=person, email=person.email)
        PrivacyAcceptance.objects.create(account=account, notice_version=NOTICE_VERSION, accepted_at=Now())
    return account


def _representative(ips: Entity, delegates: Iterable[Account]) -> list[Login]:
    """Who represents the entities and appointed their delegates, and a person who can still register as one."""
    owner = _natural_person("1000000016", ("Rosa", "Elena", "Demostración", "Gil"))
    appointed = _natural_person("1000000017", ("Iván", "", "Demostración", "Rueda"))
    create_representations(owner, delegates)
    document = {"document_type": "CC", "document_number": "1000000017"}
    RethusEntry.objects.get_or_create(**document, profession_id="P07", defaults={"registry_number": "RM-0017"})
    values: dict[str, Any] = {
        "sex": "M",
        "email": appointed.email,
        "first_name": "Iván",
        "first_surname": "Demostración",
    }
    values |= {"second_surname": "Rueda", "role_id": "IPS", "created_by": owner, "sede": ips.sedes.order_by("code")[0]}
    Appointment.objects.get_or_create(entity=ips, profile_id="DELEGADO", **document, defaults=values)
    return [
        Login("Representante legal (Mi Seguridad Social)", owner.login, "Todas, menos el PPN"),
        Login("Persona natural, nombrada delegada y en ReTHUS", appointed.login, f"aún sin registrarse en {ips}"),
    ]


def _unverified() -> Login:
    """Somebody whose document the Registro civil does not have: a reviewer of the Ministry has yet to look. Once."""
    number, login = "1000000018", natural_person_login("CC", "1000000018")
    claim = IdentityClaim.objects.filter(document_number=number).select_related("account").first()
    if claim is None:
        account = Account.objects.create_user(f"{login}-1", PASSWORD, email=f"cc{number}@correo.example")
        PrivacyAcceptance.objects.create(account=account, notice_version=NOTICE_VERSION, accepted_at=Now())
        names = {"first_name": "Eliana", "first_surname": "Demostración", "second_surname": "Cuéllar", "sex": "F"}
        document = {"document_type": "CC", "document_number": number, "issued_on": date(2013, 7, 19)}
        claim = IdentityClaim.objects.create(account=account, **names, **document)
        upload_copy(by=account, claim=claim, content=b64decode(COPY), kind=IdentityCopy.Kind.PNG)
    return Login("Persona natural, identidad por verificar", f"{login}-1", "espera a un revisor del Ministerio")


def _token(by: Account) -> None:
    """A portal token that expires within the month, once."""
    if not PortalToken.objects.filter(issued_by=by).exists():
        issue_token(
            by=by,
            name="Sistema de demostración",
            days=25,
            overlap=timedelta(0),
            expected_token="",
            request_key=uuid4(),
        )


def _impersonation(ministry: Account, delegate: Account) -> None:
    """The Ministry has seen the portal as this delegate, once; their home page says so."""
    if ministry.impersonations.exists():
        return
    now = timezone.now()
    session = AccountSession.objects.create(
        account=ministry, device="Chrome en Windows", started_at=now, last_seen_at=now
    )
    reason = "La entidad pidió ayuda para encontrar a una usuaria"
    start_impersonation(by=ministry, account=delegate, session=session, reason=reason)
    end_impersonation(impersonation=ministry.impersonations.get(), by=ministry, why=Impersonation.End.STOPPED)
    AccountSession.objects.filter(pk=session.pk).update(ended_at=Now())


MINISTRY = {
    # log-in: its group, document and names
    "SOPORTE": (StaffGroup.SOPORTE, "1000000021", ("Diana", "", "Demostración", "Soto")),
    "REVISOR": (StaffGroup.REVISOR, "1000000022", ("Hugo", "", "Demostración", "Rey")),
    "CARGADOR": (StaffGroup.CARGADOR, "1000000023", ("Elsa", "", "Demostración", "Cano")),
    "AUDITOR": (StaffGroup.AUDITOR, "1000000024", ("Raúl", "", "Demostración", "Ardila")),
    "SUPERUSUARIO": (StaffGroup.SUPERUSUARIO, "1000000025", ("Inés", "", "Demostración", "Sarria")),
}


def _ministry() -> list[Login]:
    """The account that `createsuperuser` creates, and one in each group."""
    if not Account.objects.filter(login="MINSALUD").exists():
        Account.objects.create_superuser("MINSALUD", PASSWORD, email="soporte@minsalud.example")
    logins = []
    for login, (group, number, names) in MINISTRY.items():
        person, email = _person(number, names), f"{login.lower()}@minsalud.example"
        if not Account.objects.filter(login=login).exists():
            account = Account.objects.create_user(login, PASSWORD, email=email, person=person, is_staff=True)
            account.groups.add(Group.objects.get(name=group))
        logins.append(Login(f"Ministerio, grupo {group.label}", login, purpose_of(group)))
    return [Login("Ministerio, la primera cuenta", "MINSALUD", "lo hace todo, sin grupo"), *logins]


@transaction.atomic
def load_people() -> list[Login]:
    """People for every case of the manual, one delegate per kind of entity, their representative, the Ministry's.

    Returns the log-ins; all have `PASSWORD` until somebody changes it.
    """
    ips, other, third, *_ = _largest_ips()
    users = _users()
    accounts = {EntityKind.IPS: _delegate(EntityKind.IPS, ips)}
    accounts |= {kind: _delegate(kind, entity) for kind, entity in _invented_entities().items()}
    entities = {kind: accounts[kind].entity or ips for kind in accounts}
    _invented_sedes(accounts, entities)
    _networks(accounts, [ips, other, third])
    sede, plaza = ips.sedes.order_by("code")[0], other.sedes.order_by("code")[0]
    _post("1000000006", sede, -30, 330)
    _post("1000000007", plaza, -30, 330)
    _post("1000000008", sede, -400, -35)
    _roles_of_the_doctor(users["1000000001"], accounts, (sede, entities[EntityKind.EPS_C].sedes.get()))
    _deceased(accounts[EntityKind.IPS], users["1000000009"], sede)
    for kind in (EntityKind.IPS, EntityKind.EPS_C):
        _token(accounts[kind])
    ministry = _ministry()
    _impersonation(Account.objects.get(login="SOPORTE"), accounts[EntityKind.IPS])
    kinds = [EntityKind(kind) for kind in DELEGATE_KINDS]
    logins = [Login(kind.label, accounts[kind].login, str(accounts[kind].entity)) for kind in kinds]
    dispensing = _dispensing_ips(ips, accounts[EntityKind.IPS], users["1000000005"])
    logins.append(Login("Proveedor, el rol proveedor/dispensador de la IPS", dispensing.login, str(dispensing.entity)))
    logins += [*_representative(ips, [*accounts.values(), dispensing]), _unverified()]
    return [*logins, *ministry]
