"""May this representative appoint this person, or change or end their appointment? Reads, never writes."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Account
from delegates.models import Appointment, AuthorizedProfile, AuthorizedRole, DelegateAccount, Representation
from entities.models import Entity, EntityKind, Sede
from mipres_admin.refusals import Refusal

YOU = "Usted, como representante legal."


@dataclass(frozen=True)
class Identity:
    """The person's document, which an appointment never changes."""

    document_type: str
    document_number: str


@dataclass(frozen=True)
class Authorization:
    """What a representative types to authorise a person, apart from the document: fields of `Appointment`."""

    sex: str
    email: str
    first_name: str
    second_name: str
    first_surname: str
    second_surname: str
    role: AuthorizedRole
    profile: AuthorizedProfile
    sede: Sede | None

    def as_fields(self) -> dict[str, Any]:
        """The values by field; not `asdict`, which would copy the rows."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def kinds_of(entity: Entity) -> list[str]:
    """The kinds whose roles an entity may authorise; one that is a Proveedor and an IPS has those of both.

    Source: manual of the rol proveedor/dispensador, which authorises its delegate as of the IPS.
    """
    return list(Entity.objects.having_sedes_of(entity).values_list("kind", flat=True))


def version(appointment: Appointment) -> str:
    """A hash of the present state of an appointment, for the page that changes it."""
    relations = ("role", "profile", "sede")
    names = (f"{name}_id" if name in relations else name for name in Authorization.__dataclass_fields__)
    values = [str(getattr(appointment, name)) for name in names]
    return salted_hmac("delegates.appointment", json.dumps(values), algorithm="sha256").hexdigest()


def representation_refusal(entity: Entity, by: Account) -> Refusal | None:
    """Why this person may not act for the entity, or None: only its principal legal representative may, while the
    entity is active (provider manual, "Administrar autorizados")."""
    if not Representation.objects.current().filter(entity=entity, person=by.person).exists():
        return Refusal(
            cause="Usted ya no figura como representante legal de la entidad.",
            remedy="Si es un error, registre la entidad de nuevo en «Personas jurídicas», con un RUT actualizado.",
            who="El representante legal de la entidad.",
        )
    if not entity.is_active:
        return Refusal(
            headline="La entidad está inactiva",
            cause=f"{entity} figura en el portal como inactiva.",
            remedy="Pida al Ministerio que la active si es un error.",
            who="La mesa de ayuda del Ministerio: los datos están al pie de esta página.",
        )
    return None


def _wrong_profile(entity: Entity, authorization: Authorization) -> Refusal | None:
    role = authorization.role
    if set(kinds_of(entity)) & set(role.kinds) and authorization.profile.roles.filter(pk=role.pk).exists():
        return None
    return Refusal(
        cause=f"El perfil «{authorization.profile}» no es del rol «{role}» en su tipo de entidad.",
        remedy="Elija un perfil de los que la lista muestra para ese rol.",
        who=YOU,
    )


FOREIGN_SEDE = Refusal(cause="La sede elegida no es de la entidad.", remedy="Elija una sede de la lista.", who=YOU)


def _wrong_sede(entity: Entity, authorization: Authorization) -> Refusal | None:
    sede = authorization.sede
    if (sede is None and entity.kind == EntityKind.ET) or (sede is not None and sede.is_of(entity)):
        return None
    return FOREIGN_SEDE


def authorization_refusal(entity: Entity, authorization: Authorization, by: Account) -> Refusal | None:
    """Why a person may not be authorised so by this account, or None."""
    return (
        representation_refusal(entity, by)
        or _wrong_profile(entity, authorization)
        or _wrong_sede(entity, authorization)
    )


def already_authorized(authorization: Authorization) -> Refusal:
    """The refusal of the same person with the same profile, twice."""
    return Refusal(
        headline="La persona ya está autorizada",
        cause=f"Esa persona ya tiene el perfil «{authorization.profile}» en la entidad.",
        remedy="Búsquela en la lista de autorizados; allí puede editarla o inactivarla.",
        who=YOU,
    )


def ended_refusal(appointment: Appointment) -> Refusal | None:
    """Why an appointment can no longer be changed or ended, or None."""
    if appointment.ended_at is None:
        return None
    return Refusal(
        headline="La persona ya está inactiva",
        cause="Alguien la inactivó, tal vez usted en otra pestaña o ventana.",
        remedy="No se cambió nada. Si debe seguir autorizada, nómbrela de nuevo con «Nuevo».",
        who=YOU,
    )


def changed_refusal(appointment: Appointment, expected_version: str) -> Refusal | None:
    """Why a page that showed another state cannot be saved, or None."""
    if constant_time_compare(version(appointment), expected_version):
        return None
    return Refusal(
        headline="Los datos cambiaron",
        cause="Alguien los cambió después de que usted abrió esta página, tal vez usted en otra pestaña o ventana.",
        remedy="No se cambió nada. Ábrala de nuevo desde la lista y vea cómo están ahora.",
        who=YOU,
    )


def profile_refusal(appointment: Appointment, authorization: Authorization) -> Refusal | None:
    """Why the profile cannot change, or None: a delegate's account was opened for it."""
    stays_delegate = authorization.profile.is_delegate or appointment.profile_id == authorization.profile.pk
    if stays_delegate or not DelegateAccount.objects.filter(appointment=appointment).exists():
        return None
    return Refusal(
        headline="No puede cambiar el perfil",
        cause="La persona ya se registró en MIPRES como delegado de la entidad con este nombramiento.",
        remedy="Inactívela, lo que cierra su cuenta de delegado, y nómbrela de nuevo con el otro perfil.",
        who=YOU,
    )
