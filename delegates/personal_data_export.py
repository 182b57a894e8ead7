"""What is in the download "Descargar mis datos" of a person? (Ley 1581 de 2012, art. 8 and 14)"""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Account, IdentityClaim, Person, Suspension
from delegates.models import Appointment, EntityRegistration, PrivacyAcceptance, Representation
from entities.models import Association, Entity, Sede
from mipres_admin.database.validity import Validity
from mipres_admin.history.models import HistoryEntry
from roles.models import Certificate, RegisteredUser, RethusEntry, RoleAssignment, SsoPost

Rows = list[dict[str, Any]]
OF_ENTITY = {"entidad": "entity__name", "tipo de entidad": "entity__kind"}


def _rows(rows: QuerySet[Any], **fields: str) -> Rows:
    """Each row by the given headings, from these fields; the oldest first."""
    return [dict(zip(fields, values, strict=True)) for values in rows.order_by("pk").values_list(*fields.values())]


def _in_days(rows: QuerySet[Any], **fields: str) -> Rows:
    """As `_rows`, of what has "desde" and "hasta" as moments: the first and the last day, both included."""
    found = _rows(rows, **fields)
    for row in found:
        days = Validity.between(row["desde"], row["hasta"])
        row["desde"], row["hasta"] = days.first, days.last
    return found


def _person(person: Person) -> dict[str, Any]:
    return {
        "tipo de documento": person.document_type,
        "número de documento": person.document_number,
        "primer nombre": person.first_name,
        "segundo nombre": person.second_name,
        "primer apellido": person.first_surname,
        "segundo apellido": person.second_surname,
        "sexo": person.get_sex_display(),
        "correo electrónico": person.email,
        "fecha de fallecimiento": person.deceased_on,
        "identidad verificada el": person.verified_at,
        "identidad verificada con": person.get_verified_how_display(),
    }


def _registered_user(person: Person) -> Rows:
    return [
        {
            "usuario": user.login,
            "tipo de usuario": user.get_kind_display(),
            "profesión": str(user.profession or ""),
            "registro profesional": user.professional_registry,
            "registrado el": user.registered_at,
        }
        for user in RegisteredUser.objects.filter(person=person).select_related("person", "profession")
    ]


def _claims(accounts: QuerySet[Account]) -> Rows:
    """What was typed to verify an identity, while the portal keeps it."""
    return _rows(
        IdentityClaim.objects.filter(account__in=accounts),
        **{"usuario": "account__login", "tipo de documento": "document_type", "número de documento": "document_number"},
        **{"primer nombre": "first_name", "segundo nombre": "second_name", "primer apellido": "first_surname"},
        **{"segundo apellido": "second_surname", "sexo": "sex", "fecha de expedición": "issued_on", "estado": "state"},
        **{"enviada el": "sent_at", "revisada el": "reviewed_at", "motivo": "reason"},
        **{"copia del documento cargada el": "document_copy__uploaded_at"},
    )


def _events(person: Person | None, accounts: list[Account]) -> Rows:
    """Events by the person and about them. Other actors are shown as their entity, without their address."""
    condition = Q(actor__in=accounts)
    claims, users = IdentityClaim.objects.filter(account__in=accounts), RegisteredUser.objects.filter(person=person)
    for obj in (*([person] if person else []), *accounts, *claims, *users):
        condition |= Q(object_type=obj._meta.label_lower, object_id=str(obj.pk))
    entries = HistoryEntry.objects.filter(condition)
    own = {account.pk: account.login for account in accounts}
    return [
        {
            "fecha": entry.at,
            "acto": entry.event_label,
            "con su cuenta": own.get(entry.actor_id or 0, ""),
            "por una entidad": str(entry.entity) if entry.entity and entry.actor_id not in own else "",
            "desde": entry.address if entry.actor_id in own else None,
        }
        for entry in entries.select_related("entity").order_by("pk").iterator()
    ]


def _of_document(model: type[RethusEntry] | type[SsoPost] | type[Appointment], person: Person) -> QuerySet[Any]:
    document = {"document_type": person.document_type, "document_number": person.document_number}
    return model._default_manager.filter(**document)


def _in_mipres(person: Person) -> dict[str, Rows]:
    return {
        "registro en MIPRES": _registered_user(person),
        "roles en MIPRES": _in_days(
            RoleAssignment.objects.filter(user__person=person),
            **{"rol": "role", **OF_ENTITY, "sede": "sede__name", "código de la sede": "sede__code"},
            **{"desde": "starts_at", "hasta": "ends_at"},
        ),
        "constancias": _rows(
            Certificate.objects.filter(user__person=person),
            **{"código": "code", **OF_ENTITY, "a la fecha": "as_of", "expedida el": "issued_at"},
        ),
    }


def _for_entities(person: Person) -> dict[str, Rows]:
    return {
        "autorizaciones de entidades": _rows(
            _of_document(Appointment, person),
            **{**OF_ENTITY, "rol": "role__name", "perfil": "profile__name"},
            **{"correo electrónico": "email", "desde": "created_at", "inactivada el": "ended_at"},
        ),
        "representación legal": _rows(
            Representation.objects.filter(person=person), **OF_ENTITY, desde="since", hasta="ended_at"
        ),
        "registros de entidades": _rows(
            EntityRegistration.objects.filter(applicant__person=person),
            **{"tipo de entidad": "kind", "nit": "nit", "razón social": "name"},
            **{"estado": "state", "enviada": "sent_at"},
        ),
    }


def _as_entity(person: Person) -> dict[str, Rows]:
    """What the portal has of the person as a Proveedor Persona Natural or an independent professional."""
    oneself = Entity.objects.filter(identification_type=person.document_type, nit=person.document_number)
    return {
        "sedes": _rows(
            Sede.objects.filter(entity__in=oneself),
            **{"código": "code", "nombre": "name", "dirección": "address", "municipio": "municipality__name"},
            **{"teléfono": "phone", "correo electrónico": "email", "cerrada el": "closed_on"},
        ),
        "redes": _in_days(
            Association.objects.filter(member__in=oneself),
            **{"entidad": "owner__name", "tipo de entidad": "owner__kind", "desde": "starts_at", "hasta": "ends_at"},
        ),
    }


def _in_registries(person: Person) -> dict[str, Rows]:
    return {
        "ReTHUS": _rows(
            _of_document(RethusEntry, person),
            **{"profesión": "profession__name", "registro": "registry_number", "retirado el": "closed_on"},
        ),
        "plazas de SSO": _rows(_of_document(SsoPost, person), plaza="sede__name", desde="starts_on", hasta="ends_on"),
    }


def _accounts(accounts: QuerySet[Account]) -> dict[str, Rows]:
    return {
        "cuentas": _rows(
            accounts,
            **{"usuario": "login", **OF_ENTITY, "correo electrónico": "email", "activa": "is_active"},
            **{"creada el": "created_at", "último ingreso": "last_login"},
        ),
        "suspensiones": _rows(
            Suspension.objects.filter(account__in=accounts),
            **{"usuario": "account__login", "desde": "since", "motivo": "reason"},
            **{"levantada el": "lifted_at", "por qué se levantó": "lifted_because"},
        ),
        "identidad": _claims(accounts),
        "aviso de privacidad": _rows(
            PrivacyAcceptance.objects.filter(account__in=accounts),
            **{"versión": "notice_version", "aceptado el": "accepted_at"},
        ),
    }


def unverified_data(account: Account) -> dict[str, Any]:
    """All data on the holder of an account whose identity nobody has verified: what they typed, and nobody else's."""
    return _accounts(Account.objects.filter(pk=account.pk)) | {"historia": _events(None, [account])}


def personal_data(person: Person) -> dict[str, Any]:
    """All data on a person by section, with Spanish headings; no secrets, no passwords, no data of other people."""
    accounts = Account.objects.filter(person=person)
    return {
        "persona": _person(person),
        **_accounts(accounts),
        **_in_mipres(person),
        **_for_entities(person),
        **_as_entity(person),
        **_in_registries(person),
        "historia": _events(person, list(accounts)),
    }
