"""May a provider keep its sedes so, and if not, why and what now? Pure: no writes, no request."""

import hashlib
from dataclasses import astuple, dataclass
from typing import Self

from django.db.models import Model

from entities.models import Entity, Sede, SedeQuerySet
from mipres_admin.refusals import Refusal

LAST_PROVIDER_CODE = "PROV999999"
PROVIDER = "Usted, como delegado del proveedor."

NO_CODES_LEFT = Refusal(
    headline="No hay más códigos de sede",
    cause=f"El portal ya entregó el último código de sede de proveedor, {LAST_PROVIDER_CODE}.",
    remedy="La sede no se creó. Comuníquese con Atención al usuario: los datos están al pie de esta página.",
    who="El Ministerio de Salud y Protección Social.",
)
CHANGED_ELSEWHERE = Refusal(
    headline="La sede cambió mientras usted la revisaba",
    cause="Alguien guardó otro cambio en esta sede, tal vez en otra pestaña o ventana.",
    remedy="No se guardó nada. Revise los datos que tiene ahora y repita el cambio si todavía hace falta.",
    who=PROVIDER,
)
USERS_CHANGED = Refusal(
    headline="Los usuarios de la sede cambiaron mientras usted la revisaba",
    cause="El número de usuarios o de roles de la sede ya no es el que mostraba la página.",
    remedy="La sede sigue habilitada. Revise el número de ahora y confirme de nuevo.",
    who=PROVIDER,
)


@dataclass(frozen=True)
class SedeDetails:
    """What a provider says of one of its sedes (manual v4.1 §11.6)."""

    name: str
    phone: str
    address: str
    municipality_id: str

    @classmethod
    def of(cls, sede: Sede) -> Self:
        """What is kept of a sede now."""
        return cls(sede.name, sede.phone, sede.address, sede.municipality_id or "")

    @property
    def fingerprint(self) -> str:
        """Short text by which a form knows whether the sede still is as the page showed it."""
        return hashlib.sha256(repr(astuple(self)).encode()).hexdigest()[:32]


def similar_sedes(entity: Entity, details: SedeDetails, besides: Sede | None = None) -> SedeQuerySet:
    """The provider's sedes of the same name, or at the same address of the same municipality; disabled ones too.

    `besides` is the sede that gets these details: only what changes in it is compared.
    """
    name, address = details.name, details.address
    if besides is not None:
        old = SedeDetails.of(besides)
        name = "" if old.name == name else name
        address = "" if (old.address, old.municipality_id) == (address, details.municipality_id) else address
    found = Sede.objects.visible_to(entity).like(name=name, address=address, municipality_id=details.municipality_id)
    return found.exclude(pk=besides.pk) if besides is not None else found


def keeping_refusal(sede: Sede) -> Refusal | None:
    """Why the provider may not edit, disable or enable this sede, or None: REPS keeps those with its own codes."""
    if sede.is_of_provider:
        return None
    return Refusal(
        cause=f"La sede {sede.code} viene del REPS y el portal no la modifica.",
        remedy="Actualice la novedad de la sede en el REPS; el cambio llega con la siguiente carga.",
        who="Su entidad, ante el REPS.",
    )


def used_form_refusal(made: Sede) -> Refusal:
    """Why a form that already created a sede does not create another one with other data."""
    return Refusal(
        headline="Este formulario ya creó una sede",
        cause=f"Con este formulario ya se creó la sede {made.code}, {made.name}.",
        remedy="No se creó otra. Si los datos de abajo son de una sede más, oprima «Crear Sede» otra vez.",
        who=PROVIDER,
    )


@dataclass(frozen=True)
class SedeUse:
    """How much a sede is used: people with roles there, in force or to come, and how many roles they are."""

    users: int
    roles: int

    @classmethod
    def of(cls, sede: Model) -> Self:
        """Counted now. The assignments belong to a higher floor: they are reached through the sede itself."""
        held = sede.assignments.not_ended()  # type: ignore[attr-defined]
        return cls(held.values("user").distinct().count(), held.count())
