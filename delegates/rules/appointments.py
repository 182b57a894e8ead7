"""May this representative name, change or inactivate this person? Reads, never writes."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import Account
from delegates.models import Appointment, AuthorizedProfile, AuthorizedRole, DelegateAccount, Representation
from entities.models import Entity, EntityKind, Sede
from mipres_admin.refusals import Refusal

YOU = "Usted, como representante legal."


@dataclass(frozen=True)
class Identity:
    """Which document the person has; an appointment keeps it as long as it lasts."""

    document_type: str
    document_number: str


@dataclass(frozen=True)
class Authorization:
    """What a representative types of a person whom he authorises, besides the document."""

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
        """By field, as the appointment stores them."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def version(appointment: Appointment) -> str:
    """What stands for the present state of an appointment on a page, without telling it."""
    names = Authorization.__dataclass_fields__
    stored = [
        str(getattr(appointment, f"{name}_id" if name in ("role", "profile", "sede") else name)) for name in names
    ]
    return salted_hmac("delegates.appointment", json.dumps(stored), algorithm="sha256").hexdigest()


def identity_fields(identity: Identity) -> dict[str, str]:
    """The document by field, as the appointment stores it."""
    return asdict(identity)


def representation_refusal(entity: Entity, by: Account) -> Refusal | None:
    """Why this person may not act for the entity, or None: only its principal legal representative, while it is
    active (provider manual, "Administrar autorizados")."""
    if not Representation.objects.current().filter(entity=entity, person=by.person).exists():
        return Refusal(
            cause="Usted ya no figura como representante legal de la entidad.",
            remedy="Si es un error, registre la entidad de nuevo en «Personas jurídicas», con un RUT actualizado.",
            who="El representante legal de la entidad.",
        )
    if not entity.is_active:
        return Refusal(
            headline="La entidad está inactiva",
            cause=f"{entity.name} figura en el portal como inactiva.",
            remedy="Pida al Ministerio que la active si es un error.",
            who="La mesa de ayuda del Ministerio: los datos están al pie de esta página.",
        )
    return None


def _wrong_profile(entity: Entity, wanted: Authorization) -> Refusal | None:
    offered = entity.kind in wanted.role.kinds and wanted.profile.roles.filter(pk=wanted.role.pk).exists()
    if offered:
        return None
    return Refusal(
        cause=f"El perfil «{wanted.profile}» no es del rol «{wanted.role}» en su tipo de entidad.",
        remedy="Elija un perfil de los que la lista muestra para ese rol.",
        who=YOU,
    )


def _wrong_sede(entity: Entity, wanted: Authorization) -> Refusal | None:
    if entity.kind == EntityKind.ET and wanted.sede is None:
        return None
    if wanted.sede is not None and wanted.sede.entity_id == entity.pk:
        return None
    return Refusal(
        cause="La sede elegida no existe o no es de la entidad.", remedy="Elija una sede de la lista.", who=YOU
    )


def authorization_refusal(entity: Entity, wanted: Authorization, by: Account) -> Refusal | None:
    """Why this person may not be authorised so, or None."""
    return representation_refusal(entity, by) or _wrong_profile(entity, wanted) or _wrong_sede(entity, wanted)


def authorized_already(wanted: Authorization) -> Refusal:
    """The same person with the same profile, twice."""
    return Refusal(
        headline="La persona ya está autorizada",
        cause=f"Esa persona ya tiene el perfil «{wanted.profile}» en la entidad.",
        remedy="Búsquela en la lista de autorizados; allí puede editarla o inactivarla.",
        who=YOU,
    )


def ended_refusal(appointment: Appointment) -> Refusal | None:
    """Why an appointment can not be touched any more, or None."""
    if appointment.ended_at is None:
        return None
    return Refusal(
        headline="La persona ya está inactiva",
        cause="Alguien la inactivó, tal vez usted en otra pestaña o ventana.",
        remedy="No se cambió nada. Si debe seguir autorizada, nómbrela de nuevo con «Nuevo».",
        who=YOU,
    )


def changed_refusal(appointment: Appointment, seen: str) -> Refusal | None:
    """Why a page that showed another state can not be saved, or None."""
    if constant_time_compare(version(appointment), seen):
        return None
    return Refusal(
        headline="Los datos cambiaron",
        cause="Alguien los cambió después de que usted abrió esta página, tal vez usted en otra pestaña o ventana.",
        remedy="No se cambió nada. Ábrala de nuevo desde la lista y vea cómo están ahora.",
        who=YOU,
    )


def profile_refusal(appointment: Appointment, wanted: Authorization) -> Refusal | None:
    """Why the profile can not change, or None: a delegate's account stands on it."""
    keeps = wanted.profile.is_delegate or appointment.profile_id == wanted.profile.pk
    if keeps or not DelegateAccount.objects.filter(appointment=appointment).exists():
        return None
    return Refusal(
        headline="No puede cambiar el perfil",
        cause="La persona ya se registró en MIPRES como delegado de la entidad con este nombramiento.",
        remedy="Inactívela, lo que cierra su cuenta de delegado, y nómbrela de nuevo con el otro perfil.",
        who=YOU,
    )
