"""Why did an official registry end a role, in words, and what can the delegate do now? Pure: no writes, no request."""

from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone

from entities.models import Sede
from mipres_admin.formatting import one_point
from roles.validity import long_date


class EndReason(models.TextChoices):
    """What a registry said that ends a role."""

    DECEASED = "deceased", "Persona fallecida"
    CANCELLED = "cancelled", "Persona fallecida, según el Registro civil"
    RETHUS = "rethus", "Profesional retirado de ReTHUS"
    TRANSFER = "transfer", "Sede que pasó a otra entidad en el REPS"
    SEDE = "sede", "Sede cerrada en el REPS"
    INDEPENDENT = "independent", "Profesional independiente sin sede en el REPS"
    PLAZA = "plaza", "Plaza de SSO terminada o cambiada"

    @property
    def registry(self) -> str:
        """The registry that says it."""
        return REGISTRIES[self]

    @property
    def remedy(self) -> str:
        """What the delegate can do about it now, and who can do the rest."""
        return REMEDIES[self]


# what the counts of a load are called, by their keys
ENDED_COUNTS = {f"roles_ended_{cause}": f"Roles terminados: {cause.label}" for cause in EndReason}

REGISTRIES = {
    EndReason.DECEASED: "deceased",
    EndReason.CANCELLED: "civil",
    EndReason.RETHUS: "rethus",
    EndReason.TRANSFER: "reps",
    EndReason.SEDE: "reps",
    EndReason.INDEPENDENT: "reps",
    EndReason.PLAZA: "sso",
}
BY_THE_REGISTRADURIA = (
    "Si es un error, la persona lo corrige en la Registraduría; cuando el registro lo muestre, usted puede "
    "activarla de nuevo."
)
REMEDIES = {
    EndReason.DECEASED: BY_THE_REGISTRADURIA,
    EndReason.CANCELLED: BY_THE_REGISTRADURIA,
    EndReason.RETHUS: "La persona debe actualizar su inscripción en ReTHUS; cuando vuelva a estar vigente, actívela de "
    "nuevo. Si tiene otra profesión vigente, debe registrarse otra vez en el Módulo Registro de Usuarios.",
    EndReason.TRANSFER: "Active a la persona en otra sede de su entidad. En esta la activa ahora el delegado de la "
    "entidad que la recibió. Si es un error, actualice la novedad en el REPS.",
    EndReason.SEDE: "Active a la persona en otra sede de su entidad. Si el cierre es un error, actualice la novedad en "
    "el REPS; cuando la sede vuelva a estar abierta, active de nuevo a la persona.",
    EndReason.INDEPENDENT: "El profesional debe renovar su habilitación en el REPS; cuando tenga una sede abierta, "
    "actívelo de nuevo.",
    EndReason.PLAZA: "Valide la asignación publicada por el Ministerio. Si la persona terminó el servicio, debe "
    "registrarse como Profesional de la salud; después puede activarla.",
}


def sentence(cause: str, sede: Sede, until: datetime, now: datetime) -> str:
    """Why a role at a sede ends at `until`, for the history and the mails; nothing in it tells who the person is."""
    match cause:
        case EndReason.DECEASED | EndReason.CANCELLED:
            return "La persona figura como fallecida en los registros oficiales."
        case EndReason.RETHUS:
            return "La inscripción de la persona en ReTHUS ya no está vigente."
        case EndReason.TRANSFER:
            return one_point(f"El REPS pasó la sede a {sede.entity}.")
        case EndReason.SEDE:
            since = f" el {long_date(sede.closed_on)}" if sede.closed_on else ""
            return f"El REPS cerró la sede{since}."
        case EndReason.INDEPENDENT:
            return "El REPS cerró todas las sedes de la persona como profesional independiente."
    if until <= now:
        return "La plaza de Servicio Social Obligatorio de la persona en esta sede terminó o cambió."
    last = timezone.localdate(until - timedelta(microseconds=1))
    return f"La plaza de Servicio Social Obligatorio de la persona en esta sede termina ahora el {long_date(last)}."
